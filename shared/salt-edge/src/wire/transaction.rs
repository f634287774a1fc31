//! Transactions.

use jiff::civil::Date;
use serde::Deserialize;

use super::value::{Digits, Id};

/// A row of `GET /transactions`.
#[derive(Default, Deserialize)]
pub struct Transaction {
    /// Salt Edge's id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub id: Option<Id>,
    /// Whose row it is.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub account_id: Option<Id>,
    /// Set aside as a duplicate.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub duplicated: Option<bool>,
    /// `normal`, `fee`, `transfer`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub mode: Option<String>,
    /// `posted` or `pending`.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub status: Option<String>,
    /// The bank's calendar date.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub made_on: Option<Date>,
    /// Negative is money out.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub amount: Option<Digits>,
    /// ISO 4217.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub currency_code: Option<String>,
    /// The bank's text; may be empty.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub description: Option<String>,
    /// Absent without categorisation.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub category: Option<String>,
    /// What only some banks tell.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub extra: Option<TransactionExtra>,
}

/// `extra` of a transaction: the keys that we read.
#[derive(Default, Deserialize)]
pub struct TransactionExtra {
    /// The bank's own id.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub id: Option<Id>,
    /// Given by who ordered the payment.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub end_to_end_id: Option<Id>,
    /// When it was booked.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub posting_date: Option<Date>,
    /// Who got the money; sometimes an IBAN.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub payee: Option<String>,
    /// The name then, or the reverse.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub payee_information: Option<String>,
    /// Who sent the money; sometimes an IBAN.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub payer: Option<String>,
    /// The name then, or the reverse.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub payer_information: Option<String>,
    /// The balance just after.
    #[serde(default, deserialize_with = "super::value::tolerant")]
    pub account_balance_snapshot: Option<Digits>,
}
