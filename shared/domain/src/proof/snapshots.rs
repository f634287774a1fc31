//! The balances that rows tell: the bank's just after each. They narrow a difference down to days, and reach back
//! behind the first balance of the account.

use jiff::civil::Date;

use super::{Interval, Source, Told, Verdict, book::Book, minus, observed::Mark, plus, walk};
use crate::{journal::Row, money::Money};

/// Rows with what the bank had after them, in the order in which the bank booked them.
pub(super) struct Trail(Vec<Mark>);

impl Trail {
    /// Within a day some banks list the newest row first: of the two orders, the one in which more adds up.
    pub(super) fn of(book: &Book) -> Self {
        let mut rows: Vec<_> = book.rows.values().collect();
        rows.sort_by_key(|(order, row)| (booked_on(row), *order));
        let forth = marks(rows.iter().map(|(_, row)| row));
        rows.sort_by(|(a, left), (b, right)| (booked_on(left), b).cmp(&(booked_on(right), a)));
        let back = marks(rows.iter().map(|(_, row)| row));
        let apart =
            |marks: &[Mark]| marks.windows(2).filter(|two| two[0].base != two[1].base).count();
        Self(if apart(&back) < apart(&forth) { back } else { forth })
    }

    /// The days of a difference: where the balances of the rows change by exactly as much, and only there.
    pub(super) fn narrow(&self, interval: &mut Interval) {
        let (Verdict::Broken, Some(difference)) = (interval.verdict, interval.difference) else {
            return;
        };
        let (from, to) = interval.days;
        let near = |mark: &&Mark| mark.told.day >= from && mark.told.day <= to;
        let before = self.0.iter().rev().find(|mark| mark.told.day < from);
        let after = self.0.iter().find(|mark| mark.told.day > to);
        let near: Vec<Mark> =
            before.into_iter().chain(self.0.iter().filter(near)).chain(after).cloned().collect();
        let walked = walk::over(&near, Source::Snapshot);
        let mut broken = walked.iter().filter(|step| step.verdict != Verdict::Proven);
        if let (Some(step), None) = (broken.next(), broken.next())
            && step.difference == Some(difference)
        {
            interval.days = (step.days.0.max(from), step.days.1.min(to));
        }
    }

    /// What the rows before the first balance of the account prove by themselves.
    pub(super) fn before(&self, first: Option<Date>) -> Vec<Interval> {
        let Some(first) = first else { return Vec::new() };
        let older = self.0.iter().take_while(|mark| mark.told.day < first);
        walk::over(&older.cloned().collect::<Vec<_>>(), Source::Snapshot)
    }
}

/// The day on which the bank counts a row.
fn booked_on(row: &Row) -> Date {
    row.facts.posting_date.unwrap_or(row.facts.made_on)
}

fn marks<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Mark> {
    let mut sum = None;
    let mut marks = Vec::new();
    for row in rows {
        let money = row.facts.money;
        let booked = plus(sum.unwrap_or_else(|| Ok(Money::zero(money.currency()))), money);
        sum = Some(booked);
        if let Some(balance) = row.facts.balance_snapshot {
            let told = Told { day: booked_on(row), as_of: None, balance };
            let base = booked.and_then(|booked| minus(Ok(balance), booked));
            marks.push(Mark { told, booked, pending: None, base, unread: false });
        }
    }
    marks
}
