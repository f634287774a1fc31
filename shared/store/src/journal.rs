//! The journal: one conditional put an entry, one descending query a tail.

use aws_sdk_dynamodb::{
    operation::put_item::PutItemError, types::ReturnValuesOnConditionCheckFailure,
};
use domain::{
    connection::Connection,
    id::{ConnectionId, TenantId},
    journal::{Body, Entry, Position},
};
use jiff::Timestamp;

use crate::{
    connections,
    entries::Bases,
    entry::{Base, Stored, packed},
    error::{StoreError, sorted},
    item::{self, Draft, text_of},
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
    /// What the next entry may be deflated behind.
    pub base: Option<Base>,
}

impl Tail {
    /// The place of the newest entry of the present generation.
    pub fn head(&self) -> Position {
        self.connection.head(self.entries.last().map(|entry| entry.at).unwrap_or_default())
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
        let pk = keys::partition(tenant, connection);
        let Some((connection, mut stored)) = self.latest(&pk, Some(1)).await? else {
            return Ok(None);
        };
        let Some(newest) = stored.first() else {
            let (entries, whole, base) = (Vec::new(), true, None);
            return Ok(Some(Tail { connection, entries, whole, base }));
        };
        let (at, mut bases) = (newest.at, Bases::default());
        let mut from = newest.tail_from()?;
        if from.is_none() {
            let newest = self.entries(&pk, &stored, &mut bases).await?;
            from = newest.first().map(|entry| match &entry.body {
                Body::Read(read) => read.tail_from,
                Body::Tombstone(_) => entry.at,
            });
        }
        let from = from.unwrap_or(at);
        if from < at {
            let (from, upto) = (keys::entry(from), keys::entry(before(at)));
            let older = self.stored(Query::table(&pk, &from, &upto), usize::MAX).await?;
            stored.splice(0..0, older);
        }
        let entries = self.entries(&pk, &stored, &mut bases).await?;
        let whole = from == Position::FIRST;
        Ok(Some(Tail { connection, entries, whole, base: bases.newest() }))
    }

    /// The connection as it stands: back to its newest complete read, which names every account.
    pub async fn newest(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Tail>, StoreError> {
        let pk = keys::partition(tenant, connection);
        let Some((connection, stored)) = self.latest(&pk, Some(1)).await? else {
            return Ok(None);
        };
        let mut bases = Bases::default();
        let mut entries = self.entries(&pk, &stored, &mut bases).await?;
        let complete = |entry: &Entry| matches!(&entry.body, Body::Read(read) if read.last);
        // Behind parts of a big read, or a tombstone: twice as far back with each look.
        while let Some(oldest) = entries.first().map(|entry| entry.at)
            && !entries.iter().any(complete)
        {
            let upto = keys::entry(before(oldest));
            let page = i32::try_from(2 * entries.len()).ok();
            let query = Query { descending: true, page, ..Query::table(&pk, "J#", &upto) };
            let older = self.stored(query, 2 * entries.len()).await?;
            if older.is_empty() {
                break;
            }
            entries.splice(0..0, self.entries(&pk, &older, &mut bases).await?);
        }
        entries.drain(..entries.iter().rposition(complete).unwrap_or(0));
        let whole = entries.first().is_none_or(|entry| entry.at == Position::FIRST);
        Ok(Some(Tail { connection, entries, whole, base: bases.newest() }))
    }

    /// The connection and its whole journal, all generations.
    pub async fn journal(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Tail>, StoreError> {
        let pk = keys::partition(tenant, connection);
        let Some((connection, stored)) = self.latest(&pk, None).await? else { return Ok(None) };
        let mut bases = Bases::default();
        let entries = self.entries(&pk, &stored, &mut bases).await?;
        Ok(Some(Tail { connection, entries, whole: true, base: bases.newest() }))
    }

    /// The connection and its newest entries, oldest first: so many, or all.
    async fn latest(
        &self,
        pk: &str,
        most: Option<usize>,
    ) -> Result<Option<(Connection, Vec<Stored>)>, StoreError> {
        let (mut found, mut stored) = (None, Vec::new());
        let page = most.and_then(|most| i32::try_from(most + 1).ok());
        let query = Query { descending: true, page, ..Query::table(pk, "J#", keys::CONNECTION) };
        self.query(query, |item| {
            if text_of(&item, "sk") == Some(keys::CONNECTION) {
                found = Some(item::record::<Connection>("connection", &item)?);
            } else {
                stored.push(Stored::of(&item)?);
            }
            Ok(most.is_none_or(|most| stored.len() < most))
        })
        .await?;
        stored.reverse();
        Ok(found.map(|connection| (connection, stored)))
    }

    /// Entries behind a place, oldest first, at most so many: the feed.
    pub async fn entries_after(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let (pk, from) = (keys::partition(tenant, connection), keys::entry(after.next()));
        let page = i32::try_from(limit).ok();
        let query = Query { page, ..Query::table(&pk, &from, keys::LAST) };
        let stored = self.stored(query, limit).await?;
        self.entries(&pk, &stored, &mut Bases::default()).await
    }

    /// Appends one entry: the put of the next number is the lock, the cursor and the rows together. `base` = the
    /// tail's: what it says is not said again.
    pub async fn append(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        entry: &Entry,
        base: Option<&Base>,
    ) -> Result<Appended, StoreError> {
        let key = Key::entry(tenant, connection, entry.at);
        let item = Draft::of_bytes(&key, packed(entry, base)?).done();
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let Err(refused) = put else { return Ok(Appended::Won) };
        let there = match refused.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refused)) => refused.item(),
            Some(_) | None => None,
        };
        let error = sorted("an append", &refused);
        let Some(there) = there else {
            return if error == StoreError::Conflict { Ok(Appended::Lost) } else { Err(error) };
        };
        let stored = [Stored::of(there)?];
        let there = self.entries(&key.pk, &stored, &mut Bases::default()).await?;
        let ours = there.iter().any(|there| same(there, entry));
        Ok(if ours { Appended::Already } else { Appended::Lost })
    }

    /// When a connection's journal was closed; none while it is open. The tombstone alone is read: what is before it
    /// may be deleted already.
    pub async fn closed_at(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let pk = keys::partition(tenant, connection);
        let query =
            Query { descending: true, page: Some(1), ..Query::table(&pk, "J#", keys::LAST) };
        let last = self.stored(query, 1).await?;
        let Some(last) = last.first().filter(|last| last.behind().is_ok_and(|at| at.is_none()))
        else {
            return Ok(None);
        };
        let last = last.entry(None)?;
        Ok(matches!(last.body, Body::Tombstone(_)).then_some(last.read_at))
    }

    /// Closes the generation: the tombstone, the connection's next state and its receipts, all or none.
    ///
    /// Errors: [`StoreError::Conflict`] when an entry or another state got in between.
    pub async fn close(
        &self,
        connection: &Connection,
        tombstone: &Entry,
    ) -> Result<Connection, StoreError> {
        let next = connections::one_more(connection);
        let key = Key::entry(&next.tenant, &next.id, tombstone.at);
        let entry = Draft::of_bytes(&key, packed(tombstone, None)?).done();
        let mut items = vec![(entry, When::Absent)];
        items.push((connections::item(&next)?, When::Version(connection.version)));
        items.extend(self.receipts_of(connection).await?);
        self.put_all(items).await?;
        Ok(next)
    }
}

/// The place before.
fn before(at: Position) -> Position {
    Position { number: at.number.saturating_sub(1), ..at }
}

/// Whether what stands there is what we meant to write.
fn same(there: &Entry, ours: &Entry) -> bool {
    match (&there.body, &ours.body) {
        (Body::Read(there), Body::Read(ours)) => there.fingerprint == ours.fingerprint,
        (Body::Tombstone(_), Body::Tombstone(_)) => true,
        (Body::Read(_), Body::Tombstone(_)) | (Body::Tombstone(_), Body::Read(_)) => false,
    }
}
