//! Customers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::value::Id;

/// A row of `GET /customers`, and the answer to a creation.
#[derive(Default, Deserialize)]
pub struct Customer {
    /// Salt Edge's id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub customer_id: Option<Id>,
    /// Ours.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub identifier: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub created_at: Option<Timestamp>,
}

/// `data` of a creation.
#[derive(Serialize)]
pub struct CreateCustomer<'a> {
    /// Ours, unique per Salt Edge account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<&'a str>,
    /// Partner mode: makes the end user's own Salt Edge account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<&'a str>,
}
