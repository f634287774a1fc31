//! The simulator's only source of time.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A function that tells the present instant.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The clock that the simulator lives by: the embedder's, or one of its own that can be moved.
#[derive(Clone)]
pub struct Clock {
    source: Now,
    moved: Option<Arc<Mutex<SignedDuration>>>,
}

impl Clock {
    /// The embedder's clock. The simulator cannot move it.
    #[must_use]
    pub fn given(now: Now) -> Self {
        Self { source: now, moved: None }
    }

    /// A clock that stands at `start` until it is moved.
    #[must_use]
    pub fn standing(start: Timestamp) -> Self {
        Self::movable(Arc::new(move || start))
    }

    /// A clock that runs as `source` does, and that can be moved ahead of it or behind it.
    #[must_use]
    pub fn movable(source: Now) -> Self {
        Self { source, moved: Some(Arc::default()) }
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        later((self.source)(), self.moved())
    }

    /// How far the clock was moved; nothing when it belongs to the embedder.
    pub(crate) fn moved(&self) -> SignedDuration {
        let moved = self.moved.as_ref();
        moved.map_or(SignedDuration::ZERO, |moved| {
            *moved.lock().unwrap_or_else(PoisonError::into_inner)
        })
    }

    /// Moves the clock as far as it was moved in an earlier life; the embedder's stays.
    pub(crate) fn restore(&self, moved: SignedDuration) {
        if let Some(own) = &self.moved {
            *own.lock().unwrap_or_else(PoisonError::into_inner) = moved;
        }
    }

    /// Moves the clock by `step`; false when it belongs to the embedder.
    #[must_use]
    pub fn advance(&self, step: SignedDuration) -> bool {
        let Some(moved) = &self.moved else { return false };
        let mut moved = moved.lock().unwrap_or_else(PoisonError::into_inner);
        *moved = moved.saturating_add(step);
        true
    }

    /// Sets the clock to `instant`; false when it belongs to the embedder.
    #[must_use]
    pub fn set(&self, instant: Timestamp) -> bool {
        let Some(moved) = &self.moved else { return false };
        let source = (self.source)();
        *moved.lock().unwrap_or_else(PoisonError::into_inner) = instant.duration_since(source);
        true
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// `instant` moved by `step`, held at the end of time instead of overflowing.
pub(crate) fn later(instant: Timestamp, step: SignedDuration) -> Timestamp {
    instant.checked_add(step).unwrap_or(Timestamp::MAX)
}

/// The UTC calendar date of `instant`.
pub(crate) fn date_of(instant: Timestamp) -> Date {
    instant.to_zoned(TimeZone::UTC).date()
}

/// `2026-03-01T10:11:12Z`, the form of every instant in the API.
pub(crate) fn seconds_text(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-03-01T10:11:12.412Z`, the form of `meta.time` in callbacks.
pub(crate) fn millis_text(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
