//! One account and its statement.

use domain::{
    id::AccountId,
    journal::{Ledger, Position},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shell::{
    Answer, Call, Code, Problem,
    view::{AccountView, etag},
};
use store::{Table, Tail};

use crate::{
    connections::seen,
    rows::{RowView, limit},
    start::Parts,
};

/// `GET /v1/accounts/{id}`.
pub(crate) async fn show(table: &Table, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: AccountId = call.path("id")?;
    let tail = of_account(table, call, &id).await?;
    let ledger = Ledger::replay(&tail.entries);
    let connection = &tail.connection;
    let mapping = table.mapping(&connection.tenant, &connection.id).await?;
    let view = AccountView::find(&id, connection, &ledger, &mapping).ok_or_else(not_found)?;
    Ok(Answer::json(200, &view).with_header("etag", etag(&id, &mapping)))
}

pub(crate) async fn of_account(
    table: &Table,
    call: &Call,
    id: &AccountId,
) -> Result<Tail, Problem> {
    let connection = id.connection().ok_or_else(not_found)?;
    seen(table, call.caller()?, &connection).await?.ok_or_else(not_found)
}

pub(crate) fn not_found() -> Problem {
    Problem::new(Code::AccountNotFound)
}

/// Pages of one list are of one moment: the cursor holds the entry that was newest on the first.
#[derive(Serialize, Deserialize)]
struct Place {
    head: Position,
    skip: usize,
}

struct Filter {
    from: Option<Date>,
    to: Option<Date>,
    status: Option<String>,
}

impl Filter {
    fn of(call: &Call) -> Result<Self, Problem> {
        let status = call.query("status").map(str::to_owned);
        if status.as_deref().is_some_and(|status| status != "booked" && status != "pending") {
            return Err(
                Problem::new(Code::InvalidParameter).with_detail("status is booked or pending")
            );
        }
        Ok(Self { from: call.query_as("from")?, to: call.query_as("to")?, status })
    }

    fn lets(&self, row: &RowView) -> bool {
        self.from.is_none_or(|from| row.made_on() >= from)
            && self.to.is_none_or(|to| row.made_on() <= to)
            && self.status.as_deref().is_none_or(|status| row.status() == status)
    }

    fn text(&self) -> String {
        format!("{:?}|{:?}|{:?}", self.from, self.to, self.status)
    }
}

#[derive(Serialize)]
struct Page {
    transactions: Vec<RowView>,
    next_cursor: Option<String>,
    has_more: bool,
}

/// `GET /v1/accounts/{id}/transactions`: announced rows first, then booked ones, newest day first.
pub(crate) async fn transactions(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&["from", "to", "status", "limit", "cursor"])?;
    let id: AccountId = call.path("id")?;
    let tail = of_account(&parts.table, call, &id).await?;
    let filter = Filter::of(call)?;
    let limit = limit(call, 20, 100)?;
    let tenant = &tail.connection.tenant;
    let scope = format!("rows|{tenant}|{id}|{}", filter.text());
    let cursors = parts.cursors.get().await?;
    let place: Option<Place> =
        call.query("cursor").map(|text| cursors.read(&scope, text)).transpose()?;
    let journal = parts.table.journal(tenant, &tail.connection.id).await?.ok_or_else(not_found)?;
    let newest = journal.entries.last().map(|entry| entry.at).unwrap_or_default();
    let place = place.unwrap_or(Place { head: newest, skip: 0 });
    let ledger = Ledger::replay(journal.entries.iter().filter(|entry| entry.at <= place.head));
    let account = ledger.accounts.get(&id).ok_or_else(not_found)?;

    let announced = account.pending.iter().enumerate();
    let announced = announced.map(|(index, facts)| RowView::pending(&id, index, facts));
    let booked = account.statement();
    let booked = booked.iter().map(|(row, after)| RowView::booked(&id, row, after.as_ref()));
    let rows = announced.chain(booked).filter(|row| filter.lets(row)).skip(place.skip);
    let mut transactions: Vec<RowView> = rows.take(limit + 1).collect();
    let has_more = transactions.len() > limit;
    transactions.truncate(limit);
    let next = Place { head: place.head, skip: place.skip + limit };
    let next_cursor = has_more.then(|| cursors.write(&scope, &next));
    Ok(Answer::json(200, &Page { transactions, next_cursor, has_more }))
}
