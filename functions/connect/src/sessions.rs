//! Link sessions as a resource.

use domain::{
    bank::Health,
    id::{CustomerId, InstitutionId, LinkSessionId},
    journal::Ledger,
    limits::SESSION_PAUSE,
    message::Message,
    next_action::NextAction,
    session::{InstitutionRef, Intent, LinkSession, SessionEvent, Stage},
    trail::{Trail, before},
    wording::{Locale, WORDING},
};
use salt_edge::Mode;
use shell::{Answer, Call, Caller, Code, Problem, token_hash};
use store::{StoreError, Table};

use crate::{
    once,
    requests::{self, Confirmation, NewLinkSession, Nothing, Repetition},
    start::Parts,
    view::{repeatable, shown},
    visits,
};

/// Times that a session is loaded again because a callback or a second click was faster.
pub(crate) const RACES: usize = 4;

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
    let account_type = body.account_type()?;
    if body.intent != Intent::Link {
        let id = body.connection()?;
        let connection = visits::visited(parts, caller, &id, body.intent).await?;
        return visit(parts, call, body.intent, &connection, return_to, locale).await;
    }
    let email = body.checked_email(parts.mode == Mode::Partner)?;
    let phone = body.checked_phone()?;
    let institution = served(parts, &body.institution()?).await?;
    Ok(LinkSession {
        email,
        phone,
        account_type,
        ..fresh(parts, call, Intent::Link, institution, return_to, locale)?
    })
}

/// A bank that can be linked at present.
async fn served(parts: &Parts, id: &InstitutionId) -> Result<InstitutionRef, Problem> {
    let bank = parts.banks.find(id).await?;
    let bank = bank.ok_or_else(|| Problem::new(Code::InstitutionNotFound))?;
    if matches!(bank.health, Health::Inactive | Health::Disabled) {
        return Err(Problem::new(Code::InstitutionUnavailable));
    }
    let (id, name, country, timezone) = (bank.id, bank.name, bank.country, bank.timezone);
    Ok(InstitutionRef { id, name, country, timezone })
}

/// `POST /v1/link-sessions/{id}/retry`: the same visit once more, with what was given for it.
pub(crate) async fn retry(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    Box::pin(once::begin(parts, call, once_more(parts, call))).await
}

async fn once_more(parts: &Parts, call: &Call) -> Result<LinkSession, Problem> {
    let caller = call.caller()?;
    let body: Repetition = call.json()?;
    let old = find(&parts.table, call, caller).await?;
    if old.customer != caller.customer {
        return Err(Problem::new(Code::NotTheCreator));
    }
    if !repeatable(&old, call) {
        return Err(Problem::new(Code::WrongState).with_detail("it goes on, or has finished"));
    }
    let return_to = requests::registered(&parts.return_urls, &caller.tenant, &old.return_to)?;
    let locale = requests::locale(body.locale.as_deref(), call.locale);
    if old.intent != Intent::Link {
        // What it was for may have been deleted meanwhile.
        let id = old.connection.as_ref();
        let id = id.ok_or_else(|| Problem::new(Code::ConnectionNotFound))?;
        let connection = visits::visited(parts, caller, id, old.intent).await?;
        return visit(parts, call, old.intent, &connection, return_to, locale).await;
    }
    let institution = served(parts, &old.institution.id).await?;
    Ok(LinkSession {
        email: old.email,
        phone: old.phone,
        account_type: old.account_type,
        ..fresh(parts, call, Intent::Link, institution, return_to, locale)?
    })
}

/// A session for a connection that exists.
pub(crate) async fn visit(
    parts: &Parts,
    call: &Call,
    intent: Intent,
    connection: &domain::connection::Connection,
    return_to: String,
    locale: Locale,
) -> Result<LinkSession, Problem> {
    let (caller, institution) = (call.caller()?, connection.institution.clone());
    let newest = parts.table.newest(&connection.tenant, &connection.id).await?;
    let ledger = newest.map(|newest| Ledger::replay(&newest.entries)).unwrap_or_default();
    let reopens = (!connection.state.open()).then_some(connection.generation);
    let owner = Some(&connection.customer).filter(|owner| **owner != caller.customer);
    Ok(LinkSession {
        trail: Trail { before: Some(before(&ledger)), reopens, ..Trail::default() },
        owner: owner.cloned(),
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
        owner: None,
        intent,
        institution,
        connection: None,
        email: None,
        phone: None,
        account_type: None,
        return_to,
        locale,
        wording: Some(WORDING.to_owned()),
        stage: Stage::Created,
        created_at: call.now,
        confirmed_at: None,
        code_hash: None,
        remote: None,
        remote_customer: None,
        unlinked: false,
        trail: Trail::default(),
        due: None,
        version: 1,
    };
    session.due = Some(session.confirm_until());
    Ok(session)
}

/// `GET /v1/link-sessions/{id}`.
pub(crate) async fn show(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let session = find(&parts.table, call, call.caller()?).await?;
    Ok(shown(parts, &session, call))
}

/// `POST /v1/link-sessions/{id}/cancel`.
pub(crate) async fn cancel(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let Nothing {} = call.json()?;
    for _ in 0..RACES {
        let session = find(&parts.table, call, call.caller()?).await?;
        if session.stage == Stage::Cancelled {
            return Ok(shown(parts, &session, call));
        }
        let next = session.after(SessionEvent::Cancelled).map_err(|_| wrong_state())?;
        // What the browser did, or still finishes, at Salt Edge is looked for, and taken back.
        let went = session.stage != Stage::Created;
        let due = went.then(|| call.now + SESSION_PAUSE);
        match parts.table.put_session(&LinkSession { due, ..next }).await {
            Err(StoreError::Conflict) => {}
            stored => return Ok(shown(parts, &stored?, call)),
        }
    }
    Err(StoreError::Conflict.into())
}

/// `POST /v1/link-sessions/{id}/confirm`: the code, with its creator's token.
pub(crate) async fn confirm(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let body: Confirmation = call.json()?;
    let next = confirmed(&parts.table, call, &token_hash(&body.code)).await?;
    let (tenant, session) = (next.tenant.clone(), next.id.clone());
    parts.queue.send(&Message::Session { tenant, session }).await?;
    Ok(shown(parts, &next, call))
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
        let due = Some(call.now + SESSION_PAUSE);
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
