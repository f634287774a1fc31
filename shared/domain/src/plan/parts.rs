//! One delta as entries: a big one goes out in parts, of which only the last holds the overlap.

use jiff::{Timestamp, civil::Date};

use super::Delta;
use crate::{
    id::{base32, digest},
    journal::{AccountEntry, Body, Entry, Position, Read, Row},
    limits::{PART_ROWS, SMALL_READ},
};

/// The parts of a delta, in the order in which they are written. Where they stand, and from where the
/// next read compares, is said by [`place`].
pub fn parts(
    delta: &Delta,
    overlap_start: Date,
    data_as_of: Option<Timestamp>,
    first_part: u16,
) -> Vec<Read> {
    let older = |row: &Row| row.facts.made_on < overlap_start;
    let outside: usize =
        delta.accounts.iter().map(|a| a.added.iter().filter(|row| older(row)).count()).sum();
    let mut reads = Vec::new();
    let mut last = delta.accounts.clone();
    if outside > SMALL_READ {
        for account in &mut last {
            let (old, recent): (Vec<_>, Vec<_>) = account.added.drain(..).partition(older);
            account.added = recent;
            for rows in old.chunks(PART_ROWS) {
                reads.push(vec![only(account, rows)]);
            }
        }
    }
    // What is recent can still be too much for one entry.
    for account in &mut last {
        while account.added.len() > 2 * PART_ROWS {
            let rows: Vec<_> = account.added.drain(..PART_ROWS).collect();
            reads.push(vec![only(account, &rows)]);
        }
    }
    reads.push(last);
    let count = reads.len();
    let finished = reads.into_iter().enumerate().map(|(index, accounts)| {
        let is_last = index + 1 == count;
        Read {
            part: first_part.saturating_add(u16::try_from(index).unwrap_or(u16::MAX)),
            last: is_last,
            data_as_of,
            tail_from: Position::default(),
            fingerprint: fingerprint(&accounts),
            accounts,
            quarantined: if is_last { delta.quarantined.clone() } else { Vec::new() },
        }
    });
    finished.collect()
}

/// Gives each part its place behind `head`, and says from where the read after it compares: from the
/// oldest entry that a tail of `since` holds, or from the last part of a big read, which holds all of it.
pub fn place(
    reads: Vec<Read>,
    head: Position,
    tail: &[Entry],
    since: Timestamp,
) -> Vec<(Position, Read)> {
    let big = reads.len() > 1;
    let fresh = head.number == 0;
    let kept = tail.iter().filter(|entry| {
        let complete = matches!(&entry.body, Body::Read(read) if read.last);
        complete && entry.read_at >= since
    });
    let kept = kept.map(|entry| entry.at).min().filter(|_| !big && !fresh);
    let mut at = head;
    let placed = reads.into_iter().map(|read| {
        at = at.next();
        (at, Read { tail_from: kept.unwrap_or(at), ..read })
    });
    placed.collect()
}

/// An account with these rows and nothing that only a complete read may say.
fn only(account: &AccountEntry, rows: &[Row]) -> AccountEntry {
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
    }
}

fn fingerprint(accounts: &[AccountEntry]) -> String {
    let text = serde_json::to_string(accounts).unwrap_or_default();
    base32(&digest(&[&text])[..16])
}
