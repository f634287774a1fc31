//! What the journal says of one account: its balances as they were told, each with the rows as they stood.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{Equation, Reason, Told, counts, minus, plus};
use crate::{
    id::{AccountId, TransactionId},
    journal::{AccountEntry, Balance, BalanceBasis, Body, Entry, Read, Row},
    money::{Currency, Money},
};

/// A balance that was told, and the rows at that moment.
#[derive(Debug, Clone)]
struct Observed {
    told: Told,
    kind: Option<Equation>,
    booked: Result<Money, Reason>,
    pending: Result<Money, Reason>,
    unread: bool,
    /// The day of the newest row.
    newest: Option<Date>,
}

/// A balance and what the rows say to it, ready to be compared with others.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) told: Told,
    /// Σ of all booked rows at this moment.
    pub(super) booked: Result<Money, Reason>,
    /// What is announced, where the balance counts it.
    pub(super) pending: Option<Money>,
    /// The balance less the rows: the same at every mark as long as no row is missing and none too many.
    pub(super) base: Result<Money, Reason>,
    /// Rows could not be read.
    pub(super) unread: bool,
}

/// One account's history.
pub(crate) struct Book {
    /// The rows as they stand now, with the order in which they came.
    pub(crate) rows: BTreeMap<TransactionId, (u64, Row)>,
    sum: Option<Result<Money, Reason>>,
    observed: Vec<Observed>,
    balance_type: Option<String>,
    told: bool,
    elsewhere: bool,
    arrivals: u64,
    /// How many rows each day has.
    dates: BTreeMap<Date, usize>,
}

impl Book {
    pub(crate) fn read<'a>(
        account: &AccountId,
        entries: impl IntoIterator<Item = &'a Entry>,
        checked: Option<Timestamp>,
        zone: &TimeZone,
    ) -> Self {
        let mut book = Self {
            rows: BTreeMap::new(),
            sum: None,
            observed: Vec::new(),
            balance_type: None,
            told: false,
            elsewhere: false,
            arrivals: 0,
            dates: BTreeMap::new(),
        };
        for entry in entries {
            match &entry.body {
                Body::Tombstone(_) => book.told = false,
                Body::Read(read) => {
                    let known = read.accounts.iter().find(|known| known.facts.id == *account);
                    if let Some(known) = known {
                        book.take(known);
                        let as_of = read.data_as_of.unwrap_or(entry.read_at);
                        book.observe(known, read, as_of, zone);
                    }
                }
            }
        }
        book.still_so(checked, zone);
        book
    }

    fn take(&mut self, entry: &AccountEntry) {
        let currency = entry.facts.currency;
        let mut sum = self.sum.take().unwrap_or_else(|| Ok(Money::zero(currency)));
        let changed = entry.modified.iter().map(|change| &change.to);
        for row in entry.added.iter().chain(&entry.carried).chain(changed) {
            self.arrivals += 1;
            let before = self.rows.get(&row.id);
            let order = before.map_or(self.arrivals, |(order, _)| *order);
            if let Some((_, before)) = before {
                sum = minus(sum, before.facts.money);
                leave(&mut self.dates, before.facts.made_on);
            }
            sum = plus(sum, row.facts.money);
            *self.dates.entry(row.facts.made_on).or_default() += 1;
            self.rows.insert(row.id.clone(), (order, row.clone()));
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

    fn counted(&self, currency: Currency) -> Result<Money, Reason> {
        let rows = self.rows.values().map(|(_, row)| row.facts.money);
        rows.fold(Ok(Money::zero(currency)), plus)
    }

    fn observe(&mut self, entry: &AccountEntry, read: &Read, as_of: Timestamp, zone: &TimeZone) {
        if !read.last {
            return;
        }
        let facts = &entry.facts;
        let unread = read
            .quarantined
            .iter()
            .filter(|row| row.account.as_ref().is_none_or(|account| *account == facts.remote));
        let unread: Vec<_> = unread.collect();
        // Nothing of it was read, or the account itself was not: its balance is the one from before.
        let untold = unread.iter().any(|row| row.id.is_none());
        self.elsewhere = facts.held_by.is_some();
        let delivered = !facts.gone && !self.elsewhere;
        self.told = false;
        let told = entry.balance.as_ref().filter(|told| told.basis == BalanceBasis::Observed);
        let Some(balance) = told.filter(|_| delivered && !untold) else { return };
        self.told = true;
        self.balance_type.clone_from(&balance.kind);
        let currency = facts.currency;
        let pending =
            entry.pending.iter().map(|facts| facts.money).fold(Ok(Money::zero(currency)), plus);
        let booked = self.sum.unwrap_or_else(|| Ok(Money::zero(currency)));
        self.observed.push(Observed {
            told: Told { day: day_of(as_of, zone), as_of: Some(as_of), balance: balance.money },
            kind: balance.kind.as_deref().and_then(counts),
            booked,
            pending,
            unread: !unread.is_empty(),
            newest: self.dates.last_key_value().map(|(day, _)| *day),
        });
    }

    /// A later read found nothing new: the bank told the same again.
    fn still_so(&mut self, checked: Option<Timestamp>, zone: &TimeZone) {
        let (Some(newest), Some(checked)) = (self.observed.last(), checked) else { return };
        if self.told && newest.told.as_of.is_some_and(|as_of| as_of < checked) {
            let told = Told { day: day_of(checked, zone), as_of: Some(checked), ..newest.told };
            self.observed.push(Observed { told, ..newest.clone() });
        }
    }

    /// The balance at the end of a day: as the bank told it after that day, before anything later was booked and with the
    /// rows that are known today; else counted from the newest balance that it told.
    pub(crate) fn balance_after(&self, day: Date) -> Option<Balance> {
        let newest = self.observed.last()?;
        let rows = self.rows.values().map(|(_, row)| &row.facts);
        let until = rows.filter(|facts| facts.made_on <= day).map(|facts| facts.money);
        let until = until.fold(Ok(Money::zero(newest.told.balance.currency())), plus);
        let tells = |observed: &&Observed| {
            observed.told.day > day
                && observed.newest.is_none_or(|newest| newest <= day)
                && observed.kind != Some(Equation::BookedAndPending)
                && observed.booked == until
        };
        if let Some(observed) = self.observed.iter().find(tells) {
            let (money, basis) = (observed.told.balance, BalanceBasis::Observed);
            return Some(Balance { money, basis, kind: None });
        }
        let counts = newest.kind == Some(Equation::BookedAndPending);
        let pending =
            if counts { newest.pending } else { Ok(Money::zero(newest.told.balance.currency())) };
        let base = minus(minus(Ok(newest.told.balance), newest.booked.ok()?), pending.ok()?);
        plus(base, until.ok()?).ok().map(Balance::derived)
    }

    /// The balances with what each says of the rows.
    pub(super) fn marks(&self, equation: Equation) -> Vec<Mark> {
        let mark = |observed: &Observed| {
            let rows = match observed.kind.unwrap_or(equation) {
                Equation::Booked => (observed.booked, None),
                Equation::BookedAndPending => match (observed.booked, observed.pending) {
                    (Ok(booked), Ok(pending)) => (plus(Ok(booked), pending), Some(pending)),
                    (Err(reason), _) | (_, Err(reason)) => (Err(reason), None),
                },
            };
            let told = observed.told;
            let base = rows.0.and_then(|sum| minus(Ok(told.balance), sum));
            let (booked, pending, unread) = (observed.booked, rows.1, observed.unread);
            Mark { told, booked, pending, base, unread }
        };
        self.observed.iter().map(mark).collect()
    }

    /// What the bank's words say of the newest balance.
    pub(super) fn kind(&self) -> Option<Equation> {
        self.observed.last().and_then(|observed| observed.kind)
    }

    pub(super) fn balance_type(&self) -> Option<String> {
        self.balance_type.clone()
    }

    /// The day of the first balance that was told.
    pub(super) fn first_day(&self) -> Option<Date> {
        self.observed.first().map(|observed| observed.told.day)
    }

    /// The day of the newest balance that was told.
    pub(super) fn last_day(&self) -> Option<Date> {
        self.observed.last().map(|observed| observed.told.day)
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

fn day_of(at: Timestamp, zone: &TimeZone) -> Date {
    at.to_zoned(zone.clone()).date()
}
