//! What the user allowed, and until when.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    bank::{RemoteConsent, RemoteConsentState},
    id::{ConsentId, RemoteConsentId, digest},
};

/// Where the end of a consent is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The provider names the instant.
    Provider,
    /// Start and length are known.
    Derived,
    /// Nobody says.
    Unknown,
}

/// What it is in force as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// In force.
    Active,
    /// Over by time.
    Expired,
    /// Taken back.
    Revoked,
}

/// One consent of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Our id.
    pub id: ConsentId,
    /// The provider's id.
    pub remote: RemoteConsentId,
    /// In force as.
    pub status: ConsentStatus,
    /// When it was given.
    pub given_at: Option<Timestamp>,
    /// When it ends; none = unlimited, or unknown.
    pub expires_at: Option<Timestamp>,
    /// Where the end is known from.
    pub basis: Basis,
}

impl Consent {
    /// Our view of the provider's consent.
    pub fn of(remote: &RemoteConsent) -> Self {
        let derived = remote
            .created_at
            .zip(remote.period_days)
            .map(|(from, days)| from + SignedDuration::from_hours(24 * i64::from(days)));
        let (expires_at, basis) = match (remote.expires_at, derived) {
            (Some(at), _) => (Some(at), Basis::Provider),
            (None, Some(at)) => (Some(at), Basis::Derived),
            (None, None) => (None, Basis::Unknown),
        };
        let status = match remote.state {
            RemoteConsentState::Active | RemoteConsentState::Unknown => ConsentStatus::Active,
            RemoteConsentState::Expired => ConsentStatus::Expired,
            RemoteConsentState::Revoked => ConsentStatus::Revoked,
        };
        Self {
            id: ConsentId::from_bytes(&digest(&["consent", remote.id.as_str()])[..16]),
            remote: remote.id.clone(),
            status,
            given_at: remote.created_at,
            expires_at,
            basis,
        }
    }
}
