//! Linking: banks to choose from, link sessions, the redirect and the return, refresh.

mod accounts;
mod banks;
mod changes;
mod customer;
mod institutions;
mod limits;
mod missing;
mod once;
mod pages;
mod redirect;
mod requests;
mod sessions;
mod start;
mod view;
mod visits;

use std::sync::Arc;

use shell::{Answer, Call, Code, Problem};

use start::Parts;
pub use start::start;

/// What this function answers.
pub const ROUTES: &[&str] = &[
    "GET /v1/institutions",
    "GET /v1/institutions/{id}",
    "POST /v1/link-sessions",
    "GET /v1/link-sessions/{id}",
    "POST /v1/link-sessions/{id}/cancel",
    "POST /v1/link-sessions/{id}/confirm",
    "POST /v1/link-sessions/{id}/retry",
    "GET /connect/{token}",
    "GET /connect/return",
    "POST /v1/connections/{id}/refresh",
    "POST /v1/connections/{id}/reconnect",
    "POST /v1/connections/{id}/renew",
    "POST /v1/connections/{id}/fetch-accounts",
    "PATCH /v1/accounts/{id}",
    "POST /v1/accounts/{id}/missing-searches",
];

async fn route(parts: Arc<Parts>, call: Call) -> Result<Answer, Problem> {
    match call.route.as_str() {
        "GET /v1/institutions" => institutions::search(&parts.banks, &call).await,
        "GET /v1/institutions/{id}" => institutions::show(&parts.banks, &call).await,
        "POST /v1/link-sessions" => sessions::create(&parts, &call).await,
        "GET /v1/link-sessions/{id}" => sessions::show(&parts, &call).await,
        "POST /v1/link-sessions/{id}/cancel" => sessions::cancel(&parts, &call).await,
        "POST /v1/link-sessions/{id}/confirm" => sessions::confirm(&parts, &call).await,
        "POST /v1/link-sessions/{id}/retry" => sessions::retry(&parts, &call).await,
        "GET /connect/{token}" => redirect::open(&parts, &call).await,
        "GET /connect/return" => redirect::back(&parts, &call).await,
        "POST /v1/connections/{id}/refresh" => visits::refresh(&parts, &call).await,
        "POST /v1/connections/{id}/reconnect" => visits::reconnect(&parts, &call).await,
        "POST /v1/connections/{id}/renew" => visits::renew(&parts, &call).await,
        "POST /v1/connections/{id}/fetch-accounts" => visits::fetch_accounts(&parts, &call).await,
        "PATCH /v1/accounts/{id}" => accounts::change(&parts.table, &call).await,
        "POST /v1/accounts/{id}/missing-searches" => missing::search(&parts, &call).await,
        _ => Err(Problem::new(Code::RouteNotFound)),
    }
}
