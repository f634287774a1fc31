//! Taking back what a user allowed: in phases, each of them seen before it is said.

mod asked;
mod phases;
mod retire;
mod start;
mod unlink;

use std::sync::Arc;

use domain::message::Message;
use jiff::Timestamp;
use shell::Failed;

use start::Parts;
pub use start::start;

/// What this function answers.
pub const ROUTES: &[&str] = &["DELETE /v1/connections/{id}"];

async fn receive(parts: Arc<Parts>, message: Message, now: Timestamp) -> Result<(), Failed> {
    match message {
        Message::Revoke { tenant, connection } => {
            phases::go_on(&parts, &tenant, &connection, now).await
        }
        Message::Unlink { tenant, session } => {
            Box::pin(unlink::unlink(&parts, &tenant, &session, now)).await
        }
        Message::Callback(_)
        | Message::Session { .. }
        | Message::Pull { .. }
        | Message::Catalogue
        | Message::Import(_) => Err(Failed::because("a message for sync lies on the wrong queue")),
    }
}
