//! Banks of the catalogue.

use domain::bank::Institution;

use super::{Why, days, filled, health};
use crate::wire::provider::Provider;

/// A bank.
pub fn provider(wire: Provider) -> Result<Institution, Why> {
    let id = wire.code.and_then(|code| code.parse().ok()).ok_or("code is missing or no code")?;
    Ok(Institution {
        id,
        name: filled(wire.name).ok_or("name is missing")?,
        country: filled(wire.country_code).ok_or("country_code is missing")?,
        bic_codes: wire.bic_codes.unwrap_or_default(),
        logo_url: filled(wire.logo_url),
        health: health(wire.status.as_deref()),
        mode: wire.mode.unwrap_or_default(),
        // Not told: the stricter rule, four unattended asks a day, can do no harm.
        regulated: wire.regulated.unwrap_or(true),
        unattended: wire.automatic_fetch.unwrap_or(false),
        history_days: days(wire.max_fetch_interval),
        max_consent_days: days(wire.max_consent_days),
        instruction: filled(wire.instruction_for_connections),
        timezone: filled(wire.timezone),
    })
}
