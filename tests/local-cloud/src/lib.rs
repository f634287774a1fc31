//! AWS on one machine, as `template.yaml` describes it: gateway, queues, secrets, table, schedule and the
//! real handlers, in one process, with a clock that moves.
//!
//! Whatever the template says and this crate does not serve, it refuses by file and line. So a renamed
//! route, a dropped index or a misspelt variable fails here and not after a deployment.

mod args;
mod aws;
mod clock;
mod cloud;
mod engine;
mod error;
mod functions;
mod gateway;
mod invocations;
mod issuer;
mod keep;
mod keys;
mod left_over;
mod live;
mod mark;
mod options;
mod page;
mod permissions;
mod program;
mod queues;
mod salt_edge;
mod schedule;
mod secrets;
mod servers;
mod start;
mod tap;
mod template;
mod world;

pub use args::{Args, USAGE};
pub use clock::Clock;
pub use cloud::{LocalCloud, Pump};
pub use error::StartError;
pub use invocations::Ended;
pub use mark::Mark;
pub use options::{Data, Options, Ports, SaltEdge, TENANT, TemplateText, USER};
pub use program::run;
pub use queues::Message;
pub use tap::{Effect, Fault, Io, Service, Tap};
pub use world::{APP_ID, SECRET, Time, World, WorldOptions};
