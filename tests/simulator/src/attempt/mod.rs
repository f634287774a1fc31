//! Attempts: one visit of Salt Edge at a bank, stage by stage.

mod budget;
mod copy;
mod fetch;
mod run;
mod show;
mod tell;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use tell::fail_message;

use crate::errors::ErrorClass;
use crate::ids::Id;
use crate::world::Strategy;

/// The stages of an attempt in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageName {
    /// It begins.
    Start,
    /// The bank is reached.
    Connect,
    /// The user does something.
    Interactive,
    /// The holder's data is copied.
    FetchHolderInfo,
    /// Accounts and balances are copied.
    FetchAccounts,
    /// Transactions are copied.
    FetchTransactions,
    /// Only with [`crate::Switches::finish_fetching_stage`].
    FinishFetching,
    /// It ends.
    Finish,
}

impl StageName {
    /// As the API and the callbacks print it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Connect => "connect",
            Self::Interactive => "interactive",
            Self::FetchHolderInfo => "fetch_holder_info",
            Self::FetchAccounts => "fetch_accounts",
            Self::FetchTransactions => "fetch_transactions",
            Self::FinishFetching => "finish_fetching",
            Self::Finish => "finish",
        }
    }
}

/// Why an attempt was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptKind {
    /// The first of a connection.
    Connect,
    /// By a reconnect page.
    Reconnect,
    /// By a refresh page.
    Refresh,
    /// By `background_refresh`.
    Background,
    /// By the nightly run.
    Nightly,
}

impl AttemptKind {
    /// Whether the user was there.
    #[must_use]
    pub fn user_present(self) -> bool {
        match self {
            Self::Connect | Self::Reconnect | Self::Refresh => true,
            Self::Background | Self::Nightly => false,
        }
    }
}

/// What a request said about the attempt.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AttemptRequest {
    pub(crate) fetch_scopes: Option<Vec<String>>,
    pub(crate) from_date: Option<Date>,
    pub(crate) to_date: Option<Date>,
    pub(crate) natures: Option<Vec<String>>,
    pub(crate) custom_fields: Option<Map<String, Value>>,
    pub(crate) locale: Option<String>,
    pub(crate) store_credentials: Option<bool>,
    pub(crate) strategy: Option<Strategy>,
    pub(crate) return_to: Option<String>,
}

/// An attempt about to begin.
#[derive(Debug)]
pub(crate) struct NewAttempt {
    pub(crate) kind: AttemptKind,
    pub(crate) connection_id: Id,
    pub(crate) request: AttemptRequest,
    /// Interactive steps that wait for the user.
    pub(crate) steps: usize,
    /// Seconds that the steps wait.
    pub(crate) patience: i64,
    pub(crate) ends_with: Option<ErrorClass>,
    pub(crate) user_agent: Option<String>,
}

impl NewAttempt {
    /// An attempt without user, with the settings of the one before.
    pub(crate) fn unattended(kind: AttemptKind, connection_id: Id) -> Self {
        Self {
            kind,
            connection_id,
            request: AttemptRequest::default(),
            steps: 0,
            patience: 0,
            ends_with: None,
            user_agent: None,
        }
    }
}

/// A stage that was entered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StageEntry {
    pub(crate) id: Id,
    pub(crate) name: StageName,
    pub(crate) entered_at: Timestamp,
}

/// One visit at a bank.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) id: Id,
    pub(crate) kind: AttemptKind,
    pub(crate) connection_id: Id,
    pub(crate) consent_id: Option<Id>,
    pub(crate) fetch_scopes: Vec<String>,
    pub(crate) custom_fields: Map<String, Value>,
    pub(crate) locale: String,
    pub(crate) user_agent: Option<String>,
    pub(crate) from_date: Option<Date>,
    pub(crate) to_date: Option<Date>,
    pub(crate) plan: Vec<StageName>,
    pub(crate) stages: Vec<StageEntry>,
    /// When the present stage ends.
    pub(crate) due: Timestamp,
    /// Interactive steps that still wait for the user.
    pub(crate) steps_open: usize,
    /// When the user's time is over.
    pub(crate) deadline: Timestamp,
    pub(crate) ends_with: Option<ErrorClass>,
    pub(crate) failed: Option<ErrorClass>,
    pub(crate) fail_at: Option<Timestamp>,
    pub(crate) success_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

impl Attempt {
    pub(crate) fn finished(&self) -> bool {
        self.failed.is_some() || self.success_at.is_some()
    }

    pub(crate) fn stage(&self) -> StageName {
        self.stages.last().map_or(StageName::Start, |entry| entry.name)
    }

    fn waits_for_user(&self) -> bool {
        self.stage() == StageName::Interactive && self.steps_open > 0
    }

    /// When something happens next in a running attempt.
    pub(crate) fn wakes_at(&self) -> Timestamp {
        if self.waits_for_user() { self.deadline } else { self.due }
    }

    pub(crate) fn fetches(&self, scope: &str) -> bool {
        self.fetch_scopes.iter().any(|wanted| wanted == scope)
    }
}
