//! From a session's connection at Salt Edge to one of ours: a new one, the one it was for, or the next
//! generation of one that was revoked.

use domain::{
    bank::RemoteConnection,
    claim::Claim,
    connection::{Asks, Connection, Event, State},
    consent::{Consent, ConsentStatus},
    id::{ConnectionId, RemoteConnectionId},
    journal::Ledger,
    receipt::{Channel, Noticed},
    session::{Intent, LinkSession, SessionEvent},
    trail::before,
};
use jiff::Timestamp;
use salt_edge::Keyring;
use shell::Failed;
use store::StoreError;

use crate::{consent::consents, known, start::Parts};

/// What became of it.
pub(crate) enum Adopted {
    /// The connection is ours, and the session says so.
    Linked(ConnectionId, LinkSession),
    /// No account, or no consent: the box was not ticked.
    NothingShared(LinkSession),
    /// The user revoked while they were away: what the login allowed is taken back.
    Ended(LinkSession),
    /// The connection is another customer's of ours.
    Foreign(LinkSession),
    /// What the connection kept is being deleted at this moment: it is linked again when that is over.
    Deleting(LinkSession),
    /// Another delivery was faster.
    Overtaken,
}

pub(crate) async fn adopt(
    parts: &Parts,
    bank: &Keyring,
    session: LinkSession,
    remote: &RemoteConnection,
    now: Timestamp,
) -> Result<Adopted, Failed> {
    let accounts = bank.client.accounts(&remote.id, now).await?;
    if accounts.rows.is_empty() && accounts.quarantined.is_empty() {
        return Ok(Adopted::NothingShared(session));
    }
    let holder = parts.table.connection_of(&remote.id).await?;
    if holder.as_ref().is_some_and(|holder| !own(holder, &session)) {
        return Ok(Adopted::Foreign(session));
    }
    let (known, claims) = match (&session.connection, holder) {
        (Some(id), _) => (parts.table.connection(&session.tenant, id).await?, None),
        (None, Some(holder)) => (Some(holder), None),
        (None, None) => {
            let key = &bank.account_key;
            let found = known::linked_before(parts, key, &session, &accounts.rows).await?;
            (found.connection.clone(), Some(found))
        }
    };
    let (connection, begins) = match known {
        Some(known) if known.state.open() && known.remote == remote.id => (known, false),
        Some(known) if known.state.open() => (moved(known, remote, now), false),
        Some(known) if !may_reopen(&session, &known) => {
            return take_back(parts, session, &known, remote, now).await;
        }
        Some(known) if known.deleting.is_some() => return Ok(Adopted::Deleting(session)),
        Some(known) => (reopened(&known, remote, now)?, true),
        // What the visit was for has been deleted: what it brought is taken back, as an unconfirmed link is.
        None if session.connection.is_some() => {
            return Ok(Adopted::Ended(LinkSession { connection: None, ..session }));
        }
        None => (Connection::of_login(&session, remote, now), true),
    };
    let listed = consents(bank, &connection, now).await?;
    let consent = Consent::newest(&listed);
    if consent.as_ref().is_none_or(|consent| consent.status != ConsentStatus::Active) {
        return Ok(Adopted::NothingShared(session));
    }
    // An open connection claims what is new to it when it reads it.
    let claims = match claims.filter(|_| begins) {
        Some(found) => found.claims_of(parts, &connection, now).await?,
        None => Vec::new(),
    };
    let reading = reading(parts, session, &connection).await?;
    let seen = Noticed { at: now, channel: Channel::Visit, session: Some(&reading) };
    let noted = connection.noted(consent, seen);
    let noted = noted.ended_beside(&connection.remote, Some(&listed), seen);
    let connection = Connection { other_login: None, ..noted };
    link(parts, &connection, &reading, &claims).await
}

/// The session as it reads on in this connection; it keeps what the accounts were before.
async fn reading(
    parts: &Parts,
    session: LinkSession,
    connection: &Connection,
) -> Result<LinkSession, Failed> {
    let mut reading = session.after(SessionEvent::Reading)?;
    if reading.trail.before.is_none() {
        let newest = parts.table.newest(&connection.tenant, &connection.id).await?;
        let ledger = newest.map(|newest| Ledger::replay(&newest.entries)).unwrap_or_default();
        reading.trail.before = Some(before(&ledger));
    }
    Ok(LinkSession { connection: Some(connection.id.clone()), ..reading })
}

async fn link(
    parts: &Parts,
    connection: &Connection,
    session: &LinkSession,
    claims: &[Claim],
) -> Result<Adopted, Failed> {
    match parts.table.link_claiming(connection, session, claims).await {
        Ok((connection, session)) => Ok(Adopted::Linked(connection.id, session)),
        Err(StoreError::Conflict | StoreError::Contended) => Ok(Adopted::Overtaken),
        Err(error) => Err(error.into()),
    }
}

/// Whether a login may open the next generation: a fresh link of a bank that was revoked, or a visit that
/// its user began after this very end.
fn may_reopen(session: &LinkSession, known: &Connection) -> bool {
    let asked = match session.intent {
        Intent::Link => true,
        Intent::Reconnect | Intent::Renew | Intent::FetchAccounts | Intent::Refresh => {
            session.trail.reopens == Some(known.generation)
        }
    };
    asked && ended(&known.state)
}

/// Whether a session may go on with this connection: the one it was for, or one of its own customer's.
fn own(holder: &Connection, session: &LinkSession) -> bool {
    let same = match &session.connection {
        Some(id) => holder.id == *id,
        None => holder.customer == session.customer,
    };
    same && holder.tenant == session.tenant
}

/// A login that finishes after the user revoked leads to removal, not to an error.
async fn take_back(
    parts: &Parts,
    session: LinkSession,
    known: &Connection,
    remote: &RemoteConnection,
    now: Timestamp,
) -> Result<Adopted, Failed> {
    let again = known.after(Event::LoginAfterEnd)?;
    let (left, retiring) = replaced(known, remote);
    let again = Connection { remote: remote.id.clone(), left, retiring, due: Some(now), ..again };
    match parts.table.put_connection(&again).await {
        Ok(_) => Ok(Adopted::Ended(session)),
        Err(StoreError::Conflict) => {
            Err(Failed::because("the revocation went on at the same time"))
        }
        Err(error) => Err(error.into()),
    }
}

fn ended(state: &State) -> bool {
    matches!(state, State::Revoked | State::LeftWithOwner)
}

/// A fresh link of a bank that the customer has: an account belongs to one journal, so the connection
/// goes on under Salt Edge's new ids, and its old one there is retired.
fn moved(mut known: Connection, remote: &RemoteConnection, now: Timestamp) -> Connection {
    // It is in force until the old connection is retired.
    if let Some(consent) = known.consent.clone() {
        known.put_beside(consent, known.remote.clone());
    }
    let mut retiring = known.retiring.clone();
    retiring.push(known.remote.clone());
    retiring.retain(|one| *one != remote.id);
    Connection {
        left: known.left.iter().filter(|one| **one != remote.id).cloned().collect(),
        remote: remote.id.clone(),
        remote_customer: remote.customer.clone(),
        not_before: remote.next_refresh_possible_at,
        retiring,
        due: Some(now),
        ..known
    }
}

/// What remains of an ended connection at Salt Edge where another one takes its place there: what only its owner can
/// delete, and what is still to be revoked.
fn replaced(
    known: &Connection,
    remote: &RemoteConnection,
) -> (Vec<RemoteConnectionId>, Vec<RemoteConnectionId>) {
    let (mut left, mut retiring) = (known.left.clone(), known.retiring.clone());
    match known.state {
        State::LeftWithOwner => left.push(known.remote.clone()),
        State::Revoking { .. } => retiring.push(known.remote.clone()),
        State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } | State::Revoked => {}
    }
    left.retain(|one| *one != remote.id);
    retiring.retain(|one| *one != remote.id);
    (left, retiring)
}

/// A link after a revocation: the next generation of the same journal.
fn reopened(
    known: &Connection,
    remote: &RemoteConnection,
    now: Timestamp,
) -> Result<Connection, Failed> {
    let next = known.after(Event::Relinked)?;
    let (left, retiring) = replaced(known, remote);
    Ok(Connection {
        left,
        remote: remote.id.clone(),
        remote_customer: remote.customer.clone(),
        generation: known.generation + 1,
        checked_at: None,
        data_as_of: None,
        checked_behind: None,
        // The day's budget is the bank's: a fresh link does not renew it.
        asks: Asks { deadline: None, ..known.asks.clone() },
        not_before: remote.next_refresh_possible_at.filter(|at| *at > now),
        retiring,
        // What is still retiring goes on doing so.
        due: known.kept_due(),
        emptied: false,
        kept_until: None,
        beside: known
            .beside
            .iter()
            .filter(|one| known.retiring.contains(&one.of))
            .cloned()
            .collect(),
        unlisted: false,
        ..next
    })
}
