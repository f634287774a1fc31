//! Older pages: what a table that is eventually consistent may still answer.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::Response;

/// The answers to reads that need not be the newest, by function and request.
#[derive(Debug, Default)]
pub(super) struct Pages(HashMap<String, Seen>);

#[derive(Debug, Default)]
struct Seen {
    newest: Bytes,
    older: Option<Bytes>,
}

impl Pages {
    /// Keeps an answer; the one before it, when that was another, becomes the older page.
    pub(super) fn keep(&mut self, read: String, answer: &Response<Bytes>) {
        let seen = self.0.entry(read).or_default();
        if seen.newest != *answer.body() {
            let before = std::mem::replace(&mut seen.newest, answer.body().clone());
            seen.older = Some(before).filter(|page| !page.is_empty());
        }
    }

    /// The same answer as it was before the newest change of it; none when it never was another.
    pub(super) fn older(&self, read: &str, answer: &Response<Bytes>) -> Option<Response<Bytes>> {
        let page = self.0.get(read)?.older.clone()?;
        let mut older = answer.clone();
        *older.body_mut() = page;
        Some(older)
    }
}
