//! The journal: one conditional put an entry, one descending query a tail.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError,
    types::{ReturnValuesOnConditionCheckFailure, error::ConditionalCheckFailedException},
};
use domain::{
    connection::Connection,
    id::{ConnectionId, TenantId},
    journal::{Body, Entry, Position},
};

use crate::{
    connections,
    error::{StoreError, sorted},
    item::{self, Draft, Item, text_of},
    keys::{self, Key},
    table::{Query, Table, When},
};

/// How a commit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The entry stands.
    Won,
    /// It stood already: an earlier try of ours had won, and its answer was lost.
    Already,
    /// Another's entry stands there: throw the fetched data away and fetch again.
    Lost,
}

/// A connection and the newest of its journal.
#[derive(Debug, Clone)]
pub struct Tail {
    /// The connection.
    pub connection: Connection,
    /// Entries, oldest first.
    pub entries: Vec<Entry>,
    /// Whether these are all the entries that there are.
    pub whole: bool,
}

impl Tail {
    /// The place of the newest entry of the present generation.
    pub fn head(&self) -> Position {
        let generation = self.connection.generation;
        let newest = self.entries.last().map(|entry| entry.at);
        newest.filter(|at| at.generation == generation).unwrap_or(Position::start(generation))
    }
}

impl Table {
    /// The connection and the entries that a read compares with: the newest entry says how far back.
    ///
    /// One descending query brings the connection and that entry, a second one the rest where there is
    /// a rest: not an item more is read, however big the entries before it are.
    pub async fn tail(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Tail>, StoreError> {
        let newest = self.load(tenant, connection, Some(2), |_| true).await?;
        let Some(mut tail) = newest else { return Ok(None) };
        let Some(Entry { at, body: Body::Read(read), .. }) = tail.entries.first() else {
            return Ok(Some(tail));
        };
        let (at, from) = (*at, read.tail_from);
        tail.whole = from == Position::FIRST;
        if from < at {
            let upto = Position { number: at.number - 1, ..at };
            let older = self.entries(tenant, connection, from, upto).await?;
            tail.entries.splice(0..0, older);
        }
        Ok(Some(tail))
    }

    /// Entries from one place through another.
    async fn entries(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        from: Position,
        upto: Position,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        let pk = keys::partition(tenant, connection);
        let (from, upto) = (keys::entry(from), keys::entry(upto));
        self.query(Query::table(&pk, &from, &upto), |item| {
            entries.push(item::record("entry", &item)?);
            Ok(true)
        })
        .await?;
        Ok(entries)
    }

    /// The connection as it stands: back to its newest complete read, which names every account.
    pub async fn newest(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Tail>, StoreError> {
        let complete = |entry: &Entry| matches!(&entry.body, Body::Read(read) if read.last);
        self.load(tenant, connection, Some(2), complete).await
    }

    /// The connection and its whole journal, all generations.
    pub async fn journal(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Tail>, StoreError> {
        self.load(tenant, connection, None, |_| false).await
    }

    async fn load(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        page: Option<i32>,
        enough: impl Fn(&Entry) -> bool,
    ) -> Result<Option<Tail>, StoreError> {
        let (mut found, mut entries, mut whole) = (None, Vec::<Entry>::new(), true);
        let pk = keys::partition(tenant, connection);
        let query = Query { descending: true, page, ..Query::table(&pk, "J#", keys::CONNECTION) };
        self.query(query, |item| {
            if text_of(&item, "sk") == Some(keys::CONNECTION) {
                found = Some(item::record::<Connection>("connection", &item)?);
                return Ok(true);
            }
            let entry: Entry = item::record("entry", &item)?;
            let go_on = !enough(&entry);
            whole = go_on || entry.at == Position::FIRST;
            entries.push(entry);
            Ok(go_on)
        })
        .await?;
        entries.reverse();
        Ok(found.map(|connection| Tail { connection, entries, whole }))
    }

    /// Entries behind a place, oldest first, at most so many: the feed.
    pub async fn entries_after(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        let (pk, from) = (keys::partition(tenant, connection), keys::entry(after.next()));
        let page = i32::try_from(limit).ok();
        self.query(Query { page, ..Query::table(&pk, &from, keys::LAST) }, |item| {
            entries.push(item::record("entry", &item)?);
            Ok(entries.len() < limit)
        })
        .await?;
        Ok(entries)
    }

    /// Appends one entry: the put of the next number is the lock, the cursor and the rows together.
    pub async fn append(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        entry: &Entry,
    ) -> Result<Appended, StoreError> {
        let item = entry_item(tenant, connection, entry)?;
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(error) = put else { return Ok(Appended::Won) };
        let refused = match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refused)) => Some(refused),
            Some(_) | None => None,
        };
        let there = refused.and_then(ConditionalCheckFailedException::item);
        match (there, sorted("an append", &error)) {
            (Some(item), _) if same(&item::record("entry", item)?, entry) => Ok(Appended::Already),
            (_, StoreError::Conflict) => Ok(Appended::Lost),
            (_, error) => Err(error),
        }
    }

    /// Closes the generation: the tombstone and the connection's next state, both or none.
    ///
    /// Errors: [`StoreError::Conflict`] when an entry or another state got in between.
    pub async fn close(
        &self,
        connection: &Connection,
        tombstone: &Entry,
    ) -> Result<Connection, StoreError> {
        let next = Connection { version: connection.version + 1, ..connection.clone() };
        let entry = entry_item(&next.tenant, &next.id, tombstone)?;
        let item = connections::item(&next)?;
        self.put_all(vec![(entry, When::Absent), (item, When::Version(connection.version))])
            .await?;
        Ok(next)
    }
}

fn entry_item(
    tenant: &TenantId,
    connection: &ConnectionId,
    entry: &Entry,
) -> Result<Item, StoreError> {
    Ok(Draft::new(&Key::entry(tenant, connection, entry.at), "entry", entry)?.done())
}

/// Whether what stands there is what we meant to write.
fn same(there: &Entry, ours: &Entry) -> bool {
    match (&there.body, &ours.body) {
        (Body::Read(there), Body::Read(ours)) => there.fingerprint == ours.fingerprint,
        (Body::Tombstone(_), Body::Tombstone(_)) => true,
        (Body::Read(_), Body::Tombstone(_)) | (Body::Tombstone(_), Body::Read(_)) => false,
    }
}
