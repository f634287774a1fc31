//! The deletion of items: many at once, or together with a write, so that what was written meanwhile stays.

use aws_sdk_dynamodb::types::{Delete, DeleteRequest, Put, TransactWriteItem, WriteRequest};
use domain::connection::Connection;

use crate::{
    connections::{self, one_more},
    error::{StoreError, cancelled, sorted},
    item::{self, Item},
    keys::{self, Key},
    sweep::Keys,
    table::{Table, When},
};

/// Items that one request deletes. Source: `BatchWriteItem`.
const AT_ONCE: usize = 25;
/// Items that one transaction deletes. Source: `TransactWriteItems` takes 100.
const TOGETHER: usize = 90;
/// Times that a request is repeated for what the table left out.
const TRIES: usize = 8;

impl Table {
    /// Deletes these items; those that are not there are as good as deleted. In their order, so that what leads to
    /// an item does not go before it.
    pub async fn delete(&self, keys: &Keys) -> Result<(), StoreError> {
        for keys in keys.chunks(AT_ONCE) {
            let mut left = Vec::new();
            for (pk, sk) in keys {
                let key = item::key(&Key::there(pk, sk));
                let delete = DeleteRequest::builder().set_key(Some(key)).build();
                let delete = delete.map_err(|error| unreadable("deletion", &error))?;
                left.push(WriteRequest::builder().delete_request(delete).build());
            }
            for _ in 0..TRIES {
                let request = self.client.batch_write_item().request_items(&self.name, left);
                let answer = request.send().await.map_err(|error| sorted("a deletion", &error))?;
                let undone = answer.unprocessed_items.unwrap_or_default();
                left = undone.into_values().flatten().collect();
                if left.is_empty() {
                    break;
                }
            }
            if !left.is_empty() {
                return Err(StoreError::Unavailable {
                    what: "a deletion",
                    code: String::from("items left out again and again"),
                    request: String::from("none"),
                });
            }
        }
        Ok(())
    }

    /// Deletes these items of a connection. What its next life may write under the same key goes only together with a
    /// write of the connection. Errors: [`StoreError::Conflict`] when somebody wrote that meanwhile.
    pub async fn delete_of(
        &self,
        mut connection: Connection,
        keys: &Keys,
    ) -> Result<Connection, StoreError> {
        let once = |sk: &String| sk.starts_with(keys::ENTRY) || sk.starts_with(keys::FOLD);
        let (once, again): (Keys, Keys) = keys.iter().cloned().partition(|(_, sk)| once(sk));
        self.delete(&once).await?;
        for some in again.chunks(TOGETHER) {
            let gone: Vec<_> = some.iter().map(|(pk, sk)| Key::there(pk, sk)).collect();
            let next = one_more(&connection);
            let put = (connections::item(&next)?, When::Version(connection.version));
            self.put_deleting(put, &gone).await?;
            connection = next;
        }
        Ok(connection)
    }

    /// Puts one item and deletes others, all or none.
    pub(crate) async fn put_deleting(
        &self,
        (put, when): (Item, When),
        gone: &[Key],
    ) -> Result<(), StoreError> {
        let mut request = Put::builder().table_name(&self.name).set_item(Some(put));
        if let When::Version(version) = when {
            request = request
                .condition_expression("#v = :was")
                .expression_attribute_names("#v", "v")
                .expression_attribute_values(":was", item::number(version));
        }
        let put = request.build().map_err(|error| unreadable("transaction", &error))?;
        let mut parts = vec![TransactWriteItem::builder().put(put).build()];
        for key in gone {
            parts.push(self.deletion(key, None)?);
        }
        self.transact(parts).await
    }

    pub(crate) fn deletion(
        &self,
        key: &Key,
        version: Option<u64>,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut delete = Delete::builder().table_name(&self.name).set_key(Some(item::key(key)));
        if let Some(version) = version {
            delete = delete
                .condition_expression("#v = :was")
                .expression_attribute_names("#v", "v")
                .expression_attribute_values(":was", item::number(version));
        }
        let delete = delete.build().map_err(|error| unreadable("transaction", &error))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    pub(crate) async fn transact(&self, parts: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let request = self.client.transact_write_items().set_transact_items(Some(parts));
        request.send().await.map(drop).map_err(|error| cancelled(&error))
    }
}

fn unreadable(kind: &'static str, error: &impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable { kind, why: error.to_string() }
}
