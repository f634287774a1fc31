//! Visits to a connection that exists: refresh, reconnect, fetch accounts.

use domain::{
    connection::{Connection, State},
    id::ConnectionId,
    journal::Ledger,
    message::{Message, Reason},
    next_action::NextAction,
    session::{Intent, LinkSession},
};
use shell::{
    Answer, Call, Caller, Code, Problem,
    view::{ConnectionView, Looking, refresh_allowed_at},
};

use crate::{
    once,
    requests::{self, RefreshRequest, VisitRequest},
    sessions,
    start::Parts,
};

/// `POST /v1/connections/{id}/reconnect`.
pub(crate) async fn reconnect(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    visit(parts, call, Intent::Reconnect, call.json()?).await
}

/// `POST /v1/connections/{id}/renew`: a new consent, any time before the old one ends.
pub(crate) async fn renew(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    visit(parts, call, Intent::Renew, call.json()?).await
}

/// `POST /v1/connections/{id}/fetch-accounts`.
pub(crate) async fn fetch_accounts(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    visit(parts, call, Intent::FetchAccounts, call.json()?).await
}

async fn visit(
    parts: &Parts,
    call: &Call,
    intent: Intent,
    body: VisitRequest,
) -> Result<Answer, Problem> {
    let wanted = async {
        let connection = visited(parts, call.caller()?, &call.path("id")?, intent).await?;
        session(parts, call, intent, &connection, &body).await
    };
    Box::pin(once::begin(parts, call, wanted)).await
}

async fn session(
    parts: &Parts,
    call: &Call,
    intent: Intent,
    connection: &Connection,
    body: &VisitRequest,
) -> Result<LinkSession, Problem> {
    let tenant = &call.caller()?.tenant;
    let return_to = requests::registered(&parts.return_urls, tenant, &body.return_to)?;
    let locale = requests::locale(body.locale.as_deref(), call.locale);
    sessions::visit(parts, call, intent, connection, return_to, locale).await
}

/// `POST /v1/connections/{id}/refresh`: without the user it counts against the day's asks; with them it
/// is a visit.
pub(crate) async fn refresh(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let caller = call.caller()?;
    let body: RefreshRequest = call.json()?;
    if body.present {
        let return_to = body.return_to.ok_or_else(|| requests::missing("/return_to"))?;
        let body = VisitRequest { return_to, locale: body.locale };
        return visit(parts, call, Intent::Refresh, body).await;
    }
    let connection = open_connection(parts, caller, &call.path("id")?).await?;
    if let Some(action) = connection.state.next_action() {
        return Err(Problem::new(Code::WrongState).with_action(action));
    }
    if let Some(at) = refresh_allowed_at(&connection, call.now) {
        let spent = connection.asks.free_at(call.now).is_some();
        let action = if spent { NextAction::WaitBudget } else { NextAction::WaitUntil };
        let problem = Problem::new(Code::RefreshNotYet).with_action(action);
        return Err(problem.with_next_allowed(Some(at)));
    }
    let (tenant, id) = (connection.tenant.clone(), connection.id.clone());
    let message = Message::Pull { tenant, connection: id, reason: Reason::User };
    parts.queue.send(&message).await?;
    let tail = parts.table.newest(&connection.tenant, &connection.id).await?;
    let ledger = tail.map(|tail| Ledger::replay(&tail.entries)).unwrap_or_default();
    let mapping = &parts.table.mapping(&connection.tenant, &connection.id).await?;
    let (now, locale, dashboard) = (call.now, call.locale, parts.dashboard.as_str());
    let looking = Looking { now, locale, dashboard, mapping };
    Ok(Answer::json(202, &ConnectionView::of(&connection, &ledger, looking)))
}

/// The connection of a visit. One that is left in its owner's Salt Edge account is reactivated by a
/// reconnect: a fresh link would be refused there as a duplicate.
pub(crate) async fn visited(
    parts: &Parts,
    caller: &Caller,
    id: &ConnectionId,
    intent: Intent,
) -> Result<Connection, Problem> {
    let connection = seen(parts, caller, id).await?;
    let reactivates = match intent {
        Intent::Reconnect | Intent::Renew => connection.state == State::LeftWithOwner,
        Intent::Link | Intent::FetchAccounts | Intent::Refresh => false,
    };
    if reactivates { Ok(connection) } else { open(parts, connection) }
}

pub(crate) async fn open_connection(
    parts: &Parts,
    caller: &Caller,
    id: &ConnectionId,
) -> Result<Connection, Problem> {
    open(parts, seen(parts, caller, id).await?)
}

/// The connection, where the caller may see it.
async fn seen(parts: &Parts, caller: &Caller, id: &ConnectionId) -> Result<Connection, Problem> {
    let connection = parts.table.connection(&caller.tenant, id).await?;
    connection
        .filter(|connection| caller.sees(&connection.customer) && !connection.unlisted)
        .ok_or_else(|| Problem::new(Code::ConnectionNotFound))
}

/// The connection, where it is open.
fn open(parts: &Parts, connection: Connection) -> Result<Connection, Problem> {
    if connection.state.open() {
        return Ok(connection);
    }
    let action = connection.state.next_action().unwrap_or(NextAction::StartAgain);
    let problem = Problem::new(Code::WrongState).with_action(action);
    let at_dashboard = action == NextAction::DeleteInDashboard;
    Err(if at_dashboard { problem.with_url(&parts.dashboard) } else { problem })
}
