//! Connections and attempts.

use domain::{
    bank::{self, RemoteConnection},
    ending::Ending,
};

use super::{Why, filled, health};
use crate::{
    error_class::ErrorClass,
    wire::connection::{Attempt, Connection},
};

/// A connection.
pub fn connection(wire: Connection) -> Result<RemoteConnection, Why> {
    Ok(RemoteConnection {
        id: wire.id.and_then(|id| id.0.parse().ok()).ok_or("id is missing or no id")?,
        customer: wire
            .customer_id
            .and_then(|id| id.0.parse().ok())
            .ok_or("customer_id is missing or no id")?,
        institution: wire
            .provider_code
            .and_then(|code| code.parse().ok())
            .ok_or("provider_code is missing or no code")?,
        institution_name: wire.provider_name.unwrap_or_default(),
        country: wire.country_code.unwrap_or_default(),
        health: health(wire.status.as_deref()),
        created_at: wire.created_at,
        last_consent: wire.last_consent_id.and_then(|id| id.0.parse().ok()),
        next_refresh_possible_at: wire.next_refresh_possible_at,
        attempt: wire.last_attempt.map(attempt),
    })
}

/// An attempt. A class without an instant of failure is a failure too.
fn attempt(wire: Attempt) -> bank::Attempt {
    let failure = match (filled(wire.fail_error_class), wire.fail_at) {
        (Some(class), _) => Some(ErrorClass::told(&class).failure()),
        (None, Some(_)) => Some(Ending::FailedWithoutClass.into()),
        (None, None) => None,
    };
    let ended = wire.finished.unwrap_or(wire.success_at.is_some());
    bank::Attempt {
        id: wire.id.and_then(|id| id.0.parse().ok()),
        created_at: wire.created_at,
        finished: ended || failure.is_some(),
        success_at: wire.success_at,
        failure,
        tag: wire.custom_fields.and_then(|fields| serde_json::from_value(fields).ok()),
        user_present: wire.user_present.unwrap_or(false),
    }
}
