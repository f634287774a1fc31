//! Deleting connections and customers.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::World;
use crate::clients::CallbackKind;
use crate::errors::ErrorClass;
use crate::ids::Id;
use crate::record::Deletion;

/// Who deletes, when it is the owner in the dashboard.
pub(crate) const DASHBOARD: &str = "dashboard";

impl World {
    /// Deletes a connection with all that hangs on it and sends a destroy callback.
    pub(crate) fn delete_connection(&mut self, id: Id, by: &str, now: Timestamp) {
        if let Some(attempt_id) = self.running_attempt(id) {
            self.fail_attempt(attempt_id, ErrorClass::ConnectionFetchingStopped, now);
        }
        let Some(connection) = self.connections.get(&id) else { return };
        let mut data = Map::new();
        data.insert("connection_id".into(), self.id(id));
        data.insert("customer_id".into(), self.id(connection.customer_id));
        data.insert("custom_fields".into(), Value::Object(self.custom_fields(connection)));
        let app_id = connection.app_id.clone();
        self.remove_copied(id);
        self.consents.retain(|_, consent| consent.connection_id != id);
        self.attempts.retain(|_, attempt| attempt.connection_id != id);
        self.connections.remove(&id);
        self.record.deletions.push(Deletion { at: now, connection_id: id, by: by.to_owned() });
        if by != DASHBOARD || self.switches.dashboard_calls_back {
            self.enqueue(&app_id, CallbackKind::Destroy, Value::Object(data), now);
        }
    }

    /// Deletes a customer and all its connections.
    pub(crate) fn delete_customer(&mut self, id: Id, now: Timestamp) {
        let theirs: Vec<Id> =
            self.connections.values().filter(|c| c.customer_id == id).map(|c| c.id).collect();
        for connection in theirs {
            self.delete_connection(connection, "customer deletion", now);
        }
        self.sessions.retain(|_, session| session.customer_id != id);
        self.customers.remove(&id);
    }

    /// Drops what was copied for a connection; the bank keeps it.
    pub(crate) fn remove_copied(&mut self, connection_id: Id) {
        self.accounts.retain(|_, account| account.connection_id != connection_id);
        self.transactions.retain(|_, transaction| transaction.connection_id != connection_id);
    }
}
