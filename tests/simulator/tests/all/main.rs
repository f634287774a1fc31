//! The simulator through HTTP: everything that an integrator leans on.
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod ears;
mod support;

mod accounts;
mod callback_faults;
mod callbacks;
mod catalogue;
mod connect;
mod consents;
mod control;
mod dashboard;
mod duplicates;
mod envelope;
mod faults;
mod ledger;
mod reconnect;
mod refresh;
mod restore;
mod signatures;
mod stages;
mod switches;
