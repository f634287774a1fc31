//! What a search may ask for, each parameter checked by itself.

use domain::{
    bank::search::{Bic, Wanted},
    next_action::NextAction,
};
use shell::{Call, Code, FieldError, Problem};

use super::{
    cursor::{self, After},
    view::Country,
};

/// Hits of one answer.
const LIMIT: usize = 20;
/// Hits of one answer at most.
const MOST: usize = 100;
/// The longest text that is searched for, in characters.
const LONGEST: usize = 100;

/// A search.
pub(super) struct Query {
    pub(super) country: Option<String>,
    pub(super) wanted: Wanted,
    pub(super) limit: usize,
    pub(super) after: Option<After>,
    /// The search without its page, as a cursor remembers it.
    pub(super) same: String,
}

impl Query {
    /// Reads it. Errors: name the parameter and what it must be like.
    pub(super) fn read(call: &Call) -> Result<Self, Problem> {
        call.only_queries(&["country", "q", "bic", "limit", "cursor"])?;
        let country = call.query("country").map(country).transpose()?;
        let text = call.query("q").unwrap_or_default();
        if text.chars().count() > LONGEST {
            return Err(invalid("q", "it is longer than 100 characters: shorten it"));
        }
        let bic = call.query("bic").map(str::parse::<Bic>).transpose();
        let bic = bic.map_err(|error| invalid("bic", &error.to_string()))?;
        let limit = call.query_as::<usize>("limit")?.unwrap_or(LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(invalid("limit", "1 to 100"));
        }
        let same = cursor::same(country.as_deref(), text, call.query("bic"));
        let after = call.query("cursor").map(|text| cursor::read(text, &same)).transpose()?;
        Ok(Self { country, wanted: Wanted::new(text, bic), limit, after, same })
    }

    /// Refuses a country without banks: `UK` for `GB` must not look like an empty list.
    pub(super) fn served(&self, countries: &[Country<'_>]) -> Result<(), Problem> {
        let Some(wanted) = &self.country else { return Ok(()) };
        if countries.iter().any(|country| country.code == wanted) {
            return Ok(());
        }
        let served = countries.iter().map(|country| country.code).collect::<Vec<_>>().join(", ");
        let detail = format!("no bank of {wanted} can be linked; the countries are: {served}");
        let errors = vec![FieldError::new("?country", "a country that has no banks here")];
        let problem = Problem::new(Code::InvalidCountry).with_detail(detail).with_errors(errors);
        Err(problem.with_action(NextAction::ChooseOtherBank))
    }
}

fn country(text: &str) -> Result<String, Problem> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(text.to_ascii_uppercase());
    }
    let detail = "use the two letters of ISO 3166-1 alpha-2, or leave it out";
    let errors = vec![FieldError::new("?country", detail)];
    Err(Problem::new(Code::InvalidCountry).with_detail(detail).with_errors(errors))
}

fn invalid(name: &str, detail: &str) -> Problem {
    let errors = vec![FieldError::new(format!("?{name}"), detail)];
    Problem::new(Code::InvalidParameter)
        .with_detail(format!("{name}: {detail}"))
        .with_errors(errors)
}
