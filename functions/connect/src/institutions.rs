//! Banks to choose from.

mod cursor;
mod query;
mod view;

use std::sync::Arc;

use domain::{
    bank::search::{Entry, Place},
    id::InstitutionId,
};
use serde::Serialize;
use shell::{Answer, Call, Code, Problem};

use crate::banks::Banks;
use query::Query;
use view::{Country, Hit};

/// How long an answer may be shown again without asking, in seconds. A bank that goes out of order meanwhile is
/// refused when a session is made.
const KEPT: u32 = 60;

#[derive(Serialize)]
struct Hits<'a> {
    institutions: Vec<Hit<'a>>,
    next_cursor: Option<String>,
    has_more: bool,
    countries: Vec<Country<'a>>,
}

/// `GET /v1/institutions`.
pub(crate) async fn search(banks: &Banks, call: &Call) -> Result<Answer, Problem> {
    call.caller()?;
    let query = Query::read(call)?;
    let catalogue = banks.newest().await?.ok_or_else(not_yet)?;
    let countries: Vec<_> = banks.countries(&catalogue).map(Country::from).collect();
    query.served(&countries)?;
    let pages = banks.pages(&catalogue, query.country.as_deref()).await?;
    let (found, has_more) = page(&pages, &query);
    let next_cursor =
        found.last().filter(|_| has_more).map(|(place, _)| cursor::after(&query, place));
    let institutions = found.iter().map(|(_, entry)| Hit::from(&entry.bank)).collect();
    let hits = Hits { institutions, next_cursor, has_more, countries };
    Ok(Answer::json(200, &hits).kept(call, KEPT))
}

/// The hits behind the cursor, best first, as many as one page has; and whether there are more.
fn page<'a>(pages: &'a [Arc<Vec<Entry>>], query: &Query) -> (Vec<(Place<'a>, &'a Entry)>, bool) {
    let entries = pages.iter().flat_map(|page| page.iter());
    let places = entries.filter_map(|entry| Some((entry.place(&query.wanted)?, entry)));
    let behind = |place: &Place<'_>| query.after.as_ref().is_none_or(|after| after.before(place));
    let mut found: Vec<_> = places.filter(|(place, _)| behind(place)).collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let has_more = found.len() > query.limit;
    found.truncate(query.limit);
    (found, has_more)
}

/// `GET /v1/institutions/{id}`.
pub(crate) async fn show(banks: &Banks, call: &Call) -> Result<Answer, Problem> {
    call.caller()?;
    call.only_queries(&[])?;
    let id: InstitutionId = call.path("id")?;
    let bank = banks.find(&id).await?;
    let bank = bank.ok_or_else(|| Problem::new(Code::InstitutionNotFound))?;
    Ok(Answer::json(200, &Hit::from(&bank)).kept(call, KEPT))
}

fn not_yet() -> Problem {
    Problem::new(Code::Unavailable).with_detail("the banks are being fetched for the first time")
}
