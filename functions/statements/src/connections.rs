//! Connections as they stand.

use domain::{connection::Connection, id::ConnectionId, journal::Ledger};
use serde::{Deserialize, Serialize};
use shell::{
    Answer, Call, Caller, Code, Problem,
    view::{ConnectionView, Looking},
};
use store::{Table, Tail};

use crate::{rows::limit, start::Parts};

#[derive(Serialize)]
struct Page {
    connections: Vec<ConnectionView>,
    next_cursor: Option<String>,
    has_more: bool,
}

/// Where the next page goes on.
#[derive(Serialize, Deserialize)]
struct After {
    place: String,
}

/// `GET /v1/connections`: the caller's, or with `halite:tenant` the whole tenant's.
pub(crate) async fn list(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let caller = call.caller()?;
    call.only_queries(&["limit", "cursor"])?;
    let limit = limit(call, 20, 100)?;
    let customer = (!caller.sees_tenant).then_some(&caller.customer);
    let whose = customer.map_or("*", |customer| customer.as_str());
    let scope = format!("connections|{}|{whose}", caller.tenant);
    let cursors = parts.cursors.get().await?;
    let after: Option<After> =
        call.query("cursor").map(|text| cursors.read(&scope, text)).transpose()?;
    let after = after.map(|after| after.place);
    let mut listed =
        parts.table.connections(&caller.tenant, customer, after.as_deref(), limit + 1).await?;
    let has_more = listed.len() > limit;
    listed.truncate(limit);
    let mut connections = Vec::new();
    for line in &listed {
        if let Some(tail) = parts.table.newest(&caller.tenant, &line.id).await? {
            connections.push(view(parts, call, &tail).await?);
        }
    }
    let last = listed.last().filter(|_| has_more);
    let next_cursor = last.map(|line| cursors.write(&scope, &After { place: line.place.clone() }));
    Ok(Answer::json(200, &Page { connections, next_cursor, has_more }))
}

/// `GET /v1/connections/{id}`.
pub(crate) async fn show(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: ConnectionId = call.path("id")?;
    let tail = seen(&parts.table, call.caller()?, &id).await?;
    let tail = tail.ok_or_else(|| Problem::new(Code::ConnectionNotFound))?;
    Ok(Answer::json(200, &view(parts, call, &tail).await?))
}

/// The connection and its newest entry, where the caller may see it.
pub(crate) async fn seen(
    table: &Table,
    caller: &Caller,
    id: &ConnectionId,
) -> Result<Option<Tail>, Problem> {
    let newest = table.newest(&caller.tenant, id).await?;
    Ok(newest.filter(|tail| visible(caller, &tail.connection)))
}

/// Whether the caller may see a connection.
pub(crate) fn visible(caller: &Caller, connection: &Connection) -> bool {
    caller.sees(&connection.customer) && !connection.unlisted
}

async fn view(parts: &Parts, call: &Call, tail: &Tail) -> Result<ConnectionView, Problem> {
    let connection = &tail.connection;
    let mapping = &parts.table.mapping(&connection.tenant, &connection.id).await?;
    let (now, locale, dashboard) = (call.now, call.locale, parts.dashboard.as_str());
    let looking = Looking { now, locale, dashboard, mapping };
    Ok(ConnectionView::of(connection, &Ledger::replay(&tail.entries), looking))
}
