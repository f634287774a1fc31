//! Banks of the catalogue.

use domain::bank::{Health, Institution};

use super::{Why, days, filled, health};
use crate::wire::provider::Provider;

/// A bank.
pub fn provider(wire: Provider) -> Result<Institution, Why> {
    let id = wire.code.and_then(|code| code.parse().ok()).ok_or("code is missing or no code")?;
    let health = health(wire.status.as_deref());
    Ok(Institution {
        id,
        name: filled(wire.name).ok_or("name is missing")?,
        country: filled(wire.country_code).ok_or("country_code is missing")?.to_uppercase(),
        bic_codes: wire.bic_codes.unwrap_or_default(),
        logo_url: filled(wire.logo_url),
        group: filled(wire.group_name).or(filled(wire.group_code)),
        health,
        status: filled(wire.status).filter(|_| health == Health::Unknown),
        mode: wire.mode.unwrap_or_default(),
        // Not told: the stricter rule, four unattended asks a day, can do no harm.
        regulated: wire.regulated.unwrap_or(true),
        unattended: wire.automatic_fetch.unwrap_or(false),
        history_days: days(wire.max_fetch_interval),
        max_consent_days: days(wire.max_consent_days),
        account_natures: wire.supported_account_natures.unwrap_or_default(),
        account_types: wire.supported_account_types.unwrap_or_default(),
        instruction: filled(wire.instruction_for_connections),
        timezone: filled(wire.timezone),
    })
}
