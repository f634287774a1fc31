//! Where the next page of hits begins.
//!
//! The place of the last hit, not a number of hits: a catalogue that changes between two pages shows no bank twice and
//! skips none. It holds nothing that a caller may not see or make up, so it carries no key's mark.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::bank::search::Place;
use serde::{Deserialize, Serialize};
use shell::{Code, Problem, token_hash};

use super::query::Query;

/// Letters of the hash that ties a cursor to its search.
const SAME: usize = 16;

/// The place of the last hit of a page.
#[derive(Serialize, Deserialize)]
pub(super) struct After {
    of: String,
    rank: u8,
    health: u8,
    name: String,
    country: String,
    id: String,
}

impl After {
    /// Whether that place comes before this one.
    pub(super) fn before(&self, place: &Place<'_>) -> bool {
        let last = (self.rank, self.health, &*self.name, &*self.country, &*self.id);
        last < (place.rank as u8, place.health, place.name, place.country, place.id)
    }
}

/// What a search and its next page have in common.
pub(super) fn same(country: Option<&str>, text: &str, bic: Option<&str>) -> String {
    let parts = [country.unwrap_or_default(), text, bic.unwrap_or_default()];
    token_hash(&parts.join("\0")).chars().take(SAME).collect()
}

/// The cursor behind this hit.
pub(super) fn after(query: &Query, last: &Place<'_>) -> String {
    let after = After {
        of: query.same.clone(),
        rank: last.rank as u8,
        health: last.health,
        name: last.name.to_owned(),
        country: last.country.to_owned(),
        id: last.id.to_owned(),
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&after).unwrap_or_default())
}

/// Reads a cursor. Errors: it is none of ours, or of another search.
pub(super) fn read(text: &str, same: &str) -> Result<After, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let after: Option<After> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    after.filter(|after| after.of == same).ok_or_else(|| {
        let detail = "it belongs to another search: begin without a cursor";
        Problem::new(Code::InvalidCursor).with_detail(detail)
    })
}
