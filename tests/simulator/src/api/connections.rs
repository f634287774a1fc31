//! List, show, update, delete: section 5.4.7.

use serde_json::{Value, json};

use super::Call;
use super::envelope::{one, page};
use super::grammar::{self, wrong};
use crate::clients::ClientKind;
use crate::clock::seconds_text;
use crate::errors::{ApiError, ErrorClass};
use crate::world::{Connection, ConnectionStatus, World};

/// `GET /connections`.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let customer = match call.param("customer_id") {
        Some(id) => Some(world.customer_of(&call.client.app_id, id)?.id),
        None => None,
    };
    let items = world
        .connections
        .values()
        .filter(|connection| connection.app_id == call.client.app_id)
        .filter(|connection| customer.is_none_or(|id| connection.customer_id == id))
        .map(|connection| (connection.id.number(), connection))
        .collect();
    page(call, &world.switches, items, |connection| world.connection_json(connection))
}

/// `GET /connections/{id}`.
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let connection = world.connection_of(&call.client.app_id, call.id())?;
    let mut shown = world.connection_json(connection);
    if call.flag("include_holder_info") {
        shown["holder_info"] = world.holder_json(connection);
    }
    Ok(one(shown))
}

/// `PUT /connections/{id}`.
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::UPDATE_CONNECTION, world.switches.strict_grammar)?;
    let id = world.connection_of(&call.client.app_id, call.id())?.id;
    let status = call.data.get("status").and_then(Value::as_str);
    if status.is_some_and(|status| status != "inactive") {
        return Err(wrong("`status` can only be set to inactive."));
    }
    if let Some(connection) = world.connections.get_mut(&id) {
        if status.is_some() {
            connection.status = ConnectionStatus::Inactive;
        }
        if let Some(automatic) = call.data.get("automatic_refresh").and_then(Value::as_bool) {
            connection.automatic_refresh = automatic;
            connection.next_night = crate::world::next_night(call.now);
        }
        connection.updated_at = call.now;
    }
    show(world, call)
}

/// `DELETE /connections/{id}`.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let id = world.connection_of(&call.client.app_id, call.id())?.id;
    if call.client.kind == ClientKind::Partner && !world.switches.partner_may_delete {
        let message = "A connection of a Salt Edge user is deleted by the user, in the dashboard.";
        return Err(ApiError::new(ErrorClass::ActionNotAllowed, message));
    }
    world.delete_connection(id, "api", call.now);
    Ok(one(json!({ "id": world.id(id), "removed": true })))
}

impl World {
    pub(crate) fn connection_json(&self, connection: &Connection) -> Value {
        let provider = self.providers.get(&connection.provider_code);
        let customer = self.customers.get(&connection.customer_id);
        let attempt = self.last_attempt(connection);
        json!({
            "id": self.id(connection.id),
            "customer_id": self.id(connection.customer_id),
            "customer_identifier": customer.and_then(|customer| customer.shown_identifier()),
            "provider_code": connection.provider_code,
            "provider_name": provider.map(|provider| provider.name.as_str()),
            "country_code": provider.map(|provider| provider.country.as_str()),
            "status": connection.status.name(),
            "categorization": connection.categorization,
            "categorization_vendor": connection.categorization_vendor,
            "automatic_refresh": connection.automatic_refresh,
            "next_refresh_possible_at": connection.next_refresh_possible_at.map(seconds_text),
            "created_at": seconds_text(connection.created_at),
            "updated_at": seconds_text(connection.updated_at),
            "last_consent_id": self.opt_id(connection.last_consent_id),
            "last_attempt": attempt.map(|attempt| self.attempt_json(attempt, connection)),
        })
    }

    fn holder_json(&self, connection: &Connection) -> Value {
        let fetched = self
            .last_attempt(connection)
            .is_some_and(|attempt| attempt.fetches("holder_info") && attempt.success_at.is_some());
        let login = connection.login.clone().filter(|_| fetched && self.shows_data(connection.id));
        let book =
            login.and_then(|login| self.books.get(&(connection.provider_code.clone(), login)));
        book.map_or(Value::Null, |book| {
            json!({
                "names": [book.holder],
                "emails": [],
                "phone_numbers": [],
                "addresses": [{
                    "city": "Faketown", "state": null, "street": "1 Sandbox Street",
                    "country_code": "XF", "post_code": "00001",
                }],
                "extra": {},
            })
        })
    }
}
