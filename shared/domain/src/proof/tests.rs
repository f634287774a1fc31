//! The proof against ledgers that are right, and against each way in which a copy can be wrong.

use jiff::{civil::Date, tz::TimeZone};

use super::{
    sample::{account, at, day, euro, facts, money, read, row},
    *,
};
use crate::{
    bank::Quarantined,
    journal::{
        AccountEntry, BalanceBasis, Body, Change, Entry, Read, Removed, RemovedBecause, Row,
    },
};

mod seeds;

fn changed(entry: &mut Entry) -> &mut AccountEntry {
    match &mut entry.body {
        Body::Read(read) => &mut read.accounts[0],
        Body::Tombstone(_) => panic!("no read"),
    }
}

fn read_of(entry: &mut Entry) -> &mut Read {
    match &mut entry.body {
        Body::Read(read) => read,
        Body::Tombstone(_) => panic!("no read"),
    }
}

fn proof(entries: &[Entry]) -> Proof {
    prove(&Book::read(&account(), entries, None, &TimeZone::UTC))
}

/// What a proof says, in one line: verdict, equation, and each interval.
fn said(proof: &Proof) -> String {
    let interval = |interval: &Interval| {
        let difference = interval.difference.map(Money::text).unwrap_or_default();
        format!(
            "{:?} {}..{} {difference}{}",
            interval.verdict,
            interval.days.0.day(),
            interval.days.1.day(),
            interval.reason.map(|reason| format!(" {reason:?}")).unwrap_or_default()
        )
    };
    let intervals: Vec<_> = proof.intervals.iter().map(interval).collect();
    let reason = proof.reason.map(|reason| format!(" {reason:?}")).unwrap_or_default();
    format!("{:?}{reason}: {}", proof.verdict, intervals.join(", "))
}

#[test]
fn a_journal_says_what_it_proves() {
    let first = || read(0, vec![row(1, day(0), -100)], Some(900));
    let cases: Vec<(&str, Vec<Entry>, &str)> = vec![
        ("nothing was read", vec![], "Unprovable NoBalance: "),
        ("one read", vec![first()], "Unprovable OneBalance: "),
        ("no balance", vec![read(0, vec![row(1, day(0), -100)], None)], "Unprovable NoBalance: "),
        (
            "it adds up",
            vec![first(), read(1, vec![row(2, day(1), -50)], Some(850))],
            "Proven: Proven 1..1 0.00",
        ),
        (
            "a row is missing",
            vec![first(), read(1, vec![], Some(850))],
            "Broken: Broken 1..1 -0.50",
        ),
        (
            "a row came late",
            vec![
                first(),
                read(1, vec![], Some(850)),
                read(2, vec![row(2, day(1), -50)], Some(850)),
            ],
            "Proven: Proven 1..2 0.00",
        ),
        (
            "a read without a balance in between",
            vec![first(), read(1, vec![row(2, day(1), -50)], None), read(2, vec![], Some(850))],
            "Proven: Proven 1..2 0.00",
        ),
        (
            "broken once, then on from there",
            vec![first(), read(1, vec![], Some(850)), read(2, vec![row(3, day(2), -1)], Some(849))],
            "Broken: Broken 1..1 -0.50, Proven 1..2 0.00",
        ),
    ];
    for (name, entries, want) in cases {
        assert_eq!(said(&proof(&entries)), want, "{name}");
    }
}

#[test]
fn what_cannot_be_counted_is_unprovable_and_says_why() {
    let first = || read(0, vec![row(1, day(0), -100)], Some(900));
    let mut foreign = row(2, day(1), -50);
    foreign.facts.money = Money::parse("-0.50", "USD".parse().unwrap()).unwrap();
    let mixed = vec![first(), read(1, vec![foreign], Some(850))];
    assert_eq!(
        said(&proof(&mixed)),
        "Unprovable MixedCurrencies: Unprovable 1..1  MixedCurrencies"
    );

    let mut huge = row(2, day(1), -50);
    huge.facts.money = Money::parse("79228162514264337593543950335", euro()).unwrap();
    let mut again = row(3, day(1), -50);
    again.facts.money = huge.facts.money;
    let long = vec![first(), read(1, vec![huge, again], Some(850))];
    assert_eq!(said(&proof(&long)), "Unprovable TooManyDigits: Unprovable 1..1  TooManyDigits");

    let mut unread = read(1, vec![], Some(850));
    read_of(&mut unread).quarantined = vec![Quarantined {
        id: Some("9".parse().unwrap()),
        account: Some("7".parse().unwrap()),
        why: "amount".into(),
        since: None,
    }];
    let unread = vec![first(), unread];
    assert_eq!(said(&proof(&unread)), "Unprovable RowsUnread: Unprovable 1..1 -0.50 RowsUnread");

    let mut elsewhere = read(1, vec![], None);
    changed(&mut elsewhere).facts.held_by = Some("con_2".parse().unwrap());
    let held = vec![first(), elsewhere];
    assert_eq!(said(&proof(&held)), "Unprovable HeldElsewhere: ");
}

#[test]
fn a_balance_that_nobody_told_proves_nothing() {
    // The account is not delivered any more: the journal restates its last balance, which the bank did not tell again.
    let mut gone = read(1, vec![row(2, day(1), -50)], Some(900));
    changed(&mut gone).facts.gone = true;
    let entries = vec![read(0, vec![row(1, day(0), -100)], Some(900)), gone];
    assert_eq!(said(&proof(&entries)), "Unprovable OneBalance: ");

    // Nor does a later read that found nothing new make it one that was told twice.
    let untold = [read(0, vec![], Some(900)), read(1, vec![row(2, day(1), -50)], None)];
    let later = prove(&Book::read(&account(), &untold, Some(at(2)), &TimeZone::UTC));
    assert_eq!(said(&later), "Unprovable OneBalance: ");

    let mut counted = read(1, vec![row(2, day(1), -50)], Some(900));
    changed(&mut counted).balance.as_mut().unwrap().basis = BalanceBasis::Derived;
    let entries = vec![read(0, vec![row(1, day(0), -100)], Some(900)), counted];
    assert_eq!(said(&proof(&entries)), "Unprovable OneBalance: ");
}

#[test]
fn pending_rows_count_where_the_balance_counts_them() {
    let with = |kind: Option<&str>| {
        let mut first = read(0, vec![row(1, day(0), -100)], Some(900));
        let mut second = read(1, vec![row(2, day(1), -50)], Some(830));
        let mut third = read(2, vec![row(3, day(2), -20)], Some(830));
        changed(&mut second).pending = vec![facts(day(1), -20, None)];
        for entry in [&mut first, &mut second, &mut third] {
            changed(entry).balance.as_mut().unwrap().kind = kind.map(str::to_owned);
        }
        proof(&[first, second, third])
    };
    for (kind, want, equation) in [
        (Some("interimAvailable"), Verdict::Proven, Equation::BookedAndPending),
        (Some("XPCD"), Verdict::Proven, Equation::BookedAndPending),
        (Some("OTHR"), Verdict::Proven, Equation::BookedAndPending),
        (None, Verdict::Proven, Equation::BookedAndPending),
    ] {
        let proof = with(kind);
        assert_eq!((proof.verdict, proof.equation), (want, equation), "{kind:?}");
        assert_eq!(proof.intervals[0].passing.len(), 0, "{kind:?}");
    }
    // By the bank's own word it counts booked rows only; the second balance came before its row.
    let booked = with(Some("closingBooked"));
    assert_eq!((booked.verdict, booked.equation), (Verdict::Proven, Equation::Booked));
    assert_eq!(booked.intervals[0].passing[0].difference, money(-20));
}

#[test]
fn snapshots_narrow_a_difference_to_its_day_and_reach_back() {
    let told = |id: u64, day: u8, amount: i64, after: i64| {
        let made_on = jiff::civil::date(2026, 3, i8::try_from(day).unwrap());
        Row { facts: facts(made_on, amount, Some(after)), ..row(id, made_on, amount) }
    };
    let march = |day: i8| jiff::civil::date(2026, 3, day);
    let before = |id: u64, day: i8, amount: i64, after: i64| {
        let made_on = jiff::civil::date(2026, 2, day);
        Row { facts: facts(made_on, amount, Some(after)), ..row(id, made_on, amount) }
    };
    // Read on the 1st and again, 19 entries' time later, on the 10th: rows of the 3rd, 6th and 9th; one of −5.00 on the 6th is missing.
    let history = vec![before(1, 10, -100, 1_000), before(2, 20, -100, 900)];
    let entries = vec![
        read(0, history, Some(900)),
        read(18, vec![told(3, 3, -50, 850), told(4, 6, -50, 300), told(5, 9, -50, 250)], Some(250)),
    ];
    let proof = proof(&entries);
    let broken = proof.first_broken().unwrap();
    assert_eq!(broken.difference, Some(money(-500)));
    assert_eq!(broken.days, (march(3), march(6)));
    let verdict = |day: Date| proof.days.iter().find(|known| known.day == day).unwrap().verdict;
    assert_eq!(verdict(jiff::civil::date(2026, 2, 15)), Verdict::Proven);
    assert_eq!(verdict(march(2)), Verdict::Proven);
    assert_eq!(verdict(march(5)), Verdict::Broken);
    assert_eq!(verdict(march(8)), Verdict::Proven);
}
