//! How often a bank was asked, and when it may be asked again.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::limits::{ASK_DEADLINE, ASKS_PER_DAY, DAY};

/// The asks of one connection: the day's budget, and the one that is under way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    /// The newest asks, oldest first; at most four.
    pub recent: Vec<Timestamp>,
    /// When the newest one is looked at without a callback.
    pub deadline: Option<Timestamp>,
}

impl Asks {
    /// When the next unattended ask fits the budget; none = now.
    pub fn free_at(&self, now: Timestamp) -> Option<Timestamp> {
        let spent = self.recent.iter().filter(|at| **at + DAY > now).count();
        let oldest = self.recent.get(self.recent.len().checked_sub(ASKS_PER_DAY)?)?;
        (spent >= ASKS_PER_DAY).then(|| *oldest + DAY)
    }

    /// The asks after one at `now`.
    #[must_use]
    pub fn with(&self, now: Timestamp) -> Self {
        let mut recent = self.recent.clone();
        recent.push(now);
        recent.drain(..recent.len().saturating_sub(ASKS_PER_DAY));
        Self { recent, deadline: Some(now + ASK_DEADLINE) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn five_asks_in_a_day_are_one_too_many() {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let hour = SignedDuration::from_hours(1);
        let mut asks = Asks::default();
        for n in 0..4 {
            assert_eq!(asks.free_at(start + hour * n), None, "ask {n}");
            asks = asks.with(start + hour * n);
        }
        assert_eq!(asks.free_at(start + hour * 4), Some(start + DAY));
        assert_eq!(asks.free_at(start + DAY), None);
    }
}
