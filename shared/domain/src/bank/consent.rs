//! Consents as the provider shows them.

use jiff::{Timestamp, civil::Date};
use strum::VariantArray;

use serde::{Deserialize, Serialize};

use crate::id::RemoteConsentId;

/// Who ended a consent, as the provider says: `revoke_reason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// Its time was over.
    Time,
    /// We, by the provider's API.
    Client,
    /// The bank.
    Bank,
    /// The provider itself, or the user in the provider's dashboard.
    SaltEdge,
}

/// A consent as the provider shows it.
#[derive(Debug, Clone)]
pub struct RemoteConsent {
    /// The provider's id.
    pub id: RemoteConsentId,
    /// What it is in force as.
    pub state: RemoteConsentState,
    /// Its end; none where the provider does not say.
    pub expires_at: Option<Timestamp>,
    /// Its length in days; none = unlimited or not said.
    pub period_days: Option<u16>,
    /// When it was given.
    pub created_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Who ended it, where the provider says so.
    pub ended_by: Option<EndedBy>,
    /// What it is about, in the provider's words.
    pub scopes: Vec<String>,
    /// The first day of data that it is about.
    pub from: Option<Date>,
    /// The last one.
    pub to: Option<Date>,
}

/// `status` of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum RemoteConsentState {
    /// In force.
    Active,
    /// Over by time.
    Expired,
    /// Taken back.
    Revoked,
    /// A status that this build does not know.
    Unknown,
}
