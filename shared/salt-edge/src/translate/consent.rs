//! Consents.

use domain::bank::{EndedBy, RemoteConsent, RemoteConsentState};

use super::{Why, days};
use crate::{error::printable, wire::consent::Consent};

/// Scopes that are kept; three are known.
const SCOPES: usize = 10;

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
    let ended_by = match wire.revoke_reason.as_deref() {
        Some("expired") => Some(EndedBy::Time),
        Some("client") => Some(EndedBy::Client),
        Some("provider") => Some(EndedBy::Bank),
        Some("saltedge") => Some(EndedBy::SaltEdge),
        Some(_) | None => None,
    };
    let scopes = wire.scopes.unwrap_or_default();
    Ok(RemoteConsent {
        id,
        state,
        ended_by,
        scopes: scopes.iter().take(SCOPES).map(|scope| printable(scope)).collect(),
        from: wire.from_date,
        to: wire.to_date,
        expires_at: wire.expires_at,
        period_days: days(wire.period_days),
        created_at: wire.created_at,
        revoked_at: wire.revoked_at,
    })
}
