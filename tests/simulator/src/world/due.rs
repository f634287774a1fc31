//! What time brings: stages that end, nights, consents that run out. In the order of their instants.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{ConnectionStatus, ConsentStatus, World};
use crate::attempt::{AttemptKind, NewAttempt};
use crate::clock::later;
use crate::errors::ErrorClass;
use crate::ids::Id;

/// The local hour at which every simulated country begins its nightly run.
pub(crate) const REFRESH_START_HOUR: i8 = 2;

/// More pieces of work than any sane jump of the clock causes; a guard against a loop without end.
const LIMIT: usize = 200_000;

enum Work {
    Stage(Id),
    Night(Id),
    ConsentEnd(Id),
}

impl World {
    /// Does everything that is due at `now`, each at its own instant; gives how much was done.
    pub(crate) fn run_due(&mut self, now: Timestamp) -> usize {
        let mut done = 0;
        while done < LIMIT {
            let Some((at, work)) = self.next_work().filter(|(at, _)| *at <= now) else { break };
            match work {
                Work::Stage(attempt) => self.advance_attempt(attempt, at),
                Work::ConsentEnd(consent) => {
                    self.end_consent(consent, super::RevokeReason::Expired, at);
                }
                Work::Night(connection) => self.night(connection, at),
            }
            done += 1;
        }
        done
    }

    /// Whether [`World::run_due`] would do anything.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.next_work().is_some_and(|(at, _)| at <= now)
    }

    fn next_work(&self) -> Option<(Timestamp, Work)> {
        let stages = self.running.iter().filter_map(|id| {
            self.attempts.get(id).map(|attempt| (attempt.wakes_at(), Work::Stage(*id)))
        });
        let consents = self.consents.values().filter_map(|consent| {
            let active = consent.status == ConsentStatus::Active;
            consent.expires_at.filter(|_| active).map(|at| (at, Work::ConsentEnd(consent.id)))
        });
        let nights = self
            .connections
            .values()
            .filter(|connection| self.switches.nightly_refresh && connection.automatic_refresh)
            .map(|connection| (connection.next_night, Work::Night(connection.id)));
        stages.chain(consents).chain(nights).min_by_key(|(at, _)| *at)
    }

    /// One night of one connection; what section 7 excludes is skipped.
    fn night(&mut self, id: Id, at: Timestamp) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.next_night = next_night(at);
        if self.refuses_night(id, at) {
            return;
        }
        let new = NewAttempt::unattended(AttemptKind::Nightly, id);
        let attempt = self.start_attempt(new, at);
        let counts = self.switches.nightly_counts;
        self.count_background(id, attempt, at, counts);
    }

    fn refuses_night(&self, id: Id, at: Timestamp) -> bool {
        let Some(connection) = self.connections.get(&id) else { return true };
        let refused_login = self.last_attempt(connection).and_then(|attempt| attempt.failed)
            == Some(ErrorClass::InvalidCredentials);
        let too_soon = connection.next_refresh_possible_at.is_none_or(|possible| possible > at);
        connection.status != ConnectionStatus::Active
            || refused_login
            || too_soon
            || self.refuses_unattended(id, at).is_err()
    }
}

/// The first beginning of a nightly run after `instant`.
pub(crate) fn next_night(instant: Timestamp) -> Timestamp {
    let zoned = instant.to_zoned(TimeZone::UTC);
    let start = zoned.date().to_datetime(Time::midnight()).with().hour(REFRESH_START_HOUR).build();
    let today = start.and_then(|start| start.to_zoned(TimeZone::UTC)).map(|z| z.timestamp());
    match today {
        Ok(today) if today > instant => today,
        Ok(today) => later(today, SignedDuration::from_hours(24)),
        Err(_) => Timestamp::MAX,
    }
}
