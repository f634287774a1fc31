//! A link that its user never confirmed, or gave up: what came of it at Salt Edge is taken back. What was
//! given up at once, the rest when its day is over.

use domain::{
    bank::{RemoteConnection, RemoteConsent, Tag},
    connection::{Connection, Event, Phase, State},
    ending::Ending,
    id::{ConnectionId, LinkSessionId, TenantId},
    limits::SESSION_PAUSE,
    session::{Intent, LinkSession, SessionEvent, Stage},
};
use jiff::Timestamp;
use salt_edge::{Keyring, error::connection_gone};
use shell::Failed;

use crate::{earlier, phases, start::Parts};

pub(crate) async fn unlink(
    parts: &Parts,
    tenant: &TenantId,
    id: &LinkSessionId,
    now: Timestamp,
) -> Result<(), Failed> {
    let Some(session) = parts.table.session(tenant, id).await? else { return Ok(()) };
    let last = now >= session.confirm_until();
    // Before its day is over a link may still come to something, unless its user gave it up.
    let over = last || session.stage == Stage::Cancelled;
    if session.stage.confirmed() || session.unlinked || !over {
        return Ok(());
    }
    let bank = parts.bank.get().await?;
    if let Some(id) = session.connection.clone() {
        return Box::pin(visited(parts, &bank, session, &id, now)).await;
    }
    let found = find(parts, &bank, &session, now).await?;
    let holder = match &found {
        Some(remote) => parts.table.connection_of(&remote.id).await?,
        None => None,
    };
    let elsewhere =
        |holder: &Connection| found.as_ref().is_some_and(|remote| remote.id != holder.remote);
    let (earlier_of, holder) = match holder {
        Some(holder) if elsewhere(&holder) => (Some(holder), None),
        holder => (None, holder),
    };
    // Where Salt Edge merged the login into a connection that stands, the visit left nothing behind.
    let stands = holder.as_ref().is_some_and(|holder| holder.state.open());
    let found = found.filter(|_| !stands);
    if let (false, Some(due)) = (last, looked_at_again(&session, found.as_ref(), now)) {
        parts.table.put_session(&LinkSession { due: Some(due), ..session }).await?;
        return Ok(());
    }
    let over = ended(&session, found.is_some())?;
    // Where it merged it into an earlier login of a connection, nothing goes by that one any more.
    if let (Some(remote), Some(known)) = (&found, earlier_of) {
        return Box::pin(earlier::retire_again(parts, known, &remote.id, &over, now)).await;
    }
    let own =
        |ended: &Connection| ended.tenant == session.tenant && ended.customer == *session.whose();
    if let (Some(_), Some(ended)) = (&found, holder.filter(own)) {
        return reactivated(parts, &session, &ended.id, ended.generation, now).await;
    }
    let Some(remote) = found else {
        parts.table.put_session(&over).await?;
        return Ok(());
    };
    let connection = unlisted(&session, &remote, now);
    let (connection, _) = parts.table.link(&connection, &over).await?;
    phases::go_on(parts, tenant, &connection.id, now).await
}

/// The same of a visit to a connection that was there before it.
async fn visited(
    parts: &Parts,
    bank: &Keyring,
    session: LinkSession,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<(), Failed> {
    let last = now >= session.confirm_until();
    let again = LinkSession { due: Some(session.confirm_until()), ..session.clone() };
    if let Some((known, remote)) = earlier::left_behind(parts, bank, &session, now).await? {
        let next = if last { ended(&session, false)? } else { again };
        return Box::pin(earlier::retire_again(parts, known, &remote, &next, now)).await;
    }
    let reopens = reopened(parts, bank, &session, now).await?;
    if !last {
        parts.table.put_session(&again).await?;
        return Ok(());
    }
    if let Some(generation) = reopens {
        return reactivated(parts, &session, id, generation, now).await;
    }
    // A visit to a connection that is open leaves nothing behind.
    parts.table.put_session(&ended(&session, false)?).await?;
    Ok(())
}

/// The generation that the visit may have brought to life again: the one that it was begun for after its end, or one that
/// ended while its user was away, where a consent is in force.
async fn reopened(
    parts: &Parts,
    bank: &Keyring,
    session: &LinkSession,
    now: Timestamp,
) -> Result<Option<u32>, Failed> {
    let (Some(id), None) = (&session.connection, session.trail.reopens) else {
        return Ok(session.trail.reopens);
    };
    let known = parts.table.connection(&session.tenant, id).await?;
    let Some(left) = known.filter(|known| known.state == State::LeftWithOwner) else {
        return Ok(None);
    };
    match bank.client.consents(&left.remote, now).await {
        Ok(listed) => {
            let given = listed.iter().any(RemoteConsent::in_force);
            Ok(given.then_some(left.generation))
        }
        // Its own next look proves that.
        Err(error) if connection_gone(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// When a session that was given up is looked at again: the browser may still be at the bank. A callback
/// brings us back earlier, and its day's end is the last look.
fn looked_at_again(
    session: &LinkSession,
    found: Option<&RemoteConnection>,
    now: Timestamp,
) -> Option<Timestamp> {
    let running = |remote: &RemoteConnection| {
        remote.attempt.as_ref().is_some_and(|attempt| !attempt.finished)
    };
    match found {
        None => Some(session.confirm_until()),
        Some(remote) if running(remote) => Some(now + SESSION_PAUSE),
        Some(_) => None,
    }
}

/// A visit that reactivated a connection which had ended, and was never confirmed: what it allowed is taken back.
async fn reactivated(
    parts: &Parts,
    session: &LinkSession,
    id: &ConnectionId,
    generation: u32,
    now: Timestamp,
) -> Result<(), Failed> {
    let left = parts.table.connection(&session.tenant, id).await?;
    let left = left.filter(|left| left.generation == generation && !left.state.open());
    if let (Some(left), Some(_)) = (&left, session.trail.opened_at)
        && let Ok(again) = left.after(Event::LoginAfterEnd)
    {
        parts.table.put_connection(&Connection { due: Some(now), ..again }).await?;
    }
    parts.table.put_session(&ended(session, session.intent == Intent::Link)?).await?;
    phases::go_on(parts, &session.tenant, id, now).await
}

/// The session with nothing left to take back. A link that stands and was never confirmed has its own word for how it
/// ended.
fn ended(session: &LinkSession, linked: bool) -> Result<LinkSession, Failed> {
    let ended = if session.stage.ended() {
        session.clone()
    } else if linked || session.stage == Stage::Returned {
        session.after(SessionEvent::Failed(Ending::NotConfirmed.into()))?
    } else {
        session.after(SessionEvent::Expired)?
    };
    Ok(LinkSession { unlinked: true, due: None, ..ended })
}

/// What came of it: the connection that was read back as this session's, else the one that carries our
/// mark, also when no callback ever named it.
async fn find(
    parts: &Parts,
    bank: &Keyring,
    session: &LinkSession,
    now: Timestamp,
) -> Result<Option<RemoteConnection>, Failed> {
    let Some(customer) = &session.remote_customer else { return Ok(None) };
    if let Some(known) = &session.remote {
        if phases::proven_gone(bank, known, customer, now).await? {
            return Ok(None);
        }
        let shown = bank.client.connection(known, now).await?;
        // A later session was merged into it: what becomes of it is that one's.
        let newest = newest_tag(&shown).and_then(|tag| tag.session.as_ref());
        let own = newest.is_none_or(|newest| *newest == session.id);
        return Ok(own.then_some(shown));
    }
    let mark = Tag {
        deployment: parts.deployment.clone(),
        tenant: session.tenant.clone(),
        session: Some(session.id.clone()),
    };
    let shown = bank.client.connections(customer, now).await?;
    if let Some(own) = shown.iter().find(|remote| newest_tag(remote) == Some(&mark)) {
        return Ok(Some(own.clone()));
    }
    // Salt Edge has asked by itself since, without a mark: believed only when it can be no other.
    let unmarked = shown.into_iter().filter(|remote| session.may_have_made(remote)).collect();
    Ok(session.believed(parts.table.unknown_among(session, unmarked).await?))
}

/// The mark of the newest attempt. One that Salt Edge began by itself may have none.
fn newest_tag(remote: &RemoteConnection) -> Option<&Tag> {
    remote.attempt.as_ref().and_then(|attempt| attempt.tag.as_ref())
}

/// A record for the revocation to go by; nobody is shown it.
fn unlisted(session: &LinkSession, remote: &RemoteConnection, now: Timestamp) -> Connection {
    Connection {
        state: State::Revoking { phase: Phase::Requested },
        not_before: None,
        due: Some(now),
        unlisted: true,
        ..Connection::of_login(session, remote, now)
    }
}
