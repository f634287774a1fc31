//! A bank by script, read as `sync` reads it, straight into the table: years of pulls in a minute.

use std::collections::BTreeSet;

use domain::{
    bank::{Facts, RemoteAccount, RemoteTransaction},
    connection::Connection,
    id::{AccountId, CorrelationId},
    journal::{Body, Entry, Ledger, Position},
    money::Money,
    plan::{self, Fetched, FetchedAccount, Held, Place, Unread},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde_json::json;
use store::{Appended, Base, Table};

/// Pulls of a month.
pub const PULLS: u64 = 120;
/// Rows that each pull finds.
pub const ROWS: u64 = 5;
/// Pulls after which the script asks for what the next entries may be deflated behind: seldom, decoding takes long.
const BASE: u64 = 65;
/// Every so many rows one is edited a pull later: 5 %.
pub const EDITED: u64 = 20;

const MERCHANTS: [&str; 8] = [
    "CARD PAYMENT GROCERY HOUSE",
    "DIRECT DEBIT CITY ENERGY",
    "SALARY ACME INC",
    "CARD PAYMENT COFFEE CORNER",
    "TRANSFER TO SAVINGS",
    "ONLINE ORDER BOOKS AND MORE",
    "FUEL STATION NORTH",
    "SUBSCRIPTION MUSIC",
];

/// One account in which most happens, and one beside it.
#[derive(Debug)]
pub struct Script {
    rows: [Vec<RemoteTransaction>; 2],
    pulls: u64,
    journal: Vec<Entry>,
    base: Option<Base>,
}

/// What one pull cost and did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pulled {
    /// Items of folds that it wrote.
    pub folds: usize,
    /// Entries in its tail.
    pub tail: usize,
}

impl Script {
    /// A bank without rows.
    pub fn new() -> Self {
        Self { rows: [Vec::new(), Vec::new()], pulls: 0, journal: Vec::new(), base: None }
    }

    /// The rows of an account.
    pub fn rows(&self, account: usize) -> &[RemoteTransaction] {
        &self.rows[account]
    }

    /// Our id of an account.
    pub fn account(connection: &Connection, account: usize) -> AccountId {
        connection.id.account(&remote(account).id)
    }

    /// Books what the next pull finds, and edits a row of the pull before where it is its turn.
    fn book(&mut self, now: Timestamp) {
        let day = now.to_zoned(TimeZone::UTC).date();
        for n in self.pulls * ROWS..(self.pulls + 1) * ROWS {
            let account = usize::from(n % 6 == 5);
            let facts = facts(n, day, "");
            let id = (1_330_000_000_000_000_000 + n * 7_919).to_string();
            let account_id = remote(account).id;
            self.rows[account].push(RemoteTransaction {
                id: id.parse().unwrap(),
                account: account_id,
                facts,
            });
            if n % EDITED == 0 && self.rows[0].len() > 8 {
                let at = self.rows[0].len() - 8;
                let row = &mut self.rows[0][at];
                let text = format!("{} SETTLED", row.facts.description.reveal());
                row.facts.description = text.into();
            }
        }
        self.pulls += 1;
    }

    fn fetched(&self, ledger: &Ledger, now: Timestamp) -> Fetched {
        let known_at = ledger.read_at;
        let start = plan::compared_from(known_at, now, ledger.overlap());
        let account = |n: usize| {
            let account = remote(n);
            let known = plan::known_as(ledger, &account);
            let from = known.and_then(|known| plan::from_id(ledger, known, start));
            let first = self.rows[n]
                .partition_point(|row| from.as_ref().is_some_and(|from| row.id < *from));
            let booked = self.rows[n][first..].to_vec();
            let announced = facts(self.pulls * 31, today(now), " RESERVED");
            let pending = (n == 0).then(|| RemoteTransaction {
                id: "9".parse().unwrap(),
                account: account.id.clone(),
                facts: announced,
            });
            let (duplicated, unread) = (BTreeSet::new(), Unread::default());
            let pending = pending.into_iter().collect();
            FetchedAccount { account, from, booked, pending, duplicated, unread, held_by: None }
        };
        let accounts = vec![account(0), account(1)];
        Fetched { read_at: now, known_at, data_as_of: Some(now), accounts, quarantined: Vec::new() }
    }

    /// One pull, as `sync` makes it.
    pub async fn pull(&mut self, table: &Table, connection: &Connection, now: Timestamp) -> Pulled {
        self.book(now);
        let tail = self.tail();
        let ledger = Ledger::replay(&tail);
        let fetched = self.fetched(&ledger, now);
        let held = Held::Tail;
        let delta = plan::plan(&connection.id, &ledger, held, &fetched, &[7; 32]);
        let place = Place {
            head: tail.last().map_or(Position::start(connection.generation), |entry| entry.at),
            tail: &tail,
            read_at: now,
            data_as_of: Some(now),
            first_part: 0,
        };
        let mut known = tail.clone();
        for (at, read) in plan::parts(&delta, place) {
            let correlation = Some(correlation(self.pulls));
            let entry = Entry { at, read_at: now, correlation, body: Body::Read(read) };
            let (tenant, id) = (&connection.tenant, &connection.id);
            let appended = table.append(tenant, id, &entry, self.base.as_ref()).await.unwrap();
            assert_eq!(appended, Appended::Won);
            self.journal.push(entry.clone());
            known.push(entry);
        }
        if self.pulls % BASE == 1 {
            let newest = table.newest(&connection.tenant, &connection.id).await.unwrap();
            self.base = newest.unwrap().base;
        }
        let folds = table.keep_folds(&connection.tenant, &connection.id, &known).await.unwrap();
        Pulled { folds, tail: tail.len() }
    }

    /// What the table's tail is, held here: two years of them would be decoded by the hour.
    pub fn tail(&self) -> Vec<Entry> {
        let Some(Entry { body: Body::Read(newest), .. }) = self.journal.last() else {
            return Vec::new();
        };
        let from = self.journal.partition_point(|entry| entry.at < newest.tail_from);
        self.journal[from..].to_vec()
    }

    /// Goes on behind what a first link brought.
    pub async fn begin(&mut self, table: &Table, connection: &Connection) {
        let tail = table.tail(&connection.tenant, &connection.id).await.unwrap().unwrap();
        self.journal = tail.entries;
        self.base = tail.base;
    }
}

impl Default for Script {
    fn default() -> Self {
        Self::new()
    }
}

/// Six hours: four pulls a day.
pub fn pause() -> SignedDuration {
    SignedDuration::from_hours(6)
}

/// A request id of AWS, as `sync` puts it on its entries.
fn correlation(pull: u64) -> CorrelationId {
    let noise = |n: u64| (pull * 31 + n).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (a, b) = (format!("{:016x}", noise(1)), format!("{:016x}", noise(2)));
    let text = format!("{}-{}-{}-{}-{}", &a[..8], &a[8..12], &a[12..], &b[..4], &b[4..]);
    text.parse().unwrap()
}

pub(crate) fn today(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}

pub(crate) fn facts(n: u64, day: Date, more: &str) -> Facts {
    let merchant = MERCHANTS[usize::try_from(n % 8).unwrap()];
    let money =
        Money::parse(&format!("-{}.{:02}", n * 37 % 400, n * 13 % 100), "EUR".parse().unwrap());
    let text = format!("{merchant} {:06}{more}", n * 7_907 % 999_983);
    let mut json =
        json!({"d": day, "m": money.unwrap(), "n": text, "k": "normal", "c": "shopping"});
    if n.is_multiple_of(2) {
        json["b"] = format!("NTRF{:010}", n * 104_729 % 9_999_999_967).into();
    }
    serde_json::from_value(json).unwrap()
}

pub(crate) fn remote(account: usize) -> RemoteAccount {
    let currency = "EUR".parse().unwrap();
    RemoteAccount {
        id: (1_220_000_000_000_000_070_u64 + account as u64).to_string().parse().unwrap(),
        name: ["Current account", "Credit card"][account].into(),
        nature: ["checking", "credit_card"][account].into(),
        currency,
        balance: Some(Money::read("1000.25", currency).unwrap()),
        balance_type: None,
        iban: Some(format!("XF8937040044053201300{account}").into()),
        number: None,
        updated_on_last_attempt: None,
    }
}
