//! Providers: the catalogue of banks.

use serde::Deserialize;

/// A row of `GET /providers`, with its AIS fields.
#[derive(Default, Deserialize)]
pub struct Provider {
    /// The stable key.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub code: Option<String>,
    /// The name.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub name: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub country_code: Option<String>,
    /// Bank identifier codes.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub bic_codes: Option<Vec<String>>,
    /// The group's name.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub group_name: Option<String>,
    /// The group's key.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub group_code: Option<String>,
    /// `active`, `inactive`, `disabled`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub status: Option<String>,
    /// `oauth`, `web`, `api`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub mode: Option<String>,
    /// A PSD2 channel.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub regulated: Option<bool>,
    /// The logo.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub logo_url: Option<String>,
    /// Of its capital.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub timezone: Option<String>,
    /// Can be fetched without the user.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub automatic_fetch: Option<bool>,
    /// History, in days.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub max_fetch_interval: Option<u64>,
    /// Null = unlimited.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub max_consent_days: Option<u64>,
    /// `checking`, `card`, `savings` …
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub supported_account_natures: Option<Vec<String>>,
    /// `personal`, `business`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub supported_account_types: Option<Vec<String>>,
    /// Shown to the user.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub instruction_for_connections: Option<String>,
}
