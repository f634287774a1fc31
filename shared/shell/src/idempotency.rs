//! `Idempotency-Key`: one request of one caller, however often it is sent.

use domain::canonical::canonical;
use sfv::{BareItem, Item, Parser};

use crate::{
    call::{Call, Caller},
    code::Code,
    problem::{FieldError, Problem},
    token::token_hash,
};

const HEADER: &str = "idempotency-key";
/// The longest key.
const LONGEST: usize = 255;

/// The request that a key stands for. The key itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneRequest {
    /// Hash of who asks, what, and under which key: two users, or two routes, never share one.
    pub name: String,
    /// Hash of what was sent: the path and the body as JSON, whatever its spaces and order.
    pub payload: String,
}

impl Call {
    /// The request that the caller's `Idempotency-Key` stands for.
    ///
    /// Errors: the header is missing, comes twice, or holds no key of 1 to 255 visible characters; the body
    /// is not JSON. Source: draft-ietf-httpapi-idempotency-key-header-07; bare keys are taken too.
    pub fn one_request(&self) -> Result<OneRequest, Problem> {
        let Caller { customer, .. } = self.caller()?;
        let mut sent = self.lines(HEADER);
        let line = sent.next().ok_or_else(|| refused(Code::MissingIdempotencyKey))?;
        let key = line.and_then(key).filter(|_| sent.next().is_none());
        let key = key.ok_or_else(|| refused(Code::InvalidIdempotencyKey))?;
        let body: serde_json::Value = self.json()?;
        Ok(OneRequest {
            // None of the three can hold a zero byte, so no two requests spell the same text.
            name: token_hash(&format!("{customer}\0{}\0{key}", self.route)),
            payload: token_hash(&format!("{}\0{}", self.asked().path, canonical(&body))),
        })
    }
}

fn refused(code: Code) -> Problem {
    let wanted = "send one key of 1 to 255 visible characters, a UUID for instance; the same again to repeat";
    Problem::new(code).with_errors(vec![FieldError::new("Idempotency-Key", wanted)])
}

/// The key in a header's value: a structured field's string, or the same without quotes.
fn key(value: &str) -> Option<String> {
    let value = value.trim_matches([' ', '\t']);
    let key = if value.starts_with('"') {
        let item: Item = Parser::new(value).parse().ok()?;
        let BareItem::String(text) = item.bare_item else { return None };
        text.as_str().to_owned()
    } else {
        // A comma joins two headers, a quote is half a string: neither is a key.
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b',' | b'"');
        value.bytes().all(plain).then(|| value.to_owned())?
    };
    (1..=LONGEST).contains(&key.len()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_quoted_or_a_bare_text() {
        let long = "k".repeat(LONGEST);
        for (value, want) in [
            (r#""8e03978e-40d5-43dd""#, Some("8e03978e-40d5-43dd")),
            ("8e03978e-40d5-43dd", Some("8e03978e-40d5-43dd")),
            (r#" "with a space" "#, Some("with a space")),
            (r#""a \"quoted\" one""#, Some(r#"a "quoted" one"#)),
            (r#""k";more=1"#, Some("k")),
            ("a+b/c==", Some("a+b/c==")),
            (long.as_str(), Some(long.as_str())),
            (&format!("{long}k"), None),
            ("", None),
            (r#""""#, None),
            (r#""half"#, None),
            (r#"half""#, None),
            ("one, two", None),
            ("with a space", None),
            (r#""one", "two""#, None),
        ] {
            assert_eq!(key(value).as_deref(), want, "{value}");
        }
    }

    #[test]
    fn spaces_and_order_are_no_other_payload() {
        let same = |text: &str| canonical(&serde_json::from_str(text).unwrap());
        let one = same(r#"{"a": [1, {"c": "x", "b": null}], "d": true}"#);
        assert_eq!(one, same(r#"{"d":true,"a":[1,{"b":null,"c":"x"}]}"#));
        for other in [r#"{"a":[{"c":"x","b":null},1],"d":true}"#, r#"{"a":[1]}"#, "[]"] {
            assert_ne!(one, same(other), "{other}");
        }
    }
}
