//! Writers of folds, of whom some die, and readers who come meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::bed::Bed;
use crate::{
    id::AccountId,
    journal::{Arrival, Fits, Fold, FoldName, Folds, Ledger, Past, Row, Torn},
    proof::Balances,
};

/// What a piece may be: so many rows, and so many balances.
pub(super) struct Most(pub(super) usize, pub(super) usize);

impl Fits for Most {
    fn fold(&self, _: &FoldName, fold: &Fold) -> bool {
        fold.rows.len() <= self.0
    }

    fn balances(&self, _: &FoldName, told: &Balances) -> bool {
        told.count() <= self.1
    }
}

const MOST: Most = Most(200, 5);

impl Bed {
    /// Writes the folds; `dying` leaves all but the first so many of what is to be written unwritten.
    pub(super) fn fold(&mut self, dying: Option<usize>) {
        let (mut folds, behind) = (self.folds.clone(), self.behind().to_vec());
        let listed = folds.stale(&behind);
        let loaded = self.kept.iter().filter(|(name, _)| listed.contains(name));
        let loaded: BTreeMap<_, _> =
            loaded.map(|(name, fold)| (name.clone(), fold.clone())).collect();
        let books = folds.observe(&loaded, &self.balances, &behind, &MOST).unwrap_or_else(|Torn| {
            let nothing = (&BTreeMap::new(), &BTreeMap::new());
            Folds::default().observe(nothing.0, nothing.1, &self.journal, &MOST).unwrap()
        });
        let written = folds.advance(loaded, &behind, &MOST).unwrap_or_else(|Torn| {
            folds = Folds::default();
            folds.advance(BTreeMap::new(), &self.journal, &MOST).unwrap()
        });
        let count = dying.map_or(usize::MAX, |of| of % (written.len() + 1));
        self.kept.extend(written.into_iter().take(count));
        let count = dying.map_or(usize::MAX, |of| of % (books.balances.len() + 1));
        self.balances.extend(books.balances.into_iter().take(count));
        if dying.is_none() {
            for (id, standing) in books.standings {
                folds.accounts.get_mut(&id).unwrap().book = Some(standing);
            }
            self.folds = folds;
        }
    }

    /// Writes the folds, and dies when they are listed in some months: the accounts are not yet.
    pub(super) fn list_some(&mut self, months: usize) {
        let before = self.folds.clone();
        self.fold(None);
        let newer = std::mem::replace(&mut self.folds, before);
        for (id, account) in &mut self.folds.accounts {
            let listed: BTreeSet<Date> =
                account.folds.keys().map(|day| day.first_of_month()).collect();
            let listed: BTreeSet<Date> = listed.into_iter().take(1 + months % 3).collect();
            account.folds.retain(|day, _| !listed.contains(&day.first_of_month()));
            let folds = newer.accounts[id].folds.clone().into_iter();
            account.folds.extend(folds.filter(|(day, _)| listed.contains(&day.first_of_month())));
        }
    }

    /// To a reader who does not see the newest entry yet.
    pub(super) fn assert_before(&self, id: &AccountId) {
        let Some((_, behind)) = self.behind().split_last() else { return };
        let upto = behind.last().map_or(self.folds.through, |entry| entry.at);
        let seen = self.journal.iter().filter(|entry| entry.at <= upto);
        let replayed = Ledger::replay(seen).accounts.remove(id);
        let mut want: Vec<_> =
            replayed.map(|one| one.rows.into_values().collect()).unwrap_or_default();
        want.sort_by_key(|(arrival, row): &(Arrival, Row)| (row.facts.made_on, *arrival));
        for stretch in Past::new(id, &self.folds, behind).stretches() {
            // A list passes over what is listed so without reading it.
            let Some(folded) = stretch.folded.filter(|_| !stretch.touched) else { continue };
            let days = stretch.start..=stretch.upto;
            let of_it = want.iter().filter(|(_, row)| days.contains(&row.facts.made_on));
            assert_eq!(folded.rows, of_it.count(), "what an untouched fold is listed with");
        }
        if let Some(told) = self.told_behind(id, behind) {
            assert!(told == want, "an entry before, the folds differ from the replay");
        }
    }
}
