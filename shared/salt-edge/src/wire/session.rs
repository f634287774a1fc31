//! Sessions of Salt Edge's pages, and asks without the user.

use domain::{bank::Tag, session::AccountType};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::value::tolerant;

/// `accounts` and `transactions`: what a consent is about.
pub const CONSENT_SCOPES: [&str; 2] = ["accounts", "transactions"];

/// What an attempt fetches. Without `balance` of its own, balances are not fetched.
pub const FETCH_SCOPES: [&str; 3] = ["accounts", "balance", "transactions"];

/// The body of every request that has one.
#[derive(Serialize)]
pub struct Body<T> {
    /// What is asked for.
    pub data: T,
}

/// No data.
#[derive(Serialize)]
pub struct Nothing {}

/// `data` of connect, reconnect and refresh.
#[derive(Serialize)]
pub struct Open<'a> {
    /// Connect only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<&'a str>,
    /// What the user is asked to agree to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// What is fetched afterwards, and where the browser goes.
    pub attempt: OpenAttempt<'a>,
    /// Connect only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub widget: Option<Widget>,
    /// Connect only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider<'a>>,
    /// Connect only: who the user says they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kyc: Option<Kyc>,
    /// Tell the browser's return which connection it was.
    pub return_connection_id: bool,
    /// Tell the browser's return what went wrong.
    pub return_error_class: bool,
    /// Salt Edge's own nightly run.
    pub automatic_refresh: bool,
}

/// `consent` of a session.
#[derive(Serialize)]
pub struct Consent {
    /// [`CONSENT_SCOPES`].
    pub scopes: [&'static str; 2],
    /// The earliest day of data.
    pub from_date: Date,
    /// How long it shall last, in days.
    pub period_days: u16,
}

/// `attempt` of a session.
#[derive(Serialize)]
pub struct OpenAttempt<'a> {
    /// [`FETCH_SCOPES`].
    pub fetch_scopes: [&'static str; 3],
    /// Our mark.
    pub custom_fields: &'a Tag,
    /// Language of the pages.
    pub locale: &'a str,
    /// Where the browser goes afterwards.
    pub return_to: &'a str,
}

/// `widget` of a session.
#[derive(Serialize)]
pub struct Widget {
    /// Open the bank at once.
    pub skip_provider_selection: bool,
}

/// `kyc` of a session.
#[derive(Serialize)]
pub struct Kyc {
    /// `personal`, `shared` or `business`.
    pub type_of_account: AccountType,
}

/// `provider` of a session.
#[derive(Serialize)]
pub struct Provider<'a> {
    /// The bank.
    pub code: &'a str,
    /// Offer the sandbox banks.
    pub include_sandboxes: bool,
}

/// `data` of an ask without the user.
#[derive(Serialize)]
pub struct Ask<'a> {
    /// What is fetched.
    pub attempt: AskAttempt<'a>,
}

/// `attempt` of an ask without the user.
#[derive(Serialize)]
pub struct AskAttempt<'a> {
    /// [`FETCH_SCOPES`].
    pub fetch_scopes: [&'static str; 3],
    /// Our mark.
    pub custom_fields: &'a Tag,
}

/// `data` of the answer to a session.
#[derive(Deserialize)]
pub struct Opened {
    /// Single use, a secret.
    #[serde(default, deserialize_with = "tolerant")]
    pub connect_url: Option<String>,
    /// When it stops working.
    #[serde(default, deserialize_with = "tolerant")]
    pub expires_at: Option<Timestamp>,
}
