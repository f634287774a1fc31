//! Consents.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize;

use super::value::Id;

/// A row of `GET /consents`.
#[derive(Default, Deserialize)]
pub struct Consent {
    /// Salt Edge's id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub id: Option<Id>,
    /// For which connection.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub connection_id: Option<Id>,
    /// `active`, `expired`, `revoked`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub status: Option<String>,
    /// Null = unlimited.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub expires_at: Option<Timestamp>,
    /// Null = unlimited.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub period_days: Option<u64>,
    /// When it was given.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub created_at: Option<Timestamp>,
    /// When it was taken back.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub revoked_at: Option<Timestamp>,
    /// `expired`, `client`, `provider`, `saltedge`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub revoke_reason: Option<String>,
    /// `accounts`, `transactions`, `holder_info`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub scopes: Option<Vec<String>>,
    /// The first day of data.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub from_date: Option<Date>,
    /// The last one.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub to_date: Option<Date>,
}
