//! Consents: section 5.5.

use serde_json::{Value, json};

use super::Call;
use super::envelope::{one, page};
use super::grammar::{self, wrong};
use crate::clock::seconds_text;
use crate::errors::{ApiError, ErrorClass};
use crate::ids::Id;
use crate::world::{Consent, ConsentStatus, RevokeReason, World};

/// `GET /consents`; `connection_id` or `customer_id` is needed.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let app_id = &call.client.app_id;
    let connection = match call.param("connection_id") {
        Some(id) => Some(world.connection_of(app_id, id)?.id),
        None => None,
    };
    let customer = match call.param("customer_id") {
        Some(id) => Some(world.customer_of(app_id, id)?.id),
        None => None,
    };
    if connection.is_none() && customer.is_none() {
        return Err(wrong("`connection_id` or `customer_id` is required."));
    }
    let items = world
        .consents
        .values()
        .filter(|consent| connection.is_none_or(|id| consent.connection_id == id))
        .filter(|consent| customer.is_none_or(|id| consent.customer_id == id))
        .map(|consent| (consent.id.number(), consent))
        .collect();
    page(call, &world.switches, items, |consent| world.consent_json(consent))
}

fn wanted<'a>(world: &'a World, call: &Call<'_>) -> Result<&'a Consent, ApiError> {
    let text = call.id();
    let consent = text.parse().ok().and_then(|id: Id| world.consents.get(&id));
    let theirs = |consent: &&Consent| {
        world
            .connections
            .get(&consent.connection_id)
            .is_some_and(|c| c.app_id == call.client.app_id)
    };
    consent.filter(theirs).ok_or_else(|| {
        let message = format!("Consent with id: {text} was not found.");
        ApiError::new(ErrorClass::ConsentNotFound, message)
    })
}

/// `GET /consents/{id}`.
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    Ok(one(world.consent_json(wanted(world, call)?)))
}

/// `POST` and `PUT /consents/{id}/revoke`.
pub(super) fn revoke(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::NOTHING, world.switches.strict_grammar)?;
    let consent = wanted(world, call)?;
    if consent.status != ConsentStatus::Active {
        let message = "The consent is no longer in force.";
        return Err(ApiError::new(ErrorClass::ConsentAlreadyRevoked, message));
    }
    let id = consent.id;
    world.end_consent(id, RevokeReason::Client, call.now);
    show(world, call)
}

impl World {
    pub(crate) fn consent_json(&self, consent: &Consent) -> Value {
        json!({
            "id": self.id(consent.id),
            "connection_id": self.id(consent.connection_id),
            "customer_id": self.id(consent.customer_id),
            "status": consent.status.name(),
            "scopes": consent.scopes,
            "period_days": consent.period_days,
            "expires_at": consent.expires_at.map(seconds_text),
            "from_date": consent.from_date.map(|date| date.to_string()),
            "to_date": consent.to_date.map(|date| date.to_string()),
            "collected_by": consent.collected_by,
            "revoked_at": consent.revoked_at.map(seconds_text),
            "revoke_reason": consent.revoke_reason.map(RevokeReason::name),
            "created_at": seconds_text(consent.created_at),
            "updated_at": seconds_text(consent.updated_at),
        })
    }
}
