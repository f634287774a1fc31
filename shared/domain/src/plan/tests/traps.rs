//! Traps that integrators of Salt Edge fell into, each under its number in the list that we keep of them.

use super::*;

const FIRST: [Shown<'static>; 2] = [(10, 15, "COFFEE", Some("R-1")), (11, 16, "RENT", None)];

/// Rows that the second read adds, modifies, removes and renames.
fn news(first: &[Shown<'_>], second: &Fetched) -> [usize; 4] {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(first, None, &[]));
    let delta = read(&mut ledger, Held::Tail, second);
    let news = &delta.accounts[0];
    [news.added.len(), news.modified.len(), news.removed.len(), news.aliases.len()]
}

#[test]
fn trap_1_a_movement_delivered_again_under_another_id_or_text_is_the_same() {
    for (shown, want) in [
        // Another id; another id and text, told by the reference; another text only.
        ([(20, 15, "COFFEE", Some("R-1")), FIRST[1]], [0, 0, 0, 1]),
        ([(20, 15, "COFFEE CORNER", Some("R-1")), FIRST[1]], [0, 1, 0, 0]),
        ([FIRST[0], (11, 16, "RENT MARCH", None)], [0, 1, 0, 0]),
    ] {
        assert_eq!(news(&FIRST, &fetched(&shown, None, &[])), want, "{shown:?}");
    }
}

#[test]
fn trap_2_a_new_connect_brings_new_ids_and_no_new_rows() {
    let mut again = fetched(&[(90, 15, "COFFEE", Some("R-1")), (91, 16, "RENT", None)], None, &[]);
    again.accounts[0].account.id = "70".parse().unwrap();
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&FIRST, None, &[]));
    let delta = read(&mut ledger, Held::Everything, &again);
    assert_eq!(ledger.accounts.len(), 1);
    assert!(delta.accounts[0].added.is_empty() && delta.accounts[0].removed.is_empty());
}

#[test]
fn trap_3_two_equal_purchases_of_one_day_are_two() {
    let twins = [(10, 15, "COFFEE", None), (11, 15, "COFFEE", None), (12, 15, "COFFEE", None)];
    assert_eq!(news(&twins[..1], &fetched(&twins, None, &[])), [2, 0, 0, 0]);
    // Of three that are delivered under new ids three stay; of which one goes, one goes.
    let renamed = [(20, 15, "COFFEE", None), (21, 15, "COFFEE", None), (22, 15, "COFFEE", None)];
    assert_eq!(news(&twins, &fetched(&renamed, None, &[])), [0, 0, 0, 3]);
    assert_eq!(news(&twins, &fetched(&renamed[..2], None, &[])), [0, 0, 1, 2]);
}

#[test]
fn trap_4_a_row_that_is_set_aside_later_leaves_with_its_reason() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&FIRST, None, &[]));
    let delta = read(&mut ledger, Held::Tail, &fetched(&FIRST[..1], None, &[11]));
    let reasons: Vec<_> = delta.accounts[0].removed.iter().map(|row| row.reason).collect();
    assert_eq!(reasons, [crate::journal::RemovedBecause::Duplicated]);
}

#[test]
fn trap_6_pending_rows_are_a_snapshot_and_leave_no_ghosts() {
    let announced = |ids: &[Shown<'_>]| {
        let mut shown = fetched(&FIRST, None, &[]);
        shown.accounts[0].pending = ids.iter().map(remote).collect();
        shown
    };
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &announced(&[(12, 17, "HOTEL", None)]));
    // Each fetch gives it another id; then it is gone, and nothing of it is left.
    let delta = read(&mut ledger, Held::Tail, &announced(&[(13, 17, "HOTEL", None)]));
    assert!(!delta.changed, "another id of an announced row is no news");
    read(&mut ledger, Held::Tail, &announced(&[]));
    let account = ledger.accounts.values().next().unwrap();
    assert!(account.pending.is_empty());
    assert_eq!(texts(&ledger), ["COFFEE", "RENT"]);
}

#[test]
fn trap_8_a_late_row_is_found_though_its_id_is_not_the_last() {
    let mut ledger = Ledger::default();
    let seen = [(10, 15, "COFFEE", None), (30, 16, "RENT", None)];
    read(&mut ledger, Held::Everything, &fetched(&seen, None, &[]));
    let known = ledger.accounts.values().next().unwrap();
    let from = from_id(&ledger, known, overlap_start(now(), ledger.overlap())).unwrap();
    assert_eq!(from.as_str(), "10", "the overlap begins at its first row, not behind the last");
    // Below the last id and among the known ones; the boundary comes again and is not new.
    let shown = [seen[0], (20, 14, "LATE", None), seen[1]];
    let delta = read(&mut ledger, Held::Tail, &fetched(&shown, Some(10), &[]));
    let added = &delta.accounts[0].added;
    assert_eq!(added.len(), 1);
    assert_eq!(added[0].facts.description.reveal(), "LATE");
}

#[test]
fn trap_9_a_row_that_reads_otherwise_says_what_it_was() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&FIRST, None, &[]));
    let shown = [FIRST[0], (11, 16, "RENT MARCH", None)];
    let delta = read(&mut ledger, Held::Tail, &fetched(&shown, None, &[]));
    let change = &delta.accounts[0].modified[0];
    assert_eq!(change.from.facts.description.reveal(), "RENT");
    assert_eq!(change.to.facts.description.reveal(), "RENT MARCH");
    assert_eq!(change.from.id, change.to.id);
}

#[test]
fn trap_25_an_account_that_is_unticked_or_disappears_keeps_its_history() {
    let mut unticked = fetched(&[], None, &[]);
    unticked.accounts[0].account.updated_on_last_attempt = Some(false);
    let disappeared = Fetched { accounts: Vec::new(), ..fetched(&[], None, &[]) };
    for shown in [unticked, disappeared] {
        let mut ledger = Ledger::default();
        read(&mut ledger, Held::Everything, &fetched(&FIRST, None, &[]));
        let delta = read(&mut ledger, Held::Tail, &shown);
        assert!(delta.accounts[0].facts.gone && delta.accounts[0].removed.is_empty());
        assert_eq!(texts(&ledger), ["COFFEE", "RENT"]);
    }
}

#[test]
fn y10_a_row_that_changes_between_two_pages_is_what_the_later_page_says() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&FIRST, None, &[]));
    // The first page had it as it was; the page behind it, asked for a moment later, has it once more.
    let shown = [FIRST[0], FIRST[1], (11, 16, "RENT MARCH", None), (12, 17, "IN BETWEEN", None)];
    let delta = read(&mut ledger, Held::Tail, &fetched(&shown, None, &[]));
    let news = &delta.accounts[0];
    assert_eq!((news.added.len(), news.modified.len(), news.removed.len()), (1, 1, 0));
    assert_eq!(texts(&ledger), ["COFFEE", "IN BETWEEN", "RENT MARCH"]);
}

#[test]
fn trap_4_of_two_that_read_the_same_the_one_that_is_set_aside_goes() {
    // One is so old that the tail tells it by its id's order only; the other was delivered later, and is set aside.
    let (old, again, new) =
        ((10, 1, "COFFEE", None), (90, 1, "COFFEE", None), (91, 19, "RENT", None));
    let mut tail = Ledger::default();
    read(&mut tail, Held::Everything, &fetched(&[again, new], None, &[]));
    let shown = fetched(&[old, new], Some(1), &[90]);
    assert!(blind(&tail, &shown), "the tail cannot tell which of the two is gone");
    let mut whole = Ledger::default();
    read(&mut whole, Held::Everything, &fetched(&[old, again, new], None, &[]));
    assert!(!blind(&whole, &fetched(&[old, again, new], Some(1), &[])));
    let delta = read(&mut whole, Held::Everything, &fetched(&[old, new], None, &[90]));
    let news = &delta.accounts[0];
    assert_eq!(news.removed.len(), 1);
    assert_eq!(news.removed[0].reason, crate::journal::RemovedBecause::Duplicated);
    assert!(news.aliases.is_empty() && news.added.is_empty());
}
