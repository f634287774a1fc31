//! `data`, `meta` and pages.

use serde_json::{Value, json};

use super::Call;
use crate::errors::{ApiError, ErrorClass};
use crate::switches::Switches;

/// `{"data": …}`.
pub(super) fn one(data: Value) -> Value {
    Value::Object([("data".to_owned(), data)].into_iter().collect())
}

/// One page of `items`, which come with their ids in growing order. `from_id` is inclusive.
pub(super) fn page<T>(
    call: &Call<'_>,
    switches: &Switches,
    items: Vec<(u64, T)>,
    show: impl Fn(T) -> Value,
) -> Result<Value, ApiError> {
    page_of(switches.most_per_page, call, switches, items, show)
}

/// The same, with pages of `most` rows at the largest.
pub(super) fn page_of<T>(
    most: usize,
    call: &Call<'_>,
    switches: &Switches,
    items: Vec<(u64, T)>,
    show: impl Fn(T) -> Value,
) -> Result<Value, ApiError> {
    let from = number(call, "from_id")?.unwrap_or(0);
    let per_page = number(call, "per_page")?
        .and_then(|count| usize::try_from(count).ok())
        .unwrap_or(switches.default_per_page)
        .clamp(1, most);
    let mut rest = items.into_iter().skip_while(|(id, _)| *id < from);
    let data: Vec<Value> = rest.by_ref().take(per_page).map(|(_, item)| show(item)).collect();
    let next = rest.next().map(|(id, _)| id);
    let next_id = next.map_or(Value::Null, |id| {
        if switches.numeric_ids { id.into() } else { id.to_string().into() }
    });
    Ok(json!({
        "data": data,
        "meta": { "next_id": next_id, "next_page": next.map(|id| next_page(call, id)) },
    }))
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<u64>, ApiError> {
    let Some(text) = call.param(name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        ApiError::new(ErrorClass::ValueOutOfRange, format!("{name} is not a number in range."))
    })
}

/// Path and query of the next page: this one's with another `from_id`.
fn next_page(call: &Call<'_>, next: u64) -> String {
    let (path, query) = call.target.split_once('?').unwrap_or((call.target, ""));
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("from_id=")).collect();
    let mut query = kept.join("&");
    if !query.is_empty() {
        query.push('&');
    }
    format!("{path}?{query}from_id={next}")
}
