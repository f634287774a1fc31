//! `/api/v6`: from the bytes of a request to the bytes of its answer.

mod accounts;
mod auth;
mod catalogue;
mod connect;
mod connections;
mod consents;
mod customers;
mod envelope;
mod grammar;
mod parse;
mod rates;
mod serve;
mod spoil;
mod transactions;

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::clients::Client;
use crate::errors::ApiError;
use crate::switches::{RevokeRoute, Switches};
use crate::world::World;

pub(crate) use serve::serve;
pub use spoil::Spoilt;

/// A request whose sender is known.
pub(crate) struct Call<'a> {
    pub(crate) client: &'a Client,
    pub(crate) now: Timestamp,
    /// Path below `/api/v6`, split.
    pub(crate) path: &'a [&'a str],
    /// Decoded query.
    pub(crate) query: &'a [(String, String)],
    /// Path and raw query, for `next_page`.
    pub(crate) target: &'a str,
    /// Scheme, host and port under which the caller reached us.
    pub(crate) origin: &'a str,
    /// `data` of the body; empty without one.
    pub(crate) data: &'a Map<String, Value>,
}

impl Call<'_> {
    /// The id in the path, or nothing.
    pub(crate) fn id(&self) -> &str {
        self.path.get(1).copied().unwrap_or_default()
    }

    /// A query parameter that is not empty.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.param(name) == Some("true")
    }
}

type Handler = fn(&mut World, &Call<'_>) -> Result<Value, ApiError>;

/// The handler of a route, none for what is an HTML 404.
fn route(method: &str, path: &[&str], switches: &Switches) -> Option<Handler> {
    let post = switches.revoke_route != RevokeRoute::PutOnly;
    let put = switches.revoke_route != RevokeRoute::PostOnly;
    let handler: Handler = match (method, path) {
        ("GET", ["countries"]) => catalogue::countries,
        ("GET", ["providers"]) => catalogue::list,
        ("GET", ["providers", _]) => catalogue::show,
        ("POST", ["customers"]) => customers::create,
        ("GET", ["customers"]) => customers::list,
        ("GET", ["customers", _]) => customers::show,
        ("DELETE", ["customers", _]) => customers::delete,
        ("POST", ["connections", "connect"]) => connect::connect,
        ("POST", ["connections", _, "reconnect"]) => connect::reconnect,
        ("POST", ["connections", _, "refresh"]) => connect::refresh,
        ("POST", ["connections", _, "background_refresh"]) => connect::background_refresh,
        ("GET", ["connections"]) => connections::list,
        ("GET", ["connections", _]) => connections::show,
        ("PUT", ["connections", _]) => connections::update,
        ("DELETE", ["connections", _]) => connections::delete,
        ("GET", ["consents"]) => consents::list,
        ("GET", ["consents", _]) => consents::show,
        ("POST", ["consents", _, "revoke"]) if post => consents::revoke,
        ("PUT", ["consents", _, "revoke"]) if put => consents::revoke,
        ("GET", ["accounts"]) => accounts::list,
        ("GET", ["transactions"]) => transactions::list,
        ("PUT", ["transactions"]) => transactions::update,
        ("GET", ["rates"]) => rates::list,
        _ => return None,
    };
    Some(handler)
}
