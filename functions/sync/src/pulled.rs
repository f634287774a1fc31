//! What came of coming by a connection, and how it is counted.

use domain::{id::ConnectionId, message::Reason, next_action::Failure};
use shell::Failed;

/// What coming by did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pulled {
    /// What Salt Edge holds is copied.
    Read,
    /// Salt Edge was sent to the bank.
    Asked,
    /// Nothing was to be done.
    Left,
    /// The user has to act first.
    UserNeeded(Failure),
    /// The connection is gone, or closed.
    Closed,
}

impl Pulled {
    /// The word by which it is counted.
    fn name(&self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Asked => "asked",
            Self::Left => "left",
            Self::UserNeeded(_) => "user_needed",
            Self::Closed => "closed",
        }
    }
}

/// One line, and one in the count, for each time that a connection was come by.
pub(crate) fn count(pulled: &Result<Pulled, Failed>, id: &ConnectionId, reason: Reason) {
    let outcome = pulled.as_ref().map_or("failed", Pulled::name);
    tracing::info!(metric.pulls = 1, by.outcome = outcome, connection.id = %id, ?reason,
        "a connection was looked at");
}
