//! What an account lacks: everything that the provider shows of some days, against the whole journal.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
};

use jiff::{Timestamp, civil::Date};

use super::{Delta, FetchedAccount, Held, account, in_its_currency, overlap_start, rows};
use crate::{
    id::{AccountId, TransactionId},
    journal::{AccountEntry, AccountFacts, Change, Entry, Ledger, Removed, RemovedBecause, Row},
};

/// What a search found. Nothing of it is in the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Booked rows of these days that the provider shows.
    pub shown: usize,
    /// Booked rows of these days that we hold.
    pub held: usize,
    /// Rows that the provider shows and we do not hold.
    pub missing: Vec<Row>,
    /// Rows that read otherwise there.
    pub differ: Vec<Change>,
    /// Rows that we hold and the provider does not show, and why.
    pub extra: Vec<(Row, RemovedBecause)>,
}

/// Compares the days of an account with everything that the provider shows of it: the same ladder as every read,
/// but with no day and no id left out. None where the ledger has no such account.
pub fn search(
    ledger: &Ledger,
    id: &AccountId,
    shown: &FetchedAccount,
    days: &RangeInclusive<Date>,
) -> Option<Search> {
    let known = ledger.accounts.get(id)?;
    let shown = in_its_currency(ledger, id, shown);
    let scope = rows::Scope {
        held: Held::Everything,
        start: Date::MIN,
        kept: Date::MAX,
        unread: BTreeSet::new(),
    };
    let facts = AccountFacts { gone: false, ..known.facts.clone() };
    let found = rows::plan(&facts, Some(known), &shown, &scope);
    let within = |row: &Row| days.contains(&row.facts.made_on);
    let gone = |removed: &Removed| {
        let (_, row) = known.rows.get(&removed.id)?;
        within(row).then(|| (row.clone(), removed.reason))
    };
    Some(Search {
        shown: shown.booked.iter().filter(|row| days.contains(&row.facts.made_on)).count(),
        held: known.rows.values().filter(|(_, row)| within(row)).count(),
        missing: found.added.into_iter().filter(within).collect(),
        differ: found
            .modified
            .into_iter()
            .filter(|change| within(&change.from) || within(&change.to))
            .collect(),
        extra: found.removed.iter().filter_map(gone).collect(),
    })
}

impl Search {
    /// Every row that may be chosen.
    pub fn ids(&self) -> BTreeSet<&TransactionId> {
        let missing = self.missing.iter().map(|row| &row.id);
        let differ = self.differ.iter().map(|change| &change.from.id);
        missing.chain(differ).chain(self.extra.iter().map(|(row, _)| &row.id)).collect()
    }

    /// The chosen rows as one delta: what is missing is added, what differs is changed, what is not shown any more
    /// is removed. Everything else stays as the ledger has it: also how far its ids have been seen, for a row that
    /// came under an old id says nothing of those behind it; and the last look, from which the next read compares. None
    /// where none of them is to be had any more.
    pub fn import(
        self,
        ledger: &Ledger,
        id: &AccountId,
        chosen: &BTreeSet<TransactionId>,
        looked: Timestamp,
    ) -> Option<Delta> {
        let kept = overlap_start(looked, ledger.overlap());
        let mut wanted = rows::Rows {
            added: self.missing.into_iter().filter(|row| chosen.contains(&row.id)).collect(),
            modified: self.differ.into_iter().filter(|to| chosen.contains(&to.to.id)).collect(),
            removed: self
                .extra
                .iter()
                .filter(|(row, _)| chosen.contains(&row.id))
                .map(gone)
                .collect(),
            ..rows::Rows::default()
        };
        if wanted.is_empty() {
            return None;
        }
        let accounts = ledger.accounts.iter().map(|(one, known)| {
            let entry = account::missing(known, true, kept);
            if one != id {
                return entry;
            }
            let carried = rows::carried(&wanted, known, kept);
            let rows = std::mem::take(&mut wanted);
            let (added, modified, removed) = (rows.added, rows.modified, rows.removed);
            AccountEntry { added, modified, removed, carried, ..entry }
        });
        let accounts = accounts.collect();
        let (quarantined, overlap) = (ledger.quarantined.clone(), ledger.overlap());
        Some(Delta { accounts, quarantined, changed: true, overlap })
    }
}

fn gone((row, reason): &(Row, RemovedBecause)) -> Removed {
    Removed { id: row.id.clone(), reason: *reason, made_on: Some(row.facts.made_on) }
}

/// Rows of an account that entries have taken away, and why when they last did.
pub fn removed_before(
    entries: &[Entry],
    id: &AccountId,
) -> BTreeMap<TransactionId, RemovedBecause> {
    let accounts = entries.iter().filter_map(|entry| entry.account(id));
    let removed = accounts.flat_map(|account| &account.removed);
    removed.map(|removed| (removed.id.clone(), removed.reason)).collect()
}
