//! A confirmed link session, one step further: every wake leads here, and decides from what is.

use domain::{
    bank::RemoteConnection,
    duplicate,
    ending::Ending,
    id::{ConnectionId, LinkSessionId, TenantId},
    journal::Ledger,
    limits::{FETCH_WITHIN, GIVE_UP, SESSION_PAUSE, SESSION_RETRY},
    message::Reason,
    next_action::Failure,
    session::{Intent, LinkSession, SessionEvent, Stage},
    trail::compare,
};
use jiff::Timestamp;
use salt_edge::{Keyring, error::connection_gone};
use shell::{Failed, alarm};
use store::StoreError;

use crate::{callback::belongs, link, pull, pulled::Pulled, start::Parts};

/// Times that a session is looked at again because somebody else was faster.
const RACES: usize = 4;

pub(crate) async fn advance(
    parts: &Parts,
    tenant: &TenantId,
    id: &LinkSessionId,
    now: Timestamp,
) -> Result<(), Failed> {
    for _ in 0..RACES {
        let Some(session) = parts.table.session(tenant, id).await? else { return Ok(()) };
        if session.stage.ended() || !session.stage.confirmed() {
            return Ok(());
        }
        if let Some(()) = Box::pin(step(parts, session, now)).await? {
            return Ok(());
        }
    }
    Err(Failed::because("another delivery was faster every time"))
}

/// None = somebody was faster: what they did may change what is to be done.
async fn step(parts: &Parts, session: LinkSession, now: Timestamp) -> Result<Option<()>, Failed> {
    let since = session.confirmed_at.unwrap_or(session.created_at);
    if now >= since + GIVE_UP {
        return fail(parts, session, Ending::NothingCame.into(), now).await.map(Some);
    }
    let session = booked_ahead(parts, session, now).await?;
    if let (Stage::Reading, Some(id)) = (&session.stage, session.connection.clone()) {
        return Box::pin(read(parts, session, &id, now)).await.map(Some);
    }
    let bank = parts.bank.get().await?;
    let Some(remote) = find(parts, &bank, &session, now).await? else {
        return wait(parts, session, now).await.map(Some);
    };
    let session = LinkSession { remote: Some(remote.id.clone()), ..session };
    let own = belongs(&remote, &session);
    // Salt Edge may have asked by itself since: then its newest attempt says nothing of the visit.
    let came = own || came_of_it(&bank, &session, &remote, now).await?;
    let attempt = remote.attempt.as_ref().filter(|attempt| came && attempt.finished);
    let Some(attempt) = attempt else {
        return wait(parts, session, now).await.map(Some);
    };
    if let (true, None, Some(failure)) = (own, attempt.success_at, &attempt.failure) {
        return fail(parts, session, failure.clone(), now).await.map(Some);
    }
    let (session, ending) = match Box::pin(link::adopt(parts, &bank, session, &remote, now)).await?
    {
        link::Adopted::Linked(connection, session) => {
            return Box::pin(read(parts, session, &connection, now)).await.map(Some);
        }
        link::Adopted::Overtaken => return Ok(None),
        link::Adopted::Deleting(session) => return wait(parts, session, now).await.map(Some),
        link::Adopted::NothingShared(session) => (session, Ending::ConsentNotGranted),
        link::Adopted::Ended(session) => (session, Ending::Revoked),
        link::Adopted::Foreign(session) => {
            alarm("foreign_connection", "a link led to a connection of another customer");
            (session, Ending::ForeignConnection)
        }
    };
    fail(parts, session, ending.into(), now).await.map(Some)
}

/// Whether the visit had its effect although the newest attempt is not its own. What a link brought is its
/// session's; a visit to a connection that stands has left a consent, or newer data.
async fn came_of_it(
    bank: &Keyring,
    session: &LinkSession,
    remote: &RemoteConnection,
    now: Timestamp,
) -> Result<bool, Failed> {
    let Some(attempt) = &remote.attempt else { return Ok(false) };
    let another = attempt.tag.as_ref().is_some_and(|tag| tag.session.is_some());
    if another && session.intent != Intent::Link {
        return Ok(false);
    }
    match session.intent {
        Intent::Link => Ok(true),
        Intent::Refresh => Ok(attempt.success_at > session.trail.opened_at),
        Intent::Reconnect | Intent::Renew | Intent::FetchAccounts => {
            Ok(session.was_given(&bank.client.consents(&remote.id, now).await?))
        }
    }
}

/// The connection stands: its rows are copied, and the session says what became of its accounts.
async fn read(
    parts: &Parts,
    session: LinkSession,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<(), Failed> {
    let pulled = pull::pull(parts, &session.tenant, id, Reason::Callback, now).await?;
    let event = match pulled {
        Pulled::Read | Pulled::Asked | Pulled::Left => SessionEvent::Finished,
        Pulled::UserNeeded(failure) => SessionEvent::Failed(failure),
        Pulled::Closed => SessionEvent::Failed(Ending::Revoked.into()),
    };
    let mut ended = session.after(event)?;
    if ended.stage == Stage::Finished {
        let newest = parts.table.newest(&session.tenant, id).await?;
        let ledger = newest.map(|newest| Ledger::replay(&newest.entries)).unwrap_or_default();
        let mapping = parts.table.mapping(&session.tenant, id).await?;
        let before = session.trail.before.unwrap_or_default();
        ended.trail.accounts = compare(&before, &ledger, &mapping);
    }
    put(parts, &ended).await
}

/// Somebody comes by again, whatever becomes of this message: a due instant that is over is moved first.
async fn booked_ahead(
    parts: &Parts,
    session: LinkSession,
    now: Timestamp,
) -> Result<LinkSession, Failed> {
    if session.due.is_some_and(|due| due > now) {
        return Ok(session);
    }
    let ahead = LinkSession { due: Some(now + SESSION_RETRY), ..session };
    Ok(parts.table.put_session(&ahead).await?)
}

/// The connection that this session brought: the one we know of, else the customer's one that carries
/// our mark. That is how a link is found whose callbacks were all lost.
async fn find(
    parts: &Parts,
    bank: &Keyring,
    session: &LinkSession,
    now: Timestamp,
) -> Result<Option<RemoteConnection>, Failed> {
    if let Some(known) = &session.remote {
        return match bank.client.connection(known, now).await {
            Err(error) if connection_gone(&error) => Ok(None),
            shown => Ok(Some(shown?)),
        };
    }
    let Some(customer) = &session.remote_customer else { return Ok(None) };
    let shown = bank.client.connections(customer, now).await?;
    if let Some(own) = shown.iter().find(|remote| belongs(remote, session)) {
        return Ok(Some(own.clone()));
    }
    // Salt Edge has asked by itself since, and its attempt has no mark: believed only when it can be no other.
    let unmarked = shown.into_iter().filter(|remote| session.may_have_made(remote)).collect();
    Ok(session.believed(parts.table.unknown_among(session, unmarked).await?))
}

/// Salt Edge is not done. A callback or the due index brings us back; an hour is the end.
async fn wait(parts: &Parts, session: LinkSession, now: Timestamp) -> Result<(), Failed> {
    let since = session.confirmed_at.unwrap_or(session.created_at);
    if now >= since + FETCH_WITHIN {
        return fail(parts, session, Ending::NothingCame.into(), now).await;
    }
    if session.stage == Stage::Reading {
        return put(parts, &LinkSession { due: Some(now + SESSION_PAUSE), ..session }).await;
    }
    let asking = session.after(SessionEvent::Asking)?;
    put(parts, &LinkSession { due: Some(now + SESSION_PAUSE), ..asking }).await
}

/// It failed; what it may have left at Salt Edge is taken back.
async fn fail(
    parts: &Parts,
    session: LinkSession,
    failure: Failure,
    now: Timestamp,
) -> Result<(), Failed> {
    let mut failed = failed(parts, session, failure, now).await?;
    // Any visit may: that its connection stood when it was begun does not say that it stands when it is over.
    failed.due = failed.remote_customer.is_some().then(|| failed.confirm_until());
    put(parts, &failed).await
}

/// The session as it failed. A login that is linked already leads to its connection, or to who can delete
/// what is in the way.
pub(crate) async fn failed(
    parts: &Parts,
    session: LinkSession,
    failure: Failure,
    now: Timestamp,
) -> Result<LinkSession, Failed> {
    parts.table.note_other_login(&session, &failure, now).await?;
    let known = parts.table.may_have_login(&session, &failure).await?;
    let (failure, reuse) = duplicate::resolve(failure, &known, parts.mode.into(), now);
    let mut failed = session.after(SessionEvent::Failed(failure))?;
    failed.trail.reuse = reuse;
    Ok(failed)
}

/// Somebody was faster: whoever it was decides from what is, as we would.
async fn put(parts: &Parts, session: &LinkSession) -> Result<(), Failed> {
    match parts.table.put_session(session).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
