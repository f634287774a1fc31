//! What the entries add up to.

use std::{collections::BTreeMap, ops::RangeInclusive};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::{AccountEntry, AccountFacts, Balance, Body, Entry, Position, Row, fold::Rows};
use crate::{
    bank::{Facts, Quarantined},
    id::{AccountId, RemoteTransactionId},
    limits::{OVERLAP_DAYS, OVERLAP_MOST},
};

/// How a row came to its day: it orders the rows of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(u32, u64, u32)", into = "(u32, u64, u32)")]
pub struct Arrival {
    /// The entry.
    pub at: Position,
    /// Its place among the account's rows of that entry.
    pub index: u32,
}

impl From<(u32, u64, u32)> for Arrival {
    fn from((generation, number, index): (u32, u64, u32)) -> Self {
        Self { at: Position { generation, number }, index }
    }
}

impl From<Arrival> for (u32, u64, u32) {
    fn from(arrival: Arrival) -> Self {
        (arrival.at.generation, arrival.at.number, arrival.index)
    }
}

/// One account of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerAccount {
    /// What is known besides its rows.
    pub facts: AccountFacts,
    /// The newest balance.
    pub balance: Option<Balance>,
    /// The highest id seen.
    pub last: Option<RemoteTransactionId>,
    /// Booked rows.
    pub rows: Rows,
    /// Announced rows.
    pub pending: Vec<Facts>,
    /// The provider's ids of them when they last were news.
    pub pending_ids: Vec<RemoteTransactionId>,
}

/// How much of the past is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum History {
    /// Nothing has been read.
    #[default]
    NotReady,
    /// A big first read is under way.
    Initial,
    /// The first read is complete.
    Complete,
}

/// What the entries add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// The newest entry that was added.
    pub head: Position,
    /// Accounts by our id.
    pub accounts: BTreeMap<AccountId, LedgerAccount>,
    /// When everything was compared last, as the newest read says.
    pub read_at: Option<Timestamp>,
    /// The age of its data.
    pub data_as_of: Option<Timestamp>,
    /// How much of the past is in.
    pub history: History,
    /// What the newest read could not read.
    pub quarantined: Vec<Quarantined>,
    /// Whether the newest entry is a tombstone.
    pub closed: bool,
    /// Days that the next read compares, where they are more than usual.
    pub overlap: i64,
}

impl Ledger {
    /// Adds entries up, oldest first.
    pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut ledger = Self::default();
        for entry in entries {
            ledger.add(entry);
        }
        ledger
    }

    /// Days that the next read compares.
    pub fn overlap(&self) -> i64 {
        self.overlap.clamp(OVERLAP_DAYS, OVERLAP_MOST)
    }

    /// Adds one entry.
    pub fn add(&mut self, entry: &Entry) {
        self.head = entry.at;
        match &entry.body {
            Body::Tombstone(_) => self.closed = true,
            Body::Read(read) => {
                self.closed = false;
                self.read_at = Some(entry.read_at);
                self.data_as_of = read.data_as_of.or(self.data_as_of);
                self.history = if read.last { History::Complete } else { History::Initial };
                self.quarantined.clone_from(&read.quarantined);
                self.overlap = read.overlap;
                for account in &read.accounts {
                    self.add_account(entry.at, account, read.last);
                }
            }
        }
    }

    fn add_account(&mut self, at: Position, entry: &AccountEntry, complete: bool) {
        let known = self.accounts.entry(entry.facts.id.clone());
        let account = known.or_insert_with(|| LedgerAccount {
            facts: entry.facts.clone(),
            balance: None,
            last: None,
            rows: Rows::new(),
            pending: Vec::new(),
            pending_ids: Vec::new(),
        });
        account.facts = entry.facts.clone();
        account.last = entry.last.clone().or(account.last.take());
        if complete {
            // A bank that tells none any more does not stand by the one before.
            account.balance.clone_from(&entry.balance);
            account.pending.clone_from(&entry.pending);
            account.pending_ids.clone_from(&entry.pending_ids);
        }
        apply(&mut account.rows, at, entry, &(Date::MIN..=Date::MAX));
    }
}

/// What an entry does to an account's rows of these days. It takes nothing but the rows themselves, so any
/// stretch of days can be replayed alone.
pub(super) fn apply(
    rows: &mut Rows,
    at: Position,
    entry: &AccountEntry,
    days: &RangeInclusive<Date>,
) {
    let changed = entry.modified.iter().map(|change| &change.to);
    let told = entry.added.iter().chain(&entry.carried).chain(changed);
    for (index, row) in (0..).zip(told) {
        let day = row.facts.made_on;
        if !days.contains(&day) {
            rows.remove(&row.id);
            continue;
        }
        let known = rows.get(&row.id).filter(|(_, known)| known.facts.made_on == day);
        let arrival = known.map_or(Arrival { at, index }, |(arrival, _)| *arrival);
        rows.insert(row.id.clone(), (arrival, row.clone()));
    }
    for alias in &entry.aliases {
        if let Some((_, row)) = rows.get_mut(&alias.id) {
            row.remote = alias.remote.clone();
        }
    }
    for removed in &entry.removed {
        rows.remove(&removed.id);
    }
}

impl LedgerAccount {
    /// Booked rows, newest day first, within a day the last that came first; each with the balance
    /// after it, counted back from the newest observed balance.
    pub fn statement(&self) -> Vec<(&Row, Option<Balance>)> {
        let mut rows: Vec<_> = self.rows.values().collect();
        rows.sort_by(|(a, left), (b, right)| {
            (right.facts.made_on, b).cmp(&(left.facts.made_on, a))
        });
        let mut running = self.balance.as_ref().map(|balance| balance.money);
        rows.into_iter()
            .map(|(_, row)| {
                let after = running.map(Balance::derived);
                running = running.and_then(|money| money.minus(row.facts.money).ok());
                (row, after)
            })
            .collect()
    }
}
