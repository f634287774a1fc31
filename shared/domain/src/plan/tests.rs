//! The plan against what banks do: each case is two reads and what the second one says.

use std::collections::BTreeSet;

use super::*;
use crate::{
    bank::{Facts, Quarantined, RemoteAccount},
    journal::{Body, Entry, Position},
    money::Money,
    secret::Personal,
};
use jiff::Timestamp;

mod accounts;
mod anew;
mod late;
mod pending;
mod tails;
mod traps;

const NOW: &str = "2026-03-20T10:00:00Z";

/// `id day text reference`, amount -1.00, day of March.
type Shown<'a> = (u64, i8, &'a str, Option<&'a str>);

/// `name`, what is shown next, ids set aside, and how many are added, modified, removed, renamed.
type Case<'a> = (&'a str, Vec<Shown<'a>>, &'a [u64], [usize; 4]);

fn remote(row: &Shown<'_>) -> RemoteTransaction {
    let (id, day, text, reference) = row;
    let money = Money::parse("-1", "EUR".parse().unwrap()).unwrap();
    RemoteTransaction {
        id: id.to_string().parse().unwrap(),
        account: "7".parse().unwrap(),
        facts: Facts {
            made_on: jiff::civil::date(2026, 3, *day),
            money,
            rounded: false,
            received: None,
            description: Personal::from(*text),
            mode: None,
            category: None,
            bank_reference: reference.map(Personal::from),
            counterparty: None,
            posting_date: None,
            balance_snapshot: None,
        },
    }
}

fn fetched(rows: &[Shown<'_>], from: Option<u64>, duplicated: &[u64]) -> Fetched {
    let balance = Money::read("10", "EUR".parse().unwrap()).ok();
    let account = RemoteAccount {
        id: "7".parse().unwrap(),
        name: Personal::from("Everyday"),
        nature: "checking".into(),
        currency: "EUR".parse().unwrap(),
        balance,
        balance_type: None,
        iban: Some(Personal::from("XF12 3456")),
        number: None,
        updated_on_last_attempt: None,
    };
    let listed = rows.iter().filter(|row| from.is_none_or(|from| row.0 >= from));
    Fetched {
        read_at: NOW.parse().unwrap(),
        known_at: None,
        data_as_of: Some(NOW.parse().unwrap()),
        accounts: vec![FetchedAccount {
            account,
            from: from.map(|id| id.to_string().parse().unwrap()),
            booked: listed.map(remote).collect(),
            pending: Vec::new(),
            duplicated: duplicated.iter().map(|id| id.to_string().parse().unwrap()).collect(),
            unread: Unread::default(),
            held_by: None,
        }],
        quarantined: Vec::new(),
    }
}

fn connection() -> ConnectionId {
    "con_1".parse().unwrap()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn place(head: Position, tail: &[Entry]) -> Place<'_> {
    Place { head, tail, read_at: now(), data_as_of: Some(now()), first_part: 0 }
}

/// The entries that a delta becomes behind a head, when these were compared with.
fn entries(delta: &Delta, head: Position, tail: &[Entry]) -> Vec<Entry> {
    let placed = parts(delta, place(head, tail)).into_iter();
    placed
        .map(|(at, read)| Entry { at, read_at: now(), correlation: None, body: Body::Read(read) })
        .collect()
}

fn commit(ledger: &mut Ledger, delta: &Delta) {
    for entry in entries(delta, ledger.head, &[]) {
        ledger.add(&entry);
    }
}

/// What the next read loads: the entries from where the newest one says.
fn tail_of(journal: &[Entry]) -> Vec<Entry> {
    let Some(Entry { body: Body::Read(newest), .. }) = journal.last() else { return Vec::new() };
    journal.iter().filter(|entry| entry.at >= newest.tail_from).cloned().collect()
}

fn read(ledger: &mut Ledger, held: Held, fetched: &Fetched) -> Delta {
    let delta = plan(&connection(), ledger, held, fetched, &[7; 32]);
    commit(ledger, &delta);
    delta
}

fn texts(ledger: &Ledger) -> Vec<String> {
    let account = ledger.accounts.values().next().unwrap();
    let mut texts: Vec<_> =
        account.rows.values().map(|(_, row)| row.facts.description.reveal().to_owned()).collect();
    texts.sort();
    texts
}

#[test]
fn the_second_read_says_what_changed() {
    let first: &[Shown<'_>] = &[(10, 15, "A", None), (11, 16, "B", Some("R")), (12, 17, "C", None)];
    let cases: &[Case<'_>] = &[
        ("the same", first.to_vec(), &[], [0, 0, 0, 0]),
        ("one more", [first, &[(13, 18, "D", None)]].concat(), &[], [1, 0, 0, 0]),
        ("a twin", [first, &[(13, 17, "C", None)]].concat(), &[], [1, 0, 0, 0]),
        ("re-described", vec![first[0], (11, 16, "B2", Some("R")), first[2]], &[], [0, 1, 0, 0]),
        ("a new id", vec![first[0], first[1], (20, 17, "C", None)], &[], [0, 0, 0, 1]),
        (
            "id and text, by reference",
            vec![first[0], first[2], (20, 16, "X", Some("R"))],
            &[],
            [0, 1, 0, 0],
        ),
        ("id and text, untold", vec![first[1], first[2], (20, 15, "X", None)], &[], [1, 0, 1, 0]),
        ("gone", first[..2].to_vec(), &[], [0, 0, 1, 0]),
        ("set aside", first[..2].to_vec(), &[12], [0, 0, 1, 0]),
        ("late, with an earlier id", [&[(9, 14, "Z", None)], first].concat(), &[], [1, 0, 0, 0]),
        ("the same id twice", [first, &[first[2]]].concat(), &[], [0, 0, 0, 0]),
        ("nothing at all", vec![], &[], [0, 0, 3, 0]),
    ];
    for (name, shown, duplicated, want) in cases {
        let mut ledger = Ledger::default();
        read(&mut ledger, Held::Everything, &fetched(first, None, &[]));
        let delta = read(&mut ledger, Held::Tail, &fetched(shown, None, duplicated));
        let news = &delta.accounts[0];
        let have = [news.added.len(), news.modified.len(), news.removed.len(), news.aliases.len()];
        assert_eq!(&have, want, "{name}");
        assert_eq!(delta.changed, want != &[0; 4], "{name}");
        let mut told: Vec<_> = shown
            .iter()
            .map(|row| (row.0, row.2.to_owned()))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|row| row.1)
            .collect();
        told.sort();
        assert_eq!(texts(&ledger), told, "{name}");
    }
}

#[test]
fn a_row_before_the_overlap_that_was_seen_is_not_new_and_one_that_was_not_is() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&[(30, 18, "NEW", None)], None, &[]));
    // 25 is below the highest id seen and before the overlap: it was read before the tail begins.
    let shown = [(25, 1, "OLD", None), (30, 18, "NEW", None), (31, 1, "LATE", None)];
    let delta = read(&mut ledger, Held::Tail, &fetched(&shown, Some(25), &[]));
    let added: Vec<_> =
        delta.accounts[0].added.iter().map(|row| row.facts.description.reveal()).collect();
    assert_eq!(added, ["LATE"]);
}

#[test]
fn an_account_that_is_not_delivered_keeps_its_rows() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&[(1, 18, "A", None)], None, &[]));
    let nothing = Fetched { accounts: Vec::new(), ..fetched(&[], None, &[]) };
    let delta = read(&mut ledger, Held::Tail, &nothing);
    assert!(delta.changed && delta.accounts[0].facts.gone);
    assert_eq!(texts(&ledger), ["A"]);
    assert!(!plan(&connection(), &ledger, Held::Tail, &nothing, &[7; 32]).changed);
}

#[test]
fn another_link_of_the_account_keeps_its_ids() {
    let mut ledger = Ledger::default();
    let rows = [(1, 18, "A", None), (2, 18, "A", None), (3, 19, "B", Some("R"))];
    read(&mut ledger, Held::Everything, &fetched(&rows, None, &[]));
    let before: Vec<_> = ledger.accounts.values().next().unwrap().rows.keys().cloned().collect();
    let again = [(51, 18, "A", None), (52, 18, "A", None), (53, 19, "B", Some("R"))];
    let mut shown = fetched(&again, None, &[]);
    shown.accounts[0].account.id = "8".parse().unwrap();
    let delta = read(&mut ledger, Held::Everything, &shown);
    assert_eq!(ledger.accounts.len(), 1);
    let news = &delta.accounts[0];
    assert_eq!((news.added.len(), news.removed.len(), news.aliases.len()), (0, 0, 3));
    assert_eq!(news.carried.len(), 3);
    let after: Vec<_> = ledger.accounts.values().next().unwrap().rows.keys().cloned().collect();
    assert_eq!(before, after);
}

#[test]
fn a_row_that_cannot_be_read_is_news() {
    let mut ledger = Ledger::default();
    read(&mut ledger, Held::Everything, &fetched(&[], None, &[]));
    let why = String::from("amount");
    let broken = Quarantined { id: None, account: None, why, since: None };
    let shown = Fetched { quarantined: vec![broken], ..fetched(&[], None, &[]) };
    assert!(read(&mut ledger, Held::Tail, &shown).changed);
    assert!(!plan(&connection(), &ledger, Held::Tail, &shown, &[7; 32]).changed);
}
