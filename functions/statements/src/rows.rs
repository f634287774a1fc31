//! How many rows a page holds.

use shell::{Call, Code, Problem};

/// How many a page holds.
pub(crate) fn limit(call: &Call, usual: usize, most: usize) -> Result<usize, Problem> {
    let limit = call.query_as::<usize>("limit")?.unwrap_or(usual);
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::new(Code::InvalidParameter).with_detail(format!("limit is 1 to {most}")))
}
