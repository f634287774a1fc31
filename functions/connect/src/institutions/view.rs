//! A bank as the API shows it.

use domain::{
    bank::{Health, Institution},
    limits::HISTORY_DAYS,
};
use serde::Serialize;
use shell::view::AGGREGATOR;

/// What a user may want to know before they link it.
#[derive(Serialize)]
pub(super) struct Hit<'a> {
    id: &'a str,
    name: &'a str,
    group: Option<&'a str>,
    country: &'a str,
    bic_codes: &'a [String],
    aggregator: &'static str,
    logo_url: Option<&'a str>,
    status: &'a str,
    mode: &'a str,
    unattended: bool,
    history_days: u16,
    max_consent_days: Option<u16>,
    account_natures: &'a [String],
    account_types: &'a [String],
    instruction: Option<&'a str>,
    timezone: &'a str,
}

impl<'a> From<&'a Institution> for Hit<'a> {
    fn from(bank: &'a Institution) -> Self {
        Self {
            id: bank.id.as_str(),
            name: &bank.name,
            group: bank.group.as_deref(),
            country: &bank.country,
            bic_codes: &bank.bic_codes,
            aggregator: AGGREGATOR,
            logo_url: bank.logo_url.as_deref(),
            status: match bank.health {
                Health::Active => "active",
                Health::Inactive => "inactive",
                Health::Disabled => "disabled",
                Health::Unknown => bank.status.as_deref().unwrap_or("unknown"),
            },
            mode: &bank.mode,
            unattended: bank.unattended,
            history_days: bank.history_days.unwrap_or(HISTORY_DAYS),
            max_consent_days: bank.max_consent_days,
            account_natures: &bank.account_natures,
            account_types: &bank.account_types,
            instruction: bank.instruction.as_deref(),
            timezone: bank.timezone.as_deref().unwrap_or("UTC"),
        }
    }
}

/// A country and its number of banks.
#[derive(Serialize)]
pub(super) struct Country<'a> {
    pub(super) code: &'a str,
    institutions: usize,
}

impl<'a> From<(&'a str, usize)> for Country<'a> {
    fn from((code, institutions): (&'a str, usize)) -> Self {
        Self { code, institutions }
    }
}
