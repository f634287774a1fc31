//! Logs: one JSON line, a sentence and fields; never a body, a name, an IBAN or a token.

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use crate::env::Env;

/// Starts the log of a deployed function.
pub(crate) fn start(env: &Env) {
    let level = env.find("HALITE_LOG").unwrap_or("info");
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let json = fmt::layer().json().flatten_event(true).with_target(false).without_time();
    // A second start in one process keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(filter).with(json).try_init();
}

/// Says what a person must look at: the field `alarm` is what a log filter of theirs goes by.
pub fn alarm(name: &'static str, why: &str) {
    tracing::error!(alarm = name, why, "somebody must look at this");
}
