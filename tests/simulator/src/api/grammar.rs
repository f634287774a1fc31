//! Which keys a request may have, and of which kind.

use serde_json::{Map, Value};

use crate::errors::{ApiError, ErrorClass};

/// The kind of a value.
pub(super) enum Kind {
    Text,
    Bool,
    Int,
    /// A string, or a JSON number that stands for an id.
    Id,
    TextList,
    IdList,
    Object(&'static [Rule]),
    /// Checked elsewhere, with a class of its own.
    Any,
}

/// A key and its kind.
pub(super) type Rule = (&'static str, Kind);

const CONSENT: &[Rule] = &[
    ("scopes", Kind::TextList),
    ("from_date", Kind::Text),
    ("to_date", Kind::Text),
    ("period_days", Kind::Int),
];

const ATTEMPT: &[Rule] = &[
    ("fetch_scopes", Kind::TextList),
    ("fetch_from_date", Kind::Text),
    ("fetch_to_date", Kind::Text),
    ("account_natures", Kind::TextList),
    ("custom_fields", Kind::Any),
    ("locale", Kind::Text),
    ("store_credentials", Kind::Bool),
    ("unduplication_strategy", Kind::Text),
    ("return_to", Kind::Text),
];

const WIDGET: &[Rule] = &[
    ("show_account_overview", Kind::Bool),
    ("show_consent_confirmation", Kind::Bool),
    ("credentials_strategy", Kind::Text),
    ("javascript_callback_type", Kind::Text),
    ("disable_provider_search", Kind::Bool),
    ("skip_provider_selection", Kind::Bool),
    ("skip_stages_screen", Kind::Bool),
    ("template", Kind::Text),
    ("theme", Kind::Text),
    ("allowed_countries", Kind::TextList),
    ("popular_providers_country", Kind::Text),
    ("regulated", Kind::Bool),
];

const PROVIDER: &[Rule] = &[
    ("code", Kind::Text),
    ("include_sandboxes", Kind::Bool),
    ("modes", Kind::TextList),
    ("key_owner", Kind::Text),
];

const KYC: &[Rule] = &[
    ("type_of_account", Kind::Text),
    ("full_name", Kind::Text),
    ("citizenship_code", Kind::Text),
    ("residence_address", Kind::Text),
    ("date_of_birth", Kind::Text),
    ("place_of_birth", Kind::Text),
    ("gender", Kind::Text),
    ("legal_name", Kind::Text),
    ("registered_office_code", Kind::Text),
    ("registered_office_address", Kind::Text),
    ("registration_number", Kind::Text),
];

pub(super) const CONNECT: &[Rule] = &[
    ("customer_id", Kind::Id),
    ("customer_identifier", Kind::Text),
    ("consent", Kind::Object(CONSENT)),
    ("attempt", Kind::Object(ATTEMPT)),
    ("widget", Kind::Object(WIDGET)),
    ("provider", Kind::Object(PROVIDER)),
    ("kyc", Kind::Object(KYC)),
    ("return_connection_id", Kind::Bool),
    ("return_error_class", Kind::Bool),
    ("categorization", Kind::Text),
    ("categorization_vendor", Kind::Text),
    ("automatic_refresh", Kind::Bool),
];

/// Reconnect and refresh: as connect without customer and provider; `show_widget` was seen at refresh.
pub(super) const RECONNECT: &[Rule] = &[
    ("consent", Kind::Object(CONSENT)),
    ("attempt", Kind::Object(ATTEMPT)),
    ("widget", Kind::Object(WIDGET)),
    ("kyc", Kind::Object(KYC)),
    ("return_connection_id", Kind::Bool),
    ("return_error_class", Kind::Bool),
    ("categorization", Kind::Text),
    ("categorization_vendor", Kind::Text),
    ("automatic_refresh", Kind::Bool),
    ("show_widget", Kind::Bool),
];

pub(super) const BACKGROUND: &[Rule] =
    &[("attempt", Kind::Object(ATTEMPT)), ("automatic_refresh", Kind::Bool)];

pub(super) const CUSTOMER: &[Rule] = &[
    ("identifier", Kind::Text),
    ("email", Kind::Text),
    ("kyc", Kind::Object(KYC)),
    ("categorization_type", Kind::Text),
];

pub(super) const UPDATE_CONNECTION: &[Rule] =
    &[("status", Kind::Text), ("automatic_refresh", Kind::Bool)];

pub(super) const UPDATE_TRANSACTIONS: &[Rule] =
    &[("connection_id", Kind::Id), ("transaction_ids", Kind::IdList), ("duplicate", Kind::Bool)];

pub(super) const NOTHING: &[Rule] = &[];

/// Refuses unknown keys (when `strict`) and values of another kind.
pub(super) fn check(
    data: &Map<String, Value>,
    rules: &[Rule],
    strict: bool,
) -> Result<(), ApiError> {
    for (key, value) in data {
        match rules.iter().find(|(known, _)| known == key) {
            Some((_, kind)) if fits(value, kind, strict)? => {}
            Some(_) => return Err(wrong(&format!("`{key}` is of a wrong type."))),
            None if strict => return Err(wrong(&format!("`{key}` is not known here."))),
            None => {}
        }
    }
    Ok(())
}

fn fits(value: &Value, kind: &Kind, strict: bool) -> Result<bool, ApiError> {
    let is_id = |value: &Value| value.is_string() || value.is_u64();
    Ok(value.is_null()
        || match kind {
            Kind::Text => value.is_string(),
            Kind::Bool => value.is_boolean(),
            Kind::Int => value.is_i64() || value.is_u64(),
            Kind::Id => is_id(value),
            Kind::TextList => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
            Kind::IdList => value.as_array().is_some_and(|all| all.iter().all(is_id)),
            Kind::Object(rules) => {
                if let Some(inner) = value.as_object() {
                    check(inner, rules, strict)?;
                }
                value.is_object()
            }
            Kind::Any => true,
        })
}

pub(super) fn wrong(message: &str) -> ApiError {
    ApiError::new(ErrorClass::WrongRequestFormat, message)
}
