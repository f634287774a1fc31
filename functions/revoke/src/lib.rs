//! Taking back what a user allowed: in phases, each of them seen before it is said. And the receipts of it.

mod asked;
mod earlier;
mod erase;
mod erasures;
mod history;
mod orphans;
mod phases;
mod retention;
mod retire;
mod start;
mod strays;
mod unlink;

use std::sync::Arc;

use domain::message::Message;
use jiff::Timestamp;
use shell::{Answer, Call, Code, Failed, Problem};

use start::Parts;
pub use start::start;

/// What this function answers.
pub const ROUTES: &[&str] = &[
    "DELETE /v1/connections/{id}",
    "GET /v1/consents/{id}/history",
    "GET /v1/consents/{id}/export",
    "POST /v1/erasure-requests",
    "GET /v1/erasure-requests/{id}",
];

async fn route(parts: Arc<Parts>, call: Call) -> Result<Answer, Problem> {
    match call.route.as_str() {
        "DELETE /v1/connections/{id}" => asked::revoke(parts, call).await,
        "POST /v1/erasure-requests" => erasures::request(&parts, &call).await,
        "GET /v1/erasure-requests/{id}" => erasures::show(&parts, &call).await,
        "GET /v1/consents/{id}/history" => history::show(parts, call).await,
        "GET /v1/consents/{id}/export" => history::export(parts, call).await,
        _ => Err(Problem::new(Code::RouteNotFound)),
    }
}

async fn receive(parts: Arc<Parts>, message: Message, now: Timestamp) -> Result<(), Failed> {
    match message {
        Message::Revoke { tenant, connection } => {
            phases::go_on(&parts, &tenant, &connection, now).await
        }
        Message::Unlink { tenant, session } => {
            Box::pin(unlink::unlink(&parts, &tenant, &session, now)).await
        }
        Message::Erase { tenant, erasure } => {
            Box::pin(erase::go_on(&parts, &tenant, &erasure, now)).await
        }
        Message::Compare => Box::pin(orphans::compare(&parts, now)).await,
        Message::Callback(_)
        | Message::Session { .. }
        | Message::Pull { .. }
        | Message::Notice { .. }
        | Message::Catalogue
        | Message::Import(_) => Err(Failed::because("a message for sync lies on the wrong queue")),
    }
}
