//! What an attempt calls back.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::StageName;
use crate::clients::CallbackKind;
use crate::errors::ErrorClass;
use crate::ids::Id;
use crate::world::World;

impl World {
    pub(super) fn success_callback(&mut self, id: Id, stage: StageName, now: Timestamp) {
        let identifier = self
            .attempts
            .get(&id)
            .and_then(|attempt| self.connections.get(&attempt.connection_id))
            .and_then(|connection| self.customers.get(&connection.customer_id))
            .and_then(|customer| customer.shown_identifier())
            .filter(|_| self.switches.success_customer_identifier)
            .map(str::to_owned);
        let mut more = vec![("stage", stage.name())];
        more.extend(identifier.as_deref().map(|name| ("customer_identifier", name)));
        self.attempt_callback(id, CallbackKind::Success, &more, now);
    }

    pub(super) fn attempt_callback(
        &mut self,
        id: Id,
        kind: CallbackKind,
        more: &[(&str, &str)],
        now: Timestamp,
    ) {
        let Some(attempt) = self.attempts.get(&id) else { return };
        let Some(connection) = self.connections.get(&attempt.connection_id) else { return };
        let mut data = Map::new();
        data.insert("connection_id".into(), self.id(connection.id));
        data.insert("customer_id".into(), self.id(connection.customer_id));
        data.insert("custom_fields".into(), Value::Object(attempt.custom_fields.clone()));
        for (key, value) in more {
            data.insert((*key).to_owned(), Value::from(*value));
        }
        let app_id = connection.app_id.clone();
        self.enqueue(&app_id, kind, Value::Object(data), now);
    }
}

/// A sentence for people.
pub(crate) fn fail_message(class: ErrorClass) -> String {
    let known = [
        (ErrorClass::InvalidCredentials, "Invalid credentials."),
        (ErrorClass::InvalidInteractiveCredentials, "Invalid interactive credentials."),
        (ErrorClass::ProviderAccessNotGranted, "Access to the bank was not granted."),
        (ErrorClass::ConnectionFetchingStopped, "The fetching was stopped."),
    ];
    let found = known.iter().find(|(known, _)| *known == class).map(|(_, text)| *text);
    found.map_or_else(|| format!("The attempt ended with {class:?}."), str::to_owned)
}
