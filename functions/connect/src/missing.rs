//! Searching for rows that the bank has and we do not hold, or the reverse; and importing the chosen ones.

use std::collections::BTreeSet;

use domain::{
    connection::Connection,
    id::{AccountId, TransactionId},
    journal::{Ledger, RemovedBecause, Row},
    limits::{IMPORT_ROWS, SEARCH_DAYS, SEARCH_FOUND, SEARCH_ROWS},
    message::{Import, Message},
    next_action::NextAction,
    plan::{self, Search, removed_before},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use shell::{Answer, Call, Code, Problem, view::RowView};

use crate::{accounts::not_found, limits, start::Parts, visits::open_connection};

/// The body of a search.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    from: String,
    to: String,
    #[serde(default)]
    import: Vec<String>,
}

/// A body that can be searched for.
struct Wanted {
    from: Date,
    to: Date,
    import: BTreeSet<TransactionId>,
}

#[derive(Serialize)]
struct View {
    account_id: AccountId,
    from: Date,
    to: Date,
    data_as_of: Option<Timestamp>,
    shown: usize,
    held: usize,
    missing: Vec<Missing>,
    differ: Vec<Differs>,
    extra: Vec<Extra>,
    importing: BTreeSet<TransactionId>,
}

#[derive(Serialize)]
struct Missing {
    transaction: RowView,
    removed_before: Option<RemovedBecause>,
}

#[derive(Serialize)]
struct Differs {
    held: RowView,
    shown: RowView,
}

#[derive(Serialize)]
struct Extra {
    transaction: RowView,
    reason: RemovedBecause,
}

/// `POST /v1/accounts/{id}/missing-searches`: compares, and writes nothing. With `import` the rows that are chosen
/// are sent on to `sync`, which compares again and appends them.
pub(crate) async fn search(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: AccountId = call.path("id")?;
    let connection = id.connection().ok_or_else(not_found)?;
    let connection = open_connection(parts, call.caller()?, &connection).await;
    let connection = connection.map_err(|problem| {
        if problem.code() == Code::ConnectionNotFound { not_found() } else { problem }
    })?;
    let wanted = Wanted::of(&call.json()?)?;
    // Before the journal is read: who is over the limit costs no more than the count.
    limits::count(parts, call, &connection.customer).await?;
    let (tenant, of) = (&connection.tenant, &connection.id);
    let journal = parts.table.journal(tenant, of).await?.ok_or_else(not_found)?;
    let ledger = Ledger::replay(&journal.entries);
    let known = ledger.accounts.get(&id).ok_or_else(not_found)?;
    if known.facts.held_by.is_some() || known.rows.len() > SEARCH_ROWS {
        return Err(beyond(
            "its rows are another connection's, or too many to be compared at once",
        ));
    }
    let found = compared(parts, &connection, &ledger, &id, &wanted, call.now).await?;
    let removed = removed_before(&journal.entries, &id);
    let importing =
        chosen(&found, &wanted, |row| known.rows.contains_key(row) || removed.contains_key(row))?;
    if !importing.is_empty() {
        let (from, to, rows) = (wanted.from, wanted.to, importing.clone());
        let (tenant, connection) = (connection.tenant.clone(), connection.id.clone());
        let import = Import { tenant, connection, account: id.clone(), from, to, rows };
        parts.queue.send(&Message::Import(import)).await?;
    }
    let status = if wanted.import.is_empty() { 200 } else { 202 };
    let booked = |row: &Row| RowView::booked(&id, row, None);
    let missing = found.missing.iter().map(|row| {
        let removed_before = removed.get(&row.id).copied();
        Missing { transaction: booked(row), removed_before }
    });
    let differ = found.differ.iter();
    let differ = differ.map(|one| Differs { held: booked(&one.from), shown: booked(&one.to) });
    let extra = found.extra.iter();
    let extra = extra.map(|(row, why)| Extra { transaction: booked(row), reason: *why });
    let view = View {
        from: wanted.from,
        to: wanted.to,
        data_as_of: ledger.data_as_of.max(connection.checked_data(journal.head())),
        shown: found.shown,
        held: found.held,
        missing: missing.collect(),
        differ: differ.collect(),
        extra: extra.collect(),
        importing,
        account_id: id.clone(),
    };
    Ok(Answer::json(status, &view))
}

impl Wanted {
    fn of(body: &Body) -> Result<Self, Problem> {
        let (from, to) = (day(&body.from, "/from")?, day(&body.to, "/to")?);
        let most = from.checked_add((SEARCH_DAYS - 1).days()).unwrap_or(Date::MAX);
        if to < from || to > most {
            let detail = format!("The last day, from the first on and at most {SEARCH_DAYS} days.");
            return Err(Problem::field("/to", detail));
        }
        if body.import.len() > IMPORT_ROWS {
            return Err(Problem::field("/import", format!("At most {IMPORT_ROWS} rows at once.")));
        }
        let mut import = BTreeSet::new();
        for (index, text) in body.import.iter().enumerate() {
            let row = text.parse().map_err(|_| unknown(index))?;
            import.insert(row);
        }
        Ok(Self { from, to, import })
    }
}

fn day(text: &str, pointer: &str) -> Result<Date, Problem> {
    text.parse().map_err(|_| Problem::field(pointer, "A day, YYYY-MM-DD."))
}

/// An account that is there, and cannot be searched.
fn beyond(detail: &str) -> Problem {
    Problem::new(Code::WrongState).with_action(NextAction::FixRequest).with_detail(detail)
}

fn unknown(index: usize) -> Problem {
    Problem::field(format!("/import/{index}"), "An id that the search of these days gives.")
}

/// What Salt Edge shows of the account, against the journal.
async fn compared(
    parts: &Parts,
    connection: &Connection,
    ledger: &Ledger,
    id: &AccountId,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Search, Problem> {
    let bank = parts.bank.get().await?;
    let down = |error: domain::bank::BankError| {
        tracing::warn!(connection.id = %connection.id, %error, "a search could not be made");
        Problem::new(Code::Unavailable).with_detail("Salt Edge does not answer, or not readably")
    };
    let listed = bank.client.accounts(&connection.remote, now).await.map_err(down)?;
    let shown = plan::shown_as(ledger, id, listed.rows, &bank.account_key);
    let shown = shown.ok_or_else(|| beyond("Salt Edge does not show this account any more"))?;
    let shown = bank.client.rows_of(&connection.remote, shown, None, now).await.map_err(down)?;
    let found =
        plan::search(ledger, id, &shown.account, &(wanted.from..=wanted.to)).unwrap_or_default();
    if found.ids().len() > SEARCH_FOUND {
        let detail = format!("More than {SEARCH_FOUND} rows differ: choose fewer days.");
        return Err(Problem::field("/to", detail));
    }
    Ok(found)
}

/// The chosen rows that are still to be imported; those that are done already are left out.
fn chosen(
    found: &Search,
    wanted: &Wanted,
    done: impl Fn(&TransactionId) -> bool,
) -> Result<BTreeSet<TransactionId>, Problem> {
    let there = found.ids();
    let mut importing = BTreeSet::new();
    for (index, row) in wanted.import.iter().enumerate() {
        if there.contains(row) {
            importing.insert(row.clone());
        } else if !done(row) {
            return Err(unknown(index));
        }
    }
    Ok(importing)
}
