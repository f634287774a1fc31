//! What the user allowed, and until when.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// In force.
    Active,
    /// Over by time.
    Expired,
    /// Taken back.
    Revoked,
}

impl ConsentStatus {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// What Salt Edge's word for it comes to. A word that we do not know ends nothing.
    pub fn of(remote: RemoteConsentState) -> Self {
        match remote {
            RemoteConsentState::Active | RemoteConsentState::Unknown => Self::Active,
            RemoteConsentState::Expired => Self::Expired,
            RemoteConsentState::Revoked => Self::Revoked,
        }
    }

    /// The name that the API shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
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
        // An end beyond all dates is as good as none.
        let derived = remote.created_at.zip(remote.period_days).and_then(|(from, days)| {
            from.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok()
        });
        let (expires_at, basis) = match (remote.expires_at, derived) {
            (Some(at), _) => (Some(at), Basis::Provider),
            (None, Some(at)) => (Some(at), Basis::Derived),
            (None, None) => (None, Basis::Unknown),
        };
        Self {
            id: ConsentId::from_bytes(&digest(&["consent", remote.id.as_str()])[..16]),
            remote: remote.id.clone(),
            status: ConsentStatus::of(remote.state),
            given_at: remote.created_at,
            expires_at,
            basis,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_beyond_all_dates_is_unknown() {
        for (from, want) in
            [("2026-03-01T00:00:00Z", Some("2026-05-30T00:00:00Z")), ("9999-12-01T00:00:00Z", None)]
        {
            let remote = RemoteConsent {
                id: "1".parse().unwrap(),
                state: RemoteConsentState::Active,
                expires_at: None,
                period_days: Some(90),
                created_at: Some(from.parse().unwrap()),
                revoked_at: None,
            };
            let shown = Consent::of(&remote);
            assert_eq!(shown.expires_at, want.map(|end| end.parse().unwrap()), "{from}");
            assert_eq!(shown.basis == Basis::Derived, want.is_some(), "{from}");
        }
    }
}
