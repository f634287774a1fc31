//! One bank link of one customer, and its life.

mod asks;
mod checked;
mod login;
mod next_check;
mod state;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    consent::{Beside, Consent},
    id::{ConnectionId, CustomerId, RemoteConnectionId, RemoteCustomerId, TenantId, digest},
    journal::Position,
    limits::{CYCLE_MINUTES, TOLD_AFTER},
    next_action::{NextAction, NextStep},
    notice::Ladder,
    receipt::Chain,
    session::InstitutionRef,
};

pub use asks::Asks;
pub use next_check::NextCheck;
pub use state::{Event, EventKind, IllegalTransition, Phase, State, StateKind};

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
    /// Consents that are in force beside it: a renewal made a new one, and they have not ended yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
    /// The receipts of its consents.
    #[serde(default, skip_serializing_if = "Chain::is_empty")]
    pub receipts: Chain,
    /// What was told of the end of its consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Ladder>,
    /// The instant of its next notice is stored with its next write.
    #[serde(skip)]
    pub clock: bool,
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
    /// What was delivered before its end is deleted: the retention is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub emptied: bool,
    /// Until when what was delivered stays readable after the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
    /// Since when a deletion is under way: whoever links the bank again waits until it has come to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleting: Option<Timestamp>,
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

    /// What these allow is to be revoked once more, at once: a visit that was out has ended at one of them. They stay
    /// named as left until that is done.
    #[must_use]
    pub fn retiring_again(mut self, remotes: &[RemoteConnectionId], now: Timestamp) -> Self {
        for remote in remotes {
            if *remote != self.remote && !self.retiring.contains(remote) {
                self.retiring.push(remote.clone());
            }
        }
        Self { due: Some(now), ..self }
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

    /// The connection after this event, one write later.
    pub fn after(&self, event: Event) -> Result<Self, IllegalTransition> {
        let state = self.state.apply(event)?;
        Ok(Self { state, tries: 0, ..self.clone() })
    }
}
