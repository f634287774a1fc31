//! One account and its statement.

use domain::{connection::Connection, id::AccountId, journal::Ledger};
use jiff::civil::Date;
use serde::Serialize;
use shell::{
    Answer, Call, Code, Problem,
    view::{AccountView, RowView, etag},
};
use store::{Table, Tail};

use crate::{
    connections::{seen, visible},
    past::{self, Place, Wanted},
    rows::limit,
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

/// Which rows are wanted.
pub(crate) struct Filter {
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) status: Option<String>,
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

    pub(crate) fn lets(&self, row: &RowView) -> bool {
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
    let connection = connection_of(&parts.table, call, &id).await?;
    let filter = Filter::of(call)?;
    let limit = limit(call, 20, 100)?;
    let scope = format!("rows|{}|{id}|{}", connection.tenant, filter.text());
    let cursors = parts.cursors.get().await?;
    let place: Option<Place> =
        call.query("cursor").map(|text| cursors.read(&scope, text)).transpose()?;
    let wanted = Wanted { connection: &connection, account: &id, filter: &filter, limit };
    let found = past::page(&parts.table, &wanted, place).await?.ok_or_else(not_found)?;
    let (transactions, next) = found;
    let has_more = next.is_some();
    let next_cursor = next.map(|next| cursors.write(&scope, &next));
    Ok(Answer::json(200, &Page { transactions, next_cursor, has_more }))
}

/// The connection of an account, without its journal.
async fn connection_of(table: &Table, call: &Call, id: &AccountId) -> Result<Connection, Problem> {
    let (caller, connection) = (call.caller()?, id.connection().ok_or_else(not_found)?);
    let found = table.connection(&caller.tenant, &connection).await?;
    found.filter(|found| visible(caller, found)).ok_or_else(not_found)
}
