//! Connections and attempts.

use domain::{
    bank::{self, RemoteConnection},
    ending::Ending,
    look::been,
};
use jiff::Timestamp;

use super::{Why, filled, health};
use crate::{
    error_class::ErrorClass,
    wire::connection::{Attempt, Connection},
};

/// A connection, as it may stand at this instant.
pub fn connection(wire: Connection, now: Timestamp) -> Result<RemoteConnection, Why> {
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
        attempt: wire.last_attempt.map(|wire| attempt(wire, now)),
    })
}

/// Whether its newest attempt tells of an instant that is still to come.
pub fn ahead(wire: &Connection, now: Timestamp) -> bool {
    let told = wire.last_attempt.iter().flat_map(|wire| [wire.created_at, wire.success_at]);
    told.flatten().any(|at| been(Some(at), now).is_none())
}

/// An attempt. A class without an instant of failure is a failure too. What has not been by now is not believed: the
/// next success would be older for ever, and days would be over that have not begun. Data is from after its beginning.
fn attempt(wire: Attempt, now: Timestamp) -> bank::Attempt {
    let created_at = been(wire.created_at, now);
    let success_at = wire.success_at.and_then(|at| been(Some(at), now).or(created_at));
    let failure = match (filled(wire.fail_error_class), wire.fail_at) {
        (Some(class), _) => Some(ErrorClass::told(&class).failure()),
        (None, Some(_)) => Some(Ending::FailedWithoutClass.into()),
        (None, None) => None,
    };
    let ended = wire.finished.unwrap_or(wire.success_at.is_some());
    bank::Attempt {
        id: wire.id.and_then(|id| id.0.parse().ok()),
        created_at,
        finished: ended || failure.is_some(),
        success_at,
        failure,
        tag: wire.custom_fields.and_then(|fields| serde_json::from_value(fields).ok()),
        user_present: wire.user_present.unwrap_or(false),
    }
}
