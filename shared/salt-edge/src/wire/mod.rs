//! The shapes of Salt Edge's v6 API, apart from the domain: one file per resource.
//!
//! None of these can be printed: they hold names, account numbers and texts of people.
//!
//! Every field of an answer is optional and tolerant here. What a row must have is decided where it is
//! translated, so that one bad field costs one row and names itself, and an unknown field costs nothing.

pub mod account;
pub mod connection;
pub mod consent;
pub mod customer;
pub mod envelope;
pub mod provider;
pub mod session;
pub mod transaction;
pub mod value;
