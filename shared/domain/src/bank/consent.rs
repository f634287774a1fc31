//! Consents as the provider shows them.

use jiff::Timestamp;
use strum::VariantArray;

use crate::id::RemoteConsentId;

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
