//! How late a bank books, and what that makes of the overlap.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Delta, Fetched};
use crate::{
    id::{RemoteAccountId, RemoteTransactionId},
    journal::{AccountEntry, Ledger},
    limits::{OVERLAP_DAYS, OVERLAP_MOST},
};

/// The overlap grows by whole weeks: few steps, each of which makes every connection of the bank be read whole once.
const STEP: i64 = 7;

/// What is known of a bank's lateness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lateness {
    /// Days that reads of this bank compare again.
    pub overlap: i64,
    /// Days by which the row came late that taught it.
    pub late: i64,
    /// When it was learnt.
    pub learnt_at: Timestamp,
}

impl Lateness {
    /// What a row that came so late teaches; none where what is known is enough.
    pub fn learnt(known: Option<Self>, late: i64, now: Timestamp) -> Option<Self> {
        let overlap = ((late / STEP + 1) * STEP).min(OVERLAP_MOST);
        let enough = known.map_or(OVERLAP_DAYS, |known| known.overlap);
        (overlap > enough).then_some(Self { overlap, late, learnt_at: now })
    }
}

/// Days by which the latest of the new rows came late: it was not shown at the look before, though its day was so
/// long ago then. What could not be shown then says nothing: of an account that was not delivered or not readable, or
/// under another id, or a row that could not be read. A row that is older than the longest overlap is a correction, and teaches nothing: one of them
/// would make every read of its bank a long one.
pub fn late(ledger: &Ledger, fetched: &Fetched, delta: &Delta) -> Option<i64> {
    let known_day = fetched.known_at?.to_zoned(TimeZone::UTC).date();
    let days = |day: Date| i64::from((known_day - day).get_days());
    let shown = |account: &&AccountEntry| {
        let before = ledger.accounts.get(&account.facts.id).filter(|before| before.last.is_some());
        before.map(|before| &before.facts).is_some_and(|before| {
            before.held_by.is_none() && !before.gone && before.remote == account.facts.remote
        })
    };
    let rows = delta.accounts.iter().filter(shown).flat_map(|account| {
        let remote = &account.facts.remote;
        account.added.iter().filter(|row| !apart(ledger, remote, &row.remote))
    });
    let rows = rows.map(|row| days(row.facts.made_on));
    rows.filter(|late| (1..=OVERLAP_MOST).contains(late)).max()
}

/// Whether a row could have been one of those that could not be read before.
fn apart(ledger: &Ledger, account: &RemoteAccountId, row: &RemoteTransactionId) -> bool {
    ledger.quarantined.iter().any(|one| {
        let account = one.account.as_ref().is_none_or(|of| of == account);
        account && one.id.as_ref().is_none_or(|id| id == row)
    })
}
