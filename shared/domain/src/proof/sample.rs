//! A small account for tests: reads half a day apart, amounts in cents.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::{
    bank::Facts,
    id::{AccountId, ConnectionId},
    journal::{
        AccountEntry, AccountFacts, Balance, BalanceBasis, Body, Entry, Position, Read, Row,
    },
    money::{Currency, Money},
    secret::Personal,
};

/// The first read: the rest are half a day apart.
const FIRST: &str = "2026-03-01T08:00:00Z";

/// Cents.
pub(crate) fn money(amount: i64) -> Money {
    Money::parse(&format!("{amount}e-2"), euro()).unwrap()
}

pub(crate) fn euro() -> Currency {
    "EUR".parse().unwrap()
}

pub(crate) fn account() -> AccountId {
    let connection: ConnectionId = "con_1".parse().unwrap();
    connection.account(&"7".parse().unwrap())
}

pub(crate) fn at(read: usize) -> Timestamp {
    let first: Timestamp = FIRST.parse().unwrap();
    first + SignedDuration::from_hours(12 * i64::try_from(read).unwrap())
}

pub(crate) fn day(read: usize) -> Date {
    at(read).to_zoned(TimeZone::UTC).date()
}

pub(crate) fn facts(made_on: Date, amount: i64, snapshot: Option<i64>) -> Facts {
    Facts {
        made_on,
        money: money(amount),
        rounded: false,
        received: None,
        description: Personal::from("A ROW"),
        mode: None,
        category: None,
        bank_reference: None,
        counterparty: None,
        posting_date: None,
        balance_snapshot: snapshot.map(money),
    }
}

pub(crate) fn row(id: u64, made_on: Date, amount: i64) -> Row {
    let remote = id.to_string().parse().unwrap();
    let id = account().transaction(&remote);
    Row { id, remote, facts: facts(made_on, amount, None), announced: None }
}

/// One read: what it found new, and the balance that it was told.
pub(crate) fn read(index: usize, added: Vec<Row>, balance: Option<i64>) -> Entry {
    let at = Position { number: index as u64 + 1, ..Position::FIRST };
    let observed =
        |amount| Balance { money: money(amount), basis: BalanceBasis::Observed, kind: None };
    let entry = AccountEntry {
        facts: AccountFacts {
            id: account(),
            remote: "7".parse().unwrap(),
            name: Personal::from("Everyday"),
            nature: "checking".into(),
            currency: euro(),
            iban: None,
            identity: None,
            gone: false,
            matched_by: None,
            held_by: None,
            shows_from: None,
        },
        balance: balance.map(observed),
        last: None,
        added,
        modified: Vec::new(),
        removed: Vec::new(),
        aliases: Vec::new(),
        carried: Vec::new(),
        pending: Vec::new(),
        pending_ids: Vec::new(),
    };
    let read = Read {
        weight: 0,
        overlap: 0,
        publishes: false,
        part: 0,
        last: true,
        data_as_of: Some(self::at(index)),
        tail_from: at,
        fingerprint: String::new(),
        accounts: vec![entry],
        quarantined: Vec::new(),
    };
    Entry { at, read_at: self::at(index), correlation: None, body: Body::Read(read) }
}
