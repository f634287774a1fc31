//! What the journal says of one account, for its statements.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::Days;
use crate::{
    id::AccountId,
    journal::{Balance, Entry, Position, Row},
    money::Currency,
    proof::Book,
};

/// One account through one place of its journal.
pub struct History {
    account: AccountId,
    currency: Currency,
    first_day: Date,
    at: Position,
    book: Book,
}

impl History {
    /// Reads the entries, oldest first. `checked` = the age of the data that a later read found nothing new in. None where no
    /// entry names the account.
    pub fn of<'a>(
        account: &AccountId,
        entries: impl IntoIterator<Item = &'a Entry>,
        checked: Option<Timestamp>,
        zone: &TimeZone,
    ) -> Option<Self> {
        let entries: Vec<&Entry> = entries.into_iter().collect();
        let first = entries.iter().find(|entry| entry.account(account).is_some())?;
        let currency = first.account(account)?.facts.currency;
        Some(Self {
            account: account.clone(),
            currency,
            first_day: first.read_at.to_zoned(zone.clone()).date(),
            at: entries.last()?.at,
            book: Book::read(account, entries, checked, zone),
        })
    }

    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.account
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
        self.at
    }

    /// The booked rows of these days, oldest first, those of one day as they came.
    pub fn lines(&self, days: Days) -> Vec<&Row> {
        let rows = self.book.rows.values();
        let mut lines: Vec<_> = rows.filter(|(_, row)| days.hold(row.facts.made_on)).collect();
        lines.sort_by_key(|(order, row)| (row.facts.made_on, *order));
        lines.into_iter().map(|(_, row)| row).collect()
    }

    /// A hash of the lines of these days.
    pub fn fingerprint(&self, days: Days) -> String {
        super::fingerprint(&self.lines(days))
    }

    /// The balance at the end of a day. Observed where the bank told it after that day and before anything later was
    /// booked; else counted from the newest balance that it told; none where it told none.
    pub fn balance_after(&self, day: Date) -> Option<Balance> {
        self.book.balance_after(day)
    }
}
