//! Exchange rates against the dollar: section 5.8.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::Call;
use crate::amount::Amount;
use crate::clock::date_of;
use crate::errors::{ApiError, ErrorClass};
use crate::world::World;

const RATES: &[(&str, &str)] = &[
    ("CHF", "1.1342"),
    ("EUR", "1.0817"),
    ("GBP", "1.2694"),
    ("HUF", "0.00271"),
    ("JPY", "0.0066"),
    ("KWD", "3.2558"),
    ("USD", "1.0"),
];

/// `GET /rates`.
pub(super) fn list(_world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    if let Some(text) = call.param("date") {
        let date: Date = text.parse().map_err(|_| {
            ApiError::new(ErrorClass::DateFormatInvalid, format!("{text} is not a date."))
        })?;
        if date > date_of(call.now) {
            return Err(ApiError::new(ErrorClass::DateOutOfRange, "The date is in the future."));
        }
    }
    let rates: Vec<Value> = RATES
        .iter()
        .filter_map(|(code, rate)| {
            let rate: Amount = rate.parse().ok()?;
            Some(json!({ "currency_code": code, "rate": rate.number(), "fail": false }))
        })
        .collect();
    Ok(json!({ "data": rates, "meta": { "next_id": null, "next_page": null } }))
}
