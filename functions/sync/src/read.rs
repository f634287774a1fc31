//! Copying what Salt Edge holds: fetch, plan, commit.

use domain::{
    bank::RemoteConnection,
    connection::{Connection, Event, State},
    id::InstitutionId,
    journal::{AccountEntry, Body, Entry, History, Ledger, Position, Read},
    plan::{self, Delta, Held, Lateness, Place},
};
use jiff::Timestamp;
use salt_edge::Keyring;
use shell::Failed;
use store::{Appended, StoreError, Tail};

use crate::{
    claims::settle,
    fetch::{Shown, fetch},
    publish,
    start::Parts,
};

/// How a read ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copied {
    /// What was new is in the journal.
    Changed,
    /// Nothing was new.
    Unchanged,
    /// Another entry stood where ours should: what was fetched is worth nothing any more.
    LostRace,
    /// Salt Edge was at the bank while we read page by page: what was fetched is of two moments.
    Moved,
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
    let mut listed = bank.client.accounts(&remote.id, now).await?;
    listed.rows = plan::listed(listed.rows, &bank.account_key);
    let known_at = ledger.read_at.max(tail.connection.checked_at);
    let settled = settle(parts, &bank.account_key, tail, &ledger, &listed, now).await?;
    let Some(elsewhere) = &settled else { return Ok(Copied::LostRace) };
    let shown = Shown { remote, listed: &listed, elsewhere, known_at };
    let bank_id = &tail.connection.institution.id;
    let lateness = parts.table.lateness(bank_id).await?;
    let overlap = lateness.map_or(0, |known| known.overlap).max(ledger.overlap());
    // What the tail does not reach back to is compared with everything, once.
    let wider = overlap > ledger.overlap();
    let mut seen = (ledger, Held::Tail);
    let mut fetched = None;
    if !first && !wider {
        let some = fetch(&bank.client, shown, &seen.0, Held::Tail, now).await?;
        fetched = Some(some).filter(|(fetched, _)| !plan::blind(&seen.0, fetched));
    }
    let (fetched, paged) = if let Some(fetched) = fetched {
        fetched
    } else {
        let whole = everything(parts, tail).await?;
        seen = (Ledger { overlap, ..whole }, Held::Everything);
        fetch(&bank.client, shown, &seen.0, Held::Everything, now).await?
    };
    if paged && moved(bank, remote, now).await? {
        return Ok(Copied::Moved);
    }
    let (ledger, scope) = seen;
    let connection = &tail.connection;
    let delta = plan::plan(&connection.id, &ledger, scope, &fetched, &bank.account_key);
    if !delta.quarantined.is_empty() {
        tracing::warn!(metric.rows_quarantined = delta.quarantined.len(),
            connection.id = %connection.id, "rows could not be read and are kept apart");
    }
    if !first {
        learn(parts, bank_id, lateness, plan::late(&ledger, &fetched, &delta), now).await?;
    }
    if !first && !delta.changed && !wider {
        // Published first: killed in between, what was seen is new to the next look, and all of it done again.
        let due = publish::due(parts, tail, &[], fetched.data_as_of).await?;
        publish::publish(parts, tail, &[], due, now).await?;
        unchanged(parts, connection, head, fetched.data_as_of, now).await?;
        return Ok(Copied::Unchanged);
    }
    let first_part = u16::try_from(if first { head.number } else { 0 }).unwrap_or(u16::MAX);
    let data_as_of = fetched.data_as_of;
    let place = Place { head, tail: &tail.entries, read_at: now, data_as_of, first_part };
    commit(parts, tail, &delta, place, now).await
}

/// Whether Salt Edge was at the bank since the read began. Between the pages of a list a row that got another id stands
/// on both, and nothing in the rows tells it from a genuine twin.
async fn moved(bank: &Keyring, remote: &RemoteConnection, now: Timestamp) -> Result<bool, Failed> {
    let shown = bank.client.connection(&remote.id, now).await?;
    let success = |shown: &RemoteConnection| shown.attempt.as_ref().and_then(|one| one.success_at);
    let moved = success(&shown) != success(remote);
    if moved {
        tracing::warn!(metric.paging_restarted = 1, remote = %remote.id,
            "the bank went on while its pages were read: all of it is read again from the beginning");
    }
    Ok(moved)
}

/// Keeps by how much the bank was late, where that is more than was known of it.
async fn learn(
    parts: &Parts,
    institution: &InstitutionId,
    known: Option<Lateness>,
    late: Option<i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let learnt = late.and_then(|late| Lateness::learnt(known, late, now));
    let Some(learnt) = learnt else { return Ok(()) };
    tracing::info!(%institution, late_days = learnt.late, overlap_days = learnt.overlap,
        "a row came late: reads of this bank compare more days from now on");
    parts.table.learn_lateness(institution, &learnt).await
}

/// Appends what is new, and does what follows from it. What was not read now is no look: it ends no waiting.
pub(crate) async fn commit(
    parts: &Parts,
    tail: &Tail,
    delta: &Delta,
    place: Place<'_>,
    now: Timestamp,
) -> Result<Copied, Failed> {
    let (connection, data_as_of) = (&tail.connection, place.data_as_of);
    let correlation = shell::correlation();
    let entry = |(at, read)| Entry {
        at,
        read_at: place.read_at,
        correlation: correlation.clone(),
        body: Body::Read(read),
    };
    let mut appended: Vec<Entry> = plan::parts(delta, place).into_iter().map(entry).collect();
    let due = publish::due(parts, tail, &appended, data_as_of).await?;
    if let Some(Entry { body: Body::Read(newest), .. }) = appended.last_mut() {
        newest.publishes = !due.is_empty();
    }
    for entry in &appended {
        if append(parts, tail, entry).await? == Appended::Lost {
            return Ok(Copied::LostRace);
        }
    }
    if place.read_at == now {
        mended(parts, connection).await?;
    }
    if overtaken(parts, connection, data_as_of).await? {
        return Ok(Copied::LostRace);
    }
    publish::publish(parts, tail, &appended, due, now).await?;
    let known: Vec<Entry> = tail.entries.iter().cloned().chain(appended).collect();
    fold(parts, connection, &known).await;
    Ok(Copied::Changed)
}

/// Whether a read of newer data found nothing new while ours was under way: it put no entry that ours could
/// have lost against, and what ours has put may be no longer so.
async fn overtaken(
    parts: &Parts,
    connection: &Connection,
    data_as_of: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let now = parts.table.newest_connection(&connection.tenant, &connection.id).await?;
    Ok(now.is_some_and(|now| now.version != connection.version && now.data_as_of > data_as_of))
}

/// The whole journal, for a read that begins a generation or goes on with a big one, and for an import.
pub(crate) async fn everything(parts: &Parts, tail: &Tail) -> Result<Ledger, Failed> {
    if tail.whole {
        return Ok(Ledger::replay(&tail.entries));
    }
    let (tenant, id) = (&tail.connection.tenant, &tail.connection.id);
    let journal = parts.table.journal(tenant, id).await?;
    // What was appended since the tail was read makes our commit lose, so it is not looked at.
    let upto: Position = tail.head();
    let entries = journal.map(|journal| journal.entries).unwrap_or_default();
    let ledger = Ledger::replay(entries.iter().filter(|entry| entry.at <= upto));
    // At half the price the newest entry may be missing: what it told would be told again.
    if upto.number > 0 && ledger.head != upto {
        return Err(Failed::because(
            "the newest entry is not to be seen yet: it is read again later",
        ));
    }
    Ok(ledger)
}

/// Folds are a cache: that they could not be written is no reason to read the bank again.
async fn fold(parts: &Parts, connection: &Connection, known: &[Entry]) {
    match parts.table.keep_folds(&connection.tenant, &connection.id, known).await {
        Ok(0) => {}
        Ok(items) => tracing::info!(connection.id = %connection.id, items, "folds were written"),
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "folds were not written");
        }
    }
}

async fn append(parts: &Parts, tail: &Tail, entry: &Entry) -> Result<Appended, StoreError> {
    let Tail { connection, base, .. } = tail;
    let (tenant, id) = (&connection.tenant, &connection.id);
    let appended = parts.table.append(tenant, id, entry, base.as_ref()).await?;
    let news = match (&entry.body, appended) {
        (Body::Read(read), Appended::Won) => news(read),
        (Body::Read(_) | Body::Tombstone(_), _) => [0; 3],
    };
    let [added, modified, removed] = news;
    tracing::info!(metric.rows_added = added, metric.rows_modified = modified,
        metric.rows_removed = removed, connection.id = %connection.id, number = entry.at.number,
        ?appended, "a read was committed");
    Ok(appended)
}

/// Rows that an entry adds, changes and takes away.
fn news(read: &Read) -> [usize; 3] {
    let of = |count: fn(&AccountEntry) -> usize| read.accounts.iter().map(count).sum();
    [of(|one| one.added.len()), of(|one| one.modified.len()), of(|one| one.removed.len())]
}

/// Nothing new: one write notes that we looked.
async fn unchanged(
    parts: &Parts,
    connection: &Connection,
    head: Position,
    data_as_of: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Failed> {
    let checked = Connection {
        checked_at: Some(now),
        checked_behind: Some(head),
        data_as_of: data_as_of.or(connection.data_as_of),
        due: connection.kept_due(),
        ..connection.after(Event::Fetched)?
    };
    match parts.table.put_connection(&checked).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
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
