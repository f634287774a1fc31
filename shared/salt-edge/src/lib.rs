//! The only HTTP client of Salt Edge, and the only judge of its callbacks.
//!
//! Outwards: [`Client`] signs requests over the exact bytes that it sends and hands back the domain's
//! types; [`wire`] has the shapes of the API, [`translate`] turns them into ours, row by row.
//! Inwards: [`callback`] verifies the raw bytes before anything is parsed.
//!
//! Nothing here retries, reads a clock or remembers: the queue redelivers, every call is given `now`.

mod accounts;
pub mod callback;
mod catalogue;
mod client;
mod connections;
mod consents;
mod customers;
pub mod error;
mod error_class;
mod exchange;
mod keyring;
mod meaning;
mod pace;
mod page;
mod public_key;
mod settings;
mod sign;
mod trail;
mod transactions;
pub mod translate;
pub mod wire;

pub use client::Client;
pub use error_class::ErrorClass;
pub use keyring::{Keyring, KeyringError};
pub use settings::{Credentials, CustomerPractice, Mode, Practices, Settings, SettingsError};
pub use sign::{KeyError, Signer};
pub use transactions::RowsOf;
