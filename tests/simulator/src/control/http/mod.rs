//! `/_simulator/…`: the same over HTTP. Every answer is JSON; a refusal is `{"error": …}` with 4xx.

mod bank;
mod service;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Control, ControlError};
use crate::simulator::Inner;

type Shared = State<Arc<Inner>>;

pub(crate) fn router() -> Router<Arc<Inner>> {
    Router::new()
        .route("/_simulator/pump", post(pump))
        .route("/_simulator/clock", get(clock).post(set_clock))
        .route("/_simulator/record", get(record).delete(clear_record))
        .route("/_simulator/ledger", get(ledger))
        .route("/_simulator/key", get(key))
        .route("/_simulator/switches", get(switches).post(turn))
        .route("/_simulator/clients", post(service::put_client))
        .route("/_simulator/clients/{app_id}/callbacks", post(service::callbacks))
        .route("/_simulator/clients/{app_id}/notice", post(service::notice))
        .route("/_simulator/bank/book", post(bank::book))
        .route("/_simulator/bank/logins", post(bank::login))
        .route("/_simulator/bank/rows", post(bank::add_row))
        .route("/_simulator/bank/rows/edit", post(bank::edit_row))
        .route("/_simulator/bank/rows/book", post(bank::book_row))
        .route("/_simulator/bank/rows/remove", post(bank::remove_row))
        .route("/_simulator/bank/accounts", post(bank::open_account))
        .route("/_simulator/bank/accounts/edit", post(bank::edit_account))
        .route("/_simulator/providers/{code}", post(service::provider))
        .route(
            "/_simulator/connections/{id}",
            delete(service::delete_connection).post(service::connection),
        )
        .route("/_simulator/connections/{id}/consent/end", post(service::end_consent))
        .route("/_simulator/transactions/{id}/duplicated", post(service::duplicated))
        .route("/_simulator/sessions", get(service::sessions))
        .route("/_simulator/sessions/{token}/expire", post(service::expire))
        .route("/_simulator/sessions/{token}/cancel", post(service::cancel))
        .route("/_simulator/next-connect", post(service::next_connect))
        .route("/_simulator/faults", get(service::faults).delete(service::clear_faults))
        .route("/_simulator/faults/api", post(service::api_fault))
        .route("/_simulator/faults/callbacks", post(service::callback_fault))
        .route("/_simulator/faults/bank", post(service::bank_fault))
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ClockIsGiven => StatusCode::CONFLICT,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

type Answer = Result<Json<Value>, ControlError>;

fn shown(value: impl Serialize) -> Answer {
    serde_json::to_value(value).map(Json).map_err(|e| ControlError::Invalid(e.to_string()))
}

fn done() -> Json<Value> {
    Json(json!({ "done": true }))
}

fn of(inner: Arc<Inner>) -> Control {
    Control::new(inner)
}

async fn pump(State(inner): Shared) -> Answer {
    shown(of(inner).pump().await)
}

async fn clock(State(inner): Shared) -> Answer {
    Ok(Json(json!({ "now": of(inner).now() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance_seconds: Option<i64>,
    set: Option<Timestamp>,
}

async fn set_clock(State(inner): Shared, Json(asked): Json<Move>) -> Answer {
    let control = of(inner);
    if let Some(instant) = asked.set {
        control.set_clock(instant)?;
    }
    if let Some(seconds) = asked.advance_seconds {
        control.advance(SignedDuration::from_secs(seconds))?;
    }
    Ok(Json(json!({ "now": control.now() })))
}

async fn record(State(inner): Shared) -> Answer {
    shown(of(inner).record())
}

async fn clear_record(State(inner): Shared) -> Answer {
    of(inner).clear_record();
    Ok(done())
}

async fn ledger(State(inner): Shared) -> Answer {
    shown(of(inner).ledger())
}

async fn key(State(inner): Shared) -> Answer {
    Ok(Json(
        json!({ "version": of(Arc::clone(&inner)).switches().callback_key_version, "public_key": of(inner).callback_public_key() }),
    ))
}

async fn switches(State(inner): Shared) -> Answer {
    shown(of(inner).switches())
}

async fn turn(State(inner): Shared, Json(changes): Json<Value>) -> Answer {
    shown(of(inner).switch_json(&changes)?)
}
