//! Doing: clients, switches, consents, connections, providers, sessions, faults.

use serde_json::Value;

use super::{Control, ControlError};
use crate::attempt::{AttemptKind, NewAttempt};
use crate::bank::ProviderStatus;
use crate::clients::{CallbackKind, Callbacks, Client};
use crate::clock::millis_text;
use crate::faults::{ApiFault, BankFault, CallbackFault, Faults, NextConnect};
use crate::ids::Id;
use crate::switches::Switches;
use crate::world::{ConnectionStatus, RevokeReason, World};

fn missing(what: &str, id: impl std::fmt::Display) -> ControlError {
    ControlError::NotFound(format!("{what} {id}"))
}

impl Control {
    /// Adds an integrator, or replaces the one with the same `app_id`.
    pub fn put_client(&self, client: Client) {
        self.0.world().clients.insert(client.app_id.clone(), client);
    }

    /// Makes all that is one integrator's another's: what `from` sees from then on is what the valid keys
    /// of another account see.
    pub fn hand_over(&self, from: &str, to: &str) {
        let world = &mut *self.0.world();
        for customer in world.customers.values_mut().filter(|one| one.app_id == from) {
            to.clone_into(&mut customer.app_id);
        }
        for connection in world.connections.values_mut().filter(|one| one.app_id == from) {
            to.clone_into(&mut connection.app_id);
        }
    }

    /// Registers callback addresses, as somebody types them into the client dashboard.
    pub fn set_callbacks(&self, app_id: &str, callbacks: Callbacks) -> Result<(), ControlError> {
        let mut world = self.0.world();
        let client = world.clients.get_mut(app_id).ok_or_else(|| missing("client", app_id))?;
        client.callbacks = callbacks;
        Ok(())
    }

    /// The switches as they stand.
    #[must_use]
    pub fn switches(&self) -> Switches {
        self.0.world().switches.clone()
    }

    /// Turns switches.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.0.world().switches);
    }

    /// Turns the switches that `changes` (an object) names; none when one is unknown or of another kind.
    pub fn switch_json(&self, changes: &Value) -> Result<Switches, ControlError> {
        let invalid = |why: String| ControlError::Invalid(why);
        let mut world = self.0.world();
        let mut all = serde_json::to_value(&world.switches).map_err(|e| invalid(e.to_string()))?;
        let (Value::Object(all_map), Value::Object(changes)) = (&mut all, changes) else {
            return Err(invalid("an object of switches is expected".to_owned()));
        };
        for (name, value) in changes {
            all_map.insert(name.clone(), value.clone());
        }
        let switches: Switches = serde_json::from_value(all).map_err(|e| invalid(e.to_string()))?;
        world.switches = switches.clone();
        Ok(switches)
    }

    /// Ends a consent for a reason other than the integrator's call: `Expired`, `Provider`, `Saltedge`.
    pub fn end_consent(&self, consent: Id, reason: RevokeReason) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        if !world.consents.contains_key(&consent) {
            return Err(missing("consent", consent));
        }
        world.end_consent(consent, reason, now);
        Ok(())
    }

    /// Ends the consent that a connection lives by.
    pub fn end_consent_of(&self, connection: Id, reason: RevokeReason) -> Result<(), ControlError> {
        let consent = self
            .connection(connection)
            .ok_or_else(|| missing("connection", connection))?
            .last_consent_id
            .ok_or_else(|| missing("consent of", connection))?;
        self.end_consent(consent, reason)
    }

    /// Deletes a connection, as its owner does in the dashboard (or Salt Edge, cleaning up).
    pub fn delete_connection(&self, connection: Id) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        if !world.connections.contains_key(&connection) {
            return Err(missing("connection", connection));
        }
        world.delete_connection(connection, "control", now);
        Ok(())
    }

    /// Deletes a customer with all connections, as Salt Edge's support or the operator's other tools do.
    pub fn delete_customer(&self, customer: Id) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        if !world.customers.contains_key(&customer) {
            return Err(missing("customer", customer));
        }
        world.delete_customer(customer, now);
        Ok(())
    }

    /// Switches the nightly refresh of one connection.
    pub fn set_automatic_refresh(&self, connection: Id, on: bool) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        let found = world
            .connections
            .get_mut(&connection)
            .ok_or_else(|| missing("connection", connection))?;
        found.automatic_refresh = on;
        found.next_night = crate::world::next_night(now);
        Ok(())
    }

    /// Sends Salt Edge to the bank now, without us, as it goes by itself at night. The attempt begins with
    /// the next pump; it counts against no limit.
    pub fn visit_bank(&self, connection: Id) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        if !world.connections.contains_key(&connection) {
            return Err(missing("connection", connection));
        }
        world.start_attempt(NewAttempt::unattended(AttemptKind::Nightly, connection), now);
        Ok(())
    }

    /// Changes a bank's status and tells every integrator.
    pub fn set_provider_status(
        &self,
        code: &str,
        status: ProviderStatus,
    ) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        let provider = world.providers.get_mut(code).ok_or_else(|| missing("provider", code))?;
        provider.status = status;
        if status == ProviderStatus::Disabled {
            disable_connections(&mut world, code);
        }
        let data = serde_json::json!({ "provider_code": code, "provider_status": status.name() });
        let clients: Vec<String> = world.clients.keys().cloned().collect();
        for client in clients {
            world.enqueue(&client, CallbackKind::Provider, data.clone(), now);
        }
        Ok(())
    }

    /// Days that a bank's booked rows are shown as pending; none = not at all.
    pub fn set_custom_pendings(&self, code: &str, days: Option<i64>) -> Result<(), ControlError> {
        let mut world = self.0.world();
        let provider = world.providers.get_mut(code).ok_or_else(|| missing("provider", code))?;
        provider.custom_pendings_period = days;
        Ok(())
    }

    /// Flags copied transactions as duplicates or not, as Salt Edge itself may do later.
    pub fn mark_duplicated(&self, transaction: Id, duplicated: bool) -> Result<(), ControlError> {
        let mut world = self.0.world();
        let row = world
            .transactions
            .get_mut(&transaction)
            .ok_or_else(|| missing("transaction", transaction))?;
        row.duplicated = duplicated;
        Ok(())
    }

    /// Lets a connect URL run out.
    pub fn expire_session(&self, token: &str) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        let session = world.sessions.get_mut(token).ok_or_else(|| missing("session", token))?;
        session.expires_at = now;
        Ok(())
    }

    /// Gives up a walk in the user's place, without a browser.
    pub fn cancel_session(&self, token: &str) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        if world.open_session_of(token, now).is_none() {
            return Err(missing("open session", token));
        }
        world.give_up(token, now);
        Ok(())
    }

    /// Decides what the next connect URL that is made leads to.
    pub fn next_connect(&self, outcome: NextConnect) {
        self.0.world().faults.connect.push(outcome);
    }

    /// Sends a service notice to an integrator.
    pub fn service_notice(&self, app_id: &str, text: &str) -> Result<(), ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        if !world.clients.contains_key(app_id) {
            return Err(missing("client", app_id));
        }
        let data = serde_json::json!({ "notice": text, "issued_at": millis_text(now) });
        world.enqueue(app_id, CallbackKind::Service, data, now);
        Ok(())
    }

    /// Plays a fault on API calls.
    pub fn add_api_fault(&self, fault: ApiFault) {
        self.0.world().faults.api.push(fault);
    }

    /// Plays a fault on callbacks.
    pub fn add_callback_fault(&self, fault: CallbackFault) {
        self.0.world().faults.callbacks.push(fault);
    }

    /// Lets the bank end the next attempts with an error.
    pub fn add_bank_fault(&self, fault: BankFault) {
        self.0.world().faults.bank.push(fault);
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.0.world().faults = Faults::default();
    }
}

fn disable_connections(world: &mut World, code: &str) {
    let theirs = world.connections.values_mut().filter(|c| c.provider_code == code);
    for connection in theirs {
        connection.status = ConnectionStatus::Disabled;
        connection.next_refresh_possible_at = None;
    }
}
