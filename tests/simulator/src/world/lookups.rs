//! Finding records, always within what the caller may see.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Connection, Customer, World};
use crate::attempt::Attempt;
use crate::bank::{Book, Provider, seed_book};
use crate::clients::Client;
use crate::clock::date_of;
use crate::errors::{ApiError, ErrorClass};
use crate::ids::Id;

/// An id as the API prints it.
pub(crate) fn id_text(numeric: bool, id: Id) -> Value {
    if numeric { id.number().into() } else { id.to_string().into() }
}

impl World {
    pub(crate) fn id(&self, id: Id) -> Value {
        id_text(self.switches.numeric_ids, id)
    }

    pub(crate) fn opt_id(&self, id: Option<Id>) -> Value {
        id.map_or(Value::Null, |id| self.id(id))
    }

    /// The connection `text`, if `app_id` may see it.
    pub(crate) fn connection_of(&self, app_id: &str, text: &str) -> Result<&Connection, ApiError> {
        text.parse()
            .ok()
            .and_then(|id: Id| self.connections.get(&id))
            .filter(|connection| connection.app_id == app_id)
            .ok_or_else(|| {
                let message = format!("Connection with id: {text} was not found.");
                ApiError::new(ErrorClass::ConnectionNotFound, message)
            })
    }

    /// The customer `text`, if it is `app_id`'s.
    pub(crate) fn customer_of(&self, app_id: &str, text: &str) -> Result<&Customer, ApiError> {
        text.parse()
            .ok()
            .and_then(|id: Id| self.customers.get(&id))
            .filter(|customer| customer.app_id == app_id)
            .ok_or_else(|| {
                let message = format!("Customer with id: {text} was not found.");
                ApiError::new(ErrorClass::CustomerNotFound, message)
            })
    }

    pub(crate) fn customer_by_identifier(&self, app_id: &str, name: &str) -> Option<&Customer> {
        self.customers
            .values()
            .find(|customer| customer.app_id == app_id && customer.shown_identifier() == Some(name))
    }

    pub(crate) fn provider_of(&self, code: &str) -> Result<&Provider, ApiError> {
        self.providers.get(code).ok_or_else(|| {
            let message = format!("Provider with code: '{code}' was not found.");
            ApiError::new(ErrorClass::ProviderNotFound, message)
        })
    }

    pub(crate) fn client(&self, app_id: &str) -> Option<&Client> {
        self.clients.get(app_id)
    }

    /// The newest attempt of a connection.
    pub(crate) fn last_attempt(&self, connection: &Connection) -> Option<&Attempt> {
        connection.last_attempt_id.and_then(|id| self.attempts.get(&id))
    }

    /// `custom_fields` of the newest attempt, which every callback echoes.
    pub(crate) fn custom_fields(&self, connection: &Connection) -> Map<String, Value> {
        self.last_attempt(connection).map_or_else(Map::new, |attempt| attempt.custom_fields.clone())
    }

    /// The book of `login` at `provider`, seeded when it is looked at for the first time.
    pub(crate) fn book(&mut self, provider: &str, login: &str, now: Timestamp) -> &mut Book {
        let (seed, rows) = (self.seed, self.n_transactions);
        self.books
            .entry((provider.to_owned(), login.to_owned()))
            .or_insert_with(|| seed_book(seed, provider, login, date_of(now), rows))
    }

    /// Whether the bank knows this login with this password.
    pub(crate) fn knows_login(&self, provider: &str, login: &str, password: &str) -> bool {
        let own = self.logins.get(&(provider.to_owned(), login.to_owned()));
        own.map_or(login == "username" && password == "secret", |secret| secret == password)
    }
}
