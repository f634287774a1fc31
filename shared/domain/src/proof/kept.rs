//! A book out of folds: where it stood when they were written, the balances that the bank had told until then, and the
//! entries behind them. Not more is read than the folds that those entries, or the days that are wanted, touch.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    balances::{self, Balances},
    book::Book,
};
use crate::{
    id::AccountId,
    journal::{Entry, Fits, Fold, FoldName, FoldedAccount, Folds, Past, Stretch, Torn},
    money::Money,
    statement::Days,
};

/// Where the book of an account stood at the folds' newest entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Σ of all rows. None = they cannot be added: only the journal knows.
    sum: Option<Money>,
    /// Whether the newest read told a balance.
    told: bool,
    /// Whether another connection's journal has the rows.
    elsewhere: bool,
    /// Whether any row has ever told a balance.
    snapshots: bool,
    /// When the account was read first.
    first: Timestamp,
    /// The days of the first and the last row.
    days: Option<(Date, Date)>,
    /// How many balances each piece has, by its first day: pieces are of one month, and a later balance is in no earlier
    /// piece.
    #[serde(rename = "months")]
    pieces: BTreeMap<Date, usize>,
}

/// What is wanted of a book.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a> {
    /// Its proof.
    Proof,
    /// The lines of these days, and the balances at their ends.
    Days(&'a [Days]),
}

/// What was not read of a book.
#[derive(Debug, Clone, Default)]
pub(super) struct Rest {
    folds: Vec<(Date, Date, Money)>,
    /// The first and the last day of the account, each if it lies here.
    ends: [bool; 2],
    torn: bool,
}

impl Rest {
    /// Sums of what is not later than a day.
    pub(super) fn before(&self, day: Date) -> impl Iterator<Item = Money> {
        self.folds.iter().filter(move |(_, upto, _)| *upto <= day).map(|(_, _, sum)| *sum)
    }

    /// All rows are wanted.
    pub(super) fn wanted(&mut self) {
        self.torn |= !self.folds.is_empty();
    }

    /// The newest row that was read is of this day: there may be a newer one here.
    pub(super) fn newest_is(&mut self, day: Option<Date>) {
        let here = self.folds.iter().map(|(_, upto, _)| *upto).max();
        self.torn |= !self.ends[1] && here.is_some() && day <= here;
    }

    fn oldest_is(&mut self, day: Option<Date>) {
        let Some(here) = self.folds.iter().map(|(start, ..)| *start).min() else { return };
        self.torn |= !self.ends[0] && day.is_none_or(|day| day >= here);
    }
}

impl Wanted<'_> {
    /// The folds that are read: those that follow each other with one query, from one first day through another.
    pub fn runs(&self, past: &Past<'_>) -> Vec<(Date, Date)> {
        let wanted = self.folds(past);
        let listed: Vec<Date> =
            past.known().into_iter().flat_map(|known| known.folds.keys().copied()).collect();
        let runs = listed.chunk_by(|one, next| wanted.contains(one) == wanted.contains(next));
        let runs = runs.filter(|run| wanted.contains(&run[0]));
        runs.map(|run| (run[0], run[run.len() - 1])).collect()
    }

    /// The folds that are read, by their first days.
    pub(crate) fn folds(&self, past: &Past<'_>) -> Vec<Date> {
        let Some(standing) = standing(past).filter(|known| known.sum.is_some()) else {
            return Vec::new();
        };
        let all = matches!(self, Self::Proof) && standing.snapshots;
        let stretches = past.stretches().into_iter();
        let wanted = stretches.filter(|one| one.folded.is_some() && (all || self.reads(one)));
        wanted.map(|stretch| stretch.start).collect()
    }

    fn reads(&self, stretch: &Stretch) -> bool {
        let days = match self {
            Self::Proof => &[],
            Self::Days(days) => *days,
        };
        stretch.touched
            || days.iter().any(|days| stretch.start <= days.to && days.from <= stretch.upto)
    }

    /// The first day from which on pieces of balances are read; none = there are none.
    pub fn since(&self, past: &Past<'_>) -> Option<Date> {
        let pieces = &standing(past)?.pieces;
        let (first, last) = (*pieces.first_key_value()?.0, *pieces.last_key_value()?.0);
        match self {
            Self::Proof => Some(first),
            Self::Days(days) => {
                let before =
                    days.iter().map(|days| days.from.yesterday().unwrap_or(Date::MIN)).min()?;
                Some(before.first_of_month().min(last))
            }
        }
    }
}

fn standing<'a>(past: &Past<'a>) -> Option<&'a Standing> {
    past.known()?.book.as_ref()
}

impl Book {
    /// The book of what is past, given the folds and the balances that are wanted.
    ///
    /// Errors: something is missing, or of another moment. Without folds there is none.
    pub fn of(
        past: &Past<'_>,
        wanted: Wanted<'_>,
        found: BTreeMap<Date, Fold>,
        balances: Option<(Date, BTreeMap<Date, Balances>)>,
        checked: Option<Timestamp>,
        zone: &TimeZone,
    ) -> Result<Self, Torn> {
        let mut book = Self::new(past.account(), zone);
        if let Some(known) = past.known() {
            let standing = known.book.as_ref().ok_or(Torn)?;
            book.sum = Some(Ok(standing.sum.ok_or(Torn)?));
            book.first = Some((standing.first, known.facts.currency));
            (book.told, book.elsewhere) = (standing.told, standing.elsewhere);
            (book.snapshots, book.at) = (standing.snapshots, past.folded());
            book.hold(past, &wanted.folds(past), found)?;
            book.ends_at(standing.days);
            if let Some((since, mut found)) = balances {
                for (start, listed) in standing.pieces.range(since..) {
                    let found = found.remove(start).ok_or(Torn)?;
                    book.observed.extend(found.until(past.folded(), *listed)?);
                }
            }
        }
        for entry in past.entries() {
            book.add(entry);
        }
        book.still_so(checked);
        let oldest = book.days().map(|days| days.0);
        book.rest.oldest_is(oldest);
        if book.rest.torn { Err(Torn) } else { Ok(book) }
    }

    fn hold(
        &mut self,
        past: &Past<'_>,
        wanted: &[Date],
        mut found: BTreeMap<Date, Fold>,
    ) -> Result<(), Torn> {
        for stretch in past.stretches() {
            let Some(listed) = &stretch.folded else { continue };
            if listed.at > past.folded() {
                // A later writer has listed it, and not yet where the book stands.
                return Err(Torn);
            }
            let wanted = wanted.contains(&stretch.start);
            match found.remove(&stretch.start) {
                Some(fold) if fold.at == listed.at && fold.upto == stretch.upto => {
                    for (arrival, row) in fold.rows {
                        *self.dates.entry(row.facts.made_on).or_default() += 1;
                        self.rows.insert(row.id.clone(), (arrival, row));
                    }
                }
                None if !wanted && listed.rows == 0 => {}
                None if !wanted => {
                    let sum = listed.sum.ok_or(Torn)?;
                    self.rest.folds.push((stretch.start, stretch.upto, sum));
                }
                Some(_) | None => return Err(Torn),
            }
        }
        Ok(())
    }

    /// The first and the last day count also where their folds are not read.
    fn ends_at(&mut self, ends: Option<(Date, Date)>) {
        let Some((first, last)) = ends else { return };
        for (end, day) in [first, last].into_iter().enumerate() {
            let here = |fold: &(Date, Date, Money)| fold.0 <= day && day <= fold.1;
            self.rest.ends[end] = self.rest.folds.iter().any(here);
            if self.rest.ends[end] {
                *self.dates.entry(day).or_default() += 1;
            }
        }
    }

    /// Where it stands, given how many balances each piece had.
    fn stands(&self, pieces: BTreeMap<Date, usize>) -> Option<Standing> {
        let (first, currency) = self.first?;
        let counted = self.observed.iter().all(|one| one.counted(currency));
        Some(Standing {
            sum: self.sum.unwrap_or(Ok(Money::zero(currency))).ok().filter(|_| counted),
            told: self.told,
            elsewhere: self.elsewhere,
            snapshots: self.snapshots,
            first,
            days: self.days(),
            pieces,
        })
    }
}

impl Folds {
    /// The newest pieces of balances: what is new is added to them.
    pub fn growing(&self) -> Vec<FoldName> {
        let newest = |(id, known): (&AccountId, &FoldedAccount)| {
            let pieces = &known.book.as_ref()?.pieces;
            pieces.last_key_value().map(|(start, _)| (id.clone(), *start))
        };
        self.accounts.iter().filter_map(newest).collect()
    }

    /// Where each account's book stands behind these entries, and the pieces of balances that are to be written; given
    /// the folds of [`Folds::stale`] and the pieces of [`Folds::growing`].
    pub fn observe(
        &self,
        loaded: &BTreeMap<FoldName, Fold>,
        growing: &BTreeMap<FoldName, Balances>,
        entries: &[Entry],
        fits: &impl Fits,
    ) -> Result<Books, Torn> {
        let mut books = Books::default();
        let named = entries.iter().flat_map(Entry::accounts).map(|account| &account.facts.id);
        let ids: BTreeSet<&AccountId> = self.accounts.keys().chain(named).collect();
        for id in ids {
            let known = self.accounts.get(id).map(|known| known.book.as_ref().ok_or(Torn));
            let known = known.transpose()?;
            if let Some(given_up) = known.filter(|known| known.sum.is_none()) {
                books.standings.insert(id.clone(), given_up.clone());
                continue;
            }
            let of_it = loaded.iter().filter(|((account, _), _)| account == id);
            let found = of_it.map(|((_, start), fold)| (*start, fold.clone())).collect();
            let past = Past::new(id, self, entries);
            let book = Book::of(&past, Wanted::Days(&[]), found, None, None, &TimeZone::UTC)?;
            let mut pieces = known.map(|known| known.pieces.clone()).unwrap_or_default();
            let Some(mut standing) = book.stands(pieces.clone()) else { continue };
            if standing.sum.is_some() && !book.observed.is_empty() {
                let mut newest = None;
                if let Some((start, listed)) = pieces.last_key_value() {
                    let piece = growing.get(&(id.clone(), *start)).cloned().ok_or(Torn)?;
                    newest = Some((*start, piece.until(self.through, *listed)?.collect()));
                }
                for (start, told) in balances::pieces(id, newest, &book.observed, fits) {
                    pieces.insert(start, told.count());
                    books.balances.insert((id.clone(), start), told);
                }
                standing.pieces = pieces;
            }
            books.standings.insert(id.clone(), standing);
        }
        Ok(books)
    }
}

/// What is kept of books beside the folds.
#[derive(Debug, Clone, Default)]
pub struct Books {
    /// Where each stands.
    pub standings: BTreeMap<AccountId, Standing>,
    /// Pieces of balances, by their first days.
    pub balances: BTreeMap<FoldName, Balances>,
}
