//! What Salt Edge's callbacks make us look at. Nothing they say is believed.

use domain::{
    bank::RemoteConnection,
    connection::{Connection, Event, State},
    ending::Ending,
    id::{ConnectionId, RemoteConnectionId},
    journal::Ledger,
    message::{CallbackKind, Hint, Reason},
    session::{Intent, LinkSession, Stage},
    trail::before,
};
use jiff::Timestamp;
use salt_edge::{ErrorClass, error::connection_gone};
use shell::Failed;
use store::StoreError;

use crate::{catalogue, left, pull, session, start::Parts};

pub(crate) async fn look(parts: &Parts, hint: Hint, now: Timestamp) -> Result<(), Failed> {
    match hint.callback {
        CallbackKind::Provider => {
            return catalogue::changed(parts, hint.institution.as_ref(), now).await;
        }
        CallbackKind::Service => {
            tracing::info!("Salt Edge sent a notice about its service");
            return Ok(());
        }
        CallbackKind::Success
        | CallbackKind::Fail
        | CallbackKind::Notify
        | CallbackKind::Destroy
        | CallbackKind::Consent => {}
    }
    if hint.tag.as_ref().is_some_and(|tag| tag.deployment != parts.deployment) {
        return Ok(());
    }
    let session = session_of(parts, &hint).await?;
    let finished = session.as_ref().filter(|_| hint.callback == CallbackKind::Success);
    let late = finished.and_then(begun_before_an_end);
    if let Some(session) = session {
        Box::pin(note(parts, &hint, session, now)).await?;
    }
    // Progress brings no data: the attempt's success or failure does.
    if hint.callback == CallbackKind::Notify {
        return Ok(());
    }
    let Some(remote) = &hint.connection else { return Ok(()) };
    let Some(connection) = parts.table.connection_of(remote).await? else { return Ok(()) };
    if connection.left.contains(remote) {
        return left::look(parts, connection, std::slice::from_ref(remote), now).await.map(drop);
    }
    if connection.state.open() {
        let (tenant, id) = (&connection.tenant, &connection.id);
        let destroyed = hint.callback == CallbackKind::Destroy;
        let reason = if destroyed { Reason::Destroyed } else { Reason::Callback };
        return pull::pull(parts, tenant, id, reason, now).await.map(drop);
    }
    hurry(parts, &connection, late.as_ref() == Some(&connection.id), now).await
}

/// The connection that a visit was for while it stood: where it has ended since, the visit is no way back to it.
fn begun_before_an_end(session: &LinkSession) -> Option<ConnectionId> {
    let before = session.intent != Intent::Link && session.trail.reopens.is_none();
    session.connection.clone().filter(|_| before)
}

async fn session_of(parts: &Parts, hint: &Hint) -> Result<Option<LinkSession>, Failed> {
    let Some(tag) = &hint.tag else { return Ok(None) };
    let Some(id) = &tag.session else { return Ok(None) };
    Ok(parts.table.session(&tag.tenant, id).await?)
}

/// A session learns which connection it brought, after that was read back, or that it failed.
async fn note(
    parts: &Parts,
    hint: &Hint,
    session: LinkSession,
    now: Timestamp,
) -> Result<(), Failed> {
    let session = match (&session.remote, &hint.connection) {
        (None, Some(remote)) => learn(parts, session, remote, now).await?,
        (Some(_), _) | (None, None) => session,
    };
    if session.stage.confirmed() {
        return Box::pin(session::advance(parts, &session.tenant, &session.id, now)).await;
    }
    // The browser is back with a code: a try that failed before, or comes again, says nothing any more.
    let out = session.code_hash.is_none() && !session.stage.ended();
    if hint.callback == CallbackKind::Fail && out {
        let failure = match hint.error_class.as_deref() {
            Some(class) => ErrorClass::told(class).failure(),
            None => Ending::FailedWithoutClass.into(),
        };
        let mut failed = session::failed(parts, session, failure, now).await?;
        failed.due = Some(failed.confirm_until());
        parts.table.put_session(&failed).await?;
    }
    Ok(())
}

async fn learn(
    parts: &Parts,
    session: LinkSession,
    remote: &RemoteConnectionId,
    now: Timestamp,
) -> Result<LinkSession, Failed> {
    let bank = parts.bank.get().await?;
    let shown = match bank.client.connection(remote, now).await {
        // A failed first connect may leave nothing behind.
        Err(error) if connection_gone(&error) => return Ok(session),
        shown => shown?,
    };
    if !belongs(&shown, &session) && !unmarked(parts, &shown, &session).await? {
        tracing::warn!(session.id = %session.id, "a callback names a connection of another session");
        return Ok(session);
    }
    if session.connection.is_none() {
        parts.table.learnt(&session, &shown.id).await?;
    }
    // What its user gave up is taken back with the next tick.
    let due = if session.stage == Stage::Cancelled { Some(now) } else { session.due };
    let mut learnt = LinkSession { remote: Some(shown.id.clone()), due, ..session };
    // Salt Edge may have made a reconnect of it: what the accounts were is kept before they are read.
    if let Some(known) = parts.table.connection_of(&shown.id).await? {
        let newest = parts.table.newest(&known.tenant, &known.id).await?;
        learnt.trail.before = newest.map(|newest| before(&Ledger::replay(&newest.entries)));
    }
    match parts.table.put_session(&learnt).await {
        Err(StoreError::Conflict) => {
            let again = parts.table.session(&learnt.tenant, &learnt.id).await?;
            again.ok_or_else(|| Failed::because("a session is gone"))
        }
        done => Ok(done?),
    }
}

/// Whether Salt Edge itself says that this connection came of this session.
pub(crate) fn belongs(shown: &RemoteConnection, session: &LinkSession) -> bool {
    let tag = shown.attempt.as_ref().and_then(|attempt| attempt.tag.as_ref());
    let ours = tag.is_some_and(|tag| tag.session.as_ref() == Some(&session.id));
    ours && session.remote_customer.as_ref() == Some(&shown.customer)
}

/// Whether a late callback may name it: the session's customer has it, none of our connections is it, and
/// its newest attempt is no session's, since Salt Edge has asked by itself before the callback came.
async fn unmarked(
    parts: &Parts,
    shown: &RemoteConnection,
    session: &LinkSession,
) -> Result<bool, StoreError> {
    let tag = shown.attempt.as_ref().and_then(|attempt| attempt.tag.as_ref());
    let free = session.connection.is_none() && tag.is_none();
    let same = session.remote_customer.as_ref() == Some(&shown.customer);
    Ok(free && same && parts.table.unknown(session, &shown.id).await?)
}

/// A revocation that waits for somebody is looked at with the next tick. What a login allowed that finished after the end
/// is taken back again, also when nobody ever confirms it.
async fn hurry(
    parts: &Parts,
    connection: &Connection,
    late: bool,
    now: Timestamp,
) -> Result<(), Failed> {
    let hurried = match connection.state {
        State::LeftWithOwner if late => connection.after(Event::LoginAfterEnd)?,
        State::Revoking { .. } | State::LeftWithOwner => connection.clone(),
        State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } | State::Revoked => {
            return Ok(());
        }
    };
    match parts.table.put_connection(&Connection { due: Some(now), ..hurried }).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
