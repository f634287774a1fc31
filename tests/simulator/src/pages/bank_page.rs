//! The own page of an OAuth bank: login, then authorise or deny.

use std::sync::Arc;

use axum::extract::{Form, Query, State};

use super::connect_html::choices;
use super::connect_page::{over, with_session};
use super::html::{account_boxes, escape, field, form, page};
use super::{Next, Pairs, value, values};
use crate::bank::{Field, FieldNature, Provider};
use crate::errors::ErrorClass;
use crate::session::{Session, Step};
use crate::simulator::Inner;
use crate::world::World;

fn bank_of(world: &World, session: &Session) -> Option<Provider> {
    session.provider_code.as_ref().and_then(|code| world.providers.get(code)).cloned()
}

fn login_page(bank: &Provider, token: &str, warning: &str) -> String {
    let plain =
        |name, label, nature| Field { name, label, nature, optional: false, options: vec![] };
    let fields = format!(
        "{}{}",
        field(&plain("login", "User name", FieldNature::Text)),
        field(&plain("password", "Password", FieldNature::Password)),
    );
    let body = format!(
        "{warning}<p class=\"soft\">This is the bank's own page. Sandbox: username / secret.</p>{}{}",
        form("/bank/login", token, &fields, "Log in"),
        deny(token)
    );
    page(&bank.name, "Log in to your bank", "", true, &body)
}

fn deny(token: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/bank/authorise\"><input type=\"hidden\" name=\"token\" \
         value=\"{}\"><input type=\"hidden\" name=\"decision\" value=\"deny\">\
         <button type=\"submit\" class=\"plain\">Deny</button></form>",
        escape(token)
    )
}

/// `GET /bank?token=…`.
pub(super) async fn show(State(inner): State<Arc<Inner>>, Query(query): Query<Pairs>) -> Next {
    let now = inner.clock.now();
    let mut world = inner.world();
    let Some(session) = world.open_session_of(value(&query, "token"), now) else { return over() };
    let Some(bank) = bank_of(&world, &session).filter(|_| session.step == Step::Bank) else {
        return Next::connect(&session.token);
    };
    if !session.at_bank {
        return Next::page(login_page(&bank, &session.token, ""));
    }
    let accounts = choices(&mut world, &session, now);
    let boxes = if bank.chooses_accounts { account_boxes(&accounts) } else { String::new() };
    let fields = format!(
        "<p>Salt Edge asks to read your accounts and transactions.</p>{boxes}\
         <input type=\"hidden\" name=\"decision\" value=\"authorise\">"
    );
    let body = format!(
        "{}{}",
        form("/bank/authorise", &session.token, &fields, "Authorise"),
        deny(&session.token)
    );
    Next::page(page(&bank.name, "Give access?", "", true, &body))
}

/// `POST /bank/login`. A wrong login stays at the bank: Salt Edge never hears of it.
pub(super) async fn login(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        let Some(bank) = bank_of(world, &session).filter(|_| session.step == Step::Bank) else {
            return Next::connect(&session.token);
        };
        let (login, password) = (value(&fields, "login"), value(&fields, "password"));
        if !world.knows_login(&bank.code, login, password) {
            let warning = "<p class=\"bad\">User name or password is wrong.</p>";
            return Next::page(login_page(&bank, &session.token, warning));
        }
        match world.login_outcome(&session, login) {
            Ok(existing) => {
                if let Some(existing) = existing {
                    world.go_on_as_reconnect(&session, existing, now);
                }
                world.edit(&session.token, |session| {
                    session.login = Some(login.to_owned());
                    session.at_bank = true;
                });
            }
            Err(class) => world.fail_at_bank(&session, class, now),
        }
        Next::To(format!("/bank?token={}", session.token))
    })
}

/// `POST /bank/authorise`.
pub(super) async fn authorise(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    with_session(&inner, &fields, |world, session, now| {
        let Some(bank) = bank_of(world, &session).filter(|_| session.step == Step::Bank) else {
            return Next::connect(&session.token);
        };
        if value(&fields, "decision") != "authorise" || !session.at_bank {
            world.fail_at_bank(&session, ErrorClass::ProviderAccessNotGranted, now);
            return Next::connect(&session.token);
        }
        let login = session.login.clone();
        if let Some(connection) =
            session.connection_id.and_then(|id| world.connections.get_mut(&id))
        {
            connection.login = login;
        }
        if bank.chooses_accounts {
            world.choose_accounts(&session, values(&fields, "account"), now);
        } else {
            world.share_all(&session, now);
        }
        Next::connect(&session.token)
    })
}

impl World {
    fn fail_at_bank(&mut self, session: &Session, class: ErrorClass, now: jiff::Timestamp) {
        if let Some(id) = session.attempt_id {
            self.fail_attempt(id, class, now);
        }
        self.edit(&session.token, |session| session.step = Step::Failed(class));
    }

    /// Replaces the connection that this walk has just made by the one that was there.
    fn go_on_as_reconnect(
        &mut self,
        session: &Session,
        existing: crate::ids::Id,
        now: jiff::Timestamp,
    ) {
        if let Some(made) = session.connection_id {
            self.connections.remove(&made);
            self.consents.retain(|_, consent| consent.connection_id != made);
            self.attempts.retain(|_, attempt| attempt.connection_id != made);
        }
        if let Some(attempt) = session.attempt_id {
            self.running.remove(&attempt);
        }
        self.edit(&session.token, |session| {
            session.turn_into_reconnect(existing);
            session.consented = false;
        });
        self.after_consent(&session.token, now);
    }
}
