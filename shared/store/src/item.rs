//! Items: a key, a record as bytes, and the few attributes that conditions and indexes read.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{encode, error::StoreError, keys::Key};

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A text attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// The key alone.
pub(crate) fn key(key: &Key) -> Item {
    HashMap::from([("pk".into(), text(&key.pk)), ("sk".into(), text(&key.sk))])
}

/// An item that is being put together.
pub(crate) struct Draft(Item);

impl Draft {
    /// A record under its key.
    pub(crate) fn new(
        at: &Key,
        kind: &'static str,
        record: &impl Serialize,
    ) -> Result<Self, StoreError> {
        Ok(Self::of_bytes(at, encode::encode(kind, record)?))
    }

    /// Bytes under their key.
    pub(crate) fn of_bytes(at: &Key, bytes: Vec<u8>) -> Self {
        let mut item = key(at);
        item.insert("d".into(), AttributeValue::B(bytes.into()));
        Self(item)
    }

    /// With one more attribute.
    pub(crate) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Deleted by the table some time after this instant, and treated as gone from then on by us.
    pub(crate) fn until(self, end: Timestamp) -> Self {
        self.with("ttl", number(end.as_second()))
    }

    /// The item.
    pub(crate) fn done(self) -> Item {
        self.0
    }
}

/// The record of an item.
pub(crate) fn record<T: DeserializeOwned>(
    kind: &'static str,
    item: &Item,
) -> Result<T, StoreError> {
    match bytes_of(item) {
        Some(bytes) => encode::decode(kind, bytes),
        None => Err(StoreError::Unreadable { kind, why: String::from("it has no record") }),
    }
}

/// The record of an item, as bytes.
pub(crate) fn bytes_of(item: &Item) -> Option<&[u8]> {
    item.get("d").and_then(|value| value.as_b().ok()).map(AsRef::as_ref)
}

/// A text attribute of an item.
pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// A number attribute of an item.
pub(crate) fn number_of(item: &Item, name: &str) -> Option<u64> {
    item.get(name).and_then(|value| value.as_n().ok()).and_then(|text| text.parse().ok())
}
