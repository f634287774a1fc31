//! What is past, read out of folds and the entries behind them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use jiff::civil::Date;

use super::{
    Entry, Fold, Folded, FoldedAccount, Folds, Ledger, Position, Torn,
    fold::{Lines, behind, held, last_day, start_of},
};
use crate::id::AccountId;

/// The booked rows of one account at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    account: &'a AccountId,
    folds: &'a Folds,
    entries: &'a [Entry],
}

/// Days of one month that lie in one fold, or will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The first day.
    pub start: Date,
    /// The last day.
    pub upto: Date,
    /// Its fold, where there is one.
    pub folded: Option<Folded>,
    /// How many rows it may have: enough to know how many folds are worth reading at once.
    pub about: usize,
    /// Whether an entry behind the folds touches it, or its fold goes beyond the moment: what [`Folded`] says is not so.
    pub touched: bool,
}

impl<'a> Past<'a> {
    /// The rows of an account as these entries leave them; none of them is in the folds.
    pub fn new(account: &'a AccountId, folds: &'a Folds, entries: &'a [Entry]) -> Self {
        Self { account, folds, entries }
    }

    pub(crate) fn account(&self) -> &'a AccountId {
        self.account
    }

    /// The account as the index lists it.
    pub(crate) fn known(&self) -> Option<&'a FoldedAccount> {
        self.folds.accounts.get(self.account)
    }

    /// The newest entry that is in the folds.
    pub(crate) fn folded(&self) -> Position {
        self.folds.through
    }

    /// The entries behind the folds.
    pub(crate) fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// The newest entry of the moment.
    pub fn moment(&self) -> Position {
        self.entries.last().map_or(self.folds.through, |entry| entry.at)
    }

    /// Every account at this moment, without the rows that are in folds.
    pub fn ledger(&self) -> Ledger {
        let mut ledger = self.folds.ledger();
        for entry in self.entries {
            ledger.add(entry);
        }
        ledger
    }

    /// The stretches that may have rows, the newest first.
    pub fn stretches(&self) -> Vec<Stretch> {
        let known = self.folds.accounts.get(self.account).map(|known| &known.folds);
        let touched: BTreeSet<Date> = self
            .folds
            .stale(self.entries)
            .into_iter()
            .filter(|(account, _)| account == self.account)
            .map(|(_, start)| start)
            .collect();
        let mut added: BTreeMap<Date, usize> = BTreeMap::new();
        for one in self
            .entries
            .iter()
            .flat_map(Entry::accounts)
            .filter(|one| one.facts.id == *self.account)
        {
            for row in &one.added {
                *added.entry(start_of(known, row.facts.made_on)).or_default() += 1;
            }
        }
        let listed = known.into_iter().flatten().map(|(start, _)| *start);
        let moment = self.moment();
        let starts: BTreeSet<Date> = listed.chain(touched.iter().copied()).collect();
        let stretch = |start: Date| {
            let folded = known.and_then(|known| known.get(&start)).cloned();
            let in_fold = folded.as_ref().map_or(0, |folded| folded.rows);
            let about = in_fold + added.get(&start).copied().unwrap_or(0);
            let upto = last_day(known, start);
            let beyond = folded.as_ref().is_some_and(|folded| folded.at > moment);
            let touched = beyond || touched.contains(&start);
            Stretch { start, upto, folded, about, touched }
        };
        starts.into_iter().rev().map(stretch).collect()
    }

    /// The rows of a stretch, given its fold: oldest day first, within a day as they came.
    ///
    /// Errors: the fold is missing, or of another moment.
    pub fn rows(&self, stretch: &Stretch, found: Option<Fold>) -> Result<Lines, Torn> {
        let fold = held(stretch.folded.as_ref(), found, stretch.upto)?;
        if fold.at > self.moment() {
            return Err(Torn);
        }
        Ok(behind(self.account, &fold, stretch.start, self.entries).0)
    }

    /// The rows of some days as they stood at an entry, given the folds of their stretches: oldest day first, within a
    /// day as they came.
    ///
    /// Errors: a fold is missing, or a row has come or changed since. That one has gone since is not to be seen.
    pub fn rows_at(
        &self,
        at: Position,
        days: RangeInclusive<Date>,
        mut found: BTreeMap<Date, Fold>,
    ) -> Result<Lines, Torn> {
        let mut lines = Lines::new();
        for stretch in self.stretches_of(&days).into_iter().rev() {
            let found = found.remove(&stretch.start);
            let fold = held(stretch.folded.as_ref(), found, stretch.upto)?;
            let (rows, changed) = behind(self.account, &fold, stretch.start, self.entries);
            for (arrival, row) in rows {
                if !days.contains(&row.facts.made_on) {
                    continue;
                }
                let since = changed.get(&row.id).is_some_and(|on| *on > (at.generation, at.number));
                if since || arrival.at > at {
                    return Err(Torn);
                }
                lines.push((arrival, row));
            }
        }
        Ok(lines)
    }

    /// The stretches of some days, the newest first.
    pub fn stretches_of(&self, days: &RangeInclusive<Date>) -> Vec<Stretch> {
        let mut stretches = self.stretches();
        stretches.retain(|one| one.start <= *days.end() && *days.start() <= one.upto);
        stretches
    }
}
