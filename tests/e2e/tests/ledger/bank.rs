//! The bank's side of a story: every edit, done to the simulator's own book.

use std::collections::BTreeSet;

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use simulator::{BankAt, BankRow, Control, Id, NewRow, RowEdit, RowStatus};

use crate::scenario::Edit;

pub(crate) const BANK: &str = "fakebank_oauth_xf";
/// Rows that may change: well within the fourteen days before the last look that every read compares.
const YOUNG: i64 = 11;

/// One login's book at the bank, and Salt Edge's copy of it.
pub(crate) struct Bank<'w> {
    pub(crate) control: &'w Control,
    pub(crate) remote: Id,
    /// The day of the last look at the latest: what is older may not change any more.
    pub(crate) looked: Date,
    /// Texts given so far: each is given once.
    pub(crate) texts: u32,
    /// Texts of rows that have, or had, a twin: which of them is which, nobody can tell.
    pub(crate) twins: BTreeSet<String>,
}

impl Bank<'_> {
    fn at() -> BankAt {
        BankAt::of(BANK)
    }

    fn today(&self) -> Date {
        self.control.now().to_zoned(TimeZone::UTC).date()
    }

    /// Rows of a status that may change: young ones of accounts that are delivered.
    fn rows(&self, status: RowStatus) -> Vec<BankRow> {
        let from = self.looked - YOUNG.days();
        let book = self.control.book(&Self::at()).unwrap();
        let delivered = book.accounts.into_iter().filter(|account| !account.closed);
        let rows = delivered.flat_map(|account| account.rows);
        rows.filter(|row| row.status == status && row.made_on >= from).collect()
    }

    fn one(&self, status: RowStatus, pick: u32) -> Option<BankRow> {
        let mut rows = self.rows(status);
        (!rows.is_empty()).then(|| rows.swap_remove(pick as usize % rows.len()))
    }

    fn text(&mut self, what: &str) -> String {
        self.texts += 1;
        format!("{what} {}", self.texts)
    }

    /// Does it; whether Salt Edge's copy changed at once, which no attempt tells of.
    pub(crate) fn edit(&mut self, edit: Edit) -> bool {
        let (control, at) = (self.control, Self::at());
        match edit {
            Edit::Book { cents, days_ago, reference } => {
                let text = self.text("BOOKED");
                let day = self.today() - i64::from(days_ago).days();
                let row = NewRow::booked(amount(cents), &text).made_on(day);
                let row = if reference { row.with_reference(&format!("REF {text}")) } else { row };
                control.add_row(&at, "account-1", row).unwrap();
            }
            Edit::Twin(pick) => {
                if let Some(row) = self.one(RowStatus::Booked, pick) {
                    self.twins.insert(row.description.clone());
                    let twin = NewRow::booked(row.amount, &row.description).made_on(row.made_on);
                    control.add_row(&at, "account-1", twin).unwrap();
                }
            }
            Edit::Describe(pick) => {
                let description = Some(self.text("DESCRIBED"));
                self.change(pick, RowEdit { description, ..RowEdit::default() });
            }
            Edit::Correct(pick) => {
                let amount = Some(amount(pick));
                self.change(pick, RowEdit { amount, ..RowEdit::default() });
            }
            Edit::Rename(pick) => {
                self.change(pick, RowEdit { new_id: true, ..RowEdit::default() });
            }
            Edit::Replace(pick) => {
                let description = Some(self.text("REPLACED"));
                self.change(pick, RowEdit { description, new_id: true, ..RowEdit::default() });
            }
            Edit::Remove(pick) => {
                if let Some(row) = self.one(RowStatus::Booked, pick) {
                    control.remove_row(&at, &row.row).unwrap();
                }
            }
            Edit::Duplicate(pick) => return self.set_aside(pick),
            Edit::Announce { cents } => {
                let row = NewRow::pending(amount(cents), &self.text("ANNOUNCED"));
                control.add_row(&at, "account-1", row).unwrap();
            }
            Edit::Settle(pick) => {
                if let Some(row) = self.one(RowStatus::Pending, pick) {
                    control.book_row(&at, &row.row, RowEdit::default()).unwrap();
                }
            }
            Edit::Withdraw(pick) => {
                if let Some(row) = self.one(RowStatus::Pending, pick) {
                    control.remove_row(&at, &row.row).unwrap();
                }
            }
            Edit::SecondAccount => {
                let book = control.book(&at).unwrap();
                let closed = book.account("account-2").is_some_and(|account| account.closed);
                control.set_closed(&at, "account-2", !closed).unwrap();
            }
        }
        false
    }

    fn change(&self, pick: u32, edit: RowEdit) {
        if let Some(row) = self.one(RowStatus::Booked, pick) {
            self.control.edit_row(&Self::at(), &row.row, edit).unwrap();
        }
    }

    fn set_aside(&self, pick: u32) -> bool {
        let young = self.rows(RowStatus::Booked);
        let copied = self.control.transactions(self.remote);
        let mut copied: Vec<_> = copied
            .into_iter()
            .filter(|copied| young.iter().any(|row| row.row == copied.row))
            .collect();
        if copied.is_empty() {
            return false;
        }
        let row = copied.swap_remove(pick as usize % copied.len());
        self.control.mark_duplicated(row.id, !row.duplicated).unwrap();
        true
    }
}

fn amount(cents: u32) -> simulator::Amount {
    format!("-{}.{:02}", cents / 100, cents % 100).parse().unwrap()
}
