//! Ask, read, or leave it: what a worker does when it comes by a connection.

use jiff::{SignedDuration, Timestamp};

use crate::{
    bank::{Attempt, Health, RemoteConnection},
    connection::{Asks, Event},
    ending::Ending,
    limits::{ATTEMPT_LIFE, CADENCE_SLACK, CLOCKS},
    message::Reason,
    next_action::Failure,
};

#[cfg(test)]
mod tests;

/// What we know of the reads so far.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// The age of the newest data that was read.
    pub data_as_of: Option<Timestamp>,
    /// Whether a read is complete.
    pub complete: bool,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// Copy what the provider holds.
    Read,
    /// Send the provider to the bank.
    Ask,
    /// Nothing; an ask is refused before this instant, where one is known.
    Leave {
        /// The instant.
        until: Option<Timestamp>,
    },
    /// Nothing to fetch; the connection's state changes.
    Change(Event),
}

/// Decides. An attempt newer than our last read is read; data younger than the cadence is left; else
/// the bank is asked, when somebody may ask: only a slot or a user who waits.
pub fn look(
    remote: &RemoteConnection,
    seen: Seen,
    asks: &Asks,
    reason: Reason,
    cadence: SignedDuration,
    now: Timestamp,
) -> Look {
    if remote.health == Health::Disabled {
        return Look::Change(Event::Closed(Ending::ProviderDisabled.into()));
    }
    if let Some(attempt) = &remote.attempt {
        if fresh(attempt, seen) {
            return Look::Read;
        }
        if running(attempt, asks, now) {
            return Look::Leave { until: None };
        }
        if let Some(failure) = users(attempt, remote.health) {
            return Look::Change(Event::UserNeeded(failure));
        }
    }
    let asked_at = newest([
        asks.recent.last().copied(),
        remote.attempt.as_ref().and_then(|attempt| attempt.created_at),
    ]);
    let young = asked_at.is_some_and(|at| now.duration_since(at) < cadence - CADENCE_SLACK);
    match reason {
        Reason::Due | Reason::Callback | Reason::Destroyed => return Look::Leave { until: None },
        Reason::Slot if young => return Look::Leave { until: None },
        Reason::Slot | Reason::User => {}
    }
    let Some(possible) = remote.next_refresh_possible_at else {
        return Look::Leave { until: None };
    };
    let until = newest([Some(possible), asks.free_at(now)]).filter(|at| *at > now);
    if until.is_some() { Look::Leave { until } } else { Look::Ask }
}

/// Whether an attempt may still end. One that never ended must not keep the bank from being asked; one that does not
/// say when it began is no younger than our newest ask.
pub fn running(attempt: &Attempt, asks: &Asks, now: Timestamp) -> bool {
    let begun = attempt.created_at.or(asks.recent.last().copied());
    !attempt.finished && begun.is_some_and(|begun| now.duration_since(begun) < ATTEMPT_LIFE)
}

/// An instant that has been, as far as two clocks agree.
pub fn been(at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    at.filter(|at| at.duration_since(now) <= CLOCKS)
}

/// The age of the newest data that was read: of the journal's newest entry, or of a later look that found nothing new. What
/// stands there of the future, from a release that believed it, hides nothing that is read after it.
pub fn newest_read(
    entry: Option<Timestamp>,
    checked: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    newest([been(entry, now), been(checked, now)])
}

/// Whether the attempt brought data that we have not read.
fn fresh(attempt: &Attempt, seen: Seen) -> bool {
    let newer = match (attempt.success_at, seen.data_as_of) {
        (Some(success), Some(read)) => success > read,
        (Some(_), None) => true,
        (None, _) => false,
    };
    attempt.finished && (newer || attempt.success_at.is_some() && !seen.complete)
}

/// A failure that the connection's user has to mend. A visit that was given up while the connection is
/// still served ends nothing: the consent before it stays in force, and the session says what went wrong.
fn users(attempt: &Attempt, health: Health) -> Option<Failure> {
    let given_up = attempt.user_present && health == Health::Active;
    let failure = attempt.failure.clone().filter(|_| !given_up).and_then(Failure::of_connection);
    match (failure, health) {
        (Some(failure), _) => Some(failure),
        (_, Health::Inactive) => Some(Ending::Inactive.into()),
        (_, Health::Active | Health::Disabled | Health::Unknown) => None,
    }
}

fn newest(instants: [Option<Timestamp>; 2]) -> Option<Timestamp> {
    instants.into_iter().flatten().max()
}
