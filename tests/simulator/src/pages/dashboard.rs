//! The end user's dashboard: what is connected, and how to end it.

use std::sync::Arc;

use axum::extract::{Form, Query, State};

use super::html::{escape, page};
use super::{Next, Pairs, value};
use crate::ids::Id;
use crate::simulator::Inner;
use crate::world::{Connection, DASHBOARD, RevokeReason, World};

const BRAND: &str = "Salt Edge dashboard (simulated)";

/// `GET /`.
pub(super) async fn home() -> Next {
    let body = "<p>A Salt Edge v6 to develop and test against.</p><ul>\
        <li><a href=\"/dashboard\">Dashboard of the end user</a></li>\
        <li><a href=\"/_simulator/record\">Record</a>: calls, callbacks, endings</li>\
        <li><a href=\"/_simulator/ledger\">Ledger</a>: the banks and the copy</li></ul>";
    Next::page(page(BRAND, "Simulator", "", false, body))
}

/// `GET /dashboard`, `GET /dashboard?email=…`.
pub(super) async fn show(State(inner): State<Arc<Inner>>, Query(query): Query<Pairs>) -> Next {
    let email = value(&query, "email");
    if email.is_empty() {
        let body = "<p>Sign in with the e-mail that you gave when you connected your bank. \
            This sandbox asks for no password.</p>\
            <form method=\"get\" action=\"/dashboard\"><label for=\"email\">E-mail</label>\
            <input type=\"email\" id=\"email\" name=\"email\" required>\
            <button type=\"submit\">Sign in</button></form>";
        return Next::page(page(BRAND, "Sign in", "", false, body));
    }
    let world = inner.world();
    let rows: String = theirs(&world, email)
        .into_iter()
        .map(|connection| row(&world, connection, email))
        .collect();
    let rows = if rows.is_empty() { "<p>No bank is connected.</p>".to_owned() } else { rows };
    Next::page(page(BRAND, &format!("Banks of {email}"), "", false, &rows))
}

fn theirs<'a>(world: &'a World, email: &str) -> Vec<&'a Connection> {
    let owns = |connection: &&Connection| {
        world
            .customers
            .get(&connection.customer_id)
            .and_then(|customer| customer.dashboard_email())
            .is_some_and(|theirs| theirs.eq_ignore_ascii_case(email))
    };
    world.connections.values().filter(owns).collect()
}

fn row(world: &World, connection: &Connection, email: &str) -> String {
    let bank = world.providers.get(&connection.provider_code).map_or("", |bank| &bank.name);
    let client = world.clients.get(&connection.app_id).map_or("", |client| &client.name);
    let consent = connection.last_consent_id.and_then(|id| world.consents.get(&id));
    let state = consent.map_or("none", |consent| consent.status.name());
    let button = |action: &str, class: &str, label: &str| {
        format!(
            "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"email\" \
             value=\"{}\"><input type=\"hidden\" name=\"connection_id\" value=\"{}\">\
             <button type=\"submit\" class=\"{class}\">{label}</button></form>",
            escape(email),
            connection.id
        )
    };
    format!(
        "<section class=\"card\"><b>{}</b><dl><dt>Shared with</dt><dd>{}</dd><dt>Status</dt><dd>{}</dd>\
         <dt>Consent</dt><dd>{state}</dd></dl>{}{}</section>",
        escape(bank),
        escape(client),
        connection.status.name(),
        button("/dashboard/withdraw", "plain", "Withdraw consent"),
        button("/dashboard/delete", "risk", "Delete connection"),
    )
}

/// The connection that a form names, if it is the signed-in user's.
fn owned(world: &World, fields: &Pairs) -> Option<Connection> {
    let id: Id = value(fields, "connection_id").parse().ok()?;
    theirs(world, value(fields, "email")).into_iter().find(|own| own.id == id).cloned()
}

fn back(fields: &Pairs) -> Next {
    let email: String = value(fields, "email")
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b".-_@".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    Next::To(format!("/dashboard?email={email}"))
}

/// `POST /dashboard/delete`.
pub(super) async fn delete(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    let now = inner.clock.now();
    let mut world = inner.world();
    if let Some(connection) = owned(&world, &fields) {
        world.delete_connection(connection.id, DASHBOARD, now);
    }
    back(&fields)
}

/// `POST /dashboard/withdraw`.
pub(super) async fn withdraw(State(inner): State<Arc<Inner>>, Form(fields): Form<Pairs>) -> Next {
    let now = inner.clock.now();
    let mut world = inner.world();
    if let Some(consent) = owned(&world, &fields).and_then(|connection| connection.last_consent_id)
    {
        world.end_consent(consent, RevokeReason::Saltedge, now);
    }
    back(&fields)
}
