//! Accounts.

use serde::Deserialize;

use super::value::{Digits, Id};

/// A row of `GET /accounts`.
#[derive(Default, Deserialize)]
pub struct Account {
    /// Salt Edge's id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub id: Option<Id>,
    /// Whose account it is.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub connection_id: Option<Id>,
    /// Unique within the connection; may be an IBAN.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub name: Option<String>,
    /// `checking`, `savings` …
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub nature: Option<String>,
    /// Negative for debt.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub balance: Option<Digits>,
    /// ISO 4217.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub currency_code: Option<String>,
    /// What only some banks tell.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub extra: Option<AccountExtra>,
}

/// `extra` of an account: the keys that we read.
#[derive(Default, Deserialize)]
pub struct AccountExtra {
    /// What the owner calls it.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub account_name: Option<String>,
    /// International account number.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub iban: Option<String>,
    /// Another number.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub account_number: Option<Id>,
    /// Goes with the number in some countries.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub sort_code: Option<Id>,
    /// Basic bank account number.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub bban: Option<Id>,
    /// Which balance it is, in the bank's words.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub balance_type: Option<String>,
    /// False: the last attempt did not deliver it.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub updated_on_last_attempt: Option<bool>,
}
