//! Logs: one JSON line, a sentence and fields; never a body, a name, an IBAN or a token.
//!
//! A line that counts something is a metric as well, in CloudWatch's embedded format: the field
//! `metric.NAME` is a data point of NAME, `by.NAME` a dimension by which it is told apart as well. So every room counts with
//! `tracing` alone, the line that a graph was made of names its correlation, and what counts nothing
//! costs nothing. No name ever holds an id: each combination of dimensions is billed.

use std::io;

use tracing_subscriber::{
    Layer,
    filter::{FilterExt, LevelFilter, Targets, filter_fn},
    fmt::MakeWriter,
    prelude::*,
    registry::LookupSpan,
};

use crate::{clock::Clock, env::Env, line::Lines};

/// Starts the log of a deployed function.
pub(crate) fn start(env: &Env, clock: &Clock) {
    let loud = env.find("HALITE_LOG").unwrap_or("info");
    let deployment = env.find("HALITE_DEPLOYMENT").unwrap_or("unnamed");
    let lines = log_lines(loud, deployment, clock, io::stdout);
    // A second start in one process keeps the first subscriber.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}

/// The lines of a deployment, written elsewhere than to the standard output: a test reads what an
/// operator would. `loud` is a level, or levels by module; a line that counts something is always written.
pub fn log_lines<S, W>(loud: &str, deployment: &str, clock: &Clock, writer: W) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    // Levels by module, and no more: `EnvFilter` would bring an engine for regular expressions into each package.
    let filter =
        loud.parse::<Targets>().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let counts =
        filter_fn(|line| line.fields().iter().any(|one| one.name().starts_with("metric.")));
    Lines::new(deployment, clock, writer).with_filter(filter.or(counts))
}

/// Says what a person must look at. Each name has an alarm in `infra/operations.yaml` that wakes
/// somebody, and an entry in `infra/runbook.md` that they read then.
pub fn alarm(name: &'static str, why: &str) {
    tracing::error!(metric.alarms = 1, by.alarm = name, why, "somebody must look at this");
}
