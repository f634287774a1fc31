//! The shell around the core: settings, clock, randomness, the events that wake a function, the queue,
//! the secrets, and the words of our HTTP API. The only room that touches those.

mod aws;
mod batch;
mod cached;
mod call;
mod clock;
mod code;
mod correlation;
mod cursor;
mod entropy;
mod env;
mod function;
mod idempotency;
mod line;
mod messages;
mod notary;
mod problem;
mod queue;
mod run;
mod seal;
mod secrets;
mod shape;
mod telemetry;
mod token;
pub mod view;

pub use aws::Aws;
pub use call::{Answer, Call, Caller};
pub use clock::Clock;
pub use code::Code;
pub use correlation::correlation;
pub use cursor::{Cursors, ShortKey};
pub use entropy::{Entropy, NoEntropy};
pub use env::{Env, StartError};
pub use function::{Function, InvokeError, Platform};
pub use idempotency::OneRequest;
pub use messages::Failed;
pub use notary::Notary;
pub use problem::{FieldError, Problem};
pub use queue::Queue;
pub use run::run;
pub use seal::{Seal, SealError};
pub use secrets::{Rotating, Secrets};
pub use telemetry::{alarm, log_lines};
pub use token::{keyed_hash, token, token_hash};
