//! When a connection is looked at next without anybody asking, and why then.

use jiff::Timestamp;
use serde::Serialize;

use super::{Connection, State};

/// Why the next look is when it is, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextCheck {
    /// Its slot in the cycle. The bank is asked then where its data is old and the day's asks allow it.
    Schedule,
    /// The bank was asked: by then its data is looked for, also without a callback.
    AskDeadline,
    /// The bank is not asked before its user has acted.
    WaitsForUser,
    /// The bank is closed to Salt Edge.
    BankClosed,
    /// Its consent is being revoked.
    Revoking,
    /// It ended, and is its owner's to delete.
    LeftWithOwner,
    /// It ended.
    Revoked,
}

impl Connection {
    /// The next look and why. `asking` = an ask is under way that nothing has answered.
    pub fn next_check(&self, asking: bool, now: Timestamp) -> (Option<Timestamp>, NextCheck) {
        let slot = self.next_slot(now);
        let deadline = self.asks.deadline.filter(|deadline| asking && *deadline < slot);
        match (&self.state, deadline) {
            (State::Active, Some(deadline)) => (Some(deadline), NextCheck::AskDeadline),
            (State::Active, None) => (Some(slot), NextCheck::Schedule),
            (State::NeedsReconnect { .. }, _) => (None, NextCheck::WaitsForUser),
            (State::Disabled { .. }, _) => (None, NextCheck::BankClosed),
            (State::Revoking { .. }, _) => (None, NextCheck::Revoking),
            (State::LeftWithOwner, _) => (None, NextCheck::LeftWithOwner),
            (State::Revoked, _) => (None, NextCheck::Revoked),
        }
    }
}
