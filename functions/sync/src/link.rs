//! From a session's connection at Salt Edge to one of ours: a new one, the one it was for, or the next
//! generation of one that was revoked.

use std::collections::BTreeSet;

use domain::{
    bank::{RemoteAccount, RemoteConnection},
    connection::{Asks, Connection, Event, State},
    consent::ConsentStatus,
    id::ConnectionId,
    journal::Ledger,
    plan::identity,
    session::{Intent, LinkSession, SessionEvent},
};
use jiff::Timestamp;
use salt_edge::Keyring;
use shell::Failed;
use store::StoreError;

use crate::{pull::newest_consent, start::Parts};

/// Connections of one customer that are looked through for a bank that was linked before.
const LOOKED_THROUGH: usize = 100;

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
    let known = match &session.connection {
        Some(id) => parts.table.connection(&session.tenant, id).await?,
        None => match holder {
            Some(holder) => Some(holder),
            None => linked_before(parts, bank, &session, &accounts.rows).await?,
        },
    };
    let connection = match known {
        Some(known) if known.state.open() && known.remote == remote.id => known,
        Some(known) if known.state.open() => moved(known, remote, now),
        Some(known) if session.intent != Intent::Link || !ended(&known.state) => {
            return take_back(parts, session, &known, remote, now).await;
        }
        Some(known) => reopened(&known, remote, now)?,
        None => fresh(&session, remote, now),
    };
    let consent = newest_consent(bank, &connection, now).await?;
    if consent.as_ref().is_none_or(|consent| consent.status != ConsentStatus::Active) {
        return Ok(Adopted::NothingShared(session));
    }
    let reading = session.after(SessionEvent::Reading)?;
    let reading = LinkSession { connection: Some(connection.id.clone()), ..reading };
    match parts.table.link(&Connection { consent, ..connection }, &reading).await {
        Ok((connection, session)) => Ok(Adopted::Linked(connection.id, session)),
        Err(StoreError::Conflict) => Ok(Adopted::Overtaken),
        Err(error) => Err(error.into()),
    }
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
    let again = Connection { remote: remote.id.clone(), due: Some(now), ..again };
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

/// The id follows from the session: whoever delivers the message twice makes one connection.
fn fresh(session: &LinkSession, remote: &RemoteConnection, now: Timestamp) -> Connection {
    Connection {
        id: ConnectionId::of_session(&session.id),
        tenant: session.tenant.clone(),
        customer: session.customer.clone(),
        institution: session.institution.clone(),
        remote: remote.id.clone(),
        remote_customer: remote.customer.clone(),
        generation: 1,
        state: State::Active,
        consent: None,
        created_at: now,
        checked_at: None,
        data_as_of: None,
        asks: Asks::default(),
        not_before: remote.next_refresh_possible_at,
        tries: 0,
        due: None,
        retiring: Vec::new(),
        unlisted: false,
        version: 0,
    }
}

/// A fresh link of a bank that the customer has: an account belongs to one journal, so the connection
/// goes on under Salt Edge's new ids, and its old one there is retired.
fn moved(known: Connection, remote: &RemoteConnection, now: Timestamp) -> Connection {
    let mut retiring = known.retiring.clone();
    retiring.push(known.remote.clone());
    Connection {
        remote: remote.id.clone(),
        remote_customer: remote.customer.clone(),
        not_before: remote.next_refresh_possible_at,
        retiring,
        due: Some(now),
        ..known
    }
}

/// A link after a revocation: the next generation of the same journal.
fn reopened(
    known: &Connection,
    remote: &RemoteConnection,
    now: Timestamp,
) -> Result<Connection, Failed> {
    let next = known.after(Event::Relinked)?;
    Ok(Connection {
        remote: remote.id.clone(),
        remote_customer: remote.customer.clone(),
        generation: known.generation + 1,
        checked_at: None,
        data_as_of: None,
        // The day's budget is the bank's: a fresh link does not renew it.
        asks: Asks { deadline: None, ..known.asks.clone() },
        not_before: remote.next_refresh_possible_at.filter(|at| *at > now),
        due: None,
        unlisted: false,
        ..next
    })
}

/// A connection of the same customer and bank whose accounts these are: one that was revoked, if it has
/// any of them; one that is open, if all that it has are among them.
async fn linked_before(
    parts: &Parts,
    bank: &Keyring,
    session: &LinkSession,
    accounts: &[RemoteAccount],
) -> Result<Option<Connection>, Failed> {
    let shown: BTreeSet<_> =
        accounts.iter().filter_map(|account| identity(account, &bank.account_key)).collect();
    let (tenant, customer) = (&session.tenant, &session.customer);
    let listed = parts.table.connections(tenant, Some(customer), None, LOOKED_THROUGH).await?;
    for listed in listed {
        let Some(newest) = parts.table.newest(tenant, &listed.id).await? else { continue };
        let connection = &newest.connection;
        if connection.institution.id != session.institution.id {
            continue;
        }
        let ledger = Ledger::replay(&newest.entries);
        let held: BTreeSet<_> = ledger
            .accounts
            .values()
            .filter(|account| !account.facts.gone)
            .filter_map(|account| account.facts.identity.clone())
            .collect();
        let same = match &connection.state {
            State::Revoked | State::LeftWithOwner => !held.is_disjoint(&shown),
            State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } => {
                !held.is_empty() && held.is_subset(&shown)
            }
            State::Revoking { .. } => false,
        };
        if same {
            return Ok(Some(newest.connection));
        }
    }
    Ok(None)
}
