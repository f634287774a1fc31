//! What changed: one pure function from what we hold and what the provider shows to what is new.

mod account;
mod late;
mod parts;
mod pending;
mod rows;
mod search;

#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

pub use account::{identity, listed, shown_as};
pub use late::{Lateness, late};
pub use parts::{Place, parts};
pub use search::{Search, removed_before, search};

use crate::{
    bank::{Quarantined, RemoteAccount, RemoteTransaction},
    id::{AccountId, ConnectionId, RemoteAccountId, RemoteTransactionId},
    journal::{AccountEntry, AccountFacts, Ledger, LedgerAccount},
    money::Currency,
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
    /// Rows that could not be read: shown all the same, so they have not vanished.
    pub unread: Unread,
    /// Another connection whose journal this account belongs to: none of its rows is copied here.
    pub held_by: Option<ConnectionId>,
}

/// What could not be read of an account's booked rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// Those whose id could be read.
    pub ids: BTreeSet<RemoteTransactionId>,
    /// Whether there were others.
    pub nameless: bool,
}

/// Everything that one read fetched.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// When it was fetched.
    pub read_at: Timestamp,
    /// When it was looked before: what is compared reaches back behind that, however long it is ago.
    pub known_at: Option<Timestamp>,
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
    /// Days that it was compared with, and that the next read compares.
    pub overlap: i64,
}

/// How much of the ledger is held for the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All of it: also what is older than the overlap can be told again.
    Everything,
    /// The entries of the tail: rows older than the overlap are known only by their ids' order.
    Tail,
}

/// The first day that a read at this instant compares again, when the one before was just now.
pub fn overlap_start(now: Timestamp, overlap: i64) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    today.checked_sub(overlap.days()).unwrap_or(Date::MIN)
}

/// The first day that a read compares again: as many days before the one before, so that after a gap (a
/// consent that had ended, a bank that was away) its rows are compared with what they are by now.
pub fn compared_from(known_at: Option<Timestamp>, now: Timestamp, overlap: i64) -> Date {
    overlap_start(known_at.map_or(now, |known| known.min(now)), overlap)
}

/// The one of our accounts that this one of the provider's was, the last time: its id in one currency.
pub fn known_as<'a>(ledger: &'a Ledger, account: &RemoteAccount) -> Option<&'a LedgerAccount> {
    let same =
        |facts: &AccountFacts| facts.remote == account.id && facts.currency == account.currency;
    ledger.accounts.values().find(|known| same(&known.facts))
}

/// The id from which an account's booked rows are asked for: the lowest of the overlap's rows and of
/// those that could not be read, else the last that was seen (it comes again, being inclusive), else
/// none, the beginning.
pub fn from_id(
    ledger: &Ledger,
    account: &LedgerAccount,
    start: Date,
) -> Option<RemoteTransactionId> {
    let recent = account.rows.values().filter(|(_, row)| row.facts.made_on >= start);
    let recent = recent.map(|(_, row)| row.remote.clone());
    let young = |row: &&Quarantined| row.since.is_none_or(|since| since >= start);
    let unread = unread_before(ledger, account).filter(young).filter_map(|row| row.id.clone());
    recent.chain(unread).min().or_else(|| account.last.clone())
}

/// Rows of an account that could not be read.
fn unread_before<'a>(
    ledger: &'a Ledger,
    account: &LedgerAccount,
) -> impl Iterator<Item = &'a Quarantined> {
    let remote = account.facts.remote.clone();
    ledger.quarantined.iter().filter(move |row| row.account.as_ref() == Some(&remote))
}

/// What is kept apart now: what could not be read, with the day on which a booked row of it was met first; and such rows
/// that are no longer asked for.
fn kept_apart(ledger: &Ledger, fetched: &Fetched) -> Vec<Quarantined> {
    let today = fetched.read_at.to_zoned(TimeZone::UTC).date();
    let account = |row: &Quarantined| {
        fetched.accounts.iter().find(|shown| row.account.as_ref() == Some(&shown.account.id))
    };
    let same = |one: &Quarantined, other: &Quarantined| {
        one.id.is_some() && one.id == other.id && one.account == other.account
    };
    let mut kept: Vec<Quarantined> = fetched.quarantined.clone();
    for row in &mut kept {
        let booked = account(row).zip(row.id.as_ref());
        if booked.is_some_and(|(shown, id)| shown.unread.ids.contains(id)) {
            let known = ledger.quarantined.iter().find(|known| same(known, row));
            row.since = known.and_then(|known| known.since).or(Some(today));
        }
    }
    let behind = |row: &&Quarantined| {
        let from = account(row).and_then(|shown| shown.from.as_ref());
        row.since.is_some() && from.is_some() && row.id.as_ref() < from
    };
    for row in ledger.quarantined.iter().filter(behind) {
        if !kept.iter().any(|one| same(one, row)) {
            kept.push(row.clone());
        }
    }
    kept
}

/// Whether the tail is not enough to tell what is new: an account under an id that we do not have, a new id on a row
/// from before the overlap, which may be one of ours delivered again, or a row from there whose like is not shown any
/// more, which of the two it is.
pub fn blind(ledger: &Ledger, fetched: &Fetched) -> bool {
    let start = compared_from(fetched.known_at, fetched.read_at, ledger.overlap());
    fetched.accounts.iter().any(|fetched| {
        let Some(known) = known_as(ledger, &fetched.account) else { return true };
        fetched.booked.iter().any(|row| {
            let new = known.last.as_ref().is_none_or(|last| row.id > *last);
            new && row.facts.made_on < start
        }) || rows::mistakable(known, fetched, start)
    })
}

/// What is new. Total over anything that the provider can show.
pub fn plan(
    connection: &ConnectionId,
    ledger: &Ledger,
    held: Held,
    fetched: &Fetched,
    key: &[u8],
) -> Delta {
    let listed = fetched.accounts.iter().map(|one| one.account.clone());
    let remotes = account::listed(listed, key);
    let claimed = account::claim(ledger, &remotes, key);
    let start = compared_from(fetched.known_at, fetched.read_at, ledger.overlap());
    let kept = overlap_start(fetched.read_at, ledger.overlap());
    let today = overlap_start(fetched.read_at, 0);
    let mut accounts = Vec::new();
    let quarantined = kept_apart(ledger, fetched);
    let mut changed = ledger.quarantined != quarantined;
    let mut seen: BTreeSet<AccountId> = BTreeSet::new();
    let by_remote: BTreeMap<&RemoteAccountId, &FetchedAccount> =
        fetched.accounts.iter().map(|account| (&account.account.id, account)).collect();
    for shown in remotes.iter().filter_map(|account| by_remote.get(&account.id)) {
        let known = claimed
            .get(&shown.account.id)
            .and_then(|(id, step)| ledger.accounts.get(id).map(|known| (known, *step)));
        let id = known.map_or_else(
            || new_id(connection, ledger, &shown.account),
            |(known, _)| known.facts.id.clone(),
        );
        let unread = known.map(|(known, _)| {
            unread_before(ledger, known).filter_map(|row| row.id.clone()).collect()
        });
        let unread = unread.unwrap_or_default();
        let scope = rows::Scope { held, start, kept, unread };
        let shown = in_its_currency(ledger, &id, shown);
        let (entry, news) = account::plan(&id, known, &shown, &scope, today, key);
        seen.insert(id);
        changed |= news;
        accounts.push(entry);
    }
    for (id, known) in &ledger.accounts {
        if !seen.contains(id) {
            let delivered = unreadable(fetched, &known.facts.remote);
            changed |= !delivered && !known.facts.gone;
            accounts.push(account::missing(known, delivered, kept));
        }
    }
    let overlap = ledger.overlap();
    Delta { accounts, quarantined, changed, overlap }
}

/// The id of an account that is seen for the first time. One whose currency changed under Salt Edge's
/// old id is another account, and so is one under an id that was another's before.
fn new_id(connection: &ConnectionId, ledger: &Ledger, account: &RemoteAccount) -> AccountId {
    let mut id = connection.account(&account.id);
    let mut currency = account.currency.to_string();
    for again in 2_u32.. {
        if !ledger.accounts.contains_key(&id) {
            break;
        }
        id = connection.account_in(&account.id, &currency);
        currency = format!("{}|{again}", account.currency);
    }
    id
}

/// The account without the rows of another currency that one of ours had under the same id: they are
/// that one's, and stay there.
fn in_its_currency<'a>(
    ledger: &Ledger,
    id: &AccountId,
    shown: &'a FetchedAccount,
) -> Cow<'a, FetchedAccount> {
    let currency = shown.account.currency;
    let others: Vec<Currency> = ledger
        .accounts
        .values()
        .map(|known| &known.facts)
        .filter(|facts| facts.remote == shown.account.id && facts.id != *id)
        .map(|facts| facts.currency)
        .filter(|other| *other != currency)
        .collect();
    if others.is_empty() {
        return Cow::Borrowed(shown);
    }
    let mut own = shown.clone();
    let keep = |row: &RemoteTransaction| !others.contains(&row.facts.money.currency());
    own.booked.retain(keep);
    own.pending.retain(keep);
    Cow::Owned(own)
}

/// Whether an account that is not among those read may have been delivered all the same.
fn unreadable(fetched: &Fetched, account: &RemoteAccountId) -> bool {
    let accounts = fetched.quarantined.iter().filter(|row| row.id.is_none());
    accounts.map(|row| &row.account).any(|id| id.as_ref().is_none_or(|id| id == account))
}
