use super::*;
use crate::{
    id::ConnectionId,
    journal::{AccountEntry, Body, Entry, Position, Read},
};

/// Salt Edge's id, IBAN, name, nature, currency, gone, reference.
type Case<'a> = (&'a str, Option<&'a str>, &'a str, &'a str, &'a str, bool, Option<&'a str>);

fn facts(case: Case<'_>) -> AccountFacts {
    let (remote, iban, name, nature, currency, gone, _) = case;
    let connection: ConnectionId = "con_1".parse().unwrap();
    let remote = remote.parse().unwrap();
    AccountFacts {
        id: connection.account_in(&remote, &format!("{currency}{name}")),
        remote,
        name: Personal::from(name),
        nature: nature.into(),
        currency: currency.parse().unwrap(),
        iban: iban.map(Personal::from),
        identity: iban.map(|iban| format!("{iban}|{currency}")),
        gone,
        matched_by: None,
        held_by: None,
        shows_from: None,
    }
}

/// What is proposed for each of these accounts, in their order.
fn proposals(cases: &[Case<'_>]) -> Vec<Option<(String, Because)>> {
    let entry = |facts: AccountFacts| AccountEntry {
        facts,
        balance: None,
        last: None,
        added: Vec::new(),
        modified: Vec::new(),
        removed: Vec::new(),
        aliases: Vec::new(),
        carried: Vec::new(),
        pending: Vec::new(),
        pending_ids: Vec::new(),
    };
    let read = Read {
        part: 0,
        last: true,
        data_as_of: None,
        tail_from: Position::FIRST,
        weight: 0,
        overlap: 0,
        publishes: false,
        fingerprint: String::new(),
        accounts: cases.iter().map(|case| entry(facts(*case))).collect(),
        quarantined: Vec::new(),
    };
    let read_at = "2026-03-01T00:00:00Z".parse().unwrap();
    let entry = Entry { at: Position::FIRST, read_at, correlation: None, body: Body::Read(read) };
    let ledger = Ledger::replay([&entry]);
    let mut mapping = Mapping::default();
    for case in cases {
        let reference = case.6.map(|text| Reference::try_from(text.to_owned()).unwrap());
        mapping = mapping.with(&facts(*case).id, reference);
    }
    let proposed = propose(&ledger, &mapping);
    let told = cases.iter().map(|case| proposed.get(&facts(*case).id));
    told.map(|one| one.map(|one| (one.reference.reveal().to_owned(), one.because))).collect()
}

#[test]
fn l6_a_reference_is_proposed_once_and_for_a_reason() {
    let old = ("1", Some("XF1"), "Everyday", "checking", "EUR", true, Some("1200"));
    let alike = ("2", Some("XF2"), "Everyday", "checking", "EUR", false, None);
    let dollars = ("3", Some("XF1"), "In dollars", "account", "USD", false, None);
    let other = ("4", Some("XF4"), "Other", "checking", "EUR", false, None);
    let card = ("5", None, "Card", "credit_card", "EUR", false, None);
    let said = |because| Some((String::from("1200"), because));
    for (name, cases, want) in [
        (
            "the same number elsewhere",
            vec![old, dollars],
            vec![None, said(Because::CurrencyChanged)],
        ),
        (
            "the surest rule",
            vec![old, alike, dollars],
            vec![None, None, said(Because::CurrencyChanged)],
        ),
        ("the same name", vec![old, alike, other], vec![None, said(Because::SameName), None]),
        ("the only one left", vec![old, other, card], vec![None, said(Because::OnlyOneLeft), None]),
        ("nothing fits", vec![old, card], vec![None, None]),
        (
            "two that fit",
            vec![old, other, ("6", None, "Third", "checking", "EUR", false, None)],
            vec![None; 3],
        ),
        (
            "still delivered",
            vec![("1", Some("XF1"), "Everyday", "checking", "EUR", false, Some("1200")), alike],
            vec![None, None],
        ),
        (
            "in use elsewhere",
            vec![old, alike, ("9", None, "Nine", "loan", "EUR", false, Some("1200"))],
            vec![None; 3],
        ),
        (
            "two gone accounts of one reference",
            vec![
                old,
                ("9", None, "Nine", "loan", "EUR", true, Some("1200")),
                alike,
                ("10", None, "Ten", "loan", "EUR", false, None),
            ],
            vec![None, None, said(Because::SameName), None],
        ),
        (
            "has one",
            vec![old, ("2", Some("XF2"), "Everyday", "checking", "EUR", false, Some("7"))],
            vec![None, None],
        ),
    ] {
        assert_eq!(proposals(&cases), want, "{name}");
    }
}

#[test]
fn l6_a_reference_is_checked_once_where_it_comes_in() {
    for (text, good) in [
        ("1200", true),
        (" Konto 1200 / Ä ", true),
        ("", false),
        ("  ", false),
        ("a\nb", false),
        ("a\u{0}b", false),
    ] {
        assert_eq!(Reference::try_from(text.to_owned()).is_ok(), good, "{text:?}");
    }
    assert!(Reference::try_from("ä".repeat(200)).is_ok());
    assert!(Reference::try_from("ä".repeat(201)).is_err());
}
