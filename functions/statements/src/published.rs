//! Published statements.

use std::collections::BTreeMap;

use domain::{
    id::{AccountId, StatementId, TransactionId},
    journal::{Balance, BalanceBasis, Row},
    money::{Currency, Money},
    statement::{Made, Period, Statement},
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use shell::{Answer, Call, Code, Problem, view::RowView};

use crate::{accounts::of_account, connections::seen, lines::lines, rows::limit, start::Parts};

#[derive(Serialize)]
struct View {
    id: StatementId,
    account_id: AccountId,
    number: u32,
    version: u32,
    period: Period,
    from: Date,
    to: Date,
    published_at: Timestamp,
    opening: BalanceView,
    closing: BalanceView,
    lines: usize,
    total: Option<String>,
    difference: Option<String>,
    restates: Option<StatementId>,
    hash: String,
    previous_hash: Option<String>,
}

#[derive(Serialize)]
struct BalanceView {
    amount: Option<String>,
    currency: Currency,
    basis: BalanceBasis,
}

impl BalanceView {
    fn of(balance: Option<&Balance>, currency: Currency) -> Self {
        let basis = balance.map_or(BalanceBasis::Unknown, |balance| balance.basis);
        Self { amount: balance.map(|balance| balance.money.text()), currency, basis }
    }
}

impl View {
    fn of(statement: &Statement) -> Self {
        let restates = statement.before.is_some();
        let (account, number) = (&statement.account, statement.number);
        Self {
            id: statement.id(),
            account_id: account.clone(),
            number,
            version: statement.version,
            period: statement.period,
            from: statement.days.from,
            to: statement.days.to,
            published_at: statement.published_at,
            opening: BalanceView::of(statement.opening.as_ref(), statement.currency),
            closing: BalanceView::of(statement.closing.as_ref(), statement.currency),
            lines: statement.count,
            total: statement.total.map(Money::text),
            difference: statement.difference().map(Money::text),
            restates: restates.then(|| StatementId::of(account, number, statement.version - 1)),
            hash: statement.hash(),
            previous_hash: statement.previous.clone(),
        }
    }
}

#[derive(Serialize)]
struct Page {
    statements: Vec<View>,
    next_cursor: Option<String>,
    has_more: bool,
}

/// The last that a page told.
#[derive(Serialize, Deserialize)]
struct Place {
    number: u32,
    version: u32,
}

/// `GET /v1/accounts/{id}/statements`: the newest first, and of each its newest version.
pub(crate) async fn list(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&["limit", "cursor"])?;
    let id: AccountId = call.path("id")?;
    let tail = of_account(&parts.table, call, &id).await?;
    let known = tail.entries.iter().any(|entry| entry.account(&id).is_some());
    if !known {
        return Err(Problem::new(Code::AccountNotFound));
    }
    let limit = limit(call, 20, 100)?;
    let (tenant, connection) = (&tail.connection.tenant, &tail.connection.id);
    let scope = format!("statements|{tenant}|{id}");
    let cursors = parts.cursors.get().await?;
    let place: Option<Place> =
        call.query("cursor").map(|text| cursors.read(&scope, text)).transpose()?;
    let before = place.map(|place| (place.number, place.version));
    let mut found = Vec::new();
    let take = |statement: Statement| {
        found.push(statement);
        found.len() <= limit
    };
    parts.table.statements_before(tenant, connection, &id, before, take).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| has_more);
    let next_cursor = last
        .map(|last| cursors.write(&scope, &Place { number: last.number, version: last.version }));
    let statements = found.iter().map(View::of).collect();
    Ok(Answer::json(200, &Page { statements, next_cursor, has_more }))
}

#[derive(Serialize)]
struct Whole {
    statement: View,
    transactions: Vec<RowView>,
    changes: Option<Changes>,
    next_cursor: Option<String>,
    has_more: bool,
}

#[derive(Serialize)]
struct Changes {
    added: Vec<RowView>,
    modified: Vec<Changed>,
    removed: Vec<RowView>,
}

#[derive(Serialize)]
struct Changed {
    from: RowView,
    to: RowView,
}

/// `GET /v1/statements/{id}`: one version with its lines, and what is other than in the version before.
pub(crate) async fn show(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&["limit", "cursor"])?;
    let id: StatementId = call.path("id")?;
    let limit = limit(call, 500, 500)?;
    let (account, place) = id.account().ok_or_else(not_found)?;
    let connection = account.connection().ok_or_else(not_found)?;
    let tail = seen(&parts.table, call.caller()?, &connection).await?.ok_or_else(not_found)?;
    let tenant = &tail.connection.tenant;
    let found = parts.table.statement(tenant, &connection, &account, place).await?;
    let statement = found.ok_or_else(not_found)?;
    let scope = format!("lines|{tenant}|{id}");
    let cursors = parts.cursors.get().await?;
    let skip: usize =
        call.query("cursor").map(|text| cursors.read(&scope, text)).transpose()?.unwrap_or(0);
    let made = async |made: &Made| lines(&parts.table, &tail.connection, &statement, made).await;
    let lines = made(&statement.made).await?;
    let changes = match &statement.before {
        Some(before) => Some(changes(&account, &made(before).await?, &lines)),
        None => None,
    };
    let mut transactions = told(&statement, &lines, skip);
    let has_more = transactions.len() > limit;
    transactions.truncate(limit);
    let next_cursor = has_more.then(|| cursors.write(&scope, &(skip + limit)));
    let view = View::of(&statement);
    let whole = Whole { statement: view, transactions, changes, next_cursor, has_more };
    Ok(Answer::json(200, &whole).tagged(call))
}

/// The lines, oldest first, each with the balance after it, counted on from the opening one.
fn told(statement: &Statement, lines: &[Row], skip: usize) -> Vec<RowView> {
    let mut running = statement.opening.as_ref().map(|balance| balance.money);
    let each = lines.iter().map(|row| {
        running = running.and_then(|money| money.plus(row.facts.money).ok());
        let after = running.map(Balance::derived);
        RowView::booked(&statement.account, row, after.as_ref())
    });
    each.skip(skip).collect()
}

fn changes(account: &AccountId, before: &[Row], now: &[Row]) -> Changes {
    fn by_id(rows: &[Row]) -> BTreeMap<&TransactionId, &Row> {
        rows.iter().map(|row| (&row.id, row)).collect()
    }
    let view = |row: &Row| RowView::booked(account, row, None);
    let (was, is) = (by_id(before), by_id(now));
    let mut changes = Changes { added: Vec::new(), modified: Vec::new(), removed: Vec::new() };
    for row in now {
        match was.get(&row.id) {
            None => changes.added.push(view(row)),
            Some(before) if !before.facts.same_line(&row.facts) => {
                changes.modified.push(Changed { from: view(before), to: view(row) });
            }
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|row| !is.contains_key(&row.id));
    changes.removed.extend(gone.map(view));
    changes
}

pub(crate) fn not_found() -> Problem {
    Problem::new(Code::StatementNotFound)
}
