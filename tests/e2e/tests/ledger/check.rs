//! What must hold whatever went wrong: the journal adds up to Salt Edge's own ledger.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    bank::Facts,
    connection::State,
    id::TransactionId,
    journal::{Body, Entry, Ledger, LedgerAccount, Position},
};
use e2e::oracle::{Told, shown};
use simulator::RowStatus;

use crate::stage::Stage;

/// Rows by account, booked and announced.
pub(crate) type Rows = BTreeMap<String, [Vec<Told>; 2]>;

/// The rows that Salt Edge shows now.
pub(crate) fn copied(stage: &Stage) -> Rows {
    let mut booked = shown(&stage.world, stage.remote, RowStatus::Booked);
    let mut rows = Rows::new();
    for (account, pending) in shown(&stage.world, stage.remote, RowStatus::Pending) {
        let booked = booked.remove(&account).unwrap_or_default();
        rows.insert(account, [booked, pending]);
    }
    rows
}

/// The journal as it lies in the table.
pub(crate) struct Journal {
    pub(crate) ledger: Ledger,
    pub(crate) entries: Vec<Entry>,
    pub(crate) open: bool,
    /// Whether it was taken back, as far as we can.
    pub(crate) ended: bool,
}

impl Journal {
    pub(crate) async fn of(stage: &Stage) -> Self {
        let read = stage.table().journal(&stage.tenant, &stage.id).await.unwrap().unwrap();
        let ledger = Ledger::replay(&read.entries);
        let stands = read.connection.state;
        let ended = matches!(stands, State::LeftWithOwner | State::Revoked);
        Self { ledger, entries: read.entries, open: stands.open(), ended }
    }

    /// Its rows, as Salt Edge would tell them.
    pub(crate) fn rows(&self) -> Rows {
        self.ledger.accounts.values().map(|account| (remote(account), told(account))).collect()
    }

    /// No hole in the numbers, nothing behind a tombstone, no row that is added while it is there.
    pub(crate) fn sound(&self) -> Result<(), String> {
        let (mut before, mut ended) = (Position::start(1), false);
        let mut there: BTreeSet<&TransactionId> = BTreeSet::new();
        for entry in &self.entries {
            if ended {
                return Err(format!("{:?} stands behind the tombstone", entry.at));
            }
            if entry.at != before.next() {
                return Err(format!("a hole between {before:?} and {:?}", entry.at));
            }
            before = entry.at;
            match &entry.body {
                Body::Tombstone(_) => ended = true,
                Body::Read(read) => {
                    for account in &read.accounts {
                        if let Some(row) = account.added.iter().find(|row| !there.insert(&row.id)) {
                            return Err(format!(
                                "{} is added twice",
                                row.facts.description.reveal()
                            ));
                        }
                        for removed in &account.removed {
                            if !there.remove(&removed.id) {
                                return Err(String::from("a row is removed that is not there"));
                            }
                        }
                    }
                }
            }
        }
        if ended == self.open {
            return Err(format!("open: {}, and a tombstone: {ended}", self.open));
        }
        Ok(())
    }

    /// A row that reads as before is the row that it was: its id stays, whatever Salt Edge's does.
    pub(crate) fn keeps_ids(&self, before: &Self, twins: &BTreeSet<String>) -> Result<(), String> {
        let (was, is) = (before.by_text(), self.by_text());
        for (text, id) in &is {
            if let (Some(id), Some(Some(was))) = (id, was.get(text))
                && was != id
                && !twins.contains(&text.3)
            {
                return Err(format!("{text:?} was one row and is another"));
            }
        }
        Ok(())
    }

    /// Rows by what they say; none where several say the same.
    fn by_text(&self) -> BTreeMap<Told, Option<&TransactionId>> {
        let mut rows = BTreeMap::new();
        for (_, row) in self.ledger.accounts.values().flat_map(|account| account.rows.values()) {
            let known = rows.entry(tell(&row.facts));
            known.and_modify(|id| *id = None).or_insert(Some(&row.id));
        }
        rows
    }
}

fn remote(account: &LedgerAccount) -> String {
    account.facts.remote.to_string()
}

fn told(account: &LedgerAccount) -> [Vec<Told>; 2] {
    let mut booked: Vec<Told> = account.rows.values().map(|(_, row)| tell(&row.facts)).collect();
    let mut pending: Vec<Told> = account.pending.iter().map(tell).collect();
    booked.sort();
    pending.sort();
    [booked, pending]
}

fn tell(facts: &Facts) -> Told {
    let money = facts.money;
    let description = facts.description.reveal().to_owned();
    (facts.made_on.to_string(), money.text(), money.currency().to_string(), description)
}

/// What differs, row by row: `-` is missing in the journal, `+` is too much.
pub(crate) fn difference(journal: &Rows, copied: &Rows) -> String {
    let mut lines = Vec::new();
    for (sign, one, other) in [('-', copied, journal), ('+', journal, copied)] {
        for (account, kinds) in one {
            let empty = [Vec::new(), Vec::new()];
            let theirs = other.get(account).unwrap_or(&empty);
            for (kind, (rows, theirs)) in ["booked", "pending"].iter().zip(kinds.iter().zip(theirs))
            {
                let mut left = theirs.clone();
                for row in rows {
                    match left.iter().position(|other| other == row) {
                        Some(at) => drop(left.swap_remove(at)),
                        None => lines.push(format!("{sign} {kind} {row:?}")),
                    }
                }
            }
        }
    }
    lines.join("\n")
}
