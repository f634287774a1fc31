//! Countries and providers: sections 5.1 and 5.2.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Call;
use super::envelope::{one, page_of};
use crate::bank::{Field, Provider, ProviderStatus, country_name};
use crate::errors::{ApiError, ErrorClass};
use crate::world::{REFRESH_START_HOUR, World};

/// In which the calls of the catalogue are counted.
const SECOND: Duration = Duration::from_secs(1);

/// `GET /countries`: those that have a bank.
pub(super) fn countries(world: &mut World, _call: &Call<'_>) -> Result<Value, ApiError> {
    world.catalogue_call()?;
    let codes: BTreeSet<&str> = world.providers.values().map(|one| one.country.as_str()).collect();
    let all: Vec<Value> = codes
        .into_iter()
        .map(|code| {
            let name = country_name(code);
            json!({ "code": code, "name": name, "refresh_start_time": REFRESH_START_HOUR })
        })
        .collect();
    Ok(json!({ "data": all, "meta": { "next_id": null, "next_page": null } }))
}

/// `GET /providers`. The sandboxes only with `include_sandboxes`.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    world.catalogue_call()?;
    let sandboxes = call.flag("include_sandboxes");
    let is = |name: &str, value: &str| call.param(name).is_none_or(|wanted| wanted == value);
    let mut items: Vec<(u64, &Provider)> = world
        .providers
        .values()
        .filter(|provider| sandboxes || !provider.is_sandbox())
        .filter(|provider| provider.status != ProviderStatus::Disabled)
        .filter(|provider| {
            !call.flag("exclude_inactive") || provider.status == ProviderStatus::Active
        })
        .filter(|provider| {
            is("country_code", &provider.country) && is("mode", provider.mode.name())
        })
        .filter(|provider| is("key_owner", provider.key_owner.name()))
        .map(|provider| (provider.id, provider))
        .collect();
    items.sort_by_key(|(id, _)| *id);
    let (ais, fields) = (call.flag("include_ais_fields"), call.flag("include_credentials_fields"));
    let most = world.switches.providers_per_page;
    page_of(most, call, &world.switches, items, |provider| show_provider(provider, ais, fields))
}

/// `GET /providers/{code}`.
pub(super) fn show(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    world.catalogue_call()?;
    let fields = call.flag("include_credentials_fields");
    Ok(one(show_provider(world.provider_of(call.id())?, true, fields)))
}

impl World {
    /// Counts a call of the catalogue. Errors: too many within the last second.
    fn catalogue_call(&mut self) -> Result<(), ApiError> {
        let Some(most) = self.switches.catalogue_per_second else { return Ok(()) };
        let now = Instant::now();
        self.catalogue_calls.retain(|then| now.duration_since(*then) < SECOND);
        if self.catalogue_calls.len() >= most {
            let message = "Too many requests of the catalogue within a second.";
            return Err(ApiError::new(ErrorClass::TooManyRequests, message));
        }
        self.catalogue_calls.push_back(now);
        Ok(())
    }
}

fn show_provider(provider: &Provider, ais: bool, fields: bool) -> Value {
    let mut shown = json!({
        "id": provider.id.to_string(),
        "code": provider.code,
        "name": provider.name,
        "country_code": provider.country,
        "bic_codes": provider.bic_codes,
        "identification_codes": [],
        "dynamic_registration_code": null,
        "group_code": provider.group.as_ref().map(|(code, _)| code),
        "group_name": provider.group.as_ref().map(|(_, name)| name),
        "hub": null,
        "status": provider.status.name(),
        "mode": provider.mode.name(),
        "regulated": provider.regulated,
        "logo_url": format!("https://logo.example/{}.svg", provider.code),
        "timezone": provider.timezone,
        "supported_iframe_embedding": provider.mode.name() != "oauth",
        "optional_interactivity": false,
        "customer_notified_on_sign_in": false,
        "created_at": "2018-01-10T08:00:00Z",
        "updated_at": "2026-02-01T08:00:00Z",
    });
    if ais {
        add(&mut shown, ais_fields(provider));
    }
    if fields {
        let steps: Vec<&Field> = provider.steps.iter().map(|step| &step.field).collect();
        add(
            &mut shown,
            json!({
                "credentials_fields": show_fields(provider.credentials.iter()),
                "interactive_fields": show_fields(steps.into_iter()),
            }),
        );
    }
    shown
}

fn add(shown: &mut Value, more: Value) {
    if let (Value::Object(shown), Value::Object(more)) = (shown, more) {
        shown.extend(more);
    }
}

fn ais_fields(provider: &Provider) -> Value {
    json!({
        "automatic_fetch": provider.automatic_fetch,
        "custom_pendings_period": provider.custom_pendings_period,
        "holder_info": ["names", "addresses"],
        "instruction_for_connections": provider.instruction,
        "interactive_for_connections": provider.interactive || provider.interactive_once,
        "max_consent_days": provider.max_consent_days,
        "max_fetch_interval": provider.max_fetch_interval,
        "max_interactive_delay": provider.max_interactive_delay,
        "refresh_timeout": provider.refresh_timeout,
        "supported_account_extra_fields": ["iban", "holder_name", "account_name"],
        "supported_account_natures": provider.natures,
        "supported_account_types": ["personal"],
        "supported_fetch_scopes": ["accounts", "balance", "holder_info", "transactions"],
        "supported_transaction_extra_fields": ["id", "payee", "posting_date", "time"],
    })
}

fn show_fields<'a>(fields: impl Iterator<Item = &'a Field>) -> Value {
    (1..)
        .zip(fields)
        .map(|(position, field)| {
            let options: Vec<Value> = field
                .options
                .iter()
                .map(|(value, label)| {
                    json!({
                        "name": value, "english_name": label, "localized_name": label,
                        "option_value": value, "selected": false,
                    })
                })
                .collect();
            json!({
                "name": field.name,
                "english_name": field.label,
                "localized_name": field.label,
                "nature": field.nature.name(),
                "optional": field.optional,
                "position": position,
                "extra": {},
                "field_options": options,
            })
        })
        .collect()
}
