//! What one named person does next: the end of every error, and of every state that is not an end.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::limits::{CADENCE, MESSAGE_PAUSE, OWNER_PAUSE, SESSION_PAUSE, START_PAUSE, TRY_PAUSE};

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, VariantArray, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The person whose bank it is.
    EndUser,
    /// The people who run this deployment, or the application that calls it.
    Operator,
    /// The bank, or Salt Edge on its behalf; nobody here can do anything.
    Bank,
    /// Halite itself; nobody has to do anything.
    Halite,
}

/// When it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Not before the step was taken.
    Never,
    /// At once, for as long as the user is there to take the step.
    WhilePresent,
    /// After so long.
    After(SignedDuration),
    /// At the instant that comes with it.
    AtInstant,
}

impl Retry {
    /// Whether the same thing may succeed later without anybody doing anything else.
    pub fn comes(self) -> bool {
        match self {
            Self::After(_) | Self::AtInstant => true,
            Self::Never | Self::WhilePresent => false,
        }
    }

    /// The name that the API shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::WhilePresent => "while_present",
            Self::After(_) => "after",
            Self::AtInstant => "at",
        }
    }

    /// The instant from which it makes sense, where it can be told without being named.
    pub fn from(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::After(pause) => Some(now + pause),
            Self::Never | Self::WhilePresent | Self::AtInstant => None,
        }
    }
}

/// The one thing to do. The codes are part of the API: `infra/openapi.yaml` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, VariantArray, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextAction {
    /// Sign in at the bank again.
    Reconnect,
    /// Sign in again with the login that was used before.
    UseSameLogin,
    /// Start again and answer the bank's question in time.
    RetryWhilePresent,
    /// Start again and tick the consent box.
    ConsentNotGranted,
    /// Start again and leave at least one account ticked.
    SelectAccounts,
    /// Give consent again.
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
    /// Delete in the Salt Edge dashboard what another service connected, then begin anew.
    DeleteDuplicate,
    /// Begin a new link session.
    StartAgain,
    /// Begin a new link session in some minutes: what failed was not the user.
    StartAgainLater,
    /// Begin no more link sessions before a known time.
    SlowDown,
    /// Send the same request again.
    TryAgain,
    /// Correct the e-mail address or the phone number.
    CorrectContact,
    /// Open the link session's address.
    OpenLink,
    /// Finish on the pages of Salt Edge and the bank.
    FinishAtBank,
    /// Hand the code in with the signed-in user's token.
    Confirm,
    /// Nothing: the bank is asked, the rows are copied.
    InProgress,
    /// Nothing: the revocation goes on until it is proven.
    BeingRevoked,
    /// The request itself is wrong: its errors say where.
    FixRequest,
    /// The provider's answer is a fault of ours, or unknown: an alarm is raised.
    Report,
}

impl NextAction {
    /// Every action, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Who acts.
    pub fn actor(self) -> Actor {
        self.row().0
    }

    /// When it is tried again.
    pub fn retry(self) -> Retry {
        self.row().1
    }

    /// The step, told to those who build or run the service.
    pub fn step(self) -> &'static str {
        self.row().2
    }

    #[rustfmt::skip]
    fn row(self) -> (Actor, Retry, &'static str) {
        use Actor::{Bank, EndUser, Halite, Operator};
        use Retry::{After, AtInstant, Never, WhilePresent};
        match self {
            Self::Reconnect => (EndUser, Never, "The user signs in at the bank again: in a session from `POST /v1/connections/{id}/reconnect`, or in a new link session where there is no connection yet."),
            Self::UseSameLogin => (EndUser, Never, "The user goes through a reconnect session with the login that was linked first; another login is another link."),
            Self::RetryWhilePresent => (EndUser, WhilePresent, "The user starts again and answers the bank's question before it gives up."),
            Self::ConsentNotGranted => (EndUser, WhilePresent, "The user starts again and ticks the consent box, at Salt Edge or at the bank."),
            Self::SelectAccounts => (EndUser, WhilePresent, "The user starts again and leaves at least one account ticked."),
            Self::RenewConsent => (EndUser, Never, "The user gives consent again: in a session from `POST /v1/connections/{id}/reconnect`. Ids stay, and the gap is filled."),
            Self::ReuseConnection => (EndUser, Never, "The user goes through a reconnect session of the connection that has this login."),
            Self::WaitUntil => (Halite, AtInstant, "Nothing. The bank may be asked again at `deadline`."),
            Self::WaitBudget => (Halite, AtInstant, "Nothing. At `deadline` an unattended ask fits the day's four again. A user who is there need not wait: `POST /v1/connections/{id}/refresh` with `present: true`."),
            Self::Backoff => (Halite, After(MESSAGE_PAUSE), "Nothing. What was to be read is read when its message comes again; what was to be asked, with the cadence."),
            Self::RetryLater => (Halite, After(MESSAGE_PAUSE), "Nothing. What was to be read is read when its message comes again; what was to be asked, with the cadence."),
            Self::BankProblem => (Bank, After(CADENCE), "Nothing. The bank is asked again with the cadence (`CadenceHours`)."),
            Self::ChooseOtherBank => (EndUser, Never, "The user links another bank, or imports a file. A connection of this bank brings nothing more: `DELETE /v1/connections/{id}` ends it; what was read stays readable."),
            Self::ContactSupport => (EndUser, Never, "The user writes to the SaaS's support with `error_ref` or the connection's id; support clears it with Salt Edge, and the user starts again."),
            Self::FixContract => (Operator, Never, "The operator settles with Salt Edge what the account may do; a visit that failed is started again."),
            Self::FixKeys => (Operator, Never, "The operator puts right App-id, Secret, signing key or clock (README, Deploy, step 3); they are read anew at once, and a visit that failed is started again."),
            Self::DeleteInDashboard => (EndUser, After(OWNER_PAUSE), "The user signs in to the Salt Edge dashboard (`url`) with the e-mail address of the link and deletes the connection. Halite looks daily, and when Salt Edge tells."),
            Self::DeleteDuplicate => (EndUser, WhilePresent, "The user signs in to the Salt Edge dashboard (`url`), deletes the connection that another service made, and begins a new link session."),
            Self::StartAgain => (EndUser, WhilePresent, "The user begins a new link session."),
            Self::StartAgainLater => (EndUser, After(START_PAUSE), "The user begins a new link session in some minutes: Halite tries again by itself for a connection, never for a visit."),
            Self::SlowDown => (EndUser, AtInstant, "The user begins a new link session at `deadline`: the hour's are begun (`UserVisitsPerHour`, `TenantVisitsPerHour`)."),
            Self::TryAgain => (EndUser, After(TRY_PAUSE), "The same request is sent again; the application may do so by itself."),
            Self::CorrectContact => (EndUser, WhilePresent, "The user corrects the field that `errors` names; after a visit, in a new link session."),
            Self::OpenLink => (EndUser, WhilePresent, "The browser is sent to `connect_url` before `deadline`."),
            Self::FinishAtBank => (EndUser, WhilePresent, "The user finishes on the pages of Salt Edge and the bank before `deadline`; who lost them starts again."),
            Self::Confirm => (EndUser, WhilePresent, "The application hands `code` in with the token of the user who began: `POST /v1/link-sessions/{id}/confirm`, before `deadline`."),
            Self::InProgress => (Halite, After(SESSION_PAUSE), "Nothing. The session is looked at again with every callback, and each minute."),
            Self::BeingRevoked => (Halite, AtInstant, "Nothing. The next phase is tried at `deadline`; the sixth failure, or one that only the operator can mend, raises the alarm `revocation_stuck`."),
            Self::FixRequest => (Operator, Never, "Whoever builds the application corrects the request: `errors` says where."),
            Self::Report => (Operator, After(CADENCE), "The operator reads the log line of `error_ref` or of the alarm and reports it: Salt Edge answered something that this build does not know, or refused a request of ours. What was there stays; a visit that failed is started again."),
        }
    }

    /// What it means for a visit: Halite goes on by itself for a connection, never for a visit, whose user
    /// has to begin anew.
    #[must_use]
    pub fn of_visit(self) -> Self {
        match self {
            Self::WaitUntil
            | Self::WaitBudget
            | Self::Backoff
            | Self::RetryLater
            | Self::BankProblem => Self::StartAgainLater,
            Self::Reconnect
            | Self::UseSameLogin
            | Self::RetryWhilePresent
            | Self::ConsentNotGranted
            | Self::SelectAccounts
            | Self::RenewConsent
            | Self::ReuseConnection
            | Self::ChooseOtherBank
            | Self::ContactSupport
            | Self::FixContract
            | Self::FixKeys
            | Self::DeleteInDashboard
            | Self::DeleteDuplicate
            | Self::StartAgain
            | Self::StartAgainLater
            | Self::SlowDown
            | Self::TryAgain
            | Self::CorrectContact
            | Self::OpenLink
            | Self::FinishAtBank
            | Self::Confirm
            | Self::InProgress
            | Self::BeingRevoked
            | Self::FixRequest
            | Self::Report => self,
        }
    }
}

impl NextAction {
    /// What it means for a connection that stands: a bank that is out of order is asked again, slowly, and
    /// what begins a visit anew is a reconnect.
    #[must_use]
    pub fn of_connection(self) -> Self {
        match self {
            Self::ChooseOtherBank => Self::BankProblem,
            Self::StartAgain
            | Self::StartAgainLater
            | Self::DeleteDuplicate
            | Self::ReuseConnection
            | Self::CorrectContact => Self::Reconnect,
            Self::Reconnect
            | Self::UseSameLogin
            | Self::RetryWhilePresent
            | Self::ConsentNotGranted
            | Self::SelectAccounts
            | Self::RenewConsent
            | Self::WaitUntil
            | Self::WaitBudget
            | Self::Backoff
            | Self::RetryLater
            | Self::BankProblem
            | Self::ContactSupport
            | Self::FixContract
            | Self::FixKeys
            | Self::DeleteInDashboard
            | Self::SlowDown
            | Self::TryAgain
            | Self::OpenLink
            | Self::FinishAtBank
            | Self::Confirm
            | Self::InProgress
            | Self::BeingRevoked
            | Self::FixRequest
            | Self::Report => self,
        }
    }
}

/// The next step of one thing, with the instant that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextStep {
    /// What to do.
    pub action: NextAction,
    /// Of a wait: when it is over. Of a step: until when it can be taken.
    pub deadline: Option<Timestamp>,
}

/// A failure as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The provider's own word for it, or one of [`crate::ending::Ending`]. Not for users.
    pub class: String,
    /// What to do.
    pub action: NextAction,
    /// The instant from which it makes sense to try again, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
}

impl Failure {
    /// The failure as it concerns a connection that stands, where it is its user who has to mend it.
    pub fn of_connection(self) -> Option<Self> {
        let action = self.action.of_connection();
        (action.actor() == Actor::EndUser).then_some(Self { action, ..self })
    }

    /// A failure of this class that ends in this action.
    pub fn new(class: impl Into<String>, action: NextAction) -> Self {
        Self { class: class.into(), action, not_before: None }
    }
}
