//! The copied ledger of one connection: an append-only log in which one entry is one read that found
//! something new, and the ledger that the entries add up to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    bank::{Facts, Quarantined},
    id::{AccountId, RemoteAccountId, RemoteTransactionId, TransactionId},
    money::{Currency, Money},
    secret::Personal,
};

/// Where in the log: generation, then number. Numbers begin at 1 and have no holes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Which life of the connection.
    pub generation: u32,
    /// Which entry of it.
    pub number: u64,
}

impl Position {
    /// The place before the first entry of a generation.
    pub fn start(generation: u32) -> Self {
        Self { generation, number: 0 }
    }

    /// The next place in the same generation.
    #[must_use]
    pub fn next(self) -> Self {
        Self { number: self.number + 1, ..self }
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Where it stands.
    pub at: Position,
    /// When it was written.
    pub read_at: Timestamp,
    /// What it says.
    pub body: Body,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// A read, or one part of a big one.
    Read(Read),
    /// Nothing comes after this in its generation.
    Tombstone(Tombstone),
}

/// The end of a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// Who ended it: `saas`, `owner` or `not_confirmed`.
    pub by: String,
}

/// What one read found new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Which part of the read, from 0.
    pub part: u16,
    /// Whether the read is complete with this part.
    pub last: bool,
    /// When the provider's attempt succeeded: the age of the data.
    pub data_as_of: Option<Timestamp>,
    /// A hash of the content: tells our own write from another's.
    pub fingerprint: String,
    /// Every account as it stands, with what is new in it.
    pub accounts: Vec<AccountEntry>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<Quarantined>,
}

/// How a balance is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceBasis {
    /// The bank told it.
    Observed,
    /// Computed from an observed one and booked rows.
    Derived,
    /// Nobody told it.
    Unknown,
}

/// A balance and how it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// The balance.
    #[serde(flatten)]
    pub money: Money,
    /// How it is known.
    pub basis: BalanceBasis,
}

/// What is known of an account besides its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFacts {
    /// Our id.
    pub id: AccountId,
    /// Salt Edge's present id: an alias.
    pub remote: RemoteAccountId,
    /// Its name.
    pub name: Personal,
    /// Its nature, as sent.
    pub nature: String,
    /// Its currency.
    pub currency: Currency,
    /// Its international number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iban: Option<Personal>,
    /// A keyed hash of number and currency: what tells it again under another id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// No longer delivered: closed, or unticked at the bank.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

/// One account in one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEntry {
    /// The account.
    #[serde(flatten)]
    pub facts: AccountFacts,
    /// The balance as told by this read; only a last part has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
    /// The highest id that Salt Edge has shown: rows up to it have been seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<RemoteTransactionId>,
    /// Rows that are new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Row>,
    /// Rows that read otherwise than before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modified: Vec<Change>,
    /// Rows that are not shown any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
    /// Rows that only changed their id at Salt Edge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
    /// Rows of an earlier generation, restated for comparison; not news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carried: Vec<Row>,
    /// Announced rows: a snapshot, replaced by every entry that is complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Facts>,
}

/// A booked row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Our id; it survives every change of Salt Edge's.
    pub id: TransactionId,
    /// Salt Edge's present id: an alias.
    pub remote: RemoteTransactionId,
    /// The facts.
    #[serde(flatten)]
    pub facts: Facts,
}

/// A row that reads otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// As it was.
    pub from: Row,
    /// As it is.
    pub to: Row,
}

/// A row that is not shown any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The row.
    pub id: TransactionId,
    /// Why.
    pub reason: RemovedBecause,
}

/// Why a row is not shown any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovedBecause {
    /// Salt Edge set it aside as a duplicate.
    Duplicated,
    /// It is in no list.
    Vanished,
}

/// A row's new id at Salt Edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The row.
    pub id: TransactionId,
    /// Salt Edge's new id of it.
    pub remote: RemoteTransactionId,
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
        account.balance = entry.balance.clone().or(account.balance.take());
        if complete {
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
                let after = running.map(|money| Balance { money, basis: BalanceBasis::Derived });
                running = running.and_then(|money| money.minus(row.facts.money).ok());
                (row, after)
            })
            .collect()
    }
}
