//! Rows: from the bank's book into Salt Edge's copy.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value};

use super::fetch::Visit;
use crate::bank::{BankAccount, BankRow, RowStatus};
use crate::clock::date_of;
use crate::ids::Id;
use crate::switches::PendingIds;
use crate::world::{CopiedTransaction, Strategy, World};

/// The account that is being copied.
pub(super) struct Copying<'a> {
    pub(super) visit: &'a Visit,
    pub(super) account: &'a BankAccount,
    pub(super) account_id: Id,
    /// Oldest and newest date that may be copied.
    pub(super) window: (Date, Date),
    /// Booked rows of this day and older are shown as posted; none = all.
    pub(super) settled: Option<Date>,
    pub(super) now: Timestamp,
}

impl Copying<'_> {
    fn shown(&self, row: &BankRow) -> RowStatus {
        let held = self.settled.is_some_and(|settled| row.made_on > settled);
        if held { RowStatus::Pending } else { row.status }
    }
}

impl World {
    /// The last day that an unstable bank's booked rows are trusted for.
    pub(super) fn settled_day(&self, provider: &str, now: Timestamp) -> Option<Date> {
        let days = self.providers.get(provider)?.custom_pendings_period?;
        date_of(now).checked_sub(days.days()).ok()
    }

    /// Copies the rows of one account: drops what is gone, renews what is there, imports what is new.
    pub(super) fn copy_rows(&mut self, copying: &Copying<'_>) {
        self.drop_gone(copying);
        let earlier: Vec<CopiedTransaction> = self
            .transactions
            .values()
            .filter(|copied| copied.account_id == copying.account_id)
            .cloned()
            .collect();
        let by_row: BTreeMap<&str, Id> =
            earlier.iter().map(|copied| (copied.row.as_str(), copied.id)).collect();
        let mut imported = false;
        for row in &copying.account.rows {
            if row.made_on < copying.window.0 || row.made_on > copying.window.1 {
                continue;
            }
            match by_row.get(row.row.as_str()) {
                Some(id) => self.renew(*id, row, copying.shown(row)),
                None => imported |= self.import(copying, row, &earlier),
            }
        }
        if imported && let Some(copied) = self.accounts.get_mut(&copying.account_id) {
            copied.updated_at = copying.now;
        }
    }

    fn drop_gone(&mut self, copying: &Copying<'_>) {
        let stable = self.switches.pending_ids == PendingIds::Stable;
        let posting_keeps_id = stable && self.switches.posting_keeps_id;
        let removal = self.switches.removal_reaches_copy;
        let at_bank: BTreeMap<&str, &BankRow> =
            copying.account.rows.iter().map(|row| (row.row.as_str(), row)).collect();
        let superseded = &copying.visit.book.superseded;
        self.transactions.retain(|_, copied| {
            if copied.account_id != copying.account_id {
                return true;
            }
            let shown = at_bank.get(copied.row.as_str()).map(|row| copying.shown(row));
            match (copied.status, shown) {
                (RowStatus::Pending, Some(RowStatus::Pending)) => stable,
                (RowStatus::Pending, Some(RowStatus::Booked)) => posting_keeps_id,
                (RowStatus::Pending, None) => false,
                (RowStatus::Booked, Some(_)) => true,
                (RowStatus::Booked, None) => !removal && !superseded.contains(&copied.row),
            }
        });
    }

    /// Brings the copy of a row to what the bank says now, under the same id.
    fn renew(&mut self, id: Id, row: &BankRow, shown: RowStatus) {
        let Some(copied) = self.transactions.get_mut(&id) else { return };
        copied.amount = row.amount.clone();
        copied.description.clone_from(&row.description);
        copied.made_on = row.made_on;
        copied.status = shown;
        let suspected = copied.extra.get("possible_duplicate") == Some(&Value::Bool(true));
        copied.extra = row_extra(row, shown, suspected);
    }

    /// An id below those of an account's rows that no row has.
    fn early(&self, account: Id) -> Option<Id> {
        let rows = self.transactions.values().filter(|copied| copied.account_id == account);
        let lowest = rows.map(|copied| copied.id).min()?;
        let below = std::iter::successors(Some(lowest.before()), |id| Some(id.before()));
        below.into_iter().find(|id| !self.transactions.contains_key(id))
    }

    fn import(
        &mut self,
        copying: &Copying<'_>,
        row: &BankRow,
        earlier: &[CopiedTransaction],
    ) -> bool {
        let suspected = earlier.iter().any(|copied| {
            copied.amount.value() == row.amount.value()
                && copied.made_on == row.made_on
                && copied.currency_code == copying.account.currency
        });
        let strategy = copying.visit.connection.strategy;
        let treated = suspected && self.switches.detects_duplicates;
        if treated && strategy == Strategy::DeleteDuplicated {
            return false;
        }
        let stays_pending =
            treated && strategy == Strategy::MarkAsPending && copying.settled.is_some();
        let status = if stays_pending { RowStatus::Pending } else { copying.shown(row) };
        let early = if row.early_id { self.early(copying.account_id) } else { None };
        let id = early.unwrap_or_else(|| self.ids.next());
        let copied = CopiedTransaction {
            id,
            account_id: copying.account_id,
            connection_id: copying.visit.connection.id,
            row: row.row.clone(),
            duplicated: treated && strategy == Strategy::MarkAsDuplicate,
            status,
            mode: row.mode.clone(),
            made_on: row.made_on,
            amount: row.amount.clone(),
            currency_code: copying.account.currency.clone(),
            description: row.description.clone(),
            category: row.category.clone(),
            extra: row_extra(row, status, suspected),
            created_at: copying.now,
            updated_at: copying.now,
        };
        self.transactions.insert(id, copied);
        true
    }
}

fn row_extra(row: &BankRow, shown: RowStatus, suspected: bool) -> Map<String, Value> {
    let mut extra = row.extra.clone();
    if let Some(reference) = &row.reference {
        extra.insert("id".into(), reference.clone().into());
    }
    if let Some(date) = row.posting_date {
        extra.insert("posting_date".into(), date.to_string().into());
    }
    extra.insert("possible_duplicate".into(), Value::Bool(suspected));
    if shown == RowStatus::Pending && row.status == RowStatus::Booked {
        extra.insert("posted_by_aspsp".into(), Value::Bool(true));
    }
    extra
}
