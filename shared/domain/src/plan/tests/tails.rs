//! What the next read still knows, and what a big one is cut into.

use proptest::prelude::*;

use super::*;

#[test]
fn a_big_read_goes_out_in_parts_and_the_next_tail_begins_with_the_last() {
    let rows: Vec<Shown<'_>> =
        (1..=1_300).map(|id| (id, if id < 1_250 { 1 } else { 18 }, "R", None)).collect();
    let ledger = Ledger::default();
    let delta =
        plan(&connection(), &ledger, Held::Everything, &fetched(&rows, None, &[]), &[7; 32]);
    let placed = parts(&delta, place(Position::start(1), &[]));
    let shape: Vec<_> = placed
        .iter()
        .map(|(at, read)| {
            (at.number, read.last, read.accounts[0].added.len(), read.tail_from.number)
        })
        .collect();
    assert_eq!(
        shape,
        [(1, false, 500, 1), (2, false, 500, 2), (3, false, 249, 3), (4, true, 51, 4)]
    );
    assert!(placed[..3].iter().all(|(_, read)| read.accounts[0].balance.is_none()));
}

#[test]
fn a_tail_that_begins_anew_still_knows_the_overlap() {
    // A generation that begins on the same account ids, and an account that comes with many old rows.
    let first = [(1, 18, "A", None), (2, 19, "B", None)];
    let many: Vec<Shown<'_>> = (3..400).map(|id| (id, 1, "OLD", None)).chain(first).collect();
    for (name, head, shown) in [
        ("a new generation", Position::start(2), first.to_vec()),
        ("a big read", Position { generation: 1, number: 1 }, many),
    ] {
        let mut whole = Ledger::default();
        read(&mut whole, Held::Everything, &fetched(&first, None, &[]));
        let again = fetched(&shown, None, &[]);
        let delta = plan(&connection(), &whole, Held::Everything, &again, &[7; 32]);
        let written = entries(&delta, head, &[]);
        let tail = Ledger::replay(&tail_of(&written));
        let delta =
            plan(&connection(), &tail, Held::Tail, &fetched(&shown, Some(1), &[]), &[7; 32]);
        let news = &delta.accounts[0];
        assert!(news.added.is_empty() && news.removed.is_empty(), "{name}: {:?}", news.added.len());
    }
}

#[test]
fn old_rows_under_new_ids_ask_for_everything_that_is_held() {
    let mut ledger = Ledger::default();
    let first = [(1, 1, "OLD", None), (2, 18, "NEW", None)];
    read(&mut ledger, Held::Everything, &fetched(&first, None, &[]));
    assert!(!blind(&ledger, &fetched(&first, Some(2), &[])));
    let again = fetched(&[(51, 1, "OLD", None), (52, 18, "NEW", None)], Some(2), &[]);
    assert!(blind(&ledger, &again));
    let mut whole = again;
    whole.accounts[0].from = None;
    let delta = read(&mut ledger, Held::Everything, &whole);
    let news = &delta.accounts[0];
    assert_eq!((news.added.len(), news.aliases.len(), news.removed.len()), (0, 2, 0));
}

#[test]
fn a_row_that_cannot_be_read_any_more_has_not_vanished() {
    let mut ledger = Ledger::default();
    read(
        &mut ledger,
        Held::Everything,
        &fetched(&[(1, 18, "A", None), (2, 19, "B", None)], None, &[]),
    );
    for (ids, nameless, removed) in [(vec!["1"], false, 0), (vec![], true, 0), (vec![], false, 1)] {
        let mut shown = fetched(&[(2, 19, "B", None)], None, &[]);
        let ids = ids.into_iter().map(|id| id.parse().unwrap()).collect();
        shown.accounts[0].unread = Unread { ids, nameless };
        let delta = plan(&connection(), &ledger, Held::Tail, &shown, &[7; 32]);
        assert_eq!(delta.accounts[0].removed.len(), removed, "{nameless}");
    }
}

#[test]
fn a_row_that_can_be_read_at_last_is_new_however_old_it_is() {
    let mut ledger = Ledger::default();
    let unread = Quarantined {
        id: Some("5".parse().unwrap()),
        account: Some("7".parse().unwrap()),
        why: String::from("amount"),
        since: None,
    };
    let mut shown = fetched(&[(9, 18, "A", None)], None, &[]);
    shown.accounts[0].unread.ids = unread.id.iter().cloned().collect();
    read(&mut ledger, Held::Everything, &Fetched { quarantined: vec![unread], ..shown });
    let account = ledger.accounts.values().next().unwrap();
    let start = overlap_start(now(), ledger.overlap());
    assert_eq!(from_id(&ledger, account, start), Some("5".parse().unwrap()));
    // It does not hold back the reads for ever, and is not forgotten where they begin behind it.
    let much_later = jiff::civil::date(2026, 3, 21);
    assert_eq!(from_id(&ledger, account, much_later), Some("9".parse().unwrap()));
    let behind = fetched(&[(9, 18, "A", None)], Some(9), &[]);
    assert!(!plan(&connection(), &ledger, Held::Tail, &behind, &[7; 32]).changed);
    let shown = fetched(&[(5, 1, "AT LAST", None), (9, 18, "A", None)], Some(5), &[]);
    let delta = read(&mut ledger, Held::Tail, &shown);
    assert_eq!(delta.accounts[0].added.len(), 1);
}

#[test]
fn an_announced_row_that_cannot_be_read_is_kept_apart_once_and_only_while_it_is_shown() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&[(9, 18, "A", None)], None, &[]));
    let announced = Quarantined {
        id: Some("5".parse().unwrap()),
        account: Some("7".parse().unwrap()),
        why: String::from("amount"),
        since: None,
    };
    // Announced rows are listed from the beginning, also where booked ones are asked for from a later id on.
    let behind = fetched(&[(9, 18, "A", None)], Some(9), &[]);
    let shown = Fetched { quarantined: vec![announced], ..behind.clone() };
    for changed in [true, false] {
        assert_eq!(read(&mut ledger, Held::Tail, &shown).changed, changed);
        assert_eq!(ledger.quarantined.len(), 1);
    }
    assert!(read(&mut ledger, Held::Tail, &behind).changed);
    assert!(ledger.quarantined.is_empty());
}

#[test]
fn changes_that_are_too_many_for_one_entry_are_several() {
    let rows: Vec<Shown<'_>> = (1..=1_200).map(|id| (id, 18, "R", Some("x"))).collect();
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&rows, None, &[]));
    let told: Vec<Shown<'_>> = rows.iter().map(|row| (row.0, row.1, "S", row.3)).collect();
    let delta =
        plan(&connection(), &ledger, Held::Everything, &fetched(&told, None, &[]), &[7; 32]);
    let placed = parts(&delta, place(ledger.head, &[]));
    assert!(placed.iter().all(|(_, read)| read.accounts[0].modified.len() <= 500));
    commit(&mut ledger, &delta);
    assert!(texts(&ledger).iter().all(|text| text == "S"));
}

proptest! {
    /// Whatever a bank shows, and in whatever steps: the ledger is what it shows now.
    #[test]
    fn the_ledger_is_what_the_bank_shows(
        steps in prop::collection::vec(
            prop::collection::btree_map(1_u64..40, (10_i8..20, 0_usize..3, any::<bool>()), 0..25),
            1..6,
        )
    ) {
        let names = ["COFFEE", "RENT", "SHOES"];
        let mut journal: Vec<Entry> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let reference: Vec<_> = step.keys().map(|id| format!("REF {id}")).collect();
            let rows: Vec<Shown<'_>> = step
                .iter()
                .zip(&reference)
                .map(|((id, (day, name, named)), reference)| {
                    (*id, *day, names[*name], named.then_some(reference.as_str()))
                })
                .collect();
            let held = if index == 0 { Held::Everything } else { Held::Tail };
            // Each read knows only its tail; the ledger is the whole journal.
            let tail = tail_of(&journal);
            let shown = fetched(&rows, None, &[]);
            let delta = plan(&connection(), &Ledger::replay(&tail), held, &shown, &[7; 32]);
            let head = journal.last().map_or(Position::start(1), |entry| entry.at);
            journal.extend(entries(&delta, head, &tail));
            let ledger = Ledger::replay(&journal);
            let mut want: Vec<_> = rows.iter().map(|row| row.2.to_owned()).collect();
            want.sort();
            prop_assert_eq!(texts(&ledger), want);
            let ids: BTreeSet<_> = delta.accounts[0].added.iter().map(|row| &row.id).collect();
            prop_assert_eq!(ids.len(), delta.accounts[0].added.len());
            let again = plan(&connection(), &ledger, Held::Tail, &fetched(&rows, None, &[]), &[7; 32]);
            prop_assert!(!again.changed, "reading the same twice is no news");
        }
    }
}
