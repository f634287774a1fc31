//! Periods, what is due, and balances at the ends.

mod chain;

use jiff::{civil::date, tz::TimeZone};

use super::*;
use crate::{
    bank::Quarantined,
    journal::{BalanceBasis, Body, Entry},
    proof::{
        Book,
        sample::{account, at, money, read, row},
    },
};

fn history(entries: &[Entry]) -> History {
    History::of(Book::read(&account(), entries, None, &TimeZone::UTC)).unwrap()
}

fn now() -> Timestamp {
    at(40)
}

#[test]
fn periods_are_whole_days_of_the_calendar() {
    let cases = [
        (Period::Daily, date(2026, 3, 4), date(2026, 3, 4), date(2026, 3, 4)),
        (Period::Weekly, date(2026, 3, 4), date(2026, 3, 2), date(2026, 3, 8)),
        (Period::Weekly, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 8)),
        (Period::Weekly, date(2026, 3, 8), date(2026, 3, 2), date(2026, 3, 8)),
        (Period::Monthly, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Period::Monthly, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ];
    for (period, day, from, to) in cases {
        assert_eq!(period.around(day), Days { from, to }, "{period:?} {day}");
    }
}

#[test]
fn a_day_is_published_when_it_is_over_and_not_before() {
    let history = history(&[read(0, vec![row(1, date(2026, 3, 1), -100)], Some(900))]);
    let on = |day, newest: Option<&Statement>| {
        next(&history, newest, Period::Daily, date(2026, 3, day), now())
    };
    assert_eq!(on(1, None), None);
    let first = on(2, None).unwrap();
    assert_eq!((first.number, first.version, first.days.to), (1, 1, date(2026, 3, 1)));
    assert_eq!(on(2, Some(&first)), None);
    let second = on(3, Some(&first)).unwrap();
    assert_eq!((second.number, second.days.from), (2, date(2026, 3, 2)));
}

#[test]
fn a_balance_that_was_told_before_a_row_came_late_is_not_that_of_its_day() {
    let march = |day| date(2026, 3, day);
    let entries = [
        read(0, vec![row(1, march(1), -100)], Some(900)),
        read(4, vec![], Some(900)),
        read(6, vec![row(2, march(2), -50)], Some(850)),
    ];
    let days = Days { from: march(2), to: march(2) };
    let made = made(&history(&entries), 1, Period::Daily, days, now()).unwrap();
    let closing = made.closing.unwrap();
    assert_eq!((closing.money, closing.basis), (money(850), BalanceBasis::Observed));
}

#[test]
fn t6_a_statement_holds_the_hash_of_the_one_before_and_says_when_that_was_changed() {
    let march = |day| date(2026, 3, day);
    let rows = vec![row(1, march(1), -100), row(2, march(2), -50)];
    let history = history(&[read(0, rows, Some(900))]);
    let on = |newest: Option<&Statement>, period| next(&history, newest, period, march(9), now());
    let first = on(None, Period::Daily).unwrap();
    let second = on(Some(&first), Period::Daily).unwrap();
    assert_eq!((first.previous.clone(), second.previous.clone()), (None, Some(first.hash())));
    let other = Statement { count: first.count + 1, ..first.clone() };
    let lines = Made { lines: String::from("x"), ..first.made.clone() };
    let lines = Statement { made: lines, ..first.clone() };
    for changed in [other, lines, Statement { previous: Some(first.hash()), ..first.clone() }] {
        assert_ne!(changed.hash(), first.hash());
        assert_ne!(on(Some(&changed), Period::Daily).unwrap().hash(), second.hash());
    }
    let longer = on(Some(&first), Period::Weekly).unwrap();
    assert_eq!(longer.previous, None, "each length has a chain of its own");
}

#[test]
fn balances_are_observed_derived_or_unknown_and_nothing_makes_up_for_a_difference() {
    let days = |from, to| Days { from: date(2026, 3, from), to: date(2026, 3, to) };
    let march = |day| date(2026, 3, day);
    // Read at 8:00 and 20:00 of each day from the 1st on; the bank counts −0.30 on the 2nd that no row tells.
    let entries = [
        read(0, vec![row(1, march(1), -100)], Some(900)),
        read(2, vec![row(2, march(2), -50)], Some(820)),
        read(4, vec![], Some(820)),
        read(6, vec![row(3, march(4), -20)], Some(800)),
    ];
    let basis = |balance: Option<Balance>| balance.map(|told| (told.money, told.basis));
    let of = |entries: &[Entry]| made(&history(entries), 1, Period::Daily, days(2, 2), now());
    let statement = of(&entries).unwrap();
    // The first day's end was told on the 2nd only together with a row of the 2nd: it is counted back.
    assert_eq!(basis(statement.opening.clone()), Some((money(870), BalanceBasis::Derived)));
    assert_eq!(basis(statement.closing.clone()), Some((money(820), BalanceBasis::Observed)));
    assert_eq!((statement.total, statement.difference()), (Some(money(-50)), Some(money(0))));
    // Both ends told: the difference stands there, and in no line.
    let told = [
        read(0, vec![row(1, march(1), -100)], Some(900)),
        read(2, vec![], Some(900)),
        read(3, vec![row(2, march(2), -50)], Some(820)),
        read(4, vec![], Some(820)),
    ];
    let statement = of(&told).unwrap();
    assert_eq!(statement.opening.as_ref().map(|told| told.basis), Some(BalanceBasis::Observed));
    assert_eq!((statement.count, statement.difference()), (1, Some(money(-30))));
    // The next begins where the one before ended, whatever was told later.
    let statement = next(&history(&told[..2]), None, Period::Daily, march(2), now()).unwrap();
    assert_eq!(statement.closing.as_ref().map(|told| told.basis), Some(BalanceBasis::Observed));
    let later = next(&history(&entries), Some(&statement), Period::Daily, march(3), now()).unwrap();
    assert_eq!(later.difference(), Some(money(-30)));
    assert_eq!(later.opening, statement.closing);
    let untold = [read(0, vec![row(1, march(1), -100)], None)];
    let statement = of(&untold).unwrap();
    assert_eq!((statement.opening, statement.closing), (None, None));
}

#[test]
fn a_version_is_made_of_late_rows_and_never_of_an_older_journal() {
    let march = |day| date(2026, 3, day);
    let entries = [
        read(0, vec![row(1, march(1), -100)], Some(900)),
        read(2, vec![row(2, march(2), -50)], Some(850)),
        read(4, vec![row(3, march(1), -5)], Some(845)),
    ];
    let first = next(&history(&entries[..2]), None, Period::Daily, march(2), now()).unwrap();
    assert_eq!(first.restated(None, &history(&entries[..2]), now()), None);
    let second = first.restated(None, &history(&entries), now()).unwrap();
    assert_eq!((second.number, second.version, second.count), (1, 2, 2));
    assert_eq!(second.before.as_ref(), Some(&first.made));
    assert_eq!(second.restated(None, &history(&entries), now()), None);
    assert_eq!(second.restated(None, &history(&entries[..2]), now()), None, "an older journal");
    let entries: Vec<&Entry> = entries.iter().collect();
    let moved = moved(&entries, &account());
    let late: Vec<_> = moved.iter().filter_map(|one| one.before(&first)).collect();
    assert_eq!(late, [march(1)]);
    assert!(moved.iter().any(|one| one.since(&first)));
    assert!(!moved.iter().any(|one| one.since(&second)));
}

#[test]
fn an_id_leads_to_its_account_number_and_version() {
    let id = StatementId::of(&account(), 42, 7);
    assert_eq!(id.account(), Some((account(), (42, 7))));
    assert_eq!(id.to_string().parse::<StatementId>().unwrap(), id);
    for text in ["stm_1", "stm_12345678", "stm_abcdefghijk"] {
        assert_eq!(text.parse::<StatementId>().unwrap().account(), None, "{text}");
    }
}

#[test]
fn t1_an_account_that_could_not_be_read_was_not_delivered() {
    for (case, id, of, gone, delivered) in [
        ("a row of it", Some("101"), Some("7"), false, true),
        ("a row of nobody", Some("101"), None, false, true),
        ("the account", None, Some("7"), false, false),
        ("an account, nobody knows which", None, None, false, false),
        ("another account", None, Some("8"), false, true),
        ("gone", None, Some("8"), true, false),
    ] {
        let mut entry = read(0, vec![], Some(900));
        if let Body::Read(read) = &mut entry.body {
            read.accounts[0].facts.gone = gone;
            let id = id.map(|id| id.parse().unwrap());
            let account = of.map(|of| of.parse().unwrap());
            read.quarantined = vec![Quarantined { id, account, why: case.into(), since: None }];
        }
        assert_eq!(!entry.delivered().is_empty(), delivered, "{case}");
    }
}
