//! From balance to balance: where the rows add up, and where they do not.

use jiff::{ToSpan, civil::Date};

use super::{Interval, Passing, Reason, Source, Verdict, minus, observed::Mark};
use crate::{limits::OVERLAP_DAYS, money::Money};

/// The intervals between marks, in their order.
///
/// Banks often tell a balance before its rows, or a row before the balance that counts it. So a mark that does not
/// agree is passed over when a later one, within the overlap in which rows come late, agrees again exactly: opening
/// + Σ booked = closing holds from the one before to that one.
pub(super) fn over(marks: &[Mark], source: Source) -> Vec<Interval> {
    let mut found: Vec<Interval> = Vec::new();
    let mut from = 0;
    while from + 1 < marks.len() {
        let (to, agrees) = match agreeing(marks, from) {
            Some(to) => (to, true),
            None => (from + 1, false),
        };
        let interval = between(marks, from, to, source, agrees);
        match found.last_mut() {
            Some(before) if agrees && before.verdict == Verdict::Proven => join(before, interval),
            _ => found.push(interval),
        }
        from = to;
    }
    found
}

/// The next mark that agrees with this one.
fn agreeing(marks: &[Mark], from: usize) -> Option<usize> {
    let base = marks[from].base.ok()?;
    let agrees = |mark: &Mark| mark.base.is_ok_and(|other| other == base);
    let next = marks.get(from + 1)?;
    let until = later(next.told.day);
    let late = marks.iter().enumerate().skip(from + 1);
    let mut late = late.take_while(|(at, mark)| *at == from + 1 || mark.told.day <= until);
    late.find(|(_, mark)| agrees(mark)).map(|(at, _)| at)
}

fn later(day: Date) -> Date {
    day.checked_add(OVERLAP_DAYS.days()).unwrap_or(Date::MAX)
}

fn between(marks: &[Mark], from: usize, to: usize, source: Source, agrees: bool) -> Interval {
    let (opening, closing) = (&marks[from], &marks[to]);
    let less = |left: Result<_, Reason>, right: Result<_, Reason>| {
        right.and_then(|right| minus(left, right))
    };
    let difference = less(closing.base, opening.base);
    let unread = opening.unread || closing.unread;
    let reason = match difference {
        Err(reason) => Some(reason),
        Ok(_) if unread && !agrees => Some(Reason::RowsUnread),
        Ok(_) => None,
    };
    let verdict = match (agrees, reason) {
        (true, _) => Verdict::Proven,
        (false, Some(_)) => Verdict::Unprovable,
        (false, None) => Verdict::Broken,
    };
    let passing = marks[from + 1..to].iter().filter_map(|mark| {
        let difference = less(mark.base, opening.base).ok()?;
        Some(Passing { told: mark.told, difference })
    });
    let pending = match (opening.pending, closing.pending) {
        (Some(before), Some(then)) => minus(Ok(then), before).ok(),
        (None, Some(then)) => Some(then),
        (Some(before), None) => minus(Ok(Money::zero(before.currency())), before).ok(),
        (None, None) => None,
    };
    Interval {
        opening: opening.told,
        closing: closing.told,
        source,
        booked: less(closing.booked, opening.booked).ok(),
        pending,
        difference: difference.ok(),
        verdict,
        reason,
        days: (opening.told.day, closing.told.day),
        balances: if agrees { 2 } else { 0 },
        passing: passing.collect(),
    }
}

/// A proven interval that goes on is one.
fn join(before: &mut Interval, next: Interval) {
    let sum = |left: Option<_>, right: Option<_>| match (left, right) {
        (Some(left), Some(right)) => super::plus(Ok(left), right).ok(),
        (left, right) => left.or(right),
    };
    before.closing = next.closing;
    before.booked = sum(before.booked, next.booked);
    before.pending = sum(before.pending, next.pending);
    before.days.1 = next.days.1;
    before.balances += 1;
    before.passing.extend(next.passing);
}
