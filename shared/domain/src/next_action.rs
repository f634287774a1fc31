//! What one named person does next: the end of every error.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The person whose bank it is.
    EndUser,
    /// The people who run this deployment.
    Operator,
    /// Halite itself; nobody has to do anything.
    Halite,
}

/// The one thing to do. The codes are part of the API: `infra/openapi.yaml` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Sign in at the bank again through a reconnect session.
    Reconnect,
    /// Reconnect with the login that was used before.
    UseSameLogin,
    /// Start again and answer the bank's question in time.
    RetryWhilePresent,
    /// Start again and tick the consent box.
    ConsentNotGranted,
    /// Start again and leave at least one account ticked.
    SelectAccounts,
    /// Give consent again through a reconnect session.
    RenewConsent,
    /// The bank is linked already: use that connection.
    ReuseConnection,
    /// Nothing: allowed again at a known time.
    WaitUntil,
    /// Nothing: the day's unattended checks are spent; a present user may refresh.
    WaitBudget,
    /// Nothing: too many requests, tried again by itself.
    Backoff,
    /// Nothing: tried again by itself.
    RetryLater,
    /// Nothing: the bank has a problem, tried again by itself, slowly.
    BankProblem,
    /// Choose another bank, or import a file.
    ChooseOtherBank,
    /// Write to the SaaS's support with the error's reference.
    ContactSupport,
    /// The contract with Salt Edge does not allow this.
    FixContract,
    /// Keys, signature or clock are wrong.
    FixKeys,
    /// Delete the connection in the Salt Edge dashboard.
    DeleteInDashboard,
    /// Begin a new link session.
    StartAgain,
    /// Hand the code in with the signed-in user's token.
    Confirm,
    /// The request itself is wrong: its errors say where.
    FixRequest,
    /// The provider's answer is a fault of ours, or unknown: an alarm is raised.
    Report,
}

impl NextAction {
    /// Every action, for tables and tests.
    pub const ALL: [Self; 21] = [
        Self::Reconnect,
        Self::UseSameLogin,
        Self::RetryWhilePresent,
        Self::ConsentNotGranted,
        Self::SelectAccounts,
        Self::RenewConsent,
        Self::ReuseConnection,
        Self::WaitUntil,
        Self::WaitBudget,
        Self::Backoff,
        Self::RetryLater,
        Self::BankProblem,
        Self::ChooseOtherBank,
        Self::ContactSupport,
        Self::FixContract,
        Self::FixKeys,
        Self::DeleteInDashboard,
        Self::StartAgain,
        Self::Confirm,
        Self::FixRequest,
        Self::Report,
    ];

    /// Who acts.
    pub fn actor(self) -> Actor {
        match self {
            Self::Reconnect
            | Self::UseSameLogin
            | Self::RetryWhilePresent
            | Self::ConsentNotGranted
            | Self::SelectAccounts
            | Self::RenewConsent
            | Self::ReuseConnection
            | Self::ChooseOtherBank
            | Self::ContactSupport
            | Self::DeleteInDashboard
            | Self::StartAgain
            | Self::Confirm => Actor::EndUser,
            Self::WaitUntil
            | Self::WaitBudget
            | Self::Backoff
            | Self::RetryLater
            | Self::BankProblem => Actor::Halite,
            Self::FixContract | Self::FixKeys | Self::FixRequest | Self::Report => Actor::Operator,
        }
    }
}

/// A failure as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The provider's own word for it, or ours in snake case. Not for users.
    pub class: String,
    /// What to do.
    pub action: NextAction,
    /// The instant from which it makes sense to try again, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

impl Failure {
    /// A failure of this class that ends in this action.
    pub fn new(class: impl Into<String>, action: NextAction) -> Self {
        Self { class: class.into(), action, not_before: None }
    }
}
