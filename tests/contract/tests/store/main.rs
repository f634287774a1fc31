//! What a table must do for us: the store's adapter, through the real SDK, on the embedded engine with the
//! table of `template.yaml`.
#![expect(clippy::unwrap_used, reason = "a call that fails is a test that fails")]

mod bed;
mod catalogue;
mod connections;
mod due;
mod journal;
mod races;
mod sessions;
mod statements;
mod tenants;
