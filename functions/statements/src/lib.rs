//! The read API: connections, accounts, statements, the feed. It reads the table and nothing else.

mod accounts;
mod connections;
mod feed;
mod lines;
mod past;
mod published;
mod reconciliation;
mod rows;
mod start;

use std::sync::Arc;

use shell::{Answer, Call, Code, Problem};

use start::Parts;
pub use start::start;

/// What this function answers.
pub const ROUTES: &[&str] = &[
    "GET /v1/connections",
    "GET /v1/connections/{id}",
    "GET /v1/accounts/{id}",
    "GET /v1/accounts/{id}/transactions",
    "GET /v1/accounts/{id}/reconciliation",
    "GET /v1/accounts/{id}/statements",
    "GET /v1/statements/{id}",
    "GET /v1/connections/{id}/transactions/sync",
    "GET /healthz",
    "GET /openapi.json",
];

/// The public contract, made into JSON when the function was built.
const CONTRACT: &str = include_str!(concat!(env!("OUT_DIR"), "/openapi.json"));

async fn route(parts: Arc<Parts>, call: Call) -> Result<Answer, Problem> {
    match call.route.as_str() {
        "GET /v1/connections" => connections::list(&parts, &call).await,
        "GET /v1/connections/{id}" => connections::show(&parts, &call).await,
        "GET /v1/accounts/{id}" => accounts::show(&parts.table, &call).await,
        "GET /v1/accounts/{id}/transactions" => accounts::transactions(&parts, &call).await,
        "GET /v1/accounts/{id}/reconciliation" => reconciliation::show(&parts.table, &call).await,
        "GET /v1/accounts/{id}/statements" => published::list(&parts, &call).await,
        "GET /v1/statements/{id}" => published::show(&parts, &call).await,
        "GET /v1/connections/{id}/transactions/sync" => feed::changes(&parts, &call).await,
        "GET /healthz" => Ok(Answer::json(200, &serde_json::json!({"status": "ok"}))),
        "GET /openapi.json" => {
            Ok(Answer::empty(200).with_body("application/json", CONTRACT.as_bytes().to_vec()))
        }
        _ => Err(Problem::new(Code::RouteNotFound)),
    }
}
