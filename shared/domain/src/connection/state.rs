//! Where a connection stands, and what happens to it: one table.

use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, VariantArray};

use crate::next_action::{Failure, NextAction};

/// How far a revocation has come. Each is a thing that has been seen, not hoped for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The tombstone stands: nothing is read any more.
    Requested,
    /// Proof 1: a re-read shows no consent in force.
    ConsentRevoked,
    /// Salt Edge was told to remove the connection.
    Removed,
}

/// Where a connection stands.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants, Serialize, Deserialize)]
#[strum_discriminants(name(StateKind), derive(VariantArray), doc = "The kinds of [`State`].")]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum State {
    /// Asked and read by the schedule.
    Active,
    /// Its user has to act; nothing is asked.
    NeedsReconnect {
        /// Why.
        failure: Failure,
    },
    /// The bank is no longer served.
    Disabled {
        /// Why.
        failure: Failure,
    },
    /// Being taken back.
    Revoking {
        /// How far.
        phase: Phase,
    },
    /// The consent is revoked; the connection remains in the owner's own Salt Edge account.
    LeftWithOwner,
    /// Proof 2: it is gone at Salt Edge.
    Revoked,
}

/// What happens to a connection.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(name(EventKind), derive(VariantArray), doc = "The kinds of [`Event`].")]
pub enum Event {
    /// An attempt brought data.
    Fetched,
    /// An attempt failed in a way that its user must mend.
    UserNeeded(Failure),
    /// The provider closed the bank.
    Closed(Failure),
    /// The SaaS asked to revoke, or nobody confirmed the link.
    RevokeAsked,
    /// Proof 1 was seen.
    ConsentRevoked,
    /// The removal was accepted (client mode).
    RemoveAccepted,
    /// It cannot be removed from here (partner mode).
    LeftWithOwner,
    /// Proof 2 was seen.
    GoneProven,
    /// The same customer linked the bank again.
    Relinked,
    /// A login that was begun before the end finished after it: what it allowed is taken back again.
    LoginAfterEnd,
}

/// An event that cannot happen in this state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a connection that is {state} cannot take this step")]
pub struct IllegalTransition {
    /// The state's name.
    pub state: &'static str,
    /// The event.
    pub event: Event,
}

impl Phase {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name that the API shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::ConsentRevoked => "consent_revoked",
            Self::Removed => "removed",
        }
    }
}

impl State {
    /// The state after this event: one table, total.
    pub fn apply(&self, event: Event) -> Result<Self, IllegalTransition> {
        use Event as E;
        use State as S;
        let live = matches!(self, S::Active | S::NeedsReconnect { .. } | S::Disabled { .. });
        match (self, event) {
            (_, E::Fetched) if live => Ok(S::Active),
            (_, E::UserNeeded(failure)) if live => Ok(S::NeedsReconnect { failure }),
            (_, E::Closed(failure)) if live => Ok(S::Disabled { failure }),
            (_, E::RevokeAsked) if live => Ok(Self::revoking(Phase::Requested)),
            (S::Revoking { phase: Phase::Requested }, E::ConsentRevoked) => {
                Ok(Self::revoking(Phase::ConsentRevoked))
            }
            (S::Revoking { phase: Phase::ConsentRevoked }, E::RemoveAccepted) => {
                Ok(Self::revoking(Phase::Removed))
            }
            (S::Revoking { phase: Phase::ConsentRevoked }, E::LeftWithOwner) => {
                Ok(S::LeftWithOwner)
            }
            (S::Revoking { .. } | S::LeftWithOwner, E::GoneProven) => Ok(S::Revoked),
            (_, E::GoneProven) if live => Ok(S::Revoked),
            (S::LeftWithOwner | S::Revoked, E::Relinked) => Ok(S::Active),
            (S::Revoking { .. } | S::LeftWithOwner | S::Revoked, E::LoginAfterEnd) => {
                Ok(Self::revoking(Phase::Requested))
            }
            (state, event) => Err(IllegalTransition { state: state.name(), event }),
        }
    }

    fn revoking(phase: Phase) -> Self {
        Self::Revoking { phase }
    }

    /// Whether rows may be written: the journal's generation is open.
    pub fn open(&self) -> bool {
        match self {
            Self::Active | Self::NeedsReconnect { .. } | Self::Disabled { .. } => true,
            Self::Revoking { .. } | Self::LeftWithOwner | Self::Revoked => false,
        }
    }

    /// The name that the API shows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NeedsReconnect { .. } => "needs_reconnect",
            Self::Disabled { .. } => "disabled",
            Self::Revoking { .. } => "revoking",
            Self::LeftWithOwner => "left_with_owner",
            Self::Revoked => "revoked",
        }
    }

    /// What leads on, where it is neither active nor revoked.
    pub fn next_action(&self) -> Option<NextAction> {
        match self {
            Self::NeedsReconnect { failure } | Self::Disabled { failure } => Some(failure.action),
            Self::Revoking { .. } => Some(NextAction::BeingRevoked),
            Self::LeftWithOwner => Some(NextAction::DeleteInDashboard),
            Self::Active | Self::Revoked => None,
        }
    }

    /// Whether it waits for its user: it is looked at, and never asked.
    pub fn waits_for_user(&self) -> bool {
        match self {
            Self::NeedsReconnect { .. } | Self::Disabled { .. } => true,
            Self::Active | Self::Revoking { .. } | Self::LeftWithOwner | Self::Revoked => false,
        }
    }
}

impl StateKind {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

impl EventKind {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revocation_cannot_skip_a_proof() {
        let asked = State::Active.apply(Event::RevokeAsked).unwrap();
        assert!(asked.apply(Event::RemoveAccepted).is_err());
        assert!(asked.apply(Event::Fetched).is_err());
        let proven = asked.apply(Event::ConsentRevoked).unwrap();
        assert_eq!(proven.apply(Event::LeftWithOwner), Ok(State::LeftWithOwner));
        assert!(State::Revoked.apply(Event::Fetched).is_err());
    }
}
