//! The table itself: the few calls that every other module is made of.

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem},
};
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::{
    error::{StoreError, cancelled, sorted},
    item::{self, Item},
    keys::Key,
    receipts::Signer,
};

/// Nothing is there.
const ABSENT: &str = "attribute_not_exists(pk)";
/// Nothing is there any more.
const OVER: &str = "attribute_not_exists(pk) OR #end <= :now";
/// Nothing is there, or an older one.
const OLDER: &str = "attribute_not_exists(pk) OR #v < :own";

/// Pages that one query may take: what is not found by then is a fault of the query.
const PAGES: usize = 1_000;
/// Items that one batch may ask for. Source: `BatchGetItem`.
const BATCH: usize = 100;
/// Times that a batch is asked again for what the table left out.
const BATCH_TRIES: usize = 8;

/// What the template's table must be like for this adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Partition key and sort key.
    pub key: (&'static str, &'static str),
    /// The attribute that holds the end of an item's life.
    pub ttl: &'static str,
    /// Each index with its keys; all of them hold keys only.
    pub indexes: &'static [(&'static str, &'static str, &'static str)],
}

/// The shape that this adapter needs.
pub const SHAPE: Shape = Shape {
    key: ("pk", "sk"),
    ttl: "ttl",
    indexes: &[("due", "due_pk", "due_sk"), ("slots", "slot_pk", "slot_sk")],
};

/// The table.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) signer: Option<Signer>,
}

/// What a write is conditioned on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum When {
    /// Nothing is there yet.
    Absent,
    /// Nothing is there, or its life was over at this instant and the table is late to delete it.
    Over(Timestamp),
    /// The item is there with this version.
    Version(u64),
    /// Nothing is there, or an item with a lower version.
    Newer(u64),
    /// Whatever is there.
    Always,
}

impl Table {
    /// The table of this name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into(), signer: None }
    }

    /// One record; half-price, so it may be a moment old. Whoever writes on it carries a condition.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        self.read(kind, key, false).await
    }

    /// One record as it stands after every write that was answered; full price.
    pub(crate) async fn get_newest<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        self.read(kind, key, true).await
    }

    async fn read<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: &Key,
        newest: bool,
    ) -> Result<Option<T>, StoreError> {
        let found = self.item(key, newest).await?;
        found.as_ref().map(|item| item::record(kind, item)).transpose()
    }

    /// One item; `newest` = as it stands after every write that was answered, at full price.
    pub(crate) async fn item(&self, key: &Key, newest: bool) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.name).set_key(Some(item::key(key)));
        let request = request.consistent_read(newest);
        let answer = request.send().await.map_err(|error| sorted("a read", &error))?;
        Ok(answer.item)
    }

    /// The items of these keys that are there, in no order, a hundred keys a request.
    pub(crate) async fn items(
        &self,
        keys: &[Key],
        consistent: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let mut found = Vec::new();
        for keys in keys.chunks(BATCH) {
            let mut left: Vec<Item> = keys.iter().map(item::key).collect();
            for _ in 0..BATCH_TRIES {
                let wanted = KeysAndAttributes::builder().set_keys(Some(left));
                let wanted = wanted.consistent_read(consistent).build();
                let wanted = wanted.map_err(|error| StoreError::Unreadable {
                    kind: "batch",
                    why: error.to_string(),
                })?;
                let request = self.client.batch_get_item().request_items(&self.name, wanted);
                let answer = request.send().await.map_err(|error| sorted("a batch", &error))?;
                found.extend(answer.responses.into_iter().flatten().flat_map(|(_, items)| items));
                let unread = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
                left = unread.map(|unread| unread.keys).unwrap_or_default();
                if left.is_empty() {
                    break;
                }
            }
            if !left.is_empty() {
                return Err(StoreError::Unavailable {
                    what: "a batch",
                    code: String::from("items left out again and again"),
                    request: String::from("none"),
                });
            }
        }
        Ok(found)
    }

    /// Puts one item. Errors: [`StoreError::Conflict`] when the condition does not hold.
    pub(crate) async fn put(&self, item: Item, when: When) -> Result<(), StoreError> {
        let mut request = self.client.put_item().table_name(&self.name).set_item(Some(item));
        match when {
            When::Absent => request = request.condition_expression(ABSENT),
            When::Over(now) => {
                request = request
                    .condition_expression(OVER)
                    .expression_attribute_names("#end", "ttl")
                    .expression_attribute_values(":now", item::number(now.as_second()));
            }
            When::Version(version) => {
                request = request
                    .condition_expression("#v = :was")
                    .expression_attribute_names("#v", "v")
                    .expression_attribute_values(":was", item::number(version));
            }
            When::Newer(version) => {
                request = request
                    .condition_expression(OLDER)
                    .expression_attribute_names("#v", "v")
                    .expression_attribute_values(":own", item::number(version));
            }
            When::Always => {}
        }
        request.send().await.map(drop).map_err(|error| sorted("a write", &error))
    }

    /// Puts several items, all or none. Errors: [`StoreError::Conflict`].
    pub(crate) async fn put_all(&self, items: Vec<(Item, When)>) -> Result<(), StoreError> {
        let mut request = self.client.transact_write_items();
        for (item, when) in items {
            let mut put = Put::builder().table_name(&self.name).set_item(Some(item));
            match when {
                When::Absent => put = put.condition_expression(ABSENT),
                When::Over(now) => {
                    put = put
                        .condition_expression(OVER)
                        .expression_attribute_names("#end", "ttl")
                        .expression_attribute_values(":now", item::number(now.as_second()));
                }
                When::Version(version) => {
                    put = put
                        .condition_expression("#v = :was")
                        .expression_attribute_names("#v", "v")
                        .expression_attribute_values(":was", item::number(version));
                }
                When::Newer(version) => {
                    put = put
                        .condition_expression(OLDER)
                        .expression_attribute_names("#v", "v")
                        .expression_attribute_values(":own", item::number(version));
                }
                When::Always => {}
            }
            let put = put.build().map_err(|error| StoreError::Unreadable {
                kind: "transaction",
                why: error.to_string(),
            })?;
            request = request.transact_items(TransactWriteItem::builder().put(put).build());
        }
        request.send().await.map(drop).map_err(|error| cancelled(&error))
    }

    /// All items of a partition whose sort key lies between two texts, page by page; `keep_on` sees
    /// each and ends the query by saying no.
    pub(crate) async fn query(
        &self,
        query: Query<'_>,
        mut keep_on: impl FnMut(Item) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut start: Option<Item> = None;
        for _ in 0..PAGES {
            let answer = self
                .client
                .query()
                .table_name(&self.name)
                .set_index_name(query.index.map(str::to_owned))
                .key_condition_expression("#p = :p AND #s BETWEEN :from AND :to")
                .expression_attribute_names("#p", query.names.0)
                .expression_attribute_names("#s", query.names.1)
                .expression_attribute_values(":p", AttributeValue::S(query.pk.to_owned()))
                .expression_attribute_values(":from", AttributeValue::S(query.from.to_owned()))
                .expression_attribute_values(":to", AttributeValue::S(query.to.to_owned()))
                .scan_index_forward(!query.descending)
                .set_limit(query.page)
                .consistent_read(query.consistent)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| sorted("a query", &error))?;
            for item in answer.items.unwrap_or_default() {
                if !keep_on(item)? {
                    return Ok(());
                }
            }
            match answer.last_evaluated_key {
                Some(key) => start = Some(key),
                None => return Ok(()),
            }
        }
        Err(StoreError::Unavailable {
            what: "a query",
            code: String::from("more pages than a query may take"),
            request: String::from("none"),
        })
    }
}

/// Which items a query reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'a> {
    /// The index; none = the table.
    pub(crate) index: Option<&'a str>,
    /// The names of its keys.
    pub(crate) names: (&'a str, &'a str),
    /// The partition.
    pub(crate) pk: &'a str,
    /// The first sort key.
    pub(crate) from: &'a str,
    /// The last sort key.
    pub(crate) to: &'a str,
    /// Newest first.
    pub(crate) descending: bool,
    /// Items of one page; none = as many as fit 1 MB.
    pub(crate) page: Option<i32>,
    /// As it stands after every write that was answered, at full price; never of an index.
    pub(crate) consistent: bool,
}

impl<'a> Query<'a> {
    /// A partition of the table, from one sort key through another.
    pub(crate) fn table(pk: &'a str, from: &'a str, to: &'a str) -> Self {
        let (index, names) = (None, ("pk", "sk"));
        Self { index, names, pk, from, to, descending: false, page: None, consistent: false }
    }
}
