//! The lines of one version of a statement, as they were published.

use std::collections::BTreeMap;

use domain::{
    connection::Connection,
    journal::{Entry, Folds, Lines, Past, Row, Torn},
    statement::{Made, Statement, fingerprint},
};
use shell::{Code, Problem};
use store::{Behind, Table};

use crate::published::not_found;

/// The lines that a version was made of. The hash that it was published with says whether these are they, however they
/// were found: in the folds, as long as nothing has moved in them since; else in the journal.
pub(crate) async fn lines(
    table: &Table,
    connection: &Connection,
    statement: &Statement,
    made: &Made,
) -> Result<Vec<Row>, Problem> {
    let (tenant, id) = (&connection.tenant, &connection.id);
    let behind = table.behind_about(tenant, id, &statement.account, made.at).await?;
    if behind.newest() >= made.at
        && let Some(lines) = out_of_folds(table, connection, statement, made, &behind).await?
    {
        return Ok(lines);
    }
    // A row came late, was changed or taken back, or folds are torn: the journal says how it was.
    let behind = table.behind_nothing(tenant, id, Some(made.at)).await?;
    if behind.newest() != made.at {
        let gone = behind.entries.is_empty();
        return Err(if gone { not_found() } else { Problem::new(Code::Unavailable) });
    }
    let lines = replayed(statement, made, &behind.entries);
    let wrong = || {
        let id = statement.id();
        tracing::error!(statement.id = %id, "a statement has other lines than were published");
        Problem::new(Code::Internal)
    };
    lines.ok_or_else(wrong)
}

async fn out_of_folds(
    table: &Table,
    connection: &Connection,
    statement: &Statement,
    made: &Made,
    behind: &Behind,
) -> Result<Option<Vec<Row>>, Problem> {
    let past = Past::new(&statement.account, &behind.folds, &behind.entries);
    let days = statement.days.from..=statement.days.to;
    let folded = past.stretches_of(&days).into_iter().filter(|stretch| stretch.folded.is_some());
    let starts: Vec<_> = folded.map(|stretch| stretch.start).collect();
    let found = match (starts.last(), starts.first()) {
        (Some(oldest), Some(newest)) => {
            let (tenant, id) = (&connection.tenant, &connection.id);
            table.folds_from(tenant, id, &statement.account, (*oldest, *newest)).await?
        }
        (None, _) | (_, None) => BTreeMap::new(),
    };
    let Ok(lines) = past.rows_at(made.at, days, found) else { return Ok(None) };
    Ok(as_published(lines, made))
}

fn replayed(statement: &Statement, made: &Made, entries: &[Entry]) -> Option<Vec<Row>> {
    let folds = Folds::default();
    let past = Past::new(&statement.account, &folds, entries);
    let days = statement.days.from..=statement.days.to;
    let lines = past.rows_at(made.at, days, BTreeMap::new()).unwrap_or_else(|Torn| Lines::new());
    as_published(lines, made)
}

fn as_published(lines: Lines, made: &Made) -> Option<Vec<Row>> {
    let rows: Vec<Row> = lines.into_iter().map(|(_, row)| row).collect();
    let same = fingerprint(&rows.iter().collect::<Vec<_>>()) == made.lines;
    same.then_some(rows)
}
