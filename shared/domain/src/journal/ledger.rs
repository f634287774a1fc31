//! What the entries add up to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountEntry, AccountFacts, Balance, Body, Entry, Position, Row};
use crate::{
    bank::{Facts, Quarantined},
    id::{AccountId, RemoteTransactionId, TransactionId},
};

/// One account of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerAccount {
    /// What is known besides its rows.
    pub facts: AccountFacts,
    /// The newest balance.
    pub balance: Option<Balance>,
    /// The highest id seen.
    pub last: Option<RemoteTransactionId>,
    /// Booked rows; the number orders those of one day as they came.
    pub rows: BTreeMap<TransactionId, (u64, Row)>,
    /// Announced rows.
    pub pending: Vec<Facts>,
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
    /// When the newest read was written.
    pub read_at: Option<Timestamp>,
    /// The age of its data.
    pub data_as_of: Option<Timestamp>,
    /// How much of the past is in.
    pub history: History,
    /// What the newest read could not read.
    pub quarantined: Vec<Quarantined>,
    /// Whether the newest entry is a tombstone.
    pub closed: bool,
    arrivals: u64,
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
                for account in &read.accounts {
                    self.add_account(account, read.last);
                }
            }
        }
    }

    fn add_account(&mut self, entry: &AccountEntry, complete: bool) {
        let known = self.accounts.entry(entry.facts.id.clone());
        let account = known.or_insert_with(|| LedgerAccount {
            facts: entry.facts.clone(),
            balance: None,
            last: None,
            rows: BTreeMap::new(),
            pending: Vec::new(),
        });
        account.facts = entry.facts.clone();
        account.last = entry.last.clone().or(account.last.take());
        if complete {
            // A bank that tells none any more does not stand by the one before.
            account.balance.clone_from(&entry.balance);
            account.pending.clone_from(&entry.pending);
        }
        let changed = entry.modified.iter().map(|change| &change.to);
        for row in entry.added.iter().chain(&entry.carried).chain(changed) {
            self.arrivals += 1;
            let order = account.rows.get(&row.id).map_or(self.arrivals, |(order, _)| *order);
            account.rows.insert(row.id.clone(), (order, row.clone()));
        }
        for alias in &entry.aliases {
            if let Some((_, row)) = account.rows.get_mut(&alias.id) {
                row.remote = alias.remote.clone();
            }
        }
        for removed in &entry.removed {
            account.rows.remove(&removed.id);
        }
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
