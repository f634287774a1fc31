//! One delta as entries: a big one goes out in parts, and the overlap is where the next read begins.

use std::mem::take;

use jiff::{SignedDuration, Timestamp};

use super::{Delta, overlap_start};
use crate::{
    id::{base32, digest},
    journal::{AccountEntry, Body, Entry, Ledger, Position, Read, Row},
    limits::{OVERLAP_DAYS, PART_ROWS, SMALL_READ, TAIL_MARGIN},
};

/// Renamed or removed rows of one part: each is an id or two.
const PART_IDS: usize = 4 * PART_ROWS;

/// Where a delta is written, and what is known of the read.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The newest entry of the generation.
    pub head: Position,
    /// The entries that the read compared with.
    pub tail: &'a [Entry],
    /// When everything was compared last: now, but for an import.
    pub read_at: Timestamp,
    /// When the provider's attempt succeeded.
    pub data_as_of: Option<Timestamp>,
    /// The number of the first part: more than 0 where a big read goes on.
    pub first_part: u16,
}

/// The parts of a delta, each with its place, in the order in which they are written. Only the last is
/// complete; it says from where the next read compares, and restates the overlap where that is itself.
pub fn parts(delta: &Delta, place: Place<'_>) -> Vec<(Position, Read)> {
    let mut last = delta.accounts.clone();
    let mut pieces = before_the_overlap(&mut last, place, delta.overlap);
    let recent_from = pieces.len();
    pieces.extend(too_much(&mut last));
    let anew = Position { number: place.head.number + 1 + recent_from as u64, ..place.head };
    let holds = pieces.is_empty() && complete(place) && delta.overlap <= overlap(place);
    let begin = kept(place, delta.overlap).filter(|begin| holds && !ahead(place, *begin, delta));
    if begin.is_some() {
        for account in &mut last {
            account.carried.clear();
        }
    } else {
        pieces.extend(restated(&mut last));
    }
    let begin = begin.unwrap_or(anew);
    pieces.push(last);
    let count = pieces.len();
    let mut at = place.head;
    let mut weight = weight(place);
    let placed = pieces.into_iter().enumerate().map(|(index, accounts)| {
        at = at.next();
        let complete = index + 1 == count;
        let content = serde_json::to_string(&accounts).unwrap_or_default();
        weight += content.len() as u64;
        let part = u16::try_from(index).unwrap_or(u16::MAX);
        let read = Read {
            part: place.first_part.saturating_add(part),
            last: complete,
            data_as_of: place.data_as_of,
            tail_from: if complete { begin } else { at },
            fingerprint: base32(&digest(&[&content])[..10]),
            weight,
            publishes: false,
            overlap: if delta.overlap > OVERLAP_DAYS { delta.overlap } else { 0 },
            accounts,
            quarantined: if complete { delta.quarantined.clone() } else { Vec::new() },
        };
        (at, read)
    });
    placed.collect()
}

/// The days that the tail reaches back: a wider overlap begins with an entry that restates it.
fn overlap(place: Place<'_>) -> i64 {
    Ledger::replay(place.tail.last()).overlap()
}

/// Whether the newest entry ends a read of this generation: behind a part of one that was killed its other parts are in
/// no tail.
fn complete(place: Place<'_>) -> bool {
    let newest = place.tail.last().filter(|entry| entry.at == place.head);
    newest.is_some_and(|entry| matches!(&entry.body, Body::Read(read) if read.last))
}

/// Whether an entry that the next read would load no more tells a row of a day that it compares: one that was dated
/// ahead.
fn ahead(place: Place<'_>, begin: Position, delta: &Delta) -> bool {
    let start = overlap_start(place.read_at, delta.overlap);
    let older = place.tail.iter().filter(|entry| entry.at < begin);
    let mut rows = older.flat_map(Entry::accounts).flat_map(|account| {
        let changed = account.modified.iter().map(|change| &change.to);
        account.added.iter().chain(&account.carried).chain(changed)
    });
    rows.any(|row| row.facts.made_on >= start)
}

/// The oldest entry that the next read still has to load.
fn kept(place: Place<'_>, overlap: i64) -> Option<Position> {
    let since = place.read_at - SignedDuration::from_hours(24 * (overlap + TAIL_MARGIN));
    let young = place.tail.iter().filter(|entry| {
        let read = matches!(&entry.body, Body::Read(_));
        read && entry.read_at >= since && entry.at.generation == place.head.generation
    });
    young.map(|entry| entry.at).min()
}

/// What is so much that it goes ahead, and none of which the next read compares with by itself.
fn before_the_overlap(
    accounts: &mut [AccountEntry],
    place: Place<'_>,
    overlap: i64,
) -> Vec<Vec<AccountEntry>> {
    let start = overlap_start(place.read_at, overlap);
    let older = |row: &Row| row.facts.made_on < start;
    let outside: usize =
        accounts.iter().map(|a| a.added.iter().filter(|row| older(row)).count()).sum();
    let mut pieces = Vec::new();
    for account in accounts {
        if outside > SMALL_READ {
            let (old, recent): (Vec<_>, Vec<_>) = account.added.drain(..).partition(older);
            account.added = recent;
            pieces.extend(old.chunks(PART_ROWS).map(|rows| vec![with_rows(account, rows)]));
        }
        while account.modified.len() > PART_ROWS {
            let modified = account.modified.drain(..PART_ROWS).collect();
            pieces.push(vec![AccountEntry { modified, ..with_rows(account, &[]) }]);
        }
        while account.aliases.len() > PART_IDS {
            let aliases = account.aliases.drain(..PART_IDS).collect();
            pieces.push(vec![AccountEntry { aliases, ..with_rows(account, &[]) }]);
        }
        while account.removed.len() > PART_IDS {
            let removed = account.removed.drain(..PART_IDS).collect();
            pieces.push(vec![AccountEntry { removed, ..with_rows(account, &[]) }]);
        }
    }
    pieces
}

/// Recent rows that are too many for one entry.
fn too_much(accounts: &mut [AccountEntry]) -> Vec<Vec<AccountEntry>> {
    let mut pieces = Vec::new();
    for account in accounts {
        while account.added.len() > 2 * PART_ROWS {
            let rows: Vec<_> = account.added.drain(..PART_ROWS).collect();
            pieces.push(vec![with_rows(account, &rows)]);
        }
    }
    pieces
}

/// An overlap that is too much for one entry: what is new goes ahead of it, so that who is killed in between has told it
/// and finds it told.
fn restated(accounts: &mut [AccountEntry]) -> Vec<Vec<AccountEntry>> {
    let carried: usize = accounts.iter().map(|account| account.carried.len()).sum();
    if carried <= 2 * PART_ROWS {
        return Vec::new();
    }
    let news = |account: &mut AccountEntry| {
        let (modified, removed, aliases) =
            (take(&mut account.modified), take(&mut account.removed), take(&mut account.aliases));
        let added = take(&mut account.added);
        AccountEntry { modified, removed, aliases, ..with_rows(account, &added) }
    };
    let mut pieces = vec![accounts.iter_mut().map(news).collect()];
    for account in accounts {
        let carried = take(&mut account.carried);
        let piece =
            |rows: &[Row]| AccountEntry { carried: rows.to_vec(), ..with_rows(account, &[]) };
        pieces.extend(carried.chunks(PART_ROWS).map(|rows| vec![piece(rows)]));
    }
    pieces
}

/// An account with these rows and nothing that only a complete read may say.
fn with_rows(account: &AccountEntry, rows: &[Row]) -> AccountEntry {
    AccountEntry {
        facts: account.facts.clone(),
        balance: None,
        last: rows.iter().map(|row| row.remote.clone()).max(),
        added: rows.to_vec(),
        modified: Vec::new(),
        removed: Vec::new(),
        aliases: Vec::new(),
        carried: Vec::new(),
        pending: Vec::new(),
        pending_ids: Vec::new(),
    }
}

/// What the entries of this generation weigh.
fn weight(place: Place<'_>) -> u64 {
    let newest = place.tail.iter().rev().find(|entry| entry.at == place.head);
    newest.map_or(0, |entry| match &entry.body {
        Body::Read(read) => read.weight,
        Body::Tombstone(_) => 0,
    })
}
