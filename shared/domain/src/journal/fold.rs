//! Folds: the rows of one account and some days of a month, as they stand through an entry. What is past is
//! read out of them and the entries behind them, without replaying the journal.
//!
//! Folds are a cache. They may be deleted at any time, and with the entries behind them they are equal to
//! the replay. The folds of a month partition its days: the first begins on the first of the month, each
//! goes to the day before the next. A fold that has grown is cut between two days and not put together again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    AccountEntry, AccountFacts, Arrival, Balance, Body, Entry, Ledger, LedgerAccount, Position,
    Row,
    cut::{Fits, cut, sum},
    ledger::apply,
};
use crate::{
    bank::Facts,
    id::{AccountId, RemoteTransactionId, TransactionId},
    limits::{FOLD_BYTES, FOLD_ENTRIES},
    money::Money,
    proof::Standing,
};

/// Booked rows by id, each with how it came.
pub type Rows = BTreeMap<TransactionId, (Arrival, Row)>;
/// Rows of some days: the oldest day first, within a day as they came.
pub type Lines = Vec<(Arrival, Row)>;
/// The newest entries that changed rows after they came: generation and number.
pub type Changed = BTreeMap<TransactionId, (u32, u64)>;
/// A fold's name: its account, and the first of its days.
pub type FoldName = (AccountId, Date);

/// Which folds there are, and the accounts as they stood when they were written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folds {
    /// The newest entry that is in them.
    pub through: Position,
    /// What all entries through that one weigh: see [`super::Read::weight`].
    #[serde(default)]
    pub weight: u64,
    /// The accounts.
    pub accounts: BTreeMap<AccountId, FoldedAccount>,
}

/// An account as it stood, without its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoldedAccount {
    /// What is known besides its rows.
    pub facts: AccountFacts,
    /// The balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
    /// The highest id seen: a row that comes under a higher one is in no fold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<RemoteTransactionId>,
    /// Announced rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Facts>,
    /// The provider's ids of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_ids: Vec<RemoteTransactionId>,
    /// Its folds by the first of their days.
    pub folds: BTreeMap<Date, Folded>,
    /// Where its book stood. None of a release that kept none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book: Option<Standing>,
}

/// What is known of a fold without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// The entry that it was written at, or a later one: no entry in between touched it.
    pub at: Position,
    /// How many rows it has.
    pub rows: usize,
    /// Their sum; none without rows, or where they are not of one currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Money>,
}

/// The rows of one account on some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// The newest entry that is in them.
    pub at: Position,
    /// The last of its days.
    pub upto: Date,
    /// The rows.
    pub rows: Lines,
    /// Where rows were changed after they came. None of a release that kept none: any may have been with this fold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Changed>,
}

/// A fold is not the one that is listed: it was deleted, or a later one has taken its place. Whoever meets
/// it replays the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the folds are not of one moment")]
pub struct Torn;

impl Default for Folds {
    fn default() -> Self {
        Self { through: Position::start(1), weight: 0, accounts: BTreeMap::new() }
    }
}

impl Folds {
    /// Whether so much stands behind them that they are to be written anew: from a read that is complete on.
    pub fn due(&self, newest: &Entry) -> bool {
        let Body::Read(read) = &newest.body else { return false };
        let (at, through) = (newest.at, self.through);
        let many = at.number.saturating_sub(through.number) >= FOLD_ENTRIES;
        let big = read.weight.saturating_sub(self.weight) >= FOLD_BYTES;
        read.last && at > through && (at.generation > through.generation || many || big)
    }

    /// The accounts as they stood, without rows: what the entries behind are added to.
    pub fn ledger(&self) -> Ledger {
        let account = |folded: &FoldedAccount| LedgerAccount {
            facts: folded.facts.clone(),
            balance: folded.balance.clone(),
            last: folded.last.clone(),
            rows: Rows::new(),
            pending: folded.pending.clone(),
            pending_ids: folded.pending_ids.clone(),
        };
        let accounts = self.accounts.iter().map(|(id, folded)| (id.clone(), account(folded)));
        Ledger { head: self.through, accounts: accounts.collect(), ..Ledger::default() }
    }

    /// The folds that these entries may change. Those that are not listed are new.
    pub fn stale(&self, entries: &[Entry]) -> BTreeSet<FoldName> {
        let mut stale = BTreeSet::new();
        for account in entries.iter().flat_map(Entry::accounts) {
            let id = &account.facts.id;
            let known = self.accounts.get(id);
            let starts = known.map(|known| &known.folds);
            let days = days(account, known.and_then(|known| known.last.as_ref()));
            if days.contains(&None) {
                stale.extend(starts.into_iter().flatten().map(|(start, _)| (id.clone(), *start)));
            }
            let days = days.into_iter().flatten();
            stale.extend(days.map(|day| (id.clone(), start_of(starts, day))));
        }
        stale
    }

    /// Adds the entries behind the folds, oldest first and without a hole, given those folds of
    /// [`Folds::stale`] that are listed; the folds that are to be written.
    pub fn advance(
        &mut self,
        mut loaded: BTreeMap<FoldName, Fold>,
        entries: &[Entry],
        fits: &impl Fits,
    ) -> Result<Vec<(FoldName, Fold)>, Torn> {
        let mut written = Vec::new();
        let Some(newest) = entries.last() else { return Ok(written) };
        for name in self.stale(entries) {
            let was = loaded.remove(&name);
            written.extend(self.anew(name, was, entries, fits)?);
        }
        let mut ledger = self.ledger();
        for entry in entries {
            ledger.add(entry);
        }
        for (id, account) in ledger.accounts {
            let folds = self.accounts.remove(&id).map(|known| known.folds).unwrap_or_default();
            let LedgerAccount { facts, balance, last, pending, pending_ids, .. } = account;
            // Where its book stands says who has read it: see [`Folds::observe`].
            let book = None;
            let folded = FoldedAccount { facts, balance, last, pending, pending_ids, folds, book };
            self.accounts.insert(id, folded);
        }
        for (name, fold) in &written {
            let (rows, sum) = (fold.rows.len(), sum(&fold.rows));
            if let Some(account) = self.accounts.get_mut(&name.0) {
                account.folds.insert(name.1, Folded { at: fold.at, rows, sum });
            }
        }
        self.through = newest.at;
        if let Body::Read(read) = &newest.body {
            self.weight = read.weight;
        }
        Ok(written)
    }

    /// One fold with what the entries say of its days; nothing where it stays as it is.
    fn anew(
        &self,
        (account, start): FoldName,
        was: Option<Fold>,
        entries: &[Entry],
        fits: &impl Fits,
    ) -> Result<Vec<(FoldName, Fold)>, Torn> {
        let Some(at) = entries.last().map(|newest| newest.at) else { return Ok(Vec::new()) };
        let starts = self.accounts.get(&account).map(|known| &known.folds);
        let upto = last_day(starts, start);
        let listed = starts.and_then(|folds| folds.get(&start));
        let was = held(listed, was, upto)?;
        let (rows, changed) = behind(&account, &was, start, entries);
        // One that a writer left who died before it was listed is written again, and listed.
        let known = listed.is_none_or(|listed| listed.at == was.at);
        if rows == was.rows && known {
            return Ok(Vec::new());
        }
        let named = |(start, upto, rows): (Date, Date, Lines)| {
            let of_it = rows.iter().map(|(_, row)| &row.id);
            let changed = of_it.filter_map(|id| Some((id.clone(), *changed.get(id)?))).collect();
            ((account.clone(), start), Fold { at, upto, rows, changed: Some(changed) })
        };
        let pieces = cut(start, upto, &rows, |start, rows| {
            let (name, fold) = named((start, upto, rows.to_vec()));
            fits.fold(&name, &fold)
        });
        // The pieces that nobody lists yet come first: whoever dies in between leaves the old fold as it was.
        Ok(pieces.into_iter().rev().map(named).collect())
    }
}

/// The fold that is listed, or an empty one where none is.
pub(super) fn held(listed: Option<&Folded>, found: Option<Fold>, upto: Date) -> Result<Fold, Torn> {
    match (listed, found) {
        (None, _) => {
            let (at, rows, changed) = (Position::default(), Vec::new(), Some(Changed::new()));
            Ok(Fold { at, upto, rows, changed })
        }
        (Some(listed), Some(found)) if found.at >= listed.at && found.upto == upto => Ok(found),
        (Some(_), _) => Err(Torn),
    }
}

/// A fold's rows with what the entries behind it say of its days, and where rows were changed after they came.
pub(super) fn behind(
    account: &AccountId,
    fold: &Fold,
    start: Date,
    entries: &[Entry],
) -> (Lines, Changed) {
    let rows = fold.rows.iter().map(|held| (held.1.id.clone(), held.clone()));
    let mut rows: Rows = rows.collect();
    let any = || rows.keys().map(|id| (id.clone(), (fold.at.generation, fold.at.number)));
    let mut changed = fold.changed.clone().unwrap_or_else(|| any().collect());
    for entry in entries.iter().filter(|entry| entry.at > fold.at) {
        for one in entry.accounts().iter().filter(|one| one.facts.id == *account) {
            let said = one.modified.iter().map(|change| &change.to);
            for row in said.chain(&one.added).chain(&one.carried) {
                if rows.get(&row.id).is_some_and(|(_, known)| known != row) {
                    changed.insert(row.id.clone(), (entry.at.generation, entry.at.number));
                }
            }
            apply(&mut rows, entry.at, one, &(start..=fold.upto));
        }
    }
    changed.retain(|id, at| {
        let came = rows.get(id).map(|(arrival, _)| (arrival.at.generation, arrival.at.number));
        came.is_some_and(|came| came < *at)
    });
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|(arrival, row)| (row.facts.made_on, *arrival));
    (rows, changed)
}

/// The days that an entry touches; among them none where it does not say which: a row under an id that had
/// been seen before may have been another day's.
fn days(account: &AccountEntry, last: Option<&RemoteTransactionId>) -> BTreeSet<Option<Date>> {
    let of = |row: &Row| Some(row.facts.made_on);
    let seen = |row: &Row| last.is_some_and(|last| row.remote <= *last);
    let added =
        account.added.iter().flat_map(|row| [of(row)].into_iter().chain(seen(row).then_some(None)));
    let carried = account.carried.iter().map(of);
    let changed = account.modified.iter().flat_map(|change| [of(&change.from), of(&change.to)]);
    let removed = account.removed.iter().map(|removed| removed.made_on);
    let renamed = account.aliases.iter().map(|alias| alias.made_on);
    added.chain(carried).chain(changed).chain(removed).chain(renamed).collect()
}

type Starts = BTreeMap<Date, Folded>;

/// The first day of the fold that a day is in.
pub(super) fn start_of(starts: Option<&Starts>, day: Date) -> Date {
    let first = day.first_of_month();
    let before = starts.and_then(|starts| starts.range(first..=day).next_back());
    before.map_or(first, |(start, _)| *start)
}

/// The last day of the fold that begins on this one.
pub(super) fn last_day(starts: Option<&Starts>, start: Date) -> Date {
    let month = start.last_of_month();
    let behind = start.tomorrow().unwrap_or(month);
    let next =
        starts.filter(|_| behind <= month).and_then(|starts| starts.range(behind..=month).next());
    next.and_then(|(next, _)| next.yesterday().ok()).unwrap_or(month)
}
