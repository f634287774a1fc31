//! Balances as they are stored beside the folds: each as what is other than in the one before.

use std::collections::BTreeMap;

use jiff::{
    Span, Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize, de::Error as _};

use super::observed::Observed;
use crate::{
    id::AccountId,
    journal::{Fits, Position, Torn},
    money::{Currency, Money, MoneyError},
};

/// Balances that the bank told on some days of a month, each with the rows as they stood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balances(Vec<Observed>);

impl Balances {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Those that the index lists. What a writer has left who died before it was listed is passed over.
    pub(super) fn until(
        self,
        through: Position,
        listed: usize,
    ) -> Result<impl Iterator<Item = Observed>, Torn> {
        let known = self.0.iter().take_while(|one| one.at <= through).count();
        if known == listed { Ok(self.0.into_iter().take(listed)) } else { Err(Torn) }
    }
}

/// What was told behind the newest piece, and what that one holds with it: pieces of whole days of one month, as few as
/// fit.
pub(super) fn pieces(
    account: &AccountId,
    mut newest: Option<(Date, Vec<Observed>)>,
    told: &[Observed],
    fits: &impl Fits,
) -> BTreeMap<Date, Balances> {
    let day = |one: &Observed| one.as_of.to_zoned(TimeZone::UTC).date();
    let mut pieces = BTreeMap::new();
    for of_a_day in told.chunk_by(|one, next| day(one) == day(next)) {
        let today = day(&of_a_day[0]);
        let (mut start, mut piece) = newest.take().unwrap_or((today, Vec::new()));
        let begins = piece.is_empty();
        piece.extend_from_slice(of_a_day);
        let mut all = Balances(piece.clone());
        let a_month = today.first_of_month() == start.first_of_month();
        let fits = || a_month && fits.balances(&(account.clone(), start), &all);
        // A later one is in no earlier piece: what is told with an older day goes with the newest.
        if !begins && today > start && !fits() {
            (start, piece) = (today, of_a_day.to_vec());
            all = Balances(piece.clone());
        }
        pieces.insert(start, all);
        newest = Some((start, piece));
    }
    pieces
}

/// Generation, number, nanoseconds, balance, Σ booked, announced, rows unread, newest row as days, the bank's word.
type Line = (i64, i64, i64, String, String, String, u8, Option<i64>, Option<String>);

/// What a line is told against.
struct Before {
    at: [i64; 2],
    as_of: i64,
    newest: i64,
    money: [Money; 3],
}

impl Before {
    fn first(currency: Currency) -> Self {
        Self { at: [0; 2], as_of: 0, newest: 0, money: [Money::zero(currency); 3] }
    }

    /// Each number less the one before, which is what it is now.
    fn less(number: i64, before: &mut i64) -> i64 {
        number.wrapping_sub(std::mem::replace(before, number))
    }

    fn more(number: i64, before: &mut i64) -> i64 {
        *before = before.wrapping_add(number);
        *before
    }

    /// None = it cannot be told: a sum that there is not is in no line.
    fn line(&mut self, one: &Observed) -> Option<Line> {
        let generation = Self::less(i64::from(one.at.generation), &mut self.at[0]);
        let number = Self::less(i64::try_from(one.at.number).ok()?, &mut self.at[1]);
        let nanos = i64::try_from(one.as_of.as_nanosecond()).ok()?;
        let as_of = Self::less(nanos, &mut self.as_of);
        let mut texts = [String::new(), String::new(), String::new()];
        let money = [one.balance, one.booked.ok()?, one.pending.ok()?];
        for (text, (now, before)) in texts.iter_mut().zip(money.iter().zip(&mut self.money)) {
            *text = now.minus(std::mem::replace(before, *now)).ok()?.text();
        }
        let [balance, booked, pending] = texts;
        let newest = one.newest.map(|day| Self::less(days(day), &mut self.newest));
        let (unread, kind) = (u8::from(one.unread), one.kind.clone());
        Some((generation, number, as_of, balance, booked, pending, unread, newest, kind))
    }

    /// None = nobody has written this.
    fn observed(&mut self, line: Line) -> Option<Observed> {
        let (generation, number, as_of, balance, booked, pending, unread, newest, kind) = line;
        let at = Position {
            generation: u32::try_from(Self::more(generation, &mut self.at[0])).ok()?,
            number: u64::try_from(Self::more(number, &mut self.at[1])).ok()?,
        };
        let nanos = i128::from(Self::more(as_of, &mut self.as_of));
        let as_of = Timestamp::from_nanosecond(nanos).ok()?;
        for (text, before) in [balance, booked, pending].iter().zip(&mut self.money) {
            let more = || -> Result<Money, MoneyError> {
                before.plus(Money::parse(text, before.currency())?)
            };
            *before = more().ok()?;
        }
        let [balance, booked, pending] = self.money;
        let (booked, pending, unread) = (Ok(booked), Ok(pending), unread != 0);
        let newest = match newest {
            Some(newest) => Some(day(Self::more(newest, &mut self.newest))?),
            None => None,
        };
        Some(Observed { at, as_of, balance, kind, booked, pending, unread, newest })
    }
}

/// Days since 1970.
fn days(day: Date) -> i64 {
    let epoch = date(1970, 1, 1);
    i64::from((day - epoch).get_days())
}

fn day(days: i64) -> Option<Date> {
    date(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

impl Serialize for Balances {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let currency = self.0.first().map(|one| one.balance.currency());
        let mut before = currency.map(Before::first);
        let lines = self.0.iter().map(|one| before.as_mut()?.line(one));
        let lines: Option<Vec<Line>> = lines.collect();
        let untold = || serde::ser::Error::custom("a sum that there is not");
        (currency, lines.ok_or_else(untold)?).serialize(to)
    }
}

impl<'de> Deserialize<'de> for Balances {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (currency, lines) = <(Option<Currency>, Vec<Line>)>::deserialize(from)?;
        let mut before = currency.map(Before::first);
        let told = lines.into_iter().map(|line| before.as_mut()?.observed(line));
        let told: Option<Vec<Observed>> = told.collect();
        told.map(Self).ok_or_else(|| D::Error::custom("no balances"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::sample::{at, day, money};

    #[test]
    fn balances_are_read_as_they_were_written() {
        let told = |n: i64, newest| Observed {
            at: Position { generation: 1 + u32::from(n > 2), number: u64::from(n <= 2) + 7 },
            as_of: at(usize::try_from(n).unwrap()) + jiff::SignedDuration::from_nanos(n),
            balance: money(1_000 - n),
            kind: (n > 1).then(|| String::from("closingBooked")),
            booked: Ok(money(-77 * n)),
            pending: Ok(money(n % 2)),
            unread: n == 2,
            newest,
        };
        let days = [None, Some(day(9)), Some(day(3)), None, Some(date(1900, 1, 1))];
        let all: Vec<_> = (0..).zip(days).map(|(n, newest)| told(n, newest)).collect();
        for count in 0..=all.len() {
            let balances = Balances(all[..count].to_vec());
            let text = serde_json::to_string(&balances).unwrap();
            assert_eq!(serde_json::from_str::<Balances>(&text).unwrap(), balances, "{text}");
        }
        for wrong in [
            "[null,[[1,1,1,\"1\",\"1\",\"1\",0,null,null]]]",
            "[\"EUR\",[[-1,1,1,\"1\",\"1\",\"1\",0,null,null]]]",
        ] {
            assert!(serde_json::from_str::<Balances>(wrong).is_err(), "{wrong}");
        }
    }
}
