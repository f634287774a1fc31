//! What is past, read out of folds and the entries behind them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{
    Entry, Fold, Folded, Folds, Ledger, Position, Torn,
    fold::{Lines, accounts, behind, held, last_day, start_of},
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
    /// Whether an entry behind the folds touches it: what [`Folded`] says is no longer so.
    pub touched: bool,
}

impl<'a> Past<'a> {
    /// The rows of an account as these entries leave them; none of them is in the folds.
    pub fn new(account: &'a AccountId, folds: &'a Folds, entries: &'a [Entry]) -> Self {
        Self { account, folds, entries }
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
        for one in
            self.entries.iter().flat_map(accounts).filter(|one| one.facts.id == *self.account)
        {
            for row in &one.added {
                *added.entry(start_of(known, row.facts.made_on)).or_default() += 1;
            }
        }
        let listed = known.into_iter().flatten().map(|(start, _)| *start);
        let starts: BTreeSet<Date> = listed.chain(touched.iter().copied()).collect();
        let stretch = |start: Date| {
            let folded = known.and_then(|known| known.get(&start)).cloned();
            let in_fold = folded.as_ref().map_or(0, |folded| folded.rows);
            let about = in_fold + added.get(&start).copied().unwrap_or(0);
            let upto = last_day(known, start);
            Stretch { start, upto, folded, about, touched: touched.contains(&start) }
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
        Ok(behind(self.account, &fold, stretch.start, self.entries))
    }
}
