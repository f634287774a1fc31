//! What a bank in the catalogue is.

use serde::{Deserialize, Serialize};

/// How a bank is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderMode {
    /// By the bank's own pages.
    Oauth,
    /// By credentials typed into Salt Edge's page.
    Web,
    /// By credentials, then the bank's API.
    Api,
}

impl ProviderMode {
    /// As the API prints it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Oauth => "oauth",
            Self::Web => "web",
            Self::Api => "api",
        }
    }
}

/// Whether a bank can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderStatus {
    /// Yes.
    Active,
    /// Not now; listed, hidden in the pages.
    Inactive,
    /// Never again; neither listed nor in the pages.
    Disabled,
}

impl ProviderStatus {
    /// As the API prints it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Disabled => "disabled",
        }
    }
}

/// Whose keys reach the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyOwner {
    /// Salt Edge's.
    Saltedge,
    /// The integrator's (a partner uses Salt Edge's).
    Client,
}

impl KeyOwner {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Saltedge => "saltedge",
            Self::Client => "client",
        }
    }
}

/// The nature of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldNature {
    /// Plain text.
    Text,
    /// Hidden text.
    Password,
    /// One of the options.
    Select,
}

impl FieldNature {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Password => "password",
            Self::Select => "select",
        }
    }
}

/// A field of a login or of an interactive step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Name in the form.
    pub name: &'static str,
    /// Label.
    pub label: &'static str,
    /// Nature.
    pub nature: FieldNature,
    /// May be left empty.
    pub optional: bool,
    /// Values and labels of a select.
    pub options: Vec<(String, String)>,
}

/// A step that only a present user can take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InteractiveStep {
    /// What is asked.
    pub field: Field,
    /// `interactive_html` of the stage.
    pub html: &'static str,
    /// The right answer.
    pub answer: &'static str,
}

/// A bank in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a documented attribute of a provider")]
pub struct Provider {
    /// Id in the catalogue.
    pub id: u64,
    /// Stable key.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// ISO 3166-1 alpha-2; `XF` is the sandbox.
    pub country: String,
    /// Bank identifier codes.
    pub bic_codes: Vec<String>,
    /// Key and name of the group that it belongs to.
    pub group: Option<(String, String)>,
    /// Time zone of its capital.
    pub timezone: &'static str,
    /// Natures of accounts that it delivers.
    pub natures: &'static [&'static str],
    /// How it is reached.
    pub mode: ProviderMode,
    /// Whether it can be used.
    pub status: ProviderStatus,
    /// PSD2 channel: background fetches are limited.
    pub regulated: bool,
    /// Can be fetched without the user.
    pub automatic_fetch: bool,
    /// Needs steps of the user at every fetch.
    pub interactive: bool,
    /// Needs its steps at the first connect only.
    pub interactive_once: bool,
    /// Fields of the login.
    pub credentials: Vec<Field>,
    /// Steps after the login.
    pub steps: Vec<InteractiveStep>,
    /// The user chooses which accounts are shared.
    pub chooses_accounts: bool,
    /// The user chooses the error that the attempt ends with.
    pub chooses_error: bool,
    /// The bank books up to four rows at every fetch.
    pub updates: bool,
    /// Days of consent at most; none = unlimited.
    pub max_consent_days: Option<i64>,
    /// Days of history at most.
    pub max_fetch_interval: i64,
    /// Days that booked rows are shown as pending.
    pub custom_pendings_period: Option<i64>,
    /// Seconds that an interactive step waits.
    pub max_interactive_delay: i64,
    /// Minutes between two refreshes.
    pub refresh_timeout: i64,
    /// Whose keys reach it.
    pub key_owner: KeyOwner,
    /// A sentence for the user.
    pub instruction: &'static str,
}

impl Provider {
    /// Whether it is one of the sandboxes, which are shown to those only who ask for them.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.country == "XF"
    }
}
