//! The time of the local cloud: the machine's, or one that a test moves.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock that can be moved. Clones share their time.
#[derive(Clone)]
pub struct Clock(Arc<Mutex<Time>>);

enum Time {
    /// Stands still until it is moved.
    Standing(Timestamp),
    /// Another clock, so much ahead.
    Running(shell::Clock, SignedDuration),
}

impl Clock {
    /// A clock that stands at `start` until it is moved.
    pub fn standing(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Time::Standing(start))))
    }

    /// A clock that runs as `source` does. It can be moved ahead all the same.
    pub fn running(source: shell::Clock) -> Self {
        Self(Arc::new(Mutex::new(Time::Running(source, SignedDuration::ZERO))))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match &*self.time() {
            Time::Standing(now) => *now,
            Time::Running(source, ahead) => {
                let now = source.now();
                now.saturating_add(*ahead).unwrap_or(now)
            }
        }
    }

    /// Moves the clock ahead.
    pub fn advance(&self, by: SignedDuration) {
        match &mut *self.time() {
            Time::Standing(now) => *now = now.saturating_add(by).unwrap_or(*now),
            Time::Running(_, ahead) => *ahead = ahead.saturating_add(by),
        }
    }

    /// Puts a clock that stands at another instant, an earlier one too; one that runs goes on.
    pub(crate) fn put(&self, at: Timestamp) {
        if let Time::Standing(now) = &mut *self.time() {
            *now = at;
        }
    }

    /// The same clock as the functions see it.
    pub fn shared(&self) -> shell::Clock {
        let clock = self.clone();
        shell::Clock::new(move || clock.now())
    }

    fn time(&self) -> std::sync::MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}
