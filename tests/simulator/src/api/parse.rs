//! Reading the grouped session request of section 5.4.3.

use jiff::civil::Date;
use reqwest::Url;
use serde_json::{Map, Value};

use super::Call;
use super::grammar::wrong;
use crate::attempt::AttemptRequest;
use crate::errors::{ApiError, ErrorClass};
use crate::session::{ConnectRequest, ConsentRequest};
use crate::world::Strategy;

const CONSENT_SCOPES: [&str; 3] = ["holder_info", "accounts", "transactions"];
const FETCH_SCOPES: [&str; 4] = ["holder_info", "accounts", "balance", "transactions"];
const CUSTOM_FIELDS_BYTES: usize = 1_024;
const RETURN_TO_CHARS: usize = 2_040;

type Object = Map<String, Value>;

fn refuse<T>(class: ErrorClass, message: &str) -> Result<T, ApiError> {
    Err(ApiError::new(class, message))
}

pub(super) fn text(object: &Object, key: &str) -> Option<String> {
    object.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn group<'a>(data: &'a Object, key: &str) -> Option<&'a Object> {
    data.get(key).and_then(Value::as_object)
}

fn on(object: Option<&Object>, key: &str) -> bool {
    flag(object, key).unwrap_or(false)
}

fn flag(object: Option<&Object>, key: &str) -> Option<bool> {
    object.and_then(|object| object.get(key)).and_then(Value::as_bool)
}

fn list(object: &Object, key: &str) -> Option<Vec<String>> {
    let all = object.get(key)?.as_array()?;
    Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

fn date(object: &Object, key: &str) -> Result<Option<Date>, ApiError> {
    let Some(text) = text(object, key) else { return Ok(None) };
    let plain = text.len() == 10;
    text.parse().ok().filter(|_| plain).map(Some).ok_or_else(|| {
        ApiError::new(ErrorClass::DateFormatInvalid, format!("{key} is not a date: {text}"))
    })
}

/// The whole session request.
pub(super) fn session(call: &Call<'_>, today: Date) -> Result<ConnectRequest, ApiError> {
    let data = call.data;
    let consent =
        group(data, "consent").map(|consent| self::consent(consent, today)).transpose()?;
    let attempt = group(data, "attempt").map(self::attempt).transpose()?.unwrap_or_default();
    if let Some(consent) = &consent {
        fetch_within(&attempt, consent)?;
    }
    let (widget, provider) = (group(data, "widget"), group(data, "provider"));
    Ok(ConnectRequest {
        consent,
        attempt,
        provider_code: provider.and_then(|provider| text(provider, "code")),
        include_sandboxes: on(provider, "include_sandboxes"),
        modes: provider.and_then(|provider| list(provider, "modes")),
        hides_consent: flag(widget, "show_consent_confirmation") == Some(false),
        account_overview: on(widget, "show_account_overview"),
        disable_search: on(widget, "disable_provider_search"),
        do_not_store: widget.and_then(|widget| text(widget, "credentials_strategy")).as_deref()
            == Some("do_not_store"),
        post_message: widget.and_then(|w| text(w, "javascript_callback_type")).as_deref()
            == Some("post_message"),
        return_connection_id: on(Some(data), "return_connection_id"),
        return_error_class: on(Some(data), "return_error_class"),
        categorization: text(data, "categorization"),
        categorization_vendor: text(data, "categorization_vendor"),
        automatic_refresh: flag(Some(data), "automatic_refresh"),
    })
}

fn consent(object: &Object, today: Date) -> Result<ConsentRequest, ApiError> {
    let Some(scopes) = list(object, "scopes").filter(|scopes| !scopes.is_empty()) else {
        return Err(wrong("`consent.scopes` is required."));
    };
    if scopes.iter().any(|scope| !CONSENT_SCOPES.contains(&scope.as_str())) {
        return refuse(ErrorClass::ConsentScopesInvalid, "A consent scope is not known.");
    }
    let from_date = date(object, "from_date")?;
    if from_date.is_some_and(|from| from > today) {
        return refuse(ErrorClass::InvalidConsentFromDate, "The consent begins in the future.");
    }
    let period_days = object.get("period_days").and_then(Value::as_i64);
    if period_days.is_some_and(|days| days < 1) {
        return refuse(ErrorClass::InvalidConsentPeriod, "The period is shorter than a day.");
    }
    Ok(ConsentRequest { scopes, from_date, to_date: date(object, "to_date")?, period_days })
}

/// The `attempt` group, also of background refreshes.
pub(super) fn attempt(object: &Object) -> Result<AttemptRequest, ApiError> {
    let fetch_scopes = list(object, "fetch_scopes");
    let known = |scope: &String| FETCH_SCOPES.contains(&scope.as_str());
    if fetch_scopes.as_ref().is_some_and(|scopes| scopes.is_empty() || !scopes.iter().all(known)) {
        return refuse(ErrorClass::FetchScopesInvalid, "A fetch scope is not known.");
    }
    let strategy = text(object, "unduplication_strategy")
        .map(|text| {
            Strategy::parse(&text).ok_or_else(|| wrong("The unduplication strategy is not known."))
        })
        .transpose()?;
    Ok(AttemptRequest {
        fetch_scopes,
        from_date: date(object, "fetch_from_date")?,
        to_date: date(object, "fetch_to_date")?,
        natures: list(object, "account_natures"),
        custom_fields: custom_fields(object)?,
        locale: text(object, "locale"),
        store_credentials: flag(Some(object), "store_credentials"),
        strategy,
        return_to: return_to(object)?,
    })
}

fn custom_fields(object: &Object) -> Result<Option<Object>, ApiError> {
    match object.get("custom_fields") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(fields)) => {
            let bytes = Value::Object(fields.clone()).to_string().len();
            if bytes > CUSTOM_FIELDS_BYTES {
                return refuse(ErrorClass::CustomFieldsSizeTooBig, "custom_fields exceed 1 KB.");
            }
            Ok(Some(fields.clone()))
        }
        Some(_) => refuse(ErrorClass::CustomFieldsFormatInvalid, "custom_fields is no object."),
    }
}

fn return_to(object: &Object) -> Result<Option<String>, ApiError> {
    let Some(text) = text(object, "return_to") else { return Ok(None) };
    if text.chars().count() > RETURN_TO_CHARS {
        return refuse(ErrorClass::ReturnURLTooLong, "return_to exceeds 2040 characters.");
    }
    if text.parse::<Url>().is_err() {
        return refuse(ErrorClass::ReturnURLInvalid, "return_to is not a URL.");
    }
    Ok(Some(text))
}

/// Scopes and dates of the attempt must lie inside the consent.
fn fetch_within(attempt: &AttemptRequest, consent: &ConsentRequest) -> Result<(), ApiError> {
    let given = |scope: &str| consent.scopes.iter().any(|held| held == scope);
    let needs =
        |scope: &String| if scope == "balance" { "accounts".to_owned() } else { scope.clone() };
    let scopes = attempt.fetch_scopes.iter().flatten();
    if scopes.map(needs).any(|scope| !given(&scope)) {
        return refuse(ErrorClass::FetchScopesNotAllowed, "A fetch scope exceeds the consent.");
    }
    let before = attempt.from_date.zip(consent.from_date).is_some_and(|(a, c)| a < c);
    let after = attempt.to_date.zip(consent.to_date).is_some_and(|(a, c)| a > c);
    if before || after {
        return refuse(ErrorClass::DateOutOfConsentRange, "The fetch window exceeds the consent.");
    }
    Ok(())
}
