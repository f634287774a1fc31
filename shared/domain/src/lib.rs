//! Halite's core: what things are and what is decided, as pure functions that are given the time.
//!
//! Nothing here waits, reads a clock, draws a random number or knows of HTTP and tables.

pub mod bank;
pub mod canonical;
pub mod claim;
pub mod comparison;
pub mod connection;
pub mod consent;
pub mod deadline;
pub mod duplicate;
pub mod ending;
pub mod erasure;
pub mod id;
pub mod journal;
pub mod limits;
pub mod look;
pub mod mapping;
pub mod message;
pub mod money;
pub mod next_action;
pub mod notice;
pub mod plan;
pub mod proof;
pub mod receipt;
pub mod secret;
pub mod session;
pub mod statement;
pub mod stored;
pub mod trail;
pub mod wording;
