//! Connect, reconnect, refresh, background refresh: section 5.4.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::envelope::one;
use super::grammar::{self, wrong};
use super::{Call, connections, parse};
use crate::attempt::{AttemptKind, NewAttempt};
use crate::bank::{KeyOwner, ProviderStatus};
use crate::clients::ClientKind;
use crate::clock::{date_of, later, seconds_text};
use crate::errors::{ApiError, ErrorClass};
use crate::ids::Id;
use crate::session::{ConnectRequest, SessionKind};
use crate::switches::{BackgroundAnswer, PeriodOverMax};
use crate::world::{Connection, ConnectionStatus, World};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn refuse<T>(class: ErrorClass, message: &str) -> Result<T, ApiError> {
    Err(ApiError::new(class, message))
}

/// `POST /connections/connect`.
pub(super) fn connect(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::CONNECT, world.switches.strict_grammar)?;
    let customer_id = customer(world, call)?;
    let request = parse::session(call, date_of(call.now))?;
    if request.consent.is_none() {
        return Err(wrong("`consent` is required."));
    }
    check_provider(world, call, &request)?;
    let theirs = world.connections.values().filter(|c| c.app_id == call.client.app_id).count();
    if call.client.connection_limit.is_some_and(|limit| theirs >= limit) {
        return refuse(ErrorClass::ConnectionLimitReached, "No more connections are allowed.");
    }
    check_flood(world, call)?;
    Ok(open(world, call, SessionKind::Connect, customer_id, None, request))
}

fn customer(world: &World, call: &Call<'_>) -> Result<Id, ApiError> {
    let app_id = &call.client.app_id;
    if let Some(id) = call.data.get("customer_id").filter(|id| !id.is_null()) {
        let text = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        return world.customer_of(app_id, &text).map(|customer| customer.id);
    }
    let Some(name) = parse::text(call.data, "customer_identifier") else {
        return Err(wrong("`customer_id` or `customer_identifier` is required."));
    };
    world.customer_by_identifier(app_id, &name).map(|customer| customer.id).ok_or_else(|| {
        let message = format!("Customer with identifier: {name} was not found.");
        ApiError::new(ErrorClass::CustomerNotFound, message)
    })
}

fn check_provider(
    world: &World,
    call: &Call<'_>,
    request: &ConnectRequest,
) -> Result<(), ApiError> {
    let Some(code) = &request.provider_code else { return Ok(()) };
    let provider = world.provider_of(code)?;
    if provider.is_sandbox() && !request.include_sandboxes {
        return refuse(ErrorClass::ProviderNotFound, "Sandboxes need `include_sandboxes`.");
    }
    match provider.status {
        ProviderStatus::Active => {}
        ProviderStatus::Inactive => {
            return refuse(ErrorClass::ProviderInactive, "The provider is inactive.");
        }
        ProviderStatus::Disabled => {
            return refuse(ErrorClass::ProviderDisabled, "The provider is disabled.");
        }
    }
    let own_keys = call.client.kind == ClientKind::Partner || call.client.provider_keys;
    if provider.key_owner == KeyOwner::Client && !own_keys {
        return refuse(ErrorClass::ProviderKeyFound, "No client keys for this provider.");
    }
    let mode = provider.mode.name();
    if request.modes.as_ref().is_some_and(|modes| !modes.iter().any(|wanted| wanted == mode)) {
        return refuse(ErrorClass::WrongProviderMode, "The provider has another mode.");
    }
    let wanted = request.consent.as_ref().and_then(|consent| consent.period_days);
    let over = wanted.zip(provider.max_consent_days).is_some_and(|(days, most)| days > most);
    if over && world.switches.period_over_max == PeriodOverMax::Refused {
        return refuse(ErrorClass::InvalidConsentPeriod, "The period exceeds the provider's.");
    }
    Ok(())
}

fn check_flood(world: &mut World, call: &Call<'_>) -> Result<(), ApiError> {
    let Some(limit) = world.switches.connects_per_minute else { return Ok(()) };
    let recent = world.connects.entry(call.client.app_id.clone()).or_default();
    recent.retain(|at| later(*at, MINUTE) > call.now);
    if recent.len() >= limit {
        return refuse(ErrorClass::TooManyRequests, "Too many connects in a short time.");
    }
    recent.push(call.now);
    Ok(())
}

fn open(
    world: &mut World,
    call: &Call<'_>,
    kind: SessionKind,
    customer_id: Id,
    connection_id: Option<Id>,
    request: ConnectRequest,
) -> Value {
    let app_id = &call.client.app_id;
    let token = world.open_session(app_id, kind, customer_id, connection_id, request, call.now);
    let life = SignedDuration::from_mins(world.switches.connect_token_minutes);
    let mut answer = json!({
        "expires_at": seconds_text(later(call.now, life)),
        "connect_url": format!("{}/connect?token={token}", call.origin),
        "customer_id": world.id(customer_id),
    });
    if world.switches.connect_answer_token {
        answer["token"] = token.into();
    }
    one(answer)
}

/// `POST /connections/{id}/reconnect`.
pub(super) fn reconnect(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::RECONNECT, world.switches.strict_grammar)?;
    let connection = world.connection_of(&call.client.app_id, call.id())?.clone();
    let request = parse::session(call, date_of(call.now))?;
    if connection.status == ConnectionStatus::Disabled {
        return refuse(ErrorClass::ConnectionDisabled, "The connection is disabled.");
    }
    check_idle(world, connection.id)?;
    check_flood(world, call)?;
    let (customer, id) = (connection.customer_id, Some(connection.id));
    Ok(open(world, call, SessionKind::Reconnect, customer, id, request))
}

fn check_idle(world: &World, connection: Id) -> Result<(), ApiError> {
    if world.running_attempt(connection).is_none() {
        return Ok(());
    }
    refuse(ErrorClass::ConnectionAlreadyProcessing, "The connection is being processed.")
}

/// `POST /connections/{id}/refresh`: the user is present.
pub(super) fn refresh(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::RECONNECT, world.switches.strict_grammar)?;
    let connection = world.connection_of(&call.client.app_id, call.id())?.clone();
    let request = parse::session(call, date_of(call.now))?;
    let partner = call.client.kind == ClientKind::Partner;
    if partner && world.switches.partner_refresh_needs_consent && request.consent.is_none() {
        return Err(wrong("`consent` is required."));
    }
    check_refreshable(world, &connection)?;
    check_idle(world, connection.id)?;
    check_gap(world, &connection, call.now)?;
    let (customer, id) = (connection.customer_id, Some(connection.id));
    Ok(open(world, call, SessionKind::Refresh, customer, id, request))
}

fn check_refreshable(world: &World, connection: &Connection) -> Result<(), ApiError> {
    if connection.status == ConnectionStatus::Disabled {
        return refuse(ErrorClass::ConnectionDisabled, "The connection is disabled.");
    }
    world.require_consent(connection.id)?;
    let running = world.running_attempt(connection.id).is_some();
    if connection.status == ConnectionStatus::Inactive && !running {
        let message = "The connection is inactive; it needs a reconnect.";
        return refuse(ErrorClass::ConnectionCannotBeRefreshed, message);
    }
    Ok(())
}

/// The provider's gap between two refreshes.
fn check_gap(world: &World, connection: &Connection, now: Timestamp) -> Result<(), ApiError> {
    let Some(possible) = connection.next_refresh_possible_at.filter(|possible| *possible > now)
    else {
        return Ok(());
    };
    let message = "The connection cannot be refreshed yet.";
    let error = ApiError::new(ErrorClass::ConnectionCannotBeRefreshed, message);
    Err(if world.switches.next_refresh_in_error {
        error.with("next_refresh_possible_at", seconds_text(possible).into())
    } else {
        error
    })
}

/// `POST /connections/{id}/background_refresh`: nobody is present.
pub(super) fn background_refresh(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::BACKGROUND, world.switches.strict_grammar)?;
    let connection = world.connection_of(&call.client.app_id, call.id())?.clone();
    let attempt = call.data.get("attempt").and_then(Value::as_object);
    let request = attempt.map(parse::attempt).transpose()?.unwrap_or_default();
    check_refreshable(world, &connection)?;
    check_idle(world, connection.id)?;
    check_gap(world, &connection, call.now)?;
    world.refuses_unattended(connection.id, call.now)?;
    let new =
        NewAttempt { request, ..NewAttempt::unattended(AttemptKind::Background, connection.id) };
    let attempt_id = world.start_attempt(new, call.now);
    world.count_background(connection.id, attempt_id, call.now, true);
    match world.switches.background_answer {
        BackgroundAnswer::Connection => connections::show(world, call),
        BackgroundAnswer::ConnectUrl => Ok(one(json!({
            "expires_at": seconds_text(later(call.now, SignedDuration::from_hours(1))),
            "connect_url": format!("{}/connect?token=background", call.origin),
            "customer_id": world.id(connection.customer_id),
        }))),
    }
}
