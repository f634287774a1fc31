//! One bank link of one customer, and its life.

mod asks;
mod checked;
mod login;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, VariantArray};

use crate::{
    consent::{Consent, ConsentStatus},
    id::{ConnectionId, CustomerId, RemoteConnectionId, RemoteCustomerId, TenantId, digest},
    journal::Position,
    limits::{CYCLE_MINUTES, TOLD_AFTER},
    next_action::{Failure, NextAction, NextStep},
    session::InstitutionRef,
};

pub use asks::Asks;

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

/// One bank link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Our id; it never changes.
    pub id: ConnectionId,
    /// The tenant.
    pub tenant: TenantId,
    /// The end user.
    pub customer: CustomerId,
    /// The bank.
    pub institution: InstitutionRef,
    /// Salt Edge's present id of it: an alias.
    pub remote: RemoteConnectionId,
    /// Salt Edge's id of the customer.
    pub remote_customer: RemoteCustomerId,
    /// The journal's generation; a link after a revocation opens the next.
    pub generation: u32,
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
    /// The newest consent.
    pub consent: Option<Consent>,
    /// When it was linked first.
    pub created_at: Timestamp,
    /// When a read last found nothing new; newer reads that found something are in the journal.
    pub checked_at: Option<Timestamp>,
    /// The age of the data that the last unchanged read saw: when the provider's attempt succeeded.
    pub data_as_of: Option<Timestamp>,
    /// The entry behind which that read found nothing new; none = the newest, as a release that kept none had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_behind: Option<Position>,
    /// Asks.
    pub asks: Asks,
    /// Before this instant the provider refuses an ask.
    pub not_before: Option<Timestamp>,
    /// Tries of the present phase of a revocation that did not work.
    #[serde(default)]
    pub tries: u32,
    /// When somebody looks at it again at an exact time.
    pub due: Option<Timestamp>,
    /// Salt Edge's connections that this one had before the same bank was linked afresh: their consents
    /// are still to be revoked.
    #[serde(default)]
    pub retiring: Vec<RemoteConnectionId>,
    /// Those of them that remain in their owner's own Salt Edge account, without a consent: only the owner
    /// can delete them there.
    #[serde(default)]
    pub left: Vec<RemoteConnectionId>,
    /// When a visit to it last failed because its user signed in with another login: what Salt Edge has of
    /// that login is not this connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_login: Option<Timestamp>,
    /// Never confirmed by its user, and so never listed.
    #[serde(default)]
    pub unlisted: bool,
    /// Counts its writes.
    pub version: u64,
}

impl Connection {
    /// The minute of the cycle at which the schedule comes by.
    pub fn slot(&self) -> u16 {
        let hash = digest(&["slot", self.id.as_str()]);
        u16::from_be_bytes([hash[0], hash[1]]) % CYCLE_MINUTES
    }

    /// The next time that the schedule comes by, after `now`.
    pub fn next_slot(&self, now: Timestamp) -> Timestamp {
        let cycle = i64::from(CYCLE_MINUTES) * 60;
        let into = now.as_second().rem_euclid(cycle);
        let wait = (i64::from(self.slot()) * 60 - into - 1).rem_euclid(cycle) + 1;
        now + SignedDuration::from_secs(wait)
    }

    /// The due instant of a write that has none of its own: what is still to be retired stays due.
    pub fn kept_due(&self) -> Option<Timestamp> {
        self.due.filter(|_| !self.retiring.is_empty())
    }

    /// What leads on, where it is neither active nor revoked. A revocation that does not go on has been
    /// told to the operator.
    pub fn next_step(&self) -> Option<NextStep> {
        let action = self.state.next_action()?;
        Some(match &self.state {
            State::Revoking { .. } if self.tries >= TOLD_AFTER => {
                NextStep { action: NextAction::Report, deadline: self.due }
            }
            State::Revoking { .. } => NextStep { action, deadline: self.due },
            State::NeedsReconnect { failure } | State::Disabled { failure } => {
                NextStep { action, deadline: failure.not_before }
            }
            State::Active | State::LeftWithOwner | State::Revoked => {
                NextStep { action, deadline: None }
            }
        })
    }

    /// The connection after this event, one write later. When it is gone, every consent to it is over.
    pub fn after(&self, event: Event) -> Result<Self, IllegalTransition> {
        let state = self.state.apply(event)?;
        let mut consent = self.consent.clone();
        if let (State::Revoked, Some(consent)) = (&state, &mut consent)
            && consent.status == ConsentStatus::Active
        {
            consent.status = ConsentStatus::Revoked;
        }
        Ok(Self { state, consent, tries: 0, ..self.clone() })
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
