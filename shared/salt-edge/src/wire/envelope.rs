//! What is around every answer.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::value::Id;

/// One thing.
#[derive(Deserialize)]
pub struct One<T> {
    /// The thing.
    pub data: T,
}

/// One page of a list; its rows are read one by one.
#[derive(Deserialize)]
pub struct Page<'a> {
    /// The rows as they came.
    #[serde(borrow)]
    pub data: Vec<&'a RawValue>,
    /// Where the next page is.
    pub meta: Option<Meta>,
}

/// What is read of any row to see whether it was there before.
#[derive(Default, Deserialize)]
pub struct Named {
    /// Its id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub id: Option<Id>,
}

/// Where the next page is. Not tolerant: a page that is overlooked is data that is lost.
#[derive(Default, Deserialize)]
pub struct Meta {
    /// The first id of the next page.
    pub next_id: Option<Id>,
    /// Path and query of the next page.
    pub next_page: Option<String>,
}

/// An error, in the present form or in that of older versions.
#[derive(Default, Deserialize)]
pub struct Failed {
    /// The present form.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub error: Option<FailedError>,
    /// The older form.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub error_class: Option<String>,
    /// Sent with some refusals.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub next_refresh_possible_at: Option<jiff::Timestamp>,
    /// Sent with some refusals.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub data: Option<Later>,
}

/// `error` of a refusal. Its message is not read: it may name people.
#[derive(Default, Deserialize)]
pub struct FailedError {
    /// The class.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub class: Option<String>,
    /// To find the call at Salt Edge.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub request_id: Option<String>,
    /// Sent with some refusals.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub next_refresh_possible_at: Option<jiff::Timestamp>,
}

/// The instant from which a bank may be asked again.
#[derive(Default, Deserialize)]
pub struct Later {
    /// Null while an attempt runs.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub next_refresh_possible_at: Option<jiff::Timestamp>,
}
