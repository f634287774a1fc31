//! A link session: one visit of a user to the provider's pages.

mod institution;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, VariantArray};

pub use institution::InstitutionRef;

use crate::{
    id::{ConnectionId, CustomerId, LinkSessionId, RemoteConnectionId, RemoteCustomerId, TenantId},
    limits::{CONFIRM_WITHIN, LINK_OPEN},
    next_action::{Failure, NextAction, NextStep},
    secret::Personal,
    trail::Trail,
    wording::Locale,
};

/// What the visit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// A first link of a bank.
    Link,
    /// New credentials or a new consent for a connection that exists.
    Reconnect,
    /// A new consent before the old one ends.
    Renew,
    /// Accounts that were opened, or left out, since.
    FetchAccounts,
    /// Fresh data while the user is there; not counted against the day's asks.
    Refresh,
}

/// Whom the accounts belong to. Source: `kyc.type_of_account` of Salt Edge's v6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    /// One person.
    Personal,
    /// Several persons.
    Shared,
    /// A company.
    Business,
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants, Serialize, Deserialize)]
#[strum_discriminants(name(StageKind), derive(VariantArray), doc = "The kinds of [`Stage`].")]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The address is given out.
    Created,
    /// The browser was sent to the provider.
    Redirected,
    /// The browser came back.
    Returned,
    /// The SaaS handed in the code with its user's token.
    Confirmed,
    /// The provider is still asking the bank.
    Asking,
    /// Accounts and rows are being copied.
    Reading,
    /// The connection is there.
    Finished,
    /// It did not work.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
    /// Nobody went through with it in time.
    Expired,
    /// The user gave it up.
    Cancelled,
}

/// What happens to a session.
#[derive(Debug, Clone, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(
    name(SessionEventKind),
    derive(VariantArray),
    doc = "The kinds of [`SessionEvent`]."
)]
pub enum SessionEvent {
    /// The browser opened the address.
    Opened,
    /// The browser came back from the provider.
    Returned,
    /// The code came with the creator's token.
    Confirmed,
    /// The provider is asking.
    Asking,
    /// We are reading.
    Reading,
    /// The connection is there.
    Finished,
    /// It ended badly.
    Failed(Failure),
    /// Its time is over.
    Expired,
    /// The user gave it up.
    Cancelled,
}

/// An event that cannot happen in this stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a session that is {stage} cannot be {event}")]
pub struct IllegalStep {
    stage: &'static str,
    event: &'static str,
}

impl Stage {
    /// The stage after this event.
    pub fn apply(&self, event: SessionEvent) -> Result<Self, IllegalStep> {
        use SessionEvent as E;
        use Stage as S;
        match (self, event) {
            (S::Created, E::Opened) => Ok(S::Redirected),
            (S::Redirected, E::Returned) => Ok(S::Returned),
            (S::Returned, E::Confirmed) => Ok(S::Confirmed),
            (S::Confirmed | S::Asking, E::Asking) => Ok(S::Asking),
            (S::Confirmed | S::Asking | S::Reading, E::Reading) => Ok(S::Reading),
            (S::Confirmed | S::Asking | S::Reading, E::Finished) => Ok(S::Finished),
            (S::Created | S::Redirected | S::Returned, E::Expired) => Ok(S::Expired),
            (S::Created | S::Redirected | S::Returned, E::Cancelled) => Ok(S::Cancelled),
            (
                S::Created | S::Redirected | S::Returned | S::Confirmed | S::Asking | S::Reading,
                E::Failed(failure),
            ) => Ok(S::Failed { failure }),
            (stage, event) => Err(IllegalStep { stage: stage.name(), event: event.name() }),
        }
    }

    /// Whether nothing more will happen to it.
    pub fn ended(&self) -> bool {
        match self {
            Self::Created
            | Self::Redirected
            | Self::Returned
            | Self::Confirmed
            | Self::Asking
            | Self::Reading => false,
            Self::Finished | Self::Failed { .. } | Self::Expired | Self::Cancelled => true,
        }
    }

    /// Whether the SaaS has confirmed it.
    pub fn confirmed(&self) -> bool {
        matches!(self, Self::Confirmed | Self::Asking | Self::Reading | Self::Finished)
    }

    /// The name that the API shows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Redirected => "redirected",
            Self::Returned => "returned",
            Self::Confirmed => "confirmed",
            Self::Asking => "asking",
            Self::Reading => "reading",
            Self::Finished => "finished",
            Self::Failed { .. } => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

impl SessionEvent {
    /// Its name in the tables of ARCHITECTURE.md.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Returned => "returned",
            Self::Confirmed => "confirmed",
            Self::Asking => "asking",
            Self::Reading => "reading",
            Self::Finished => "finished",
            Self::Failed(_) => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A link session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSession {
    /// Its id.
    pub id: LinkSessionId,
    /// The tenant.
    pub tenant: TenantId,
    /// Who created it; only they can confirm it.
    pub customer: CustomerId,
    /// Whose connection it is for, where that is not its creator: a SaaS visits its user's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<CustomerId>,
    /// What it is for.
    pub intent: Intent,
    /// The bank.
    pub institution: InstitutionRef,
    /// The connection that it is for, or that came of it.
    pub connection: Option<ConnectionId>,
    /// Partner mode: whose Salt Edge account it will be.
    pub email: Option<Personal>,
    /// For the SaaS's own contact.
    pub phone: Option<Personal>,
    /// Whom the accounts belong to, where the SaaS says so.
    #[serde(default)]
    pub account_type: Option<AccountType>,
    /// Where the browser goes in the end: one of the tenant's registered addresses.
    pub return_to: String,
    /// The user's language.
    pub locale: Locale,
    /// The version of the words that they read before they went; none = begun by a release that showed none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
    /// How far it has come.
    #[serde(flatten)]
    pub stage: Stage,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was confirmed.
    pub confirmed_at: Option<Timestamp>,
    /// The one-time code that confirms it, hashed.
    pub code_hash: Option<String>,
    /// The provider's connection, read back from the provider.
    pub remote: Option<RemoteConnectionId>,
    /// The provider's customer.
    pub remote_customer: Option<RemoteCustomerId>,
    /// What was linked and never confirmed has been taken back, or there was nothing.
    #[serde(default)]
    pub unlinked: bool,
    /// What it keeps of its way.
    #[serde(default)]
    pub trail: Trail,
    /// When somebody looks at it again.
    pub due: Option<Timestamp>,
    /// Counts its writes.
    pub version: u64,
}

impl LinkSession {
    /// Until when its address may be opened.
    pub fn open_until(&self) -> Timestamp {
        self.created_at + LINK_OPEN
    }

    /// Until when it must be confirmed.
    pub fn confirm_until(&self) -> Timestamp {
        self.created_at + CONFIRM_WITHIN
    }

    /// The stage as it is at this instant: an address that was never opened ends by itself.
    pub fn stage_at(&self, now: Timestamp) -> Stage {
        if self.stage == Stage::Created && now >= self.open_until() {
            return Stage::Expired;
        }
        self.stage.clone()
    }

    /// What leads on, until it has finished.
    pub fn next_step(&self, now: Timestamp) -> Option<NextStep> {
        let (action, deadline) = match self.stage_at(now) {
            Stage::Created => (NextAction::OpenLink, Some(self.open_until())),
            Stage::Redirected => (NextAction::FinishAtBank, Some(self.confirm_until())),
            Stage::Returned => (NextAction::Confirm, Some(self.confirm_until())),
            Stage::Confirmed | Stage::Asking | Stage::Reading => (NextAction::InProgress, None),
            Stage::Failed { failure } => (failure.action.of_visit(), failure.not_before),
            Stage::Expired | Stage::Cancelled => (NextAction::StartAgain, None),
            Stage::Finished => return None,
        };
        Some(NextStep { action, deadline })
    }

    /// The session after this event; its due instant is cleared when it has ended.
    pub fn after(&self, event: SessionEvent) -> Result<Self, IllegalStep> {
        let stage = self.stage.apply(event)?;
        let due = if stage.ended() { None } else { self.due };
        Ok(Self { stage, due, ..self.clone() })
    }
}

impl StageKind {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

impl SessionEventKind {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_one_way() {
        let failure = Failure::new("InvalidCredentials", NextAction::Reconnect);
        let walk = [
            SessionEvent::Opened,
            SessionEvent::Returned,
            SessionEvent::Confirmed,
            SessionEvent::Asking,
            SessionEvent::Reading,
            SessionEvent::Finished,
        ];
        let mut stage = Stage::Created;
        for event in walk {
            stage = stage.apply(event).unwrap();
        }
        assert_eq!(stage, Stage::Finished);
        for event in [SessionEvent::Cancelled, SessionEvent::Failed(failure), SessionEvent::Opened]
        {
            assert!(stage.apply(event).is_err());
        }
    }
}
