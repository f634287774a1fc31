//! Answers that a caller may keep for a while, and asks for again without having them sent again.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;

use crate::call::{Answer, Call};

/// Bytes of an answer's hash that name it.
const TAG: usize = 15;

impl Answer {
    /// The same, good for so many seconds in the caller's own cache and then asked for again by its `ETag`: a 304
    /// without a body where the caller has it already.
    #[must_use]
    pub fn kept(self, call: &Call, seconds: u32) -> Self {
        let mut answer = self.tagged(call);
        answer.headers.retain(|(name, _)| *name != "cache-control");
        // Private: who asks without a token gets nothing, also not from a cache in between.
        answer.with_header("cache-control", format!("private, max-age={seconds}"))
    }

    /// The same with an `ETag`: a 304 without a body where the caller has it already. No cache in between keeps it.
    #[must_use]
    pub fn tagged(mut self, call: &Call) -> Self {
        let hash = digest::digest(&digest::SHA256, &self.body);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&hash.as_ref()[..TAG]));
        if call.headers().any(|(name, value)| name == "if-none-match" && names(value, &tag)) {
            (self.status, self.body) = (304, Vec::new());
            self.headers.retain(|(name, _)| *name != "content-type");
        }
        self.with_header("etag", tag)
    }
}

/// Whether a line of `If-None-Match` names this tag. A weak one is as good: the bytes are only compared here.
fn names(line: &str, tag: &str) -> bool {
    let mut tags = line.split(',').map(str::trim);
    tags.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_among_others() {
        for (line, want) in [
            (r#""a""#, true),
            (r#"W/"a""#, true),
            (r#""b", "a""#, true),
            ("*", true),
            ("a", false),
            (r#""b""#, false),
            ("", false),
        ] {
            assert_eq!(names(line, r#""a""#), want, "{line}");
        }
    }
}
