//! Asking and reading: Salt Edge is sent to the bank, what it holds is copied, the domain decides what is
//! new, and one journal entry says it.

mod callback;
mod catalogue;
mod claims;
mod consent;
mod fetch;
mod import;
mod known;
mod left;
mod link;
mod notices;
mod publish;
mod pull;
mod pulled;
mod read;
mod session;
mod start;

use std::sync::Arc;

use domain::message::Message;
use jiff::Timestamp;
use shell::Failed;

use start::Parts;
pub use start::start;

async fn receive(parts: Arc<Parts>, message: Message, now: Timestamp) -> Result<(), Failed> {
    match message {
        Message::Callback(hint) => Box::pin(callback::look(&parts, hint, now)).await,
        Message::Session { tenant, session } => {
            Box::pin(session::advance(&parts, &tenant, &session, now)).await
        }
        Message::Pull { tenant, connection, reason } => {
            pull::pull(&parts, &tenant, &connection, reason, now).await.map(drop)
        }
        Message::Import(wanted) => Box::pin(import::import(&parts, &wanted, now)).await,
        Message::Notice { tenant, connection } => {
            Box::pin(notices::come_by(&parts, &tenant, &connection, now)).await;
            Ok(())
        }
        Message::Catalogue => catalogue::copy(&parts, now).await,
        Message::Revoke { .. }
        | Message::Unlink { .. }
        | Message::Erase { .. }
        | Message::Compare => Err(Failed::because("a message for revoke lies on the wrong queue")),
    }
}
