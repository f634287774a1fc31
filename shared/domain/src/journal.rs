//! The copied ledger of one connection: an append-only log in which one entry is one read that found
//! something new, and the ledger that the entries add up to.

mod cut;
mod fold;
mod ledger;
mod past;
mod row;

#[cfg(test)]
mod tests;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use cut::Fits;
pub use fold::{Changed, Fold, FoldName, Folded, FoldedAccount, Folds, Lines, Rows, Torn};
pub use ledger::{Arrival, History, Ledger, LedgerAccount};
pub use past::{Past, Stretch};
pub use row::{Alias, Announced, AnnouncedBy, Change, Removed, RemovedBecause, Row};

use crate::{
    bank::{Facts, Quarantined},
    id::{AccountId, ConnectionId, CorrelationId, RemoteAccountId, RemoteTransactionId},
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

    /// The very first place of a journal.
    pub const FIRST: Self = Self { generation: 1, number: 1 };

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
    /// When it was read; of an import the look before it, for it compares nothing but what was chosen.
    pub read_at: Timestamp,
    /// What began the work that wrote it: the same id stands on the lines of the log and on the answer to the
    /// call. None on an entry of a release that kept none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<CorrelationId>,
    /// What it says.
    pub body: Body,
}

impl Entry {
    /// What it says of an account.
    pub fn account(&self, id: &AccountId) -> Option<&AccountEntry> {
        self.accounts().iter().find(|account| account.facts.id == *id)
    }

    /// What it says of accounts.
    pub fn accounts(&self) -> &[AccountEntry] {
        match &self.body {
            Body::Read(read) => &read.accounts,
            Body::Tombstone(_) => &[],
        }
    }

    /// The accounts that it was read for: neither gone, nor in another connection's journal, nor shown in a way that
    /// could not be read.
    pub fn delivered(&self) -> Vec<&AccountId> {
        let Body::Read(read) = &self.body else { return Vec::new() };
        let told = read.accounts.iter().map(|account| &account.facts);
        let told =
            told.filter(|facts| !facts.gone && facts.held_by.is_none() && !read.untold(facts));
        told.map(|facts| &facts.id).collect()
    }
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
    /// The oldest entry that the next read has to load for its comparison.
    pub tail_from: Position,
    /// A hash of the content: tells our own write from another's.
    pub fingerprint: String,
    /// Bytes of what this entry and those before it in its generation say of accounts: tells when folds are due.
    /// 0 on an entry of a release that did not count.
    #[serde(default, skip_serializing_if = "nothing")]
    pub weight: u64,
    /// Days that the next read compares, where they are more than usual; 0 = as usual.
    #[serde(default, skip_serializing_if = "usual")]
    pub overlap: i64,
    /// Whether statements were due with it: who comes by later sees to it that they are published.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub publishes: bool,
    /// Every account as it stands, with what is new in it.
    pub accounts: Vec<AccountEntry>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<Quarantined>,
}

impl Read {
    /// What could not be read of an account, or of one that is not known.
    pub(crate) fn unread(&self, account: &AccountFacts) -> impl Iterator<Item = &Quarantined> {
        let of_it =
            |row: &&Quarantined| row.account.as_ref().is_none_or(|id| *id == account.remote);
        self.quarantined.iter().filter(of_it)
    }

    /// Whether what it says of an account may be from before: nothing of it was read, or the account itself was not.
    pub(crate) fn untold(&self, account: &AccountFacts) -> bool {
        self.unread(account).any(|row| row.id.is_none())
    }
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
    /// Which balance it is, in the bank's words; none where the bank says nothing, or it was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl Balance {
    /// One that was counted from an observed one and booked rows.
    pub fn derived(money: Money) -> Self {
        Self { money, basis: BalanceBasis::Derived, kind: None }
    }
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
    /// How it was told to be this account when Salt Edge's id or its number last changed; none = neither has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_by: Option<MatchedBy>,
    /// The connection whose journal has its rows: an account belongs to one journal, and this one came second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<ConnectionId>,
    /// The first day of which Salt Edge's present id shows rows, where we hold older ones from under another id: that
    /// those are not shown says nothing. None = it shows all that we hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shows_from: Option<Date>,
}

/// How an account that the provider shows was told to be one of ours: the ladder, surest step first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// By the keyed hash of number and currency.
    Number,
    /// By the provider's id, in the same currency: its number has changed, or several share it.
    ProviderId,
    /// By number and currency, and among several that share them by name and nature.
    NumberAndName,
    /// By name, nature and currency, where one of the two has no number.
    Name,
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
    /// Salt Edge's ids of them, in their order. They may be others with every fetch, which is no news.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_ids: Vec<RemoteTransactionId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn nothing(weight: &u64) -> bool {
    *weight == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn usual(overlap: &i64) -> bool {
    *overlap == 0
}
