//! A confirmed link session, one step further: every wake leads here, and decides from what is.

use domain::{
    bank::RemoteConnection,
    ending::Ending,
    id::{LinkSessionId, TenantId},
    limits::{FETCH_WITHIN, GIVE_UP, SESSION_PAUSE, SESSION_RETRY},
    message::Reason,
    next_action::Failure,
    session::{Intent, LinkSession, SessionEvent, Stage},
};
use jiff::Timestamp;
use salt_edge::{Keyring, error::connection_gone};
use shell::{Failed, alarm};
use store::StoreError;

use crate::{callback::belongs, link, pull, pulled::Pulled, start::Parts};

pub(crate) async fn advance(
    parts: &Parts,
    tenant: &TenantId,
    id: &LinkSessionId,
    now: Timestamp,
) -> Result<(), Failed> {
    let Some(session) = parts.table.session(tenant, id).await? else { return Ok(()) };
    if session.stage.ended() || !session.stage.confirmed() {
        return Ok(());
    }
    let since = session.confirmed_at.unwrap_or(session.created_at);
    if now >= since + GIVE_UP {
        return fail(parts, session, Ending::NothingCame.into()).await;
    }
    let session = booked_ahead(parts, session, now).await?;
    let bank = parts.bank.get().await?;
    let Some(remote) = find(&bank, &session, now).await? else {
        return wait(parts, session, now).await;
    };
    let session = LinkSession { remote: Some(remote.id.clone()), ..session };
    let own = belongs(&remote, &session);
    // What a link brought is its session's, also where Salt Edge has asked by itself since.
    let attempt = remote.attempt.as_ref().filter(|_| own || session.intent == Intent::Link);
    let Some(attempt) = attempt.filter(|attempt| attempt.finished) else {
        return wait(parts, session, now).await;
    };
    if let (true, None, Some(failure)) = (own, attempt.success_at, &attempt.failure) {
        return fail(parts, session, failure.clone()).await;
    }
    let (connection, session) = match link::adopt(parts, &bank, session, &remote, now).await? {
        link::Adopted::Linked(connection, session) => (connection, session),
        link::Adopted::NothingShared(session) => {
            return fail(parts, session, Ending::ConsentNotGranted.into()).await;
        }
        link::Adopted::Ended(session) => {
            return fail(parts, session, Ending::Revoked.into()).await;
        }
        link::Adopted::Foreign(session) => {
            alarm("foreign_connection", "a link led to a connection of another customer");
            return fail(parts, session, Ending::ForeignConnection.into()).await;
        }
        link::Adopted::Overtaken => return Err(Failed::because("another delivery was faster")),
    };
    let pulled = pull::pull(parts, tenant, &connection, Reason::Callback, now).await?;
    let event = match pulled {
        Pulled::Read | Pulled::Asked | Pulled::Left => SessionEvent::Finished,
        Pulled::UserNeeded(failure) => SessionEvent::Failed(failure),
        Pulled::Closed => SessionEvent::Failed(Ending::Revoked.into()),
    };
    put(parts, &session.after(event)?).await
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
    Ok(shown.into_iter().find(|remote| belongs(remote, session)))
}

/// Salt Edge is not done. A callback or the due index brings us back; an hour is the end.
async fn wait(parts: &Parts, session: LinkSession, now: Timestamp) -> Result<(), Failed> {
    let since = session.confirmed_at.unwrap_or(session.created_at);
    if now >= since + FETCH_WITHIN {
        return fail(parts, session, Ending::NothingCame.into()).await;
    }
    if session.stage == Stage::Reading {
        return put(parts, &LinkSession { due: Some(now + SESSION_PAUSE), ..session }).await;
    }
    let asking = session.after(SessionEvent::Asking)?;
    put(parts, &LinkSession { due: Some(now + SESSION_PAUSE), ..asking }).await
}

/// It failed; what it may have left at Salt Edge is taken back.
async fn fail(parts: &Parts, session: LinkSession, failure: Failure) -> Result<(), Failed> {
    let mut failed = session.after(SessionEvent::Failed(failure))?;
    let leftover = failed.connection.is_none() && failed.remote_customer.is_some();
    failed.due = leftover.then(|| failed.confirm_until());
    put(parts, &failed).await
}

/// Somebody was faster: whoever it was decides from what is, as we would.
async fn put(parts: &Parts, session: &LinkSession) -> Result<(), Failed> {
    match parts.table.put_session(session).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
