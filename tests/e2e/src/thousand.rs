//! A page of a thousand rows that are known, as a bank shows it again: the same, or with some of them changed.

use std::collections::BTreeSet;

use domain::{
    bank::{RemoteAccount, RemoteTransaction},
    id::ConnectionId,
    journal::{Body, Entry, Ledger, Position},
    plan::{self, Delta, Fetched, FetchedAccount, Held, Place, Unread},
};
use jiff::Timestamp;

use crate::script;

/// Rows of a page of Salt Edge's, at most.
pub const ROWS: usize = 1_000;
const KEY: [u8; 32] = [7; 32];

/// A connection whose ledger holds the page.
#[derive(Debug)]
pub struct Thousand {
    connection: ConnectionId,
    ledger: Ledger,
    account: RemoteAccount,
    rows: Vec<RemoteTransaction>,
    now: Timestamp,
}

impl Thousand {
    /// Reads the page for the first time.
    pub fn new() -> Self {
        let now: Timestamp = "2026-03-20T10:00:00Z".parse().unwrap();
        let account = script::remote(0);
        let row = |n: u64| RemoteTransaction {
            id: (1_330_000_000_000_000_000 + n * 7_919).to_string().parse().unwrap(),
            account: account.id.clone(),
            facts: script::facts(n, script::today(now), ""),
        };
        let rows = (0..ROWS as u64).map(row).collect();
        let connection = ConnectionId::from_bytes(&[1; 15]);
        let ledger = Ledger::default();
        let mut page = Self { connection, ledger, account, rows, now };
        let delta = page.plan(&page.shown(0));
        let place = Place {
            head: Position::start(1),
            tail: &[],
            read_at: now,
            data_as_of: Some(now),
            first_part: 0,
        };
        let entry =
            |(at, read)| Entry { at, read_at: now, correlation: None, body: Body::Read(read) };
        let entries: Vec<Entry> = plan::parts(&delta, place).into_iter().map(entry).collect();
        page.ledger = Ledger::replay(&entries);
        page
    }

    /// The page shown again, with so many of its rows re-described.
    pub fn shown(&self, changed: usize) -> Fetched {
        let mut booked = self.rows.clone();
        for row in booked.iter_mut().take(changed) {
            row.facts.description = format!("{} SETTLED", row.facts.description.reveal()).into();
        }
        let account = FetchedAccount {
            account: self.account.clone(),
            from: None,
            booked,
            pending: Vec::new(),
            duplicated: BTreeSet::new(),
            unread: Unread::default(),
            held_by: None,
        };
        Fetched {
            read_at: self.now,
            known_at: self.ledger.read_at,
            data_as_of: Some(self.now),
            accounts: vec![account],
            quarantined: Vec::new(),
        }
    }

    /// What is new.
    pub fn plan(&self, fetched: &Fetched) -> Delta {
        plan::plan(&self.connection, &self.ledger, Held::Everything, fetched, &KEY)
    }
}

impl Default for Thousand {
    fn default() -> Self {
        Self::new()
    }
}
