//! What the next read still knows, and what a big one is cut into.

use proptest::{prelude::*, test_runner::RngSeed};

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
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

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

#[test]
fn an_overlap_too_big_for_one_entry_tells_each_change_once_wherever_it_is_killed() {
    let rows: Vec<Shown<'_>> = (1..=1_700).map(|id| (id, 18, "R", None)).collect();
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&rows, None, &[]));
    // The next read restates the overlap, and finds one row changed, one gone and one new.
    let mut told = rows.clone();
    told[1].2 = "CHANGED";
    told.remove(0);
    told.push((2_000, 19, "NEW", None));
    let shown = fetched(&told, None, &[]);
    let delta = plan(&connection(), &ledger, Held::Everything, &shown, &[7; 32]);
    let written = entries(&delta, ledger.head, &[]);
    assert!(written.len() > 3);
    for entry in &written {
        assert!(entry.accounts()[0].carried.len() <= 500);
    }
    for killed in 1..=written.len() {
        let mut ledger = ledger.clone();
        let mut news = [0; 3];
        let mut add = |ledger: &mut Ledger, entry: &Entry| {
            let account = &entry.accounts()[0];
            news[0] += account.added.len();
            news[1] += account.modified.len();
            news[2] += account.removed.len();
            ledger.add(entry);
        };
        for entry in &written[..killed] {
            add(&mut ledger, entry);
        }
        let mut tail = tail_of(&written[..killed]);
        if killed < written.len() {
            let delta = plan(&connection(), &ledger, Held::Everything, &shown, &[7; 32]);
            let again = entries(&delta, ledger.head, &tail);
            for entry in &again {
                add(&mut ledger, entry);
            }
            let all: Vec<Entry> = written[..killed].iter().chain(&again).cloned().collect();
            tail = tail_of(&all);
        }
        assert_eq!(news, [1, 1, 1], "killed behind {killed}");
        let known = Ledger::replay(&tail);
        let id = known.accounts.keys().next().unwrap();
        let rows = |ledger: &Ledger| -> Vec<_> {
            ledger.accounts[id].rows.values().map(|(_, row)| row.clone()).collect()
        };
        assert!(
            rows(&known) == rows(&ledger),
            "the tail knows the overlap, killed behind {killed}"
        );
    }
}

#[test]
fn a_row_that_was_dated_ahead_stays_in_the_tail_until_its_days_are_over() {
    let day = |day: i8| -> Timestamp { format!("2026-03-{day:02}T10:00:00Z").parse().unwrap() };
    let (mut journal, mut rows) = (Vec::<Entry>::new(), vec![(1, 30, "DATED AHEAD", None)]);
    for today in 1_i8..=31 {
        // The bank books it under a new id when its day has come.
        rows.push((u64::from(today.unsigned_abs()) + 1, today, "EACH DAY", None));
        if today == 30 {
            rows.remove(0);
            rows.push((99, 30, "DATED AHEAD", None));
        }
        let tail = Ledger::replay(&tail_of(&journal));
        let shown = Fetched { read_at: day(today), ..fetched(&rows, None, &[]) };
        let held = if journal.is_empty() { Held::Everything } else { Held::Tail };
        let delta = plan(&connection(), &tail, held, &shown, &[7; 32]);
        assert_eq!(delta.accounts[0].added.len(), if today == 1 { 2 } else { 1 }, "{today}");
        let tail = tail_of(&journal);
        let newest = journal.last().map_or(Position::start(1), |entry| entry.at);
        let place = Place {
            head: newest,
            tail: &tail,
            read_at: day(today),
            data_as_of: None,
            first_part: 0,
        };
        let entry = |(at, read)| Entry {
            at,
            read_at: day(today),
            correlation: None,
            body: Body::Read(read),
        };
        journal.extend(parts(&delta, place).into_iter().map(entry));
    }
    let ledger = Ledger::replay(&journal);
    assert_eq!(texts(&ledger).iter().filter(|text| *text == "DATED AHEAD").count(), 1);
}
