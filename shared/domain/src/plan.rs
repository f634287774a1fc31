//! What changed: one pure function from what we hold and what the provider shows to what is new.

mod account;
mod parts;
mod rows;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

pub use account::identity;
pub use parts::{parts, place};

use crate::{
    bank::{Quarantined, RemoteAccount, RemoteTransaction},
    id::{AccountId, ConnectionId, RemoteAccountId, RemoteTransactionId},
    journal::{AccountEntry, Ledger, LedgerAccount},
    limits::OVERLAP_DAYS,
};

/// One account as the provider shows it now.
#[derive(Debug, Clone)]
pub struct FetchedAccount {
    /// The account.
    pub account: RemoteAccount,
    /// The id from which booked rows were asked for; none = from the beginning.
    pub from: Option<RemoteTransactionId>,
    /// Booked rows.
    pub booked: Vec<RemoteTransaction>,
    /// Announced rows.
    pub pending: Vec<RemoteTransaction>,
    /// Rows that the provider set aside.
    pub duplicated: BTreeSet<RemoteTransactionId>,
}

/// Everything that one read fetched.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// When it was fetched.
    pub read_at: Timestamp,
    /// When the provider's attempt succeeded.
    pub data_as_of: Option<Timestamp>,
    /// The accounts.
    pub accounts: Vec<FetchedAccount>,
    /// What could not be read.
    pub quarantined: Vec<Quarantined>,
}

/// What is new, or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// Every account as it stands, with what is new in it.
    pub accounts: Vec<AccountEntry>,
    /// What could not be read.
    pub quarantined: Vec<Quarantined>,
    /// Whether there is anything to write.
    pub changed: bool,
}

/// How much of the ledger is held for the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All of it: also what is older than the overlap can be told again.
    Everything,
    /// The entries of the tail: rows older than the overlap are known only by their ids' order.
    Tail,
}

/// The first day that every read compares again.
pub fn overlap_start(now: Timestamp) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    today.checked_sub(OVERLAP_DAYS.days()).unwrap_or(Date::MIN)
}

/// The id from which an account's booked rows are asked for: the lowest of the overlap's rows, else
/// the last that was seen (it comes again, being inclusive), else none, the beginning.
pub fn from_id(account: &LedgerAccount, now: Timestamp) -> Option<RemoteTransactionId> {
    let start = overlap_start(now);
    let recent = account.rows.values().filter(|(_, row)| row.facts.made_on >= start);
    recent.map(|(_, row)| row.remote.clone()).min().or_else(|| account.last.clone())
}

/// What is new. Total over anything that the provider can show.
pub fn plan(
    connection: &ConnectionId,
    ledger: &Ledger,
    held: Held,
    fetched: &Fetched,
    key: &[u8],
) -> Delta {
    let remotes: Vec<_> = fetched.accounts.iter().map(|fetched| &fetched.account).collect();
    let claimed = account::claim(ledger, &remotes, key);
    let mut accounts = Vec::new();
    let mut changed = ledger.quarantined != fetched.quarantined;
    let mut seen: BTreeSet<AccountId> = BTreeSet::new();
    let by_remote: BTreeMap<&RemoteAccountId, &FetchedAccount> =
        fetched.accounts.iter().map(|account| (&account.account.id, account)).collect();
    for (remote, fetched_account) in by_remote {
        let known = claimed.get(remote).and_then(|id| ledger.accounts.get(id));
        let id = known.map_or_else(|| connection.account(remote), |known| known.facts.id.clone());
        let scope = rows::Scope { held, start: overlap_start(fetched.read_at) };
        let (entry, news) = account::plan(&id, known, fetched_account, scope, key);
        seen.insert(id);
        changed |= news;
        accounts.push(entry);
    }
    for (id, known) in &ledger.accounts {
        if !seen.contains(id) {
            changed |= !known.facts.gone;
            accounts.push(account::gone(known));
        }
    }
    Delta { accounts, quarantined: fetched.quarantined.clone(), changed }
}
