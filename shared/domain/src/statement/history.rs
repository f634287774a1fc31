//! What the journal says of one account, for its statements.

use jiff::civil::Date;

use super::Days;
use crate::{
    id::AccountId,
    journal::{Balance, Position, Row},
    money::Currency,
    proof::Book,
};

/// One account through one place of its journal.
pub struct History {
    currency: Currency,
    first_day: Date,
    book: Book,
}

impl History {
    /// What a book says. None where no entry names the account.
    pub fn of(book: Book) -> Option<Self> {
        let (first_day, currency) = book.begun()?;
        Some(Self { currency, first_day, book })
    }

    /// The account.
    pub fn account(&self) -> &AccountId {
        self.book.account()
    }

    /// Its currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The bank's day on which it was read first.
    pub fn first_day(&self) -> Date {
        self.first_day
    }

    /// The newest entry.
    pub fn at(&self) -> Position {
        self.book.at()
    }

    /// The booked rows of these days, oldest first, those of one day as they came.
    pub fn lines(&self, days: Days) -> Vec<&Row> {
        let rows = self.book.rows.values();
        let mut lines: Vec<_> = rows.filter(|(_, row)| days.hold(row.facts.made_on)).collect();
        lines.sort_by_key(|(order, row)| (row.facts.made_on, *order));
        lines.into_iter().map(|(_, row)| row).collect()
    }

    /// The balance at the end of a day. Observed where the bank told it after that day and before anything later was
    /// booked; else counted from the newest balance that it told; none where it told none.
    pub fn balance_after(&self, day: Date) -> Option<Balance> {
        self.book.balance_after(day)
    }
}
