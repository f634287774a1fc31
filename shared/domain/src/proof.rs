//! The proof of an account's balance: between two balances that the bank told, opening + Σ booked = closing, in
//! exact decimals. Where it is not so, by how much, and on which days.
//!
//! Only what the bank told is compared: a balance that was counted is never taken for one that was told, and no
//! difference is ever made up for.

mod balances;
mod book;
mod days;
mod kept;
mod observed;
mod snapshots;
mod walk;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

pub use balances::Balances;
pub use book::Book;
pub use days::Day;
pub use kept::{Books, Standing, Wanted};

use crate::money::Money;

/// Which rows a balance counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Equation {
    /// Opening + Σ booked = closing.
    Booked,
    /// Opening + Σ booked + what is announced then − what was announced before = closing.
    BookedAndPending,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The rows add up to what the bank told.
    Proven,
    /// They do not.
    Broken,
    /// It cannot be said.
    Unprovable,
}

/// Why it cannot be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The bank told no balance.
    NoBalance,
    /// The bank told one balance so far: there is nothing to compare it with.
    OneBalance,
    /// Before the first balance that the bank told.
    BeforeFirstBalance,
    /// A row is in another currency than its account: they cannot be added.
    MixedCurrencies,
    /// A sum has more digits than an exact decimal holds.
    TooManyDigits,
    /// Rows of the account could not be read.
    RowsUnread,
    /// Another connection's journal has the rows of the account.
    HeldElsewhere,
}

/// Who told a balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The account, when it was read.
    Balance,
    /// A row: the bank's balance just after it.
    Snapshot,
}

/// A balance that the bank told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The bank's day.
    pub day: Date,
    /// When the bank was asked; none where a row told it.
    pub as_of: Option<Timestamp>,
    /// The balance.
    pub balance: Money,
}

/// A balance that did not agree when it was told, and does since: rows came late, or the bank corrected it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    /// The balance.
    pub told: Told,
    /// What the bank counted then and no row told.
    pub difference: Money,
}

/// From one balance that the bank told to a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// The balance before.
    pub opening: Told,
    /// The balance after.
    pub closing: Told,
    /// Who told them.
    pub source: Source,
    /// Σ of the booked rows that came in between, and of what changed in others.
    pub booked: Option<Money>,
    /// What is announced at the end less what was at the beginning, where the balances count it.
    pub pending: Option<Money>,
    /// Closing less opening, booked and pending: zero where it is proven. −12.50 = rows of −12.50 are missing.
    pub difference: Option<Money>,
    /// What was found.
    pub verdict: Verdict,
    /// Why it cannot be said.
    pub reason: Option<Reason>,
    /// The first and last day on which the difference can have come about. Snapshots narrow them.
    pub days: (Date, Date),
    /// Balances that agree one after the other: of a proven interval, 2 or more.
    pub balances: usize,
    /// Balances in between that agree since.
    pub passing: Vec<Passing>,
}

/// What can be said of one account's balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Broken when any interval is, else unprovable when any is, else proven.
    pub verdict: Verdict,
    /// Why it cannot be said.
    pub reason: Option<Reason>,
    /// Which rows the balances count.
    pub equation: Equation,
    /// Which balance it is, in the bank's words.
    pub balance_type: Option<String>,
    /// The intervals, oldest first. Proven ones that follow each other are one.
    pub intervals: Vec<Interval>,
    /// Every day from the first row or balance through the last, oldest first.
    pub days: Vec<Day>,
}

impl Proof {
    /// The earliest interval that does not add up.
    pub fn first_broken(&self) -> Option<&Interval> {
        let broken = self.intervals.iter().filter(|interval| interval.verdict == Verdict::Broken);
        broken.min_by_key(|interval| interval.days)
    }
}

/// What is proven of an account.
///
/// Total: whatever the book says, there is a verdict.
pub fn prove(book: &Book) -> Proof {
    let equation = equation(book);
    let mut intervals = walk::over(&book.marks(equation), Source::Balance);
    let trail = snapshots::Trail::of(book);
    for interval in &mut intervals {
        trail.narrow(interval);
    }
    let before = trail.before(book.first_day());
    intervals.splice(0..0, before);
    let (verdict, reason) = verdict(book, &intervals);
    let days = days::of(book, &intervals, reason);
    Proof { verdict, reason, equation, balance_type: book.balance_type(), intervals, days }
}

/// By what the bank calls the balance; where that says nothing, the one that adds up.
fn equation(book: &Book) -> Equation {
    if let Some(told) = book.kind() {
        return told;
    }
    let apart = |equation| {
        let walked = walk::over(&book.marks(equation), Source::Balance);
        let broken = walked.iter().filter(|interval| interval.verdict == Verdict::Broken).count();
        (broken, walked.iter().map(|interval| interval.passing.len()).sum::<usize>())
    };
    let with_pending = apart(Equation::BookedAndPending);
    if with_pending.0 == 0 && with_pending < apart(Equation::Booked) {
        return Equation::BookedAndPending;
    }
    Equation::Booked
}

/// What a bank's word for a balance says about it; none where it says nothing.
///
/// Source: `extra.balance_type` of a Salt Edge account: names of Berlin Group, codes of ISO 20022.
fn counts(balance_type: &str) -> Option<Equation> {
    let plain: String = balance_type.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.to_ascii_uppercase().as_str() {
        "CLOSINGBOOKED"
        | "CLBD"
        | "INTERIMBOOKED"
        | "ITBD"
        | "OPENINGBOOKED"
        | "OPBD"
        | "PREVIOUSLYCLOSEDBOOKED"
        | "PRCD" => Some(Equation::Booked),
        "INTERIMAVAILABLE" | "ITAV" | "CLOSINGAVAILABLE" | "CLAV" | "OPENINGAVAILABLE" | "OPAV"
        | "FORWARDAVAILABLE" | "FWAV" | "EXPECTED" | "XPCD" => Some(Equation::BookedAndPending),
        _ => None,
    }
}

fn verdict(book: &Book, intervals: &[Interval]) -> (Verdict, Option<Reason>) {
    if let Some(reason) = book.unprovable() {
        return (Verdict::Unprovable, Some(reason));
    }
    let of = |verdict| intervals.iter().rev().find(|interval| interval.verdict == verdict);
    match (of(Verdict::Broken), of(Verdict::Unprovable)) {
        (Some(_), _) => (Verdict::Broken, None),
        (None, Some(interval)) => (Verdict::Unprovable, interval.reason),
        (None, None) => (Verdict::Proven, None),
    }
}

/// The sum of two amounts that may be missing. Errors: why there is none.
fn plus(left: Result<Money, Reason>, right: Money) -> Result<Money, Reason> {
    left.and_then(|left| left.plus(right).map_err(Reason::from))
}

fn minus(left: Result<Money, Reason>, right: Money) -> Result<Money, Reason> {
    left.and_then(|left| left.minus(right).map_err(Reason::from))
}

impl From<crate::money::MoneyError> for Reason {
    fn from(error: crate::money::MoneyError) -> Self {
        use crate::money::MoneyError as E;
        match error {
            E::MixedCurrencies(..) | E::UnknownCurrency => Self::MixedCurrencies,
            E::TooManyDigits | E::NotANumber => Self::TooManyDigits,
        }
    }
}
