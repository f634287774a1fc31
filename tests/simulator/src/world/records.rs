//! The records that Salt Edge keeps.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::amount::Amount;
use crate::bank::RowStatus;
use crate::ids::Id;

/// An end user of an integrator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Customer {
    /// `customer_id`.
    pub id: Id,
    /// Whose customer.
    pub app_id: String,
    /// The integrator's name for it.
    pub identifier: Option<String>,
    /// The e-mail that a partner created it with.
    pub email: Option<String>,
    /// `personal` or `business`.
    pub categorization_type: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

impl Customer {
    /// The e-mail with which the end user signs in to the dashboard.
    #[must_use]
    pub fn dashboard_email(&self) -> Option<&str> {
        self.email.as_deref().or(self.identifier.as_deref().filter(|name| name.contains('@')))
    }

    pub(crate) fn shown_identifier(&self) -> Option<&str> {
        self.identifier.as_deref().or(self.email.as_deref())
    }
}

/// `status` of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionStatus {
    /// It can be refreshed.
    Active,
    /// The user must act.
    Inactive,
    /// Nothing more will be fetched.
    Disabled,
}

impl ConnectionStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Disabled => "disabled",
        }
    }
}

/// What Salt Edge does with a row that it takes for a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// It stays pending, where the provider has a `custom_pendings_period`.
    MarkAsPending,
    /// It is flagged.
    MarkAsDuplicate,
    /// It is dropped.
    DeleteDuplicated,
}

impl Strategy {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MarkAsPending => "mark_as_pending",
            Self::MarkAsDuplicate => "mark_as_duplicate",
            Self::DeleteDuplicated => "delete_duplicated",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::MarkAsPending, Self::MarkAsDuplicate, Self::DeleteDuplicated]
            .into_iter()
            .find(|strategy| strategy.name() == text)
    }
}

/// A connection of a customer to a bank.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an attribute of its own")]
pub struct Connection {
    /// Its id.
    pub id: Id,
    /// Whose.
    pub app_id: String,
    /// Its customer.
    pub customer_id: Id,
    /// Its bank.
    pub provider_code: String,
    /// User name at the bank, once known.
    pub login: Option<String>,
    /// Its status.
    pub status: ConnectionStatus,
    /// `none`, `personal` or `business`.
    pub categorization: String,
    /// `saltedge` or `fino`.
    pub categorization_vendor: String,
    /// Refreshed every night.
    pub automatic_refresh: bool,
    /// Credentials are kept, so it can be refreshed without asking for them.
    pub store_credentials: bool,
    /// The user ticked the consent box.
    pub shared: bool,
    /// The user has taken the steps that are asked once only.
    pub interacted: bool,
    /// Earliest next refresh; none while processing or without automatic fetch.
    pub next_refresh_possible_at: Option<Timestamp>,
    /// The newest consent.
    pub last_consent_id: Option<Id>,
    /// The newest attempt.
    pub last_attempt_id: Option<Id>,
    /// Keys of the bank accounts that the user shares; none = all.
    pub selected: Option<BTreeSet<String>>,
    /// Natures asked for; none = all.
    pub natures: Option<Vec<String>>,
    /// What happens to duplicates.
    pub strategy: Strategy,
    /// When fetches without the user began, of the newest four and more.
    pub background: Vec<Timestamp>,
    /// The next night.
    pub next_night: Timestamp,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

/// `status` of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// In force.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody ended it.
    Revoked,
}

impl ConsentStatus {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Who or what ended a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeReason {
    /// Time.
    Expired,
    /// The integrator.
    Client,
    /// The bank.
    Provider,
    /// Salt Edge, also on behalf of the user in the dashboard.
    Saltedge,
}

impl RevokeReason {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Client => "client",
            Self::Provider => "provider",
            Self::Saltedge => "saltedge",
        }
    }
}

/// A consent that a user gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Consent {
    /// Its id.
    pub id: Id,
    /// Its connection.
    pub connection_id: Id,
    /// Its customer.
    pub customer_id: Id,
    /// In force or not.
    pub status: ConsentStatus,
    /// `holder_info`, `accounts`, `transactions`.
    pub scopes: Vec<String>,
    /// Validity; none = unlimited.
    pub period_days: Option<i64>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Oldest data allowed.
    pub from_date: Option<Date>,
    /// Newest data allowed.
    pub to_date: Option<Date>,
    /// `client` or `saltedge`.
    pub collected_by: String,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// Why it was ended.
    pub revoke_reason: Option<RevokeReason>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was changed.
    pub updated_at: Timestamp,
}

/// An account as Salt Edge's copy shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CopiedAccount {
    /// Its id; another connection gets another.
    pub id: Id,
    /// Its connection.
    pub connection_id: Id,
    /// The account at the bank.
    pub bank_key: String,
    /// `name`.
    pub name: String,
    /// `nature`.
    pub nature: String,
    /// `balance`.
    pub balance: Amount,
    /// The bank told none: `balance` is null.
    #[serde(default)]
    pub untold: bool,
    /// `currency_code`.
    pub currency_code: String,
    /// `extra`.
    pub extra: Map<String, Value>,
    /// Import.
    pub created_at: Timestamp,
    /// Moves when the balance changed or rows came in.
    pub updated_at: Timestamp,
}

/// A transaction as Salt Edge's copy shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CopiedTransaction {
    /// Its id, growing with import.
    pub id: Id,
    /// Its account.
    pub account_id: Id,
    /// Its connection.
    pub connection_id: Id,
    /// The row at the bank.
    pub row: String,
    /// Flagged as a duplicate.
    pub duplicated: bool,
    /// Booked = `posted`.
    pub status: RowStatus,
    /// `mode`.
    pub mode: String,
    /// `made_on`.
    pub made_on: Date,
    /// `amount`.
    pub amount: Amount,
    /// `currency_code`.
    pub currency_code: String,
    /// `description`.
    pub description: String,
    /// `category`.
    pub category: Option<String>,
    /// `extra`.
    pub extra: Map<String, Value>,
    /// Import.
    pub created_at: Timestamp,
    /// Last change by the integrator.
    pub updated_at: Timestamp,
}
