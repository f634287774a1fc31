//! Clients, providers, connections, sessions and faults over HTTP.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Shared, done, of, shown};
use crate::bank::ProviderStatus;
use crate::clients::{Callbacks, Client};
use crate::faults::{ApiFault, BankFault, CallbackFault, NextConnect};
use crate::ids::Id;
use crate::world::RevokeReason;

pub(super) async fn put_client(State(inner): Shared, Json(client): Json<Client>) -> Answer {
    of(inner).put_client(client);
    Ok(done())
}

pub(super) async fn callbacks(
    State(inner): Shared,
    Path(app_id): Path<String>,
    Json(callbacks): Json<Callbacks>,
) -> Answer {
    of(inner).set_callbacks(&app_id, callbacks)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notice {
    text: String,
}

pub(super) async fn notice(
    State(inner): Shared,
    Path(app_id): Path<String>,
    Json(asked): Json<Notice>,
) -> Answer {
    of(inner).service_notice(&app_id, &asked.text)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditProvider {
    status: Option<ProviderStatus>,
    custom_pendings_period: Option<i64>,
}

pub(super) async fn provider(
    State(inner): Shared,
    Path(code): Path<String>,
    Json(asked): Json<EditProvider>,
) -> Answer {
    let control = of(inner);
    if let Some(days) = asked.custom_pendings_period {
        control.set_custom_pendings(&code, (days > 0).then_some(days))?;
    }
    if let Some(status) = asked.status {
        control.set_provider_status(&code, status)?;
    }
    Ok(done())
}

pub(super) async fn delete_connection(State(inner): Shared, Path(id): Path<Id>) -> Answer {
    of(inner).delete_connection(id)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditConnection {
    automatic_refresh: bool,
}

pub(super) async fn connection(
    State(inner): Shared,
    Path(id): Path<Id>,
    Json(asked): Json<EditConnection>,
) -> Answer {
    of(inner).set_automatic_refresh(id, asked.automatic_refresh)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndConsent {
    reason: RevokeReason,
}

pub(super) async fn end_consent(
    State(inner): Shared,
    Path(id): Path<Id>,
    Json(asked): Json<EndConsent>,
) -> Answer {
    of(inner).end_consent_of(id, asked.reason)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flag {
    duplicated: bool,
}

pub(super) async fn duplicated(
    State(inner): Shared,
    Path(id): Path<Id>,
    Json(asked): Json<Flag>,
) -> Answer {
    of(inner).mark_duplicated(id, asked.duplicated)?;
    Ok(done())
}

pub(super) async fn sessions(State(inner): Shared) -> Answer {
    Ok(Json(json!({ "tokens": of(inner).open_sessions() })))
}

pub(super) async fn expire(State(inner): Shared, Path(token): Path<String>) -> Answer {
    of(inner).expire_session(&token)?;
    Ok(done())
}

pub(super) async fn cancel(State(inner): Shared, Path(token): Path<String>) -> Answer {
    of(inner).cancel_session(&token)?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    outcome: NextConnect,
}

pub(super) async fn next_connect(State(inner): Shared, Json(asked): Json<Outcome>) -> Answer {
    of(inner).next_connect(asked.outcome);
    Ok(done())
}

pub(super) async fn faults(State(inner): Shared) -> Answer {
    shown(of(inner).faults())
}

pub(super) async fn clear_faults(State(inner): Shared) -> Answer {
    of(inner).clear_faults();
    Ok(done())
}

pub(super) async fn api_fault(State(inner): Shared, Json(fault): Json<ApiFault>) -> Answer {
    of(inner).add_api_fault(fault);
    Ok(done())
}

pub(super) async fn callback_fault(
    State(inner): Shared,
    Json(fault): Json<CallbackFault>,
) -> Answer {
    of(inner).add_callback_fault(fault);
    Ok(done())
}

pub(super) async fn bank_fault(State(inner): Shared, Json(fault): Json<BankFault>) -> Answer {
    of(inner).add_bank_fault(fault);
    Ok(done())
}
