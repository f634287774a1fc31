//! A balance that was told, and what the rows say to it.

use jiff::{Timestamp, civil::Date};

use super::{Equation, Reason, Told, counts};
use crate::{
    journal::Position,
    money::{Currency, Money},
};

/// A balance that was told, and the rows at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Observed {
    /// The entry that told it.
    pub(super) at: Position,
    /// When the bank was asked.
    pub(super) as_of: Timestamp,
    pub(super) balance: Money,
    /// Which balance it is, in the bank's words.
    pub(super) kind: Option<String>,
    pub(super) booked: Result<Money, Reason>,
    pub(super) pending: Result<Money, Reason>,
    pub(super) unread: bool,
    /// The day of the newest row.
    pub(super) newest: Option<Date>,
}

impl Observed {
    /// Whether everything in it is an amount of this currency.
    pub(super) fn counted(&self, currency: Currency) -> bool {
        let sums = [Ok(self.balance), self.booked, self.pending];
        sums.iter().all(|sum| sum.is_ok_and(|sum| sum.currency() == currency))
    }

    pub(super) fn kind(&self) -> Option<Equation> {
        self.kind.as_deref().and_then(counts)
    }
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
