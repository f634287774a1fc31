//! What the kernel knows of a process, and a server for measuring a first HTTPS call.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a measurement that cannot go on is no measurement"
)]

pub mod cpu;
pub mod tls;
