//! What the user allowed, and until when.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::{
    bank::{EndedBy, RemoteConsent, RemoteConsentState},
    id::{ConnectionId, ConsentId, RemoteConnectionId, RemoteConsentId},
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

impl Basis {
    /// The name that the API shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Derived => "derived",
            Self::Unknown => "unknown",
        }
    }
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
    /// What it is about, in the provider's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// The first day of data that it is about; none = the provider does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last one; none = there is none, or the provider does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// Its length in days; none = unlimited, or not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_days: Option<u16>,
    /// When the provider says that it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Who ended it, where the provider says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<EndedBy>,
}

/// A consent that another one has taken the place of, and that is in force all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// The provider's connection that it is a consent to.
    pub of: RemoteConnectionId,
    /// The consent as it was seen last.
    pub consent: Consent,
}

impl RemoteConsent {
    /// Whether it is in force. A word that we do not know ends nothing.
    pub fn in_force(&self) -> bool {
        ConsentStatus::of(self.state) == ConsentStatus::Active
    }
}

impl Consent {
    /// Our view of the provider's consent to this connection.
    pub fn of(connection: &ConnectionId, remote: &RemoteConsent) -> Self {
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
            id: connection.consent(&remote.id),
            remote: remote.id.clone(),
            status: ConsentStatus::of(remote.state),
            given_at: remote.created_at,
            expires_at,
            basis,
            scopes: remote.scopes.clone(),
            from: remote.from,
            to: remote.to,
            period_days: remote.period_days,
            ended_at: remote.revoked_at,
            ended_by: remote.ended_by,
        }
    }

    /// The newest in force, else the newest: while a renewal is under way the old one counts.
    pub fn newest(listed: &[Self]) -> Option<Self> {
        let rank = |one: &Self| (one.status == ConsentStatus::Active, one.given_at);
        let newest = listed.iter().max_by(|a, b| (rank(a), &a.remote).cmp(&(rank(b), &b.remote)));
        newest.cloned()
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
                ended_by: None,
                scopes: Vec::new(),
                from: None,
                to: None,
            };
            let shown = Consent::of(&"con_1".parse().unwrap(), &remote);
            assert_eq!(shown.expires_at, want.map(|end| end.parse().unwrap()), "{from}");
            assert_eq!(shown.basis == Basis::Derived, want.is_some(), "{from}");
        }
    }
}
