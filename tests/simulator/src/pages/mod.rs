//! The pages that people see: connect, the bank's own page, the end user's dashboard.
//!
//! Every page is a plain HTML form without script, so a program can walk through it as a browser does:
//! `GET` the connect URL, read the form's action and fields, `POST` them form-encoded, follow the `303`.
//!
//! | shown | form | fields |
//! |---|---|---|
//! | bank search | `POST /connect/provider` | `token`, `provider` (`GET /connect?token=…&q=…` searches) |
//! | consent | `POST /connect/consent` | `token`, `consent=yes` when ticked |
//! | login | `POST /connect/credentials` | `token`, `login`, `password`, and the bank's further fields |
//! | interactive step | `POST /connect/step` | `token`, `answer` |
//! | account choice | `POST /connect/accounts` | `token`, `account` once per account |
//! | the bank's login | `POST /bank/login` | `token`, `login`, `password` |
//! | the bank's consent | `POST /bank/authorise` | `token`, `decision=authorise` or `deny`, `account` once per account |
//! | failure | `POST /connect/retry`, `POST /connect/leave` | `token` |
//! | any of them | `POST /connect/cancel` | `token` |
//! | dashboard | `GET /dashboard?email=…`, `POST /dashboard/delete`, `POST /dashboard/withdraw` | `email`, `connection_id` |
//!
//! `GET /connect?token=…` always shows the present step, or answers `303` to the bank's page or to
//! `return_to`. While the attempt runs it shows a page that refreshes itself every second.

mod bank_page;
mod begin;
mod connect_html;
mod connect_page;
mod dashboard;
mod finish;
mod flow;
mod html;

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::simulator::Inner;

/// Form fields or query pairs in their order.
type Pairs = Vec<(String, String)>;

pub(crate) fn router() -> Router<Arc<Inner>> {
    Router::new()
        .route("/", get(dashboard::home))
        .route("/connect", get(connect_page::show))
        .route("/connect/provider", post(connect_page::provider))
        .route("/connect/consent", post(connect_page::consent))
        .route("/connect/credentials", post(connect_page::credentials))
        .route("/connect/step", post(connect_page::step))
        .route("/connect/accounts", post(connect_page::accounts))
        .route("/connect/cancel", post(connect_page::cancelled))
        .route("/connect/retry", post(connect_page::retry))
        .route("/connect/leave", post(connect_page::leave))
        .route("/bank", get(bank_page::show))
        .route("/bank/login", post(bank_page::login))
        .route("/bank/authorise", post(bank_page::authorise))
        .route("/dashboard", get(dashboard::show))
        .route("/dashboard/delete", post(dashboard::delete))
        .route("/dashboard/withdraw", post(dashboard::withdraw))
}

/// The first value of a field.
fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// All values of a field.
fn values(pairs: &Pairs, name: &str) -> Vec<String> {
    pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
}

/// Where a form sends the browser next.
enum Next {
    /// Another address.
    To(String),
    /// A page right here.
    Page(StatusCode, String),
}

impl Next {
    fn connect(token: &str) -> Self {
        Self::To(format!("/connect?token={token}"))
    }

    fn page(html: String) -> Self {
        Self::Page(StatusCode::OK, html)
    }
}

impl IntoResponse for Next {
    fn into_response(self) -> Response {
        match self {
            Self::To(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
            Self::Page(status, html) => {
                let kind = [
                    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                    (header::CACHE_CONTROL, "no-store"),
                ];
                (status, kind, html).into_response()
            }
        }
    }
}
