//! What a Salt Edge must do for us, and what nobody has told us about it, in about a dozen calls.
//!
//! [`musts()`] are what Halite stands on: one that does not hold fails. [`questions()`] are what the
//! documentation leaves open: each is answered by the service itself, and the answer is a line of a
//! table. [`revocation()`] is both, and comes last. All are asked of the simulator always, and of the real sandbox where there are credentials.
//!
//! Not answered here, because no call of ours can see it: time-out, repetitions, source addresses and
//! payloads of callbacks, the stages of an attempt, limits of test accounts, retirement dates.

mod call;
mod ground;
mod musts;
mod questions;
mod revocation;
mod table;

pub use call::{Caller, Reply};
pub use ground::{Ground, Later, Linked};
pub use musts::musts;
pub use questions::questions;
pub use revocation::revocation;
pub use table::{Finding, print};

/// What stops a question from being asked at all.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
