//! A bank as the catalogue has it.

use serde::{Deserialize, Serialize};

use crate::id::InstitutionId;

/// A bank in the catalogue.
///
/// What tells banks apart comes first: what most of a country's banks share then follows in one piece, which is
/// nothing when their page is deflated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    /// The provider's `code`.
    pub id: InstitutionId,
    /// The name that users know.
    pub name: String,
    /// Bank identifier codes.
    #[serde(default)]
    pub bic_codes: Vec<String>,
    /// Where its logo is.
    pub logo_url: Option<String>,
    /// The group that it belongs to, by name.
    #[serde(default)]
    pub group: Option<String>,
    /// ISO 3166-1 alpha-2; `XF` is the sandbox.
    pub country: String,
    /// Whether it can be linked now.
    pub health: Health,
    /// The provider's own word for its health, where [`Health`] does not have it. Kept as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `oauth`, `web` or `api`: how a user signs in. Kept as sent.
    pub mode: String,
    /// A PSD2 channel: at most four unattended asks in 24 hours.
    pub regulated: bool,
    /// Whether it can be asked without the user.
    pub unattended: bool,
    /// How far back it tells, in days.
    pub history_days: Option<u16>,
    /// The longest consent, in days; none = unlimited.
    pub max_consent_days: Option<u16>,
    /// The natures of accounts that it delivers. Kept as sent.
    #[serde(default)]
    pub account_natures: Vec<String>,
    /// Whose accounts: `personal`, `business`. Kept as sent.
    #[serde(default)]
    pub account_types: Vec<String>,
    /// The zone in which its day ends.
    pub timezone: Option<String>,
    /// Shown to the user before they start.
    pub instruction: Option<String>,
}

/// The country of the provider's sandboxes.
pub const SANDBOXES: &str = "XF";

impl Institution {
    /// Whether it is a sandbox: no real bank, and offered only where the deployment says so.
    pub fn is_sandbox(&self) -> bool {
        self.country == SANDBOXES
    }
}

/// Whether a bank, or a connection, is served at present. Source: `status` of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Served.
    Active,
    /// Out of order for a time.
    Inactive,
    /// Out of service for good.
    Disabled,
    /// A status that this build does not know; treated as served.
    Unknown,
}
