//! Salt Edge's own pages behind a connect URL.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;

use super::connect_html::{
    BRAND, accounts_page, consent_page, credentials_page, failed_page, fetching_page, search_page,
    step_page,
};
use super::html::page;
use super::{Next, Pairs, value, values};
use crate::clients::ClientKind;
use crate::errors::ErrorClass;
use crate::faults::NextConnect;
use crate::session::{Session, Step};
use crate::simulator::Inner;
use crate::world::World;

pub(super) fn over() -> Next {
    let body = "<p>This link was used or its time is over. Go back to the application and start again.</p>";
    Next::Page(StatusCode::GONE, page(BRAND, "This link no longer works", "", false, body))
}

/// `GET /connect?token=…`.
pub(super) async fn show(
    State(inner): State<Arc<Inner>>,
    Query(query): Query<Pairs>,
    headers: HeaderMap,
) -> Next {
    let now = inner.clock.now();
    let mut world = inner.world();
    let token = value(&query, "token");
    if world.open_session_of(token, now).is_none() {
        return over();
    }
    let agent = headers.get("user-agent").and_then(|agent| agent.to_str().ok()).map(str::to_owned);
    world.edit(token, |session| session.user_agent = session.user_agent.take().or(agent));
    world.settle(token, now);
    let Some(session) = world.open_session_of(token, now) else { return over() };
    match session.step {
        Step::Provider => Next::page(search_page(&world, &session, value(&query, "q"))),
        Step::Consent => consent_step(&mut world, &session, now),
        Step::Credentials => Next::page(credentials_page(&world, &session)),
        Step::Bank => Next::To(format!("/bank?token={token}")),
        Step::Interactive(at) => Next::page(step_page(&world, &session, at)),
        Step::Accounts => Next::page(accounts_page(&mut world, &session, now)),
        Step::Fetching if world.may_return(&session) => Next::To(world.leave(token)),
        Step::Fetching => Next::page(fetching_page(&world, &session)),
        Step::Failed(class) => Next::page(failed_page(&world, &session, class)),
        Step::Over => over(),
    }
}

/// The consent page, unless a licensed client hides it or a refresh asks for none.
fn consent_step(world: &mut World, session: &Session, now: Timestamp) -> Next {
    let licensed =
        world.clients.get(&session.app_id).map(|client| client.kind) == Some(ClientKind::Client);
    let refresh = session.kind == crate::session::SessionKind::Refresh;
    if refresh && session.request.consent.is_none() {
        world.after_consent(&session.token, now);
        return Next::connect(&session.token);
    }
    if licensed && session.request.hides_consent {
        world.answer_consent(session, true, now);
        return Next::connect(&session.token);
    }
    Next::page(consent_page(world, session, ""))
}

/// Runs `act` on the session of a posted form, unless it is over or cancelled by script.
pub(super) fn with_session(
    inner: &Inner,
    fields: &Pairs,
    act: impl FnOnce(&mut World, Session, Timestamp) -> Next,
) -> Next {
    let now = inner.clock.now();
    let mut world = inner.world();
    let token = value(fields, "token");
    let Some(session) = world.open_session_of(token, now) else { return over() };
    if session.scripted == Some(NextConnect::Cancelled) {
        world.give_up(token, now);
        return Next::To(world.leave(token));
    }
    act(&mut world, session, now)
}

/// `POST /connect/provider`.
pub(super) async fn provider(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, _| {
        let code = value(&fields, "provider").to_owned();
        if session.step == Step::Provider && world.providers.contains_key(&code) {
            world.edit(&session.token, |session| {
                session.provider_code = Some(code);
                session.step = Step::Consent;
            });
        }
        Next::connect(&session.token)
    })
}

/// `POST /connect/consent`.
pub(super) async fn consent(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        let ticked = !value(&fields, "consent").is_empty();
        if session.step == Step::Consent && !world.answer_consent(&session, ticked, now) {
            let warning = "<p class=\"bad\">Tick the box, or cancel.</p>";
            return Next::page(consent_page(world, &session, warning));
        }
        back_when_refused(world, &session)
    })
}

/// A refusal that the switches made of an empty box goes straight back.
fn back_when_refused(world: &mut World, session: &Session) -> Next {
    let step = world.sessions.get(&session.token).map(|session| session.step);
    if step == Some(Step::Failed(ErrorClass::ProviderAccessNotGranted)) {
        return Next::To(world.leave(&session.token));
    }
    Next::connect(&session.token)
}

/// `POST /connect/credentials`.
pub(super) async fn credentials(
    State(inner): State<Arc<Inner>>,
    Form(fields): Form<Pairs>,
) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        if session.step == Step::Credentials {
            let chooses = session
                .provider_code
                .as_ref()
                .and_then(|code| world.providers.get(code))
                .is_some_and(|bank| bank.chooses_error);
            let error = serde_json::from_value(value(&fields, "error").into()).ok();
            let (login, password) = (value(&fields, "login"), value(&fields, "password"));
            let error = error.filter(|_| chooses);
            world.answer_credentials(&session, login, password, error, now);
        }
        Next::connect(&session.token)
    })
}

/// `POST /connect/step`.
pub(super) async fn step(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        world.answer_step(&session, value(&fields, "answer"), now);
        Next::connect(&session.token)
    })
}

/// `POST /connect/accounts`.
pub(super) async fn accounts(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        if session.step == Step::Accounts {
            world.choose_accounts(&session, values(&fields, "account"), now);
        }
        Next::connect(&session.token)
    })
}

/// `POST /connect/cancel`.
pub(super) async fn cancelled(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        world.give_up(&session.token, now);
        Next::To(world.leave(&session.token))
    })
}

/// `POST /connect/retry`: the same walk once more, from the consent's far side.
pub(super) async fn retry(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        if matches!(session.step, Step::Failed(_)) {
            world.edit(&session.token, |session| {
                session.attempt_id = None;
                session.at_bank = false;
                session.answered = 0;
            });
            world.after_consent(&session.token, now);
        }
        Next::connect(&session.token)
    })
}

/// `POST /connect/leave`.
pub(super) async fn leave(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, _| {
        if matches!(session.step, Step::Failed(_)) {
            return Next::To(world.leave(&session.token));
        }
        Next::connect(&session.token)
    })
}
