//! A page of an account's rows out of folds and what stands behind them: announced rows first, then booked
//! ones, newest day first, each with the balance after it.

use std::collections::BTreeMap;

use domain::{
    connection::Connection,
    id::AccountId,
    journal::{Arrival, Balance, Fold, Past, Position, Row, Stretch, Torn},
    money::Money,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shell::{Problem, view::RowView};
use store::{Behind, StoreError, Table};

use crate::accounts::Filter;

/// Folds that are read with one query, at most.
const AT_ONCE: usize = 64;

/// Which page is wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) account: &'a AccountId,
    pub(crate) filter: &'a Filter,
    pub(crate) limit: usize,
}

/// Pages of one list are of one moment: the cursor holds the entry that was newest on the first.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    head: Position,
    /// Rows that were told: all of them, where none of them was booked.
    skip: usize,
    /// The last booked row that was told.
    #[serde(default)]
    told: Option<Told>,
}

/// A booked row that was told.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Told {
    day: Date,
    arrival: Arrival,
    /// The balance before it.
    before: Option<Money>,
}

type Found = Option<(Vec<RowView>, Option<Place>)>;

/// One page, and where the next one goes on; none = there is no such account.
pub(crate) async fn page(
    table: &Table,
    wanted: &Wanted<'_>,
    place: Option<Place>,
) -> Result<Found, Problem> {
    let Connection { tenant, id, .. } = wanted.connection;
    let upto = place.as_ref().map(|place| place.head);
    let behind = table.behind_folds(tenant, id, wanted.account, upto).await?;
    if let Ok(found) = walk(table, wanted, place.as_ref(), &behind).await? {
        return Ok(found);
    }
    // Folds are written while they are read, or one was lost: the journal knows as well.
    let behind = table.behind_nothing(tenant, id, upto).await?;
    Ok(walk(table, wanted, place.as_ref(), &behind).await?.unwrap_or_default())
}

async fn walk(
    table: &Table,
    wanted: &Wanted<'_>,
    place: Option<&Place>,
    behind: &Behind,
) -> Result<Result<Found, Torn>, Problem> {
    let past = Past::new(wanted.account, &behind.folds, &behind.entries);
    let ledger = past.ledger();
    let Some(account) = ledger.accounts.get(wanted.account) else { return Ok(Ok(None)) };
    let told = place.and_then(|place| place.told);
    let mut page = Page {
        filter: wanted.filter,
        account: wanted.account,
        skip: place.filter(|_| told.is_none()).map_or(0, |place| place.skip),
        running: match told {
            Some(told) => told.before,
            None => account.balance.as_ref().map(|balance| balance.money),
        },
        told,
        rows: Vec::new(),
    };
    if told.is_none() {
        for (index, facts) in account.pending.iter().enumerate() {
            page.take(RowView::pending(wanted.account, index, facts), None);
        }
    }
    let want = wanted.limit + 1;
    let mut stretches = page.stretches(&past).into_iter().peekable();
    while page.rows.len() < want && stretches.peek().is_some() {
        let mut batch: Vec<Stretch> = Vec::new();
        let mut about = 0;
        while let Some(next) = stretches
            .next_if(|_| about < want + page.skip - page.rows.len() && batch.len() < AT_ONCE)
        {
            if page.passes_over(&next) {
                continue;
            }
            about += next.about;
            batch.push(next);
        }
        let mut folds = load(table, wanted, &batch).await?;
        for stretch in batch {
            match past.rows(&stretch, folds.remove(&stretch.start)) {
                Ok(rows) => page.tell(&rows),
                Err(Torn) => return Ok(Err(Torn)),
            }
        }
    }
    Ok(Ok(Some(page.done(wanted.limit, place, past.moment()))))
}

/// The folds of these stretches, with one query.
async fn load(
    table: &Table,
    wanted: &Wanted<'_>,
    batch: &[Stretch],
) -> Result<BTreeMap<Date, Fold>, StoreError> {
    let folded = |stretch: &&Stretch| stretch.folded.is_some();
    let newest = batch.iter().find(folded).map(|stretch| stretch.start);
    let oldest = batch.iter().rev().find(folded).map(|stretch| stretch.start);
    let (Some(oldest), Some(newest)) = (oldest, newest) else { return Ok(BTreeMap::new()) };
    let Connection { tenant, id, .. } = wanted.connection;
    table.folds_from(tenant, id, wanted.account, (oldest, newest)).await
}

/// A page that is being put together.
struct Page<'a> {
    filter: &'a Filter,
    account: &'a AccountId,
    skip: usize,
    running: Option<Money>,
    told: Option<Told>,
    rows: Vec<(RowView, Option<Told>)>,
}

impl Page<'_> {
    /// The stretches in which wanted booked rows may lie, newest first.
    fn stretches(&self, past: &Past<'_>) -> Vec<Stretch> {
        if self.filter.status.as_deref() == Some("pending") {
            return Vec::new();
        }
        let wanted = |stretch: &Stretch| {
            let old = self.filter.from.is_some_and(|from| stretch.upto < from);
            let told = self.told.is_some_and(|told| stretch.start > told.day);
            !old && !told
        };
        past.stretches().into_iter().filter(wanted).collect()
    }

    /// Whether a stretch is newer than what is wanted, and its sum alone leads to the balance before it.
    fn passes_over(&mut self, stretch: &Stretch) -> bool {
        let newer = self.filter.to.is_some_and(|to| stretch.start > to);
        let Some(folded) = stretch.folded.as_ref().filter(|_| newer && !stretch.touched) else {
            return false;
        };
        if folded.rows > 0 {
            self.running = self.running.and_then(|money| money.minus(folded.sum?).ok());
        }
        true
    }

    /// Rows of one stretch, oldest day first, within a day as they came.
    fn tell(&mut self, rows: &[(Arrival, Row)]) {
        let last = self.told.map(|told| (told.day, told.arrival));
        for (arrival, row) in rows.iter().rev() {
            let day = row.facts.made_on;
            if last.is_some_and(|last| (day, *arrival) >= last) {
                continue;
            }
            let after = self.running.map(Balance::derived);
            self.running = self.running.and_then(|money| money.minus(row.facts.money).ok());
            let told = Told { day, arrival: *arrival, before: self.running };
            self.take(RowView::booked(self.account, row, after.as_ref()), Some(told));
        }
    }

    fn take(&mut self, row: RowView, told: Option<Told>) {
        if !self.filter.lets(&row) {
            return;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        self.rows.push((row, told));
    }

    fn done(
        mut self,
        limit: usize,
        place: Option<&Place>,
        moment: Position,
    ) -> (Vec<RowView>, Option<Place>) {
        let more = self.rows.len() > limit;
        self.rows.truncate(limit);
        let told = self.rows.last().and_then(|(_, told)| *told);
        let head = place.map_or(moment, |place| place.head);
        let skip = place.map_or(0, |place| place.skip) + limit;
        let rows = self.rows.into_iter().map(|(row, _)| row).collect();
        (rows, more.then_some(Place { head, skip, told }))
    }
}
