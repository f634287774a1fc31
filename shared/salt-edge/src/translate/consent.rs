//! Consents.

use domain::bank::{RemoteConsent, RemoteConsentState};

use super::{Why, days};
use crate::wire::consent::Consent;

/// A consent.
pub fn consent(wire: Consent) -> Result<RemoteConsent, Why> {
    let id = wire.id.and_then(|id| id.0.parse().ok()).ok_or("id is missing or no id")?;
    let state = match (wire.status.as_deref(), wire.revoked_at) {
        (Some("active"), _) => RemoteConsentState::Active,
        (Some("expired"), _) => RemoteConsentState::Expired,
        (Some("revoked"), _) => RemoteConsentState::Revoked,
        (None, Some(_)) => RemoteConsentState::Revoked,
        (_, _) => RemoteConsentState::Unknown,
    };
    Ok(RemoteConsent {
        id,
        state,
        expires_at: wire.expires_at,
        period_days: days(wire.period_days),
        created_at: wire.created_at,
        revoked_at: wire.revoked_at,
    })
}
