//! The feed: the journal of one connection, read on from a cursor.

use std::collections::BTreeSet;

use domain::{
    id::{AccountId, ConnectionId, TransactionId},
    journal::{AccountEntry, Body, Entry, History, Ledger, Position, RemovedBecause},
};
use serde::{Deserialize, Serialize};
use shell::{Answer, Call, Code, Problem, view::RowView};

use crate::{connections::seen, rows::limit, start::Parts};

/// Entries that are loaded first: of a big first read's parts each fills a page.
const FEW: usize = 2;
/// Entries that are loaded at once when those before told little.
const MANY: usize = 32;

/// Everything before this has been delivered: whole entries, and so many news of the next one.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Place {
    entry: Position,
    news: usize,
}

enum News {
    Added(Box<RowView>),
    Modified(Box<Changed>),
    Removed(Removed),
}

impl News {
    /// The row that it is of.
    fn row(&self) -> &TransactionId {
        match self {
            Self::Added(row) => row.id(),
            Self::Modified(changed) => changed.to.id(),
            Self::Removed(removed) => &removed.id,
        }
    }
}

#[derive(Serialize)]
struct Removed {
    id: TransactionId,
    account_id: AccountId,
    reason: RemovedBecause,
}

#[derive(Serialize)]
struct Changed {
    from: RowView,
    to: RowView,
}

#[derive(Default, Serialize)]
struct Changes {
    added: Vec<RowView>,
    modified: Vec<Changed>,
    removed: Vec<Removed>,
    next_cursor: String,
    has_more: bool,
    history: History,
}

/// `GET /v1/connections/{id}/transactions/sync`.
pub(crate) async fn changes(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&["limit", "cursor"])?;
    let id: ConnectionId = call.path("id")?;
    let tail = seen(&parts.table, call.caller()?, &id).await?;
    let tail = tail.ok_or_else(|| Problem::new(Code::ConnectionNotFound))?;
    let limit = limit(call, 100, 500)?;
    let tenant = &tail.connection.tenant;
    let scope = format!("feed|{tenant}|{id}");
    let cursors = parts.cursors.get().await?;
    let mut place: Place = match call.query("cursor") {
        Some(text) => cursors.read(&scope, text)?,
        None => Place::default(),
    };
    let mut page = Changes { history: Ledger::replay(&tail.entries).history, ..Changes::default() };
    let (mut told, mut step) = (BTreeSet::new(), FEW);
    'pages: loop {
        let entries = parts.table.entries_after(tenant, &id, place.entry, step).await?;
        let ended = entries.len() < step;
        step = (step * 2).min(MANY);
        for entry in entries {
            for news in news(&entry).into_iter().skip(place.news) {
                // A row is on a page once: its lists can be applied one after the other.
                if told.len() == limit || !told.insert(news.row().clone()) {
                    page.has_more = true;
                    break 'pages;
                }
                place.news += 1;
                page.take(news);
            }
            place = Place { entry: entry.at, news: 0 };
        }
        if ended {
            break;
        }
    }
    page.next_cursor = cursors.write(&scope, &place);
    Ok(Answer::json(200, &page))
}

impl Changes {
    fn take(&mut self, news: News) {
        match news {
            News::Added(row) => self.added.push(*row),
            News::Modified(changed) => self.modified.push(*changed),
            News::Removed(removed) => self.removed.push(removed),
        }
    }
}

/// What an entry tells, in a fixed order. A row's new id at Salt Edge is no news.
fn news(entry: &Entry) -> Vec<News> {
    match &entry.body {
        Body::Read(read) => read.accounts.iter().flat_map(of_account).collect(),
        Body::Tombstone(_) => Vec::new(),
    }
}

fn of_account(account: &AccountEntry) -> Vec<News> {
    let id = &account.facts.id;
    let added =
        account.added.iter().map(|row| News::Added(Box::new(RowView::booked(id, row, None))));
    let modified = account.modified.iter().map(|change| {
        let from = RowView::booked(id, &change.from, None);
        let to = RowView::booked(id, &change.to, None);
        News::Modified(Box::new(Changed { from, to }))
    });
    let removed = account.removed.iter().map(|removed| {
        let (row, reason) = (removed.id.clone(), removed.reason);
        News::Removed(Removed { id: row, account_id: id.clone(), reason })
    });
    added.chain(modified).chain(removed).collect()
}
