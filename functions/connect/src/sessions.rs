//! Link sessions as a resource.

use domain::{
    id::{CustomerId, LinkSessionId},
    message::Message,
    next_action::NextAction,
    session::{InstitutionRef, Intent, LinkSession, SessionEvent, Stage},
    wording::Locale,
};
use jiff::Timestamp;
use salt_edge::Mode;
use serde::Serialize;
use shell::{
    Answer, Call, Caller, Code, Problem, Queue, token_hash,
    view::{ActionView, InstitutionView},
};
use store::{StoreError, Table};

use crate::{
    once,
    requests::{self, Confirmation, NewLinkSession, Nothing},
    start::Parts,
    visits,
};

/// Times that a session is loaded again because a callback or a second click was faster.
pub(crate) const RACES: usize = 4;

/// A link session as the API shows it.
#[derive(Serialize)]
struct SessionView {
    id: LinkSessionId,
    intent: Intent,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    connect_url: Option<String>,
    expires_at: Timestamp,
    created_at: Timestamp,
    institution: InstitutionView,
    connection_id: Option<String>,
    next_action: Option<ActionView>,
    display_message: Option<&'static str>,
}

fn view(session: &LinkSession, connect_url: Option<String>, call: &Call) -> SessionView {
    let step = session.next_step(call.now);
    let known = session.stage.confirmed() || session.intent != Intent::Link;
    let opened = session.stage != Stage::Created;
    SessionView {
        id: session.id.clone(),
        intent: session.intent,
        stage: session.stage_at(call.now).name(),
        connect_url,
        expires_at: if opened { session.confirm_until() } else { session.open_until() },
        created_at: session.created_at,
        institution: InstitutionView::from(&session.institution),
        connection_id: session.connection.as_ref().filter(|_| known).map(ToString::to_string),
        next_action: step.map(ActionView::from),
        display_message: step.map(|step| call.locale.sentence(step.action)),
    }
}

/// `POST /v1/link-sessions`.
pub(crate) async fn create(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    Box::pin(once::begin(parts, call, wanted(parts, call))).await
}

/// The session that the body asks for.
async fn wanted(parts: &Parts, call: &Call) -> Result<LinkSession, Problem> {
    let caller = call.caller()?;
    let body: NewLinkSession = call.json()?;
    let return_to = requests::registered(&parts.return_urls, &caller.tenant, &body.return_to)?;
    let locale = requests::locale(body.locale.as_deref(), call.locale);
    if body.intent != Intent::Link {
        let connection = visits::open_connection(parts, caller, &body.connection()?).await?;
        return visit(parts, call, body.intent, &connection, return_to, locale);
    }
    let email = body.checked_email(parts.mode == Mode::Partner)?;
    let phone = body.checked_phone()?;
    let id = body.institution()?;
    let bank = parts.banks.find(&id).await?;
    let bank = bank.ok_or_else(|| Problem::new(Code::InstitutionNotFound))?;
    if matches!(bank.health, domain::bank::Health::Inactive | domain::bank::Health::Disabled) {
        return Err(Problem::new(Code::InstitutionUnavailable));
    }
    let institution = InstitutionRef { id: bank.id, name: bank.name, country: bank.country };
    Ok(LinkSession {
        email,
        phone,
        ..fresh(parts, call, Intent::Link, institution, return_to, locale)?
    })
}

/// A session for a connection that exists.
pub(crate) fn visit(
    parts: &Parts,
    call: &Call,
    intent: Intent,
    connection: &domain::connection::Connection,
    return_to: String,
    locale: Locale,
) -> Result<LinkSession, Problem> {
    let institution = connection.institution.clone();
    Ok(LinkSession {
        connection: Some(connection.id.clone()),
        remote: Some(connection.remote.clone()),
        remote_customer: Some(connection.remote_customer.clone()),
        ..fresh(parts, call, intent, institution, return_to, locale)?
    })
}

fn fresh(
    parts: &Parts,
    call: &Call,
    intent: Intent,
    institution: InstitutionRef,
    return_to: String,
    locale: Locale,
) -> Result<LinkSession, Problem> {
    let caller = call.caller()?;
    let mut session = LinkSession {
        id: LinkSessionId::from_bytes(&parts.entropy.bytes::<15>()?),
        tenant: caller.tenant.clone(),
        customer: caller.customer.clone(),
        intent,
        institution,
        connection: None,
        email: None,
        phone: None,
        return_to,
        locale,
        stage: Stage::Created,
        created_at: call.now,
        confirmed_at: None,
        code_hash: None,
        remote: None,
        remote_customer: None,
        unlinked: false,
        due: None,
        version: 1,
    };
    session.due = Some(session.confirm_until());
    Ok(session)
}

/// The answer to who created it: the only one with the address that opens it.
pub(crate) fn created(session: &LinkSession, connect_url: String, call: &Call) -> Answer {
    Answer::json(201, &view(session, Some(connect_url), call))
}

/// `GET /v1/link-sessions/{id}`.
pub(crate) async fn show(table: &Table, call: &Call) -> Result<Answer, Problem> {
    let session = find(table, call, call.caller()?).await?;
    Ok(Answer::json(200, &view(&session, None, call)))
}

/// `POST /v1/link-sessions/{id}/cancel`.
pub(crate) async fn cancel(table: &Table, call: &Call) -> Result<Answer, Problem> {
    let Nothing {} = call.json()?;
    for _ in 0..RACES {
        let session = find(table, call, call.caller()?).await?;
        if session.stage == Stage::Cancelled {
            return Ok(Answer::json(200, &view(&session, None, call)));
        }
        let next = session.after(SessionEvent::Cancelled).map_err(|_| wrong_state())?;
        // What the browser may still finish at Salt Edge is looked for, and taken back.
        let due = Some(next.confirm_until());
        match table.put_session(&LinkSession { due, ..next }).await {
            Err(StoreError::Conflict) => {}
            stored => return Ok(Answer::json(200, &view(&stored?, None, call))),
        }
    }
    Err(StoreError::Conflict.into())
}

/// `POST /v1/link-sessions/{id}/confirm`: the code, with its creator's token.
pub(crate) async fn confirm(table: &Table, queue: &Queue, call: &Call) -> Result<Answer, Problem> {
    let body: Confirmation = call.json()?;
    let next = confirmed(table, call, &token_hash(&body.code)).await?;
    let (tenant, session) = (next.tenant.clone(), next.id.clone());
    queue.send(&Message::Session { tenant, session }).await?;
    Ok(Answer::json(200, &view(&next, None, call)))
}

/// The confirmed session; the same code again, also at the same moment, changes nothing.
async fn confirmed(table: &Table, call: &Call, hash: &str) -> Result<LinkSession, Problem> {
    let caller = call.caller()?;
    for _ in 0..RACES {
        let session = find(table, call, caller).await?;
        if session.customer != caller.customer {
            return Err(Problem::new(Code::NotTheCreator));
        }
        if session.code_hash.as_deref() != Some(hash) {
            return Err(Problem::new(Code::InvalidCode));
        }
        if session.stage.confirmed() {
            return Ok(session);
        }
        let next = session.after(SessionEvent::Confirmed).map_err(|_| wrong_state())?;
        let due = Some(call.now + domain::limits::SESSION_PAUSE);
        match table.put_session(&LinkSession { confirmed_at: Some(call.now), due, ..next }).await {
            Err(StoreError::Conflict) => {}
            stored => return Ok(stored?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// The session, where the caller may see it. Not there and not theirs are one answer.
async fn find(table: &Table, call: &Call, caller: &Caller) -> Result<LinkSession, Problem> {
    let id: LinkSessionId = call.path("id")?;
    let session = table.session(&caller.tenant, &id).await?;
    let owned = |owner: &CustomerId| caller.sees(owner);
    session
        .filter(|session| owned(&session.customer))
        .ok_or_else(|| Problem::new(Code::LinkSessionNotFound))
}

fn wrong_state() -> Problem {
    Problem::new(Code::WrongState).with_action(NextAction::StartAgain)
}
