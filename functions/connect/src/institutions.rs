//! Banks to choose from.

use domain::{
    bank::{Health, Institution},
    limits::HISTORY_DAYS,
};
use serde::Serialize;
use shell::{Answer, Call, Code, Problem};
use store::Table;

/// Hits of one answer.
const LIMIT: usize = 20;
/// Hits of one answer at most.
const MOST: usize = 100;
/// The longest text that is searched for.
const LONGEST: usize = 100;

#[derive(Serialize)]
struct Hit {
    id: String,
    name: String,
    country: String,
    aggregator: &'static str,
    logo_url: Option<String>,
    status: Health,
    mode: String,
    unattended: bool,
    history_days: u16,
    max_consent_days: Option<u16>,
    instruction: Option<String>,
    timezone: String,
}

#[derive(Serialize)]
struct Hits {
    institutions: Vec<Hit>,
    has_more: bool,
}

pub(crate) async fn search(table: &Table, call: &Call) -> Result<Answer, Problem> {
    call.caller()?;
    call.only_queries(&["country", "q", "limit"])?;
    let country = call.query("country");
    if country.is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_alphabetic())) {
        return Err(Problem::new(Code::InvalidCountry).with_detail("use ISO 3166-1 alpha-2"));
    }
    let text = call.query("q").unwrap_or_default();
    if text.len() > LONGEST {
        return Err(Problem::new(Code::InvalidParameter).with_detail("q is longer than 100 bytes"));
    }
    let limit = limit(call)?;
    if table.catalogue_age().await?.is_none() {
        return Err(Problem::new(Code::Unavailable).with_detail("the banks are being fetched"));
    }
    let country = country.map(str::to_uppercase);
    let banks = table.institutions(country.as_deref()).await?;
    let mut found = ranked(banks, text);
    let has_more = found.len() > limit;
    found.truncate(limit);
    let institutions = found.into_iter().map(hit).collect();
    Ok(Answer::json(200, &Hits { institutions, has_more }))
}

fn limit(call: &Call) -> Result<usize, Problem> {
    let limit = call.query_as::<usize>("limit")?.unwrap_or(LIMIT);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(Code::InvalidParameter).with_detail("limit is 1 to 100"))
}

/// Banks whose name holds every word, those that begin with the text first.
fn ranked(banks: Vec<Institution>, text: &str) -> Vec<Institution> {
    let text = text.trim().to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Vec<(bool, String, Institution)> = banks
        .into_iter()
        .filter(|bank| bank.health != Health::Disabled)
        .map(|bank| (bank.name.to_lowercase(), bank))
        .filter(|(name, _)| words.iter().all(|word| name.contains(word)))
        .map(|(name, bank)| (!name.starts_with(&text), name, bank))
        .collect();
    found.sort_by(|a, b| (a.0, &a.1, &a.2.id).cmp(&(b.0, &b.1, &b.2.id)));
    found.into_iter().map(|(_, _, bank)| bank).collect()
}

fn hit(bank: Institution) -> Hit {
    Hit {
        id: bank.id.to_string(),
        name: bank.name,
        country: bank.country,
        aggregator: "Salt Edge",
        logo_url: bank.logo_url,
        status: bank.health,
        mode: bank.mode,
        unattended: bank.unattended,
        history_days: bank.history_days.unwrap_or(HISTORY_DAYS),
        max_consent_days: bank.max_consent_days,
        instruction: bank.instruction,
        timezone: bank.timezone.unwrap_or_else(|| String::from("UTC")),
    }
}
