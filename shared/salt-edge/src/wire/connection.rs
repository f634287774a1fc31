//! Connections and their attempts.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::value::Id;

/// A row of `GET /connections`.
#[derive(Default, Deserialize)]
pub struct Connection {
    /// Salt Edge's id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub id: Option<Id>,
    /// Whose it is.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub customer_id: Option<Id>,
    /// The bank.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub provider_code: Option<String>,
    /// The bank's name.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub provider_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub country_code: Option<String>,
    /// `active`, `inactive`, `disabled`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub status: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub created_at: Option<Timestamp>,
    /// Null while one runs.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub next_refresh_possible_at: Option<Timestamp>,
    /// The newest consent.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub last_consent_id: Option<Id>,
    /// The newest attempt.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub last_attempt: Option<Attempt>,
}

/// `last_attempt` of a connection.
#[derive(Default, Deserialize)]
pub struct Attempt {
    /// Salt Edge's id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub id: Option<Id>,
    /// When it began.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub created_at: Option<Timestamp>,
    /// When it brought data.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub success_at: Option<Timestamp>,
    /// When it failed.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub fail_at: Option<Timestamp>,
    /// Why it failed.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub fail_error_class: Option<String>,
    /// Whether it has ended.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub finished: Option<bool>,
    /// Whether a user was there.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub user_present: Option<bool>,
    /// Our mark.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub custom_fields: Option<Value>,
}

/// The answer to a removal.
#[derive(Default, Deserialize)]
pub struct Removed {
    /// Whether it is removed.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub removed: Option<bool>,
}
