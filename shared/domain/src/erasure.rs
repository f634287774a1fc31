//! The erasure of a customer: what it waits for, how far it has come, and the receipt that stays.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::{
    comparison::OrphanState,
    connection::{Connection, State},
    id::{CustomerId, ErasureId, RemoteConnectionId, RemoteCustomerId, TenantId, base32, digest},
    limits::{BACKUPS_KEPT, ERASE_PAUSES, ERASE_WITHIN, RECEIPT_KEPT, STRAGGLERS},
    session::LinkSession,
};

/// How far an erasure has come. Nothing is called erased before what it allowed is proven to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasurePhase {
    /// Consents are being revoked, connections removed, visits under way are waited for.
    Revoking,
    /// All of it is proven; reads and calls that began before have their last hour.
    Waiting,
    /// Items are being deleted.
    Erasing,
    /// Everything is deleted but the tombstones; whoever wrote late all the same is cleared away after an hour.
    LookingAgain,
    /// Deleted. What is left is this receipt.
    Erased,
}

impl ErasurePhase {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name that the API shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Revoking => "revoking",
            Self::Waiting => "waiting",
            Self::Erasing => "erasing",
            Self::LookingAgain => "looking_again",
            Self::Erased => "erased",
        }
    }
}

/// The erasure of one customer. After its end it is the receipt: it names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// The tenant.
    pub tenant: TenantId,
    /// Who is erased; none in the receipt.
    pub customer: Option<CustomerId>,
    /// Who asked for it, as their token names them; none in the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<CustomerId>,
    /// Tells whether a caller is the one who was erased, and nothing else: a hash with this erasure's own id.
    pub whose: String,
    /// How far.
    pub phase: ErasurePhase,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When the last item was deleted.
    pub erased_at: Option<Timestamp>,
    /// What it waits for.
    pub open: Open,
    /// How the connections ended.
    pub ended: Ended,
    /// Items that were deleted, by their kind.
    pub counts: BTreeMap<String, u64>,
    /// What Salt Edge had of them that nothing here leads to. None in the receipt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strays: Vec<Stray>,
    /// The keys of what is being deleted: it is counted already. None in the receipt.
    #[serde(default)]
    pub batch: Vec<(String, String)>,
    /// Looks at the present phase that found it not over.
    #[serde(default)]
    pub tries: u32,
    /// When somebody looks at it again.
    pub due: Option<Timestamp>,
    /// Counts its writes; 0 = not stored yet.
    pub version: u64,
}

/// What is not over yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Connections whose revocation is not proven.
    pub connections: u32,
    /// Visits to Salt Edge's pages that may still come to something.
    pub visits: u32,
}

/// A connection at Salt Edge of a customer who is being erased, that nothing here leads to. It is named before it is
/// ended, so whoever goes on after a death proves it again, and counts it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    /// Salt Edge's id of it.
    pub remote: RemoteConnectionId,
    /// Salt Edge's id of its customer.
    pub customer: RemoteCustomerId,
    /// What became of it.
    pub state: OrphanState,
}

/// How the connections ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Proven to be gone at Salt Edge.
    pub removed_proven: u32,
    /// Without a consent, and still in their owner's own Salt Edge account.
    pub left_with_owner: u32,
}

impl Erasure {
    /// A request.
    pub fn new(id: ErasureId, tenant: TenantId, customer: CustomerId, now: Timestamp) -> Self {
        let whose = whose(&id, &tenant, &customer);
        Self {
            whose,
            id,
            tenant,
            customer: Some(customer),
            asked_by: None,
            phase: ErasurePhase::Revoking,
            requested_at: now,
            erased_at: None,
            open: Open::default(),
            ended: Ended::default(),
            counts: BTreeMap::new(),
            strays: Vec::new(),
            batch: Vec::new(),
            tries: 0,
            due: Some(now + ERASE_PAUSES[0]),
            version: 0,
        }
    }

    /// Whether it is, or was, about this customer.
    pub fn about(&self, customer: &CustomerId) -> bool {
        self.whose == whose(&self.id, &self.tenant, customer)
    }

    /// The same in its next phase; looked at again at this instant.
    #[must_use]
    pub fn entering(self, phase: ErasurePhase, due: Timestamp) -> Self {
        Self { phase, tries: 0, due: Some(due), ..self }
    }

    /// A connection that Salt Edge lists and nothing here leads to. One that was removed and is there again was not
    /// removed. Whether this is news.
    pub fn strayed(&mut self, remote: RemoteConnectionId, customer: RemoteCustomerId) -> bool {
        match self.strays.iter_mut().find(|stray| stray.remote == remote) {
            Some(again) if again.state == OrphanState::Removed => {
                again.state = OrphanState::Listed;
                true
            }
            Some(_) => false,
            None => {
                self.strays.push(Stray { remote, customer, state: OrphanState::Listed });
                true
            }
        }
    }

    /// What it waits for was looked at: it goes on waiting, or everything is proven.
    #[must_use]
    pub fn seen(self, open: Open, ended: Ended, now: Timestamp) -> Self {
        let seen = Self { open, ended, ..self };
        if open == Open::default() {
            return seen.entering(ErasurePhase::Waiting, now + STRAGGLERS);
        }
        let tries = seen.tries.saturating_add(1);
        let last = ERASE_PAUSES.len() - 1;
        let pause = ERASE_PAUSES[usize::try_from(tries).unwrap_or(last).min(last)];
        let phase = ErasurePhase::Revoking;
        Self { phase, tries, due: Some(now + pause), ..seen }
    }

    /// Whether a person must be told that it does not come to its end.
    pub fn overdue(&self, now: Timestamp) -> bool {
        self.phase != ErasurePhase::Erased && now >= self.requested_at + ERASE_WITHIN
    }

    /// The receipt: counts, and nobody's name.
    #[must_use]
    pub fn receipt(self, now: Timestamp) -> Self {
        Self {
            customer: None,
            asked_by: None,
            phase: ErasurePhase::Erased,
            erased_at: Some(now),
            strays: Vec::new(),
            batch: Vec::new(),
            tries: 0,
            due: None,
            ..self
        }
    }

    /// When the last backup goes that holds what was deleted.
    pub fn backups_until(&self) -> Option<Timestamp> {
        self.erased_at.map(|at| at + BACKUPS_KEPT)
    }

    /// Until when the receipt is kept.
    pub fn kept_until(&self) -> Option<Timestamp> {
        self.erased_at.map(|at| at + RECEIPT_KEPT)
    }
}

/// Whether a connection has come to its end, and to which.
pub fn ended(connection: &Connection) -> Option<Ended> {
    if !connection.retiring.is_empty() {
        return None;
    }
    match connection.state {
        State::Revoked => Some(Ended { removed_proven: 1, ..Ended::default() }),
        State::LeftWithOwner => Some(Ended { left_with_owner: 1, ..Ended::default() }),
        State::Active
        | State::NeedsReconnect { .. }
        | State::Disabled { .. }
        | State::Revoking { .. } => None,
    }
}

/// Whether a visit may still come to something: it goes on, or what it left is not taken back yet.
pub fn under_way(session: &LinkSession) -> bool {
    !session.stage.ended() || session.due.is_some()
}

fn whose(id: &ErasureId, tenant: &TenantId, customer: &CustomerId) -> String {
    base32(&digest(&["erasure", id.as_str(), tenant.as_str(), customer.as_str()]))
}

impl LinkSession {
    /// Whose what it brings is.
    pub fn whose(&self) -> &CustomerId {
        self.owner.as_ref().unwrap_or(&self.customer)
    }

    /// Everybody whose erasure it goes with: whose it is, and who began it.
    pub fn about(&self) -> impl Iterator<Item = &CustomerId> {
        std::iter::once(&self.customer).chain(&self.owner)
    }
}
