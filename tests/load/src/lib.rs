//! What a function costs: its real program under an emulator of Lambda's Runtime API, one environment,
//! one invocation at a time, as AWS runs it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a measurement that cannot go on is no measurement"
)]

pub mod environment;
pub mod events;
