//! Holds what goes over the wire against `infra/openapi.yaml`: every status, header, field and parameter
//! that is sent must be documented there, and be of the documented form.
//!
//! The contract tells readers to accept new fields; here they are refused, because a field that is
//! answered and not documented is a fault of ours.

mod document;
mod request;
mod response;
mod schemas;

use std::{collections::BTreeMap, fs, sync::LazyLock};

pub use document::Unusable;
use document::{Document, Operation};

/// Where the project's contract is.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/openapi.yaml");

/// The contract, ready to be compared with.
pub struct Contract {
    document: Document,
}

/// One half of an exchange.
#[derive(Debug, Clone, Default)]
pub struct Part<'a> {
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body; empty where there is none.
    pub body: &'a [u8],
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange<'a> {
    /// Method, in capitals.
    pub method: &'a str,
    /// Path, percent-encoded.
    pub path: &'a str,
    /// Query without its question mark; empty where there is none.
    pub query: &'a str,
    /// What was sent.
    pub sent: Part<'a>,
    /// HTTP status of the answer.
    pub status: u16,
    /// What was answered.
    pub answered: Part<'a>,
}

impl Contract {
    /// The project's own contract, read once in a process.
    ///
    /// # Panics
    /// When it is not there or no YAML: nothing can be held against it then.
    pub fn project() -> &'static Self {
        static PROJECT: LazyLock<Contract> = LazyLock::new(|| {
            let yaml = fs::read_to_string(FILE).unwrap_or_else(|error| panic!("{FILE}: {error}"));
            Contract::read(&yaml).unwrap_or_else(|error| panic!("{FILE}: {error}"))
        });
        &PROJECT
    }

    /// A contract from its YAML.
    pub fn read(yaml: &str) -> Result<Self, Unusable> {
        Ok(Self { document: Document::read(yaml)? })
    }

    /// What in this exchange is not as documented, a line each: route, status, where, what.
    ///
    /// The answer is looked at always; the request only when it was accepted, because what was refused
    /// may have been wrong on purpose.
    pub fn faults(&self, exchange: &Exchange<'_>) -> Vec<String> {
        let Some(operation) = self.document.operation(exchange.method, exchange.path) else {
            return unknown(exchange);
        };
        let mut faults = response::faults(&self.document, &operation, exchange);
        if exchange.status < 400 {
            faults.extend(request::faults(&self.document, &operation, exchange));
        }
        let name = |fault| format!("{} {}: {fault}", operation.route, exchange.status);
        faults.into_iter().map(name).collect()
    }
}

/// A route that is not in the contract is none of the gateway either.
fn unknown(exchange: &Exchange<'_>) -> Vec<String> {
    let Exchange { method, path, status, .. } = exchange;
    match exchange.answered.body {
        br#"{"message":"Not Found"}"# if *status == 404 => Vec::new(),
        _ => vec![format!("{method} {path} {status}: the contract has no such route")],
    }
}
