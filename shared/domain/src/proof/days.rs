//! The strip of days: what is proven of each.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};

use super::{Interval, Reason, Verdict, book::Book};
use crate::money::Money;

/// What is proven of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The bank's day.
    pub day: Date,
    /// What was found.
    pub verdict: Verdict,
    /// By how much, where one interval alone is broken on it.
    pub difference: Option<Money>,
    /// Why it cannot be said.
    pub reason: Option<Reason>,
}

/// Days of one account that are told: more than any journal is kept.
const MOST: i64 = 1_100;

/// Every day from the first row or balance through the last one.
pub(super) fn of(book: &Book, intervals: &[Interval], whole: Option<Reason>) -> Vec<Day> {
    let (made, told) = (book.days(), book.first_day());
    let first = made.map(|made| made.0).into_iter().chain(told).min();
    // A row may be dated ahead; what the bank told reaches to its newest balance.
    let last = book.last_day().or(made.map(|made| made.1));
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let first = first.max(last.checked_sub(MOST.days()).unwrap_or(first));
    let found = found(intervals, first, last);
    let unsaid = |day| match told {
        Some(told) if day < told && whole.is_none() => Reason::BeforeFirstBalance,
        _ => whole.unwrap_or(Reason::BeforeFirstBalance),
    };
    let day = |day| {
        let unsaid =
            Day { day, verdict: Verdict::Unprovable, difference: None, reason: Some(unsaid(day)) };
        found.get(&day).copied().unwrap_or(unsaid)
    };
    each(first, last).map(day).collect()
}

/// Days that an interval says something of; the worst that is said counts.
fn found(intervals: &[Interval], first: Date, last: Date) -> BTreeMap<Date, Day> {
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for interval in intervals {
        let covered = (interval.opening.day.max(first), interval.closing.day.min(last));
        for day in each(covered.0, covered.1) {
            let inside = day >= interval.days.0 && day <= interval.days.1;
            let said = match interval.verdict {
                // Narrowed: the rest of the interval adds up.
                Verdict::Broken if !inside => Day { difference: None, ..proven(day) },
                Verdict::Broken => {
                    let difference = interval.difference;
                    Day { day, verdict: Verdict::Broken, difference, reason: None }
                }
                Verdict::Unprovable => Day {
                    day,
                    verdict: Verdict::Unprovable,
                    difference: None,
                    reason: interval.reason,
                },
                Verdict::Proven => proven(day),
            };
            let before = days.get(&day).copied();
            days.insert(day, before.map_or(said, |before| worse(before, said)));
        }
    }
    days
}

/// The days from one through another.
fn each(from: Date, through: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day <= through)
}

fn proven(day: Date) -> Day {
    Day { day, verdict: Verdict::Proven, difference: None, reason: None }
}

fn worse(one: Day, other: Day) -> Day {
    let rank = |day: &Day| match day.verdict {
        Verdict::Proven => 0,
        Verdict::Unprovable => 1,
        Verdict::Broken => 2,
    };
    match (rank(&one), rank(&other)) {
        (2, 2) => Day { difference: None, ..one },
        (left, right) if right > left => other,
        _ => one,
    }
}
