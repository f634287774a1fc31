//! Y7: which announced row a booked one was, and how sure that is.

use super::*;
use crate::journal::AnnouncedBy::{self, Amount, AmountAndMerchant, Id, NearAmount, Reference};

/// `id day amount text reference`, day of March.
type Line<'a> = (u64, i8, &'a str, &'a str, Option<&'a str>);

/// `name`, what is announced, what is booked then, and what told each.
type Case<'a> = (&'a str, &'a [Line<'a>], &'a [Line<'a>], &'a [Option<AnnouncedBy>]);

fn line(line: &Line<'_>) -> RemoteTransaction {
    let (id, day, amount, text, reference) = *line;
    let mut row = remote(&(id, day, text, reference));
    row.facts.money = Money::parse(amount, "EUR".parse().unwrap()).unwrap();
    row
}

/// What the rows that were booked say of the rows that were announced, by their ids.
fn told(
    announced: &[Line<'_>],
    booked: &[Line<'_>],
    still: &[Line<'_>],
) -> Vec<Option<AnnouncedBy>> {
    let mut ledger = Ledger::default();
    let with = |booked: &[Line<'_>], pending: &[Line<'_>]| {
        let mut shown = fetched(&[], None, &[]);
        shown.accounts[0].booked = booked.iter().map(line).collect();
        shown.accounts[0].pending = pending.iter().map(line).collect();
        shown
    };
    read(&mut ledger, Held::Everything, &with(&[], announced));
    let delta = read(&mut ledger, Held::Tail, &with(booked, still));
    let rows = delta.accounts[0].added.iter();
    rows.map(|row| row.announced.as_ref().map(|told| told.by)).collect()
}

#[test]
fn y7_a_booked_row_says_which_announced_row_it_was_and_what_told_it() {
    const HOTEL: Line<'_> = (1, 10, "-20", "HOTEL SEA 12", None);
    #[rustfmt::skip]
    let cases: [Case<'_>; 16] = [
        ("nothing was announced", &[], &[(11, 12, "-20", "HOTEL SEA", None)], &[None]),
        ("its id, whatever else", &[HOTEL], &[(1, 19, "-99", "OTHER", None)], &[Some(Id)]),
        ("its reference", &[(1, 2, "-20", "A", Some("R"))], &[(11, 19, "-21", "B", Some("R"))], &[Some(Reference)]),
        ("an empty reference is none", &[(1, 2, "-2", "A", Some(""))], &[(11, 19, "-3", "B", Some(""))], &[None]),
        ("amount and merchant", &[HOTEL], &[(11, 12, "-20", "SEA HOTEL REF 99", None)], &[Some(AmountAndMerchant)]),
        ("14 days are near", &[(1, 5, "-20", "HOTEL", None)], &[(11, 19, "-20", "HOTEL", None)], &[Some(AmountAndMerchant)]),
        ("15 days are not", &[(1, 4, "-20", "HOTEL", None)], &[(11, 19, "-20", "HOTEL", None)], &[None]),
        ("the amount alone, where it is the only one", &[HOTEL], &[(11, 12, "-20", "XYZ", None)], &[Some(Amount)]),
        ("the amount alone, for two", &[HOTEL], &[(11, 12, "-20", "XY", None), (12, 12, "-20", "ZZ", None)], &[None, None]),
        ("the amount alone, of two", &[HOTEL, (2, 10, "-20", "CAFE", None)], &[(11, 12, "-20", "XYZ", None)], &[None]),
        ("a tip", &[HOTEL], &[(11, 12, "-25", "HOTEL SEA", None)], &[Some(NearAmount)]),
        ("more than a tip", &[HOTEL], &[(11, 12, "-25.01", "HOTEL SEA", None)], &[None]),
        ("money the other way", &[HOTEL], &[(11, 12, "20", "HOTEL SEA", None)], &[None]),
        ("twins, each its own", &[HOTEL, HOTEL], &[(11, 12, "-20", "HOTEL SEA", None), (12, 12, "-20", "HOTEL SEA", None)],
            &[Some(AmountAndMerchant), Some(AmountAndMerchant)]),
        ("one of them, once", &[HOTEL], &[(11, 12, "-20", "HOTEL SEA", None), (12, 12, "-20", "HOTEL SEA", None)],
            &[Some(AmountAndMerchant), None]),
        ("the surer step first", &[HOTEL, (2, 10, "-20", "HOTEL SEA", Some("R"))],
            &[(11, 12, "-20", "HOTEL SEA", None), (12, 12, "-20", "HOTEL SEA", Some("R"))], &[Some(AmountAndMerchant), Some(Reference)]),
    ];
    for (name, announced, booked, want) in cases {
        assert_eq!(told(announced, booked, &[]), want, "{name}");
    }
    let same = [(11, 12, "-20", "HOTEL SEA", None)];
    assert_eq!(told(&[HOTEL], &same, &[HOTEL]), [None], "what is announced still was not booked");
    assert_eq!(
        told(&[HOTEL, HOTEL], &same, &[HOTEL]),
        [Some(AmountAndMerchant)],
        "of twins one was"
    );
}

#[test]
fn y7_what_an_announced_row_was_stays_with_the_booked_one_when_that_changes() {
    let mut ledger = Ledger::default();
    let mut shown = fetched(&[], None, &[]);
    shown.accounts[0].pending = vec![line(&(1, 10, "-20", "HOTEL", None))];
    read(&mut ledger, Held::Everything, &shown);
    for text in ["HOTEL SEA", "HOTEL SEA VIEW"] {
        let mut shown = fetched(&[], None, &[]);
        shown.accounts[0].booked = vec![line(&(11, 12, "-20", text, None))];
        read(&mut ledger, Held::Tail, &shown);
    }
    let account = ledger.accounts.values().next().unwrap();
    let (_, row) = account.rows.values().next().unwrap();
    let announced = row.announced.as_ref().unwrap();
    assert_eq!(row.facts.description.reveal(), "HOTEL SEA VIEW");
    assert_eq!(announced.description.as_ref().unwrap().reveal(), "HOTEL");
    assert_eq!(announced.money, None, "the amount is the same");
}

#[test]
fn y7_ids_of_announced_rows_that_change_with_each_fetch_are_no_news() {
    let mut ledger = Ledger::default();
    let with = |id| {
        let mut shown = fetched(&[], None, &[]);
        shown.accounts[0].pending = vec![line(&(id, 10, "-20", "HOTEL", None))];
        shown
    };
    read(&mut ledger, Held::Everything, &with(1));
    assert!(!plan(&connection(), &ledger, Held::Tail, &with(2), &[7; 32]).changed);
}
