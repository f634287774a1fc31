//! Copying what Salt Edge holds: fetch, plan, commit.

use domain::{
    bank::{RemoteAccount, RemoteConnection},
    connection::{Connection, Event, State},
    journal::{Body, Entry, History, Ledger, Position},
    limits::TAIL_DAYS,
    plan::{self, Held, overlap_start},
};
use jiff::{SignedDuration, Timestamp};
use salt_edge::Keyring;
use shell::Failed;
use store::{Appended, StoreError, Tail};

use crate::{fetch::fetch, start::Parts};

/// How a read ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copied {
    /// What was new is in the journal.
    Changed,
    /// Nothing was new.
    Unchanged,
    /// Another entry stood where ours should: what was fetched is worth nothing any more.
    LostRace,
}

pub(crate) async fn read(
    parts: &Parts,
    bank: &Keyring,
    tail: &Tail,
    ledger: Ledger,
    remote: &RemoteConnection,
    now: Timestamp,
) -> Result<Copied, Failed> {
    let head = tail.head();
    let first = ledger.history != History::Complete || head.number == 0;
    let listed = bank.client.accounts(&remote.id, now).await?;
    let (ledger, scope) = if first || !listed.rows.iter().all(|account| known(&ledger, account)) {
        (everything(parts, tail).await?, Held::Everything)
    } else {
        (ledger, Held::Tail)
    };
    let fetched = fetch(&bank.client, remote, listed, &ledger, scope, now).await?;
    let connection = &tail.connection;
    let delta = plan::plan(&connection.id, &ledger, scope, &fetched, &bank.account_key);
    if !delta.quarantined.is_empty() {
        tracing::warn!(connection.id = %connection.id, rows = delta.quarantined.len(),
            metric = "quarantined", "rows could not be read and are kept apart");
    }
    if !first && !delta.changed {
        return unchanged(parts, connection, fetched.data_as_of, now).await;
    }
    let first_part = u16::try_from(if first { head.number } else { 0 }).unwrap_or(u16::MAX);
    let reads = plan::parts(&delta, overlap_start(now), fetched.data_as_of, first_part);
    let since = now - SignedDuration::from_hours(24 * TAIL_DAYS);
    for (at, read) in plan::place(reads, head, &tail.entries, since) {
        let entry = Entry { at, read_at: now, body: Body::Read(read) };
        if append(parts, connection, &entry).await? == Appended::Lost {
            return Ok(Copied::LostRace);
        }
    }
    mended(parts, connection).await?;
    Ok(Copied::Changed)
}

/// Whether we have the account under this id. One under another id may be one of ours all the same: then
/// its rows have other ids too, and are told again only by all that we hold.
fn known(ledger: &Ledger, account: &RemoteAccount) -> bool {
    ledger.accounts.values().any(|held| held.facts.remote == account.id)
}

/// The whole journal, for a read that begins a generation or goes on with a big one.
async fn everything(parts: &Parts, tail: &Tail) -> Result<Ledger, Failed> {
    if tail.whole {
        return Ok(Ledger::replay(&tail.entries));
    }
    let (tenant, id) = (&tail.connection.tenant, &tail.connection.id);
    let journal = parts.table.journal(tenant, id).await?;
    // What was appended since the tail was read makes our commit lose, so it is not looked at.
    let upto: Position = tail.head();
    let entries = journal.map(|journal| journal.entries).unwrap_or_default();
    Ok(Ledger::replay(entries.iter().filter(|entry| entry.at <= upto)))
}

async fn append(
    parts: &Parts,
    connection: &Connection,
    entry: &Entry,
) -> Result<Appended, StoreError> {
    let appended = parts.table.append(&connection.tenant, &connection.id, entry).await?;
    tracing::info!(connection.id = %connection.id, number = entry.at.number, ?appended,
        "a read was committed");
    Ok(appended)
}

/// Nothing new: one write notes that we looked.
async fn unchanged(
    parts: &Parts,
    connection: &Connection,
    data_as_of: Option<Timestamp>,
    now: Timestamp,
) -> Result<Copied, Failed> {
    let checked = Connection {
        checked_at: Some(now),
        data_as_of: data_as_of.or(connection.data_as_of),
        due: connection.kept_due(),
        ..connection.after(Event::Fetched)?
    };
    match parts.table.put_connection(&checked).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(Copied::Unchanged),
        Err(error) => Err(error.into()),
    }
}

/// Data came, so a state that waited for its user is over.
async fn mended(parts: &Parts, connection: &Connection) -> Result<(), Failed> {
    if connection.state == State::Active {
        return Ok(());
    }
    match parts.table.put_connection(&connection.after(Event::Fetched)?).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
