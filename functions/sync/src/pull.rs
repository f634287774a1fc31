//! Coming by a connection: ask, read, or leave it.

use domain::{
    bank::{Attempt, BankError, Health, RemoteConnection, Tag, Verdict},
    connection::{Connection, Event},
    id::{ConnectionId, TenantId},
    journal::{Body, Entry, History, Ledger, Tombstone},
    limits::{ASK_DEADLINE, ASK_GAP},
    look::{Look, Seen, look, newest_read, running},
    message::Reason,
    receipt::Noticed,
};
use jiff::Timestamp;
use salt_edge::{Keyring, error::connection_gone};
use shell::{Failed, alarm};
use store::{StoreError, Tail};

use crate::{
    consent::{change, look_beside, seen_by},
    left,
    notices::tell,
    publish,
    pulled::{self, Pulled},
    read::{self, Copied},
    start::Parts,
};

/// Times that a lost race is run again before the message waits for its next delivery.
pub(crate) const RACES: usize = 4;

/// Comes by one connection. Every delivery of the message may do this again: it decides from what is.
pub(crate) async fn pull(
    parts: &Parts,
    tenant: &TenantId,
    id: &ConnectionId,
    reason: Reason,
    now: Timestamp,
) -> Result<Pulled, Failed> {
    let pulled = come_by(parts, tenant, id, reason, now).await;
    pulled::count(&pulled, id, reason);
    pulled
}

async fn come_by(
    parts: &Parts,
    tenant: &TenantId,
    id: &ConnectionId,
    reason: Reason,
    now: Timestamp,
) -> Result<Pulled, Failed> {
    // What was asked for is mostly read when its deadline comes: the newest entry says so for less than the tail.
    if reason == Reason::Due
        && let Some(newest) = parts.table.newest(tenant, id).await?
        && newest.connection.state.open()
        && !closed(&newest)
        && !outstanding(&newest)
    {
        publish::make_up(parts, &newest, now).await?;
        return Ok(Pulled::Left);
    }
    let bank = parts.bank.get().await?;
    for _ in 0..RACES {
        let Some(tail) = parts.table.tail(tenant, id).await? else {
            return Err(Failed::because("the connection is not to be seen yet"));
        };
        if !tail.connection.state.open() || closed(&tail) {
            return Ok(Pulled::Closed);
        }
        if reason == Reason::Due && !outstanding(&tail) {
            publish::make_up(parts, &tail, now).await?;
            return Ok(Pulled::Left);
        }
        let connection = &tail.connection;
        let left = &connection.left;
        if reason == Reason::Slot
            && !left.is_empty()
            && left::look(parts, connection.clone(), left, now).await?
        {
            continue;
        }
        let remote = match bank.client.connection(&connection.remote, now).await {
            Err(error) if connection_gone(&error) => {
                return lost(parts, &bank, &tail, seen_by(reason, now)).await;
            }
            Err(error) => {
                publish::make_up(parts, &tail, now).await?;
                return Err(error.into());
            }
            Ok(shown) => shown,
        };
        if let Some(done) = decide(parts, &bank, &tail, &remote, reason, now).await? {
            return Ok(done);
        }
    }
    Err(Failed::because("every try lost its race for the journal, or its pages changed under it"))
}

/// Whether the generation ends with a tombstone, also where the connection was read a moment too early.
pub(crate) fn closed(tail: &Tail) -> bool {
    let newest = tail.entries.last();
    newest.is_some_and(|entry| {
        let tombstone = matches!(entry.body, Body::Tombstone(_));
        tombstone && entry.at.generation == tail.connection.generation
    })
}

/// Whether an ask was made that nothing newer answers.
fn outstanding(tail: &Tail) -> bool {
    let connection = &tail.connection;
    let read_at = tail.entries.last().map(|entry| entry.read_at).max(connection.checked_at);
    connection.asks.recent.last().copied() > read_at
}

/// None = a race was lost, or the pages changed: everything that was fetched is thrown away.
async fn decide(
    parts: &Parts,
    bank: &Keyring,
    tail: &Tail,
    remote: &RemoteConnection,
    reason: Reason,
    now: Timestamp,
) -> Result<Option<Pulled>, Failed> {
    let connection = &tail.connection;
    let ledger = Ledger::replay(&tail.entries);
    let complete = ledger.history == History::Complete && tail.head().number > 0;
    let checked = connection.checked_data(tail.head());
    let seen = Seen { data_as_of: newest_read(ledger.data_as_of, checked, now), complete };
    let look = look(remote, seen, &connection.asks, reason, parts.cadence, now);
    // A read publishes what is due, also what was due before.
    if look != Look::Read {
        publish::make_up(parts, tail, now).await?;
    }
    match look {
        Look::Read => {
            if matches!(reason, Reason::Slot | Reason::Due) {
                tracing::warn!(metric.callbacks_lost = 1, connection.id = %connection.id,
                    "the schedule found data that no callback told of");
            }
            Ok(match read::read(parts, bank, tail, ledger, remote, now).await? {
                Copied::Changed | Copied::Unchanged => Some(Pulled::Read),
                Copied::Moved => None,
                Copied::LostRace => {
                    tracing::info!(metric.journal_conflicts = 1, connection.id = %connection.id,
                        "a race was lost; it is read again");
                    None
                }
            })
        }
        // What its user must mend is looked at, and asked for only when they have.
        Look::Ask if connection.state.waits_for_user() => Ok(Some(Pulled::Left)),
        Look::Ask => ask(parts, bank, connection, reason, now).await.map(Some),
        Look::Leave { .. } if mended(connection, remote) => {
            change(parts, bank, connection, Event::Fetched, seen_by(reason, now)).await.map(Some)
        }
        Look::Leave { until } => {
            if !connection.beside.is_empty() && reason != Reason::Due {
                look_beside(parts, bank, connection, seen_by(reason, now)).await?;
            }
            leave(parts, connection, remote, until, reason, now).await.map(Some)
        }
        Look::Change(event) => {
            change(parts, bank, connection, event, seen_by(reason, now)).await.map(Some)
        }
    }
}

/// Whether the newest attempt went well though the connection still waits for its user: what was read
/// then was committed, and its state was not.
fn mended(connection: &Connection, remote: &RemoteConnection) -> bool {
    let well = |attempt: &Attempt| attempt.finished && attempt.failure.is_none();
    connection.state.waits_for_user()
        && remote.health == Health::Active
        && remote.attempt.as_ref().is_some_and(well)
}

/// Sends Salt Edge to the bank. The ask is on record before the call: the budget is never overdrawn.
async fn ask(
    parts: &Parts,
    bank: &Keyring,
    connection: &Connection,
    reason: Reason,
    now: Timestamp,
) -> Result<Pulled, Failed> {
    let asks = connection.asks.with(now);
    // The schedule looks behind its own slots by itself; any other ask needs a place in the due index.
    let due = asks.deadline.filter(|_| reason != Reason::Slot).or(connection.kept_due());
    let not_before = Some(now + ASK_GAP);
    let asked = Connection { asks, due, not_before, ..connection.clone() };
    let asked = match parts.table.put_connection(&asked).await {
        Err(StoreError::Conflict) => return Ok(Pulled::Left),
        done => done?,
    };
    let tag = Tag {
        deployment: parts.deployment.clone(),
        tenant: connection.tenant.clone(),
        session: None,
    };
    let Err(error) = bank.client.ask(&connection.remote, &tag, now).await else {
        tracing::info!(metric.asks = 1, by.outcome = "taken", connection.id = %connection.id,
            "Salt Edge was sent to the bank");
        return Ok(Pulled::Asked);
    };
    tracing::warn!(metric.asks = 1, by.outcome = "refused", connection.id = %connection.id, %error,
        "Salt Edge did not take an ask");
    match error {
        BankError::Refused { verdict: Verdict::User, failure, .. } => {
            match failure.of_connection() {
                Some(failure) => {
                    let seen = seen_by(reason, now);
                    change(parts, bank, &asked, Event::UserNeeded(failure), seen).await
                }
                None => Ok(Pulled::Left),
            }
        }
        BankError::Refused { verdict: Verdict::Wait, failure, .. } => {
            let not_before = failure.not_before.or(not_before);
            put(parts, &Connection { not_before, ..asked }).await?;
            Ok(Pulled::Left)
        }
        BankError::Refused { verdict: Verdict::Ours, failure, .. } => {
            alarm("ask_refused", &failure.class);
            Ok(Pulled::Left)
        }
        // The deadline looks again, whatever became of the ask.
        BankError::Refused { .. }
        | BankError::NotApi { .. }
        | BankError::Silent { .. }
        | BankError::Unreadable { .. } => Ok(Pulled::Left),
    }
}

/// Nothing to fetch. What is worth keeping is why: the instant before which no ask is taken, and that
/// an attempt is still running after its deadline.
async fn leave(
    parts: &Parts,
    connection: &Connection,
    remote: &RemoteConnection,
    until: Option<Timestamp>,
    reason: Reason,
    now: Timestamp,
) -> Result<Pulled, Failed> {
    let running =
        remote.attempt.as_ref().is_some_and(|attempt| running(attempt, &connection.asks, now));
    if running && reason == Reason::Due {
        put(parts, &Connection { due: Some(now + ASK_DEADLINE), ..connection.clone() }).await?;
    } else if until.is_some() && until != connection.not_before {
        put(parts, &Connection { not_before: until, ..connection.clone() }).await?;
    }
    Ok(Pulled::Left)
}

/// The provider says that the connection is not there. Believed only while the same keys read its
/// customer: valid keys of another account get the same answer for everything that is ours.
async fn lost(
    parts: &Parts,
    bank: &Keyring,
    tail: &Tail,
    seen: Noticed<'_>,
) -> Result<Pulled, Failed> {
    let now = seen.at;
    let control = bank.client.control(&tail.connection.remote_customer, now).await;
    control.inspect_err(|error| alarm("control_read_refused", &error.to_string()))?;
    let connection = tail.connection.after(Event::GoneProven)?;
    // The other function knows until when what was delivered stays.
    let due = connection.kept_due().or(Some(now));
    let connection = Connection { due, ..connection };
    let connection = connection.noted(connection.consent.clone(), seen);
    let connection = connection.ended_beside(&connection.remote, None, seen);
    let tombstone = Entry {
        at: tail.head().next(),
        read_at: now,
        correlation: shell::correlation(),
        body: Body::Tombstone(Tombstone { by: String::from("owner") }),
    };
    match parts.table.close(&connection, &tombstone).await {
        Ok(_) => {
            tell(&tail.connection, &connection);
            tracing::info!(connection.id = %connection.id, "it was removed at Salt Edge");
        }
        Err(StoreError::Conflict) => return Err(Failed::because("another closed it, or read it")),
        Err(error) => return Err(error.into()),
    }
    Ok(Pulled::Closed)
}

/// A write outside the log: whoever closed the generation, or was faster, wins. Whether it was stored.
pub(crate) async fn put(parts: &Parts, connection: &Connection) -> Result<bool, Failed> {
    match parts.table.put_connection(connection).await {
        Ok(_) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
