//! What the journal says of one account: its balances as they were told, each with the rows as they stood.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    Equation, Reason, Told,
    kept::Rest,
    minus,
    observed::{Mark, Observed},
    plus,
};
use crate::{
    id::AccountId,
    journal::{AccountEntry, Arrival, Balance, BalanceBasis, Body, Entry, Position, Read, Rows},
    money::{Currency, Money},
};

/// One account's history.
#[derive(Debug, Clone)]
pub struct Book {
    pub(super) account: AccountId,
    zone: TimeZone,
    /// The rows as they stand now: all of them, or those whose folds were read.
    pub(crate) rows: Rows,
    pub(super) sum: Option<Result<Money, Reason>>,
    pub(super) observed: Vec<Observed>,
    pub(super) told: bool,
    pub(super) elsewhere: bool,
    /// When it was read first, and its currency.
    pub(super) first: Option<(Timestamp, Currency)>,
    /// Whether any row has ever told a balance.
    pub(super) snapshots: bool,
    /// The newest entry.
    pub(super) at: Position,
    /// How many rows each day has; of what was not read the first and last day.
    pub(super) dates: BTreeMap<Date, usize>,
    /// What was not read.
    pub(super) rest: Rest,
}

impl Book {
    /// Reads the journal, oldest entry first. `checked` = the age of the data that a later read found nothing new in;
    /// `zone` = the bank's.
    pub fn read<'a>(
        account: &AccountId,
        entries: impl IntoIterator<Item = &'a Entry>,
        checked: Option<Timestamp>,
        zone: &TimeZone,
    ) -> Self {
        let mut book = Self::new(account, zone);
        for entry in entries {
            book.add(entry);
        }
        book.still_so(checked);
        book
    }

    pub(super) fn new(account: &AccountId, zone: &TimeZone) -> Self {
        Self {
            account: account.clone(),
            zone: zone.clone(),
            rows: Rows::new(),
            sum: None,
            observed: Vec::new(),
            told: false,
            elsewhere: false,
            first: None,
            snapshots: false,
            at: Position::default(),
            dates: BTreeMap::new(),
            rest: Rest::default(),
        }
    }

    pub(super) fn add(&mut self, entry: &Entry) {
        self.at = entry.at;
        match &entry.body {
            Body::Tombstone(_) => self.told = false,
            Body::Read(read) => {
                let known = read.accounts.iter().find(|known| known.facts.id == self.account);
                if let Some(known) = known {
                    self.first.get_or_insert((entry.read_at, known.facts.currency));
                    self.take(entry.at, known);
                    let as_of = read.data_as_of.unwrap_or(entry.read_at);
                    self.observe(entry.at, known, read, as_of);
                }
            }
        }
    }

    fn take(&mut self, at: Position, entry: &AccountEntry) {
        let currency = entry.facts.currency;
        let mut sum = self.sum.take().unwrap_or_else(|| Ok(Money::zero(currency)));
        let changed = entry.modified.iter().map(|change| &change.to);
        let told = entry.added.iter().chain(&entry.carried).chain(changed);
        for (index, row) in (0..).zip(told) {
            let day = row.facts.made_on;
            let mut arrival = Arrival { at, index };
            if let Some((came, before)) = self.rows.get(&row.id) {
                sum = minus(sum, before.facts.money);
                leave(&mut self.dates, before.facts.made_on);
                // As in the ledger: on another day it comes anew.
                arrival = if before.facts.made_on == day { *came } else { arrival };
            }
            sum = plus(sum, row.facts.money);
            self.snapshots |= row.facts.balance_snapshot.is_some();
            *self.dates.entry(day).or_default() += 1;
            self.rows.insert(row.id.clone(), (arrival, row.clone()));
        }
        for alias in &entry.aliases {
            if let Some((_, row)) = self.rows.get_mut(&alias.id) {
                row.remote = alias.remote.clone();
            }
        }
        for removed in &entry.removed {
            if let Some((_, row)) = self.rows.remove(&removed.id) {
                sum = minus(sum, row.facts.money);
                leave(&mut self.dates, row.facts.made_on);
            }
        }
        // A row that could not be added may be gone again: then the sum is counted anew.
        self.sum = Some(sum.or_else(|_| self.counted(currency)));
    }

    fn counted(&mut self, currency: Currency) -> Result<Money, Reason> {
        self.rest.wanted();
        let rows = self.rows.values().map(|(_, row)| row.facts.money);
        rows.fold(Ok(Money::zero(currency)), plus)
    }

    fn observe(&mut self, at: Position, entry: &AccountEntry, read: &Read, as_of: Timestamp) {
        if !read.last {
            return;
        }
        let facts = &entry.facts;
        // Then its balance is the one from before.
        let untold = read.untold(facts);
        self.elsewhere = facts.held_by.is_some();
        let delivered = !facts.gone && !self.elsewhere;
        self.told = false;
        let told = entry.balance.as_ref().filter(|told| told.basis == BalanceBasis::Observed);
        let Some(balance) = told.filter(|_| delivered && !untold) else { return };
        self.told = true;
        let currency = facts.currency;
        let pending =
            entry.pending.iter().map(|facts| facts.money).fold(Ok(Money::zero(currency)), plus);
        let booked = self.sum.unwrap_or_else(|| Ok(Money::zero(currency)));
        let newest = self.dates.last_key_value().map(|(day, _)| *day);
        self.rest.newest_is(newest);
        self.observed.push(Observed {
            at,
            as_of,
            balance: balance.money,
            kind: balance.kind.clone(),
            booked,
            pending,
            unread: read.unread(facts).next().is_some(),
            newest,
        });
    }

    /// A later read found nothing new: the bank told the same again.
    pub(super) fn still_so(&mut self, checked: Option<Timestamp>) {
        let (Some(newest), Some(checked)) = (self.observed.last(), checked) else { return };
        if self.told && newest.as_of < checked {
            self.observed.push(Observed { as_of: checked, ..newest.clone() });
        }
    }

    fn told(&self, observed: &Observed) -> Told {
        let as_of = observed.as_of;
        let day = as_of.to_zoned(self.zone.clone()).date();
        Told { day, as_of: Some(as_of), balance: observed.balance }
    }

    /// The balance at the end of a day: as the bank told it after that day, before anything later was booked and with the
    /// rows that are known today; else counted from the newest balance that it told.
    pub(crate) fn balance_after(&self, day: Date) -> Option<Balance> {
        let newest = self.observed.last()?;
        let zero = Money::zero(newest.balance.currency());
        let rows = self.rows.values().map(|(_, row)| &row.facts);
        let until = rows.filter(|facts| facts.made_on <= day).map(|facts| facts.money);
        let until = until.chain(self.rest.before(day)).fold(Ok(zero), plus);
        let tells = |observed: &&Observed| {
            self.told(observed).day > day
                && observed.newest.is_none_or(|newest| newest <= day)
                && observed.kind() != Some(Equation::BookedAndPending)
                && observed.booked == until
        };
        if let Some(observed) = self.observed.iter().find(tells) {
            let (money, basis) = (observed.balance, BalanceBasis::Observed);
            return Some(Balance { money, basis, kind: None });
        }
        let counts = newest.kind() == Some(Equation::BookedAndPending);
        let pending = if counts { newest.pending } else { Ok(zero) };
        let base = minus(minus(Ok(newest.balance), newest.booked.ok()?), pending.ok()?);
        plus(base, until.ok()?).ok().map(Balance::derived)
    }

    pub(crate) fn account(&self) -> &AccountId {
        &self.account
    }

    /// The newest entry.
    pub fn at(&self) -> Position {
        self.at
    }

    /// The bank's day on which it was read first, and its currency.
    pub(crate) fn begun(&self) -> Option<(Date, Currency)> {
        let (at, currency) = self.first?;
        Some((at.to_zoned(self.zone.clone()).date(), currency))
    }

    /// The balances with what each says of the rows.
    pub(super) fn marks(&self, equation: Equation) -> Vec<Mark> {
        let mark = |observed: &Observed| {
            let rows = match observed.kind().unwrap_or(equation) {
                Equation::Booked => (observed.booked, None),
                Equation::BookedAndPending => match (observed.booked, observed.pending) {
                    (Ok(booked), Ok(pending)) => (plus(Ok(booked), pending), Some(pending)),
                    (Err(reason), _) | (_, Err(reason)) => (Err(reason), None),
                },
            };
            let told = self.told(observed);
            let base = rows.0.and_then(|sum| minus(Ok(told.balance), sum));
            let (booked, pending, unread) = (observed.booked, rows.1, observed.unread);
            Mark { told, booked, pending, base, unread }
        };
        self.observed.iter().map(mark).collect()
    }

    /// The days of the first and the last row.
    pub(super) fn days(&self) -> Option<(Date, Date)> {
        Some((*self.dates.first_key_value()?.0, *self.dates.last_key_value()?.0))
    }

    /// What the bank's words say of the newest balance.
    pub(super) fn kind(&self) -> Option<Equation> {
        self.observed.last().and_then(Observed::kind)
    }

    pub(super) fn balance_type(&self) -> Option<String> {
        self.observed.last().and_then(|observed| observed.kind.clone())
    }

    /// The day of the first balance that was told.
    pub(super) fn first_day(&self) -> Option<Date> {
        self.observed.first().map(|observed| self.told(observed).day)
    }

    /// The day of the newest balance that was told.
    pub(super) fn last_day(&self) -> Option<Date> {
        self.observed.last().map(|observed| self.told(observed).day)
    }

    /// Why nothing can be said of the whole account.
    pub(super) fn unprovable(&self) -> Option<Reason> {
        match self.observed.len() {
            _ if self.elsewhere => Some(Reason::HeldElsewhere),
            0 => Some(Reason::NoBalance),
            1 => Some(match self.observed[0].booked {
                Ok(_) => Reason::OneBalance,
                Err(reason) => reason,
            }),
            _ => None,
        }
    }
}

fn leave(dates: &mut BTreeMap<Date, usize>, day: Date) {
    if let Some(count) = dates.get_mut(&day) {
        *count -= 1;
        if *count == 0 {
            dates.remove(&day);
        }
    }
}
