//! Cursors: opaque, authenticated, and good for one caller's one query only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};

use crate::{code::Code, problem::Problem};

/// Bytes of the keyed hash before the content.
const TAG: usize = 16;
/// The shortest key that is taken.
const SHORTEST: usize = 32;

/// The secret is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is shorter than {SHORTEST} characters")]
pub struct ShortKey;

/// Writes and reads cursors with one key.
pub struct Cursors(hmac::Key);

impl Cursors {
    /// The key from its secret. Errors: it is shorter than 32 characters.
    pub fn open(secret: &SecretString) -> Result<Self, ShortKey> {
        let text = secret.expose_secret();
        if text.len() < SHORTEST {
            return Err(ShortKey);
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes())))
    }

    /// A cursor for this scope: the tenant and the query that it goes on with.
    pub fn write(&self, scope: &str, place: &impl Serialize) -> String {
        let content = serde_json::to_vec(place).unwrap_or_default();
        let mut bytes = self.tag(scope, &content)[..TAG].to_vec();
        bytes.extend(content);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a cursor holds. Errors: not ours, changed, or of another scope.
    pub fn read<T: DeserializeOwned>(&self, scope: &str, text: &str) -> Result<T, Problem> {
        let refused = || Problem::new(Code::InvalidCursor).with_detail("begin without a cursor");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        let (tag, content) = bytes.split_at_checked(TAG).ok_or_else(refused)?;
        // A keyed hash of both sides hides, by time, how much of the tag was right.
        let want = self.tag(scope, content);
        let same = self.tag("compare", &want[..TAG]) == self.tag("compare", tag);
        if !same {
            return Err(refused());
        }
        serde_json::from_slice(content).map_err(|_| refused())
    }

    fn tag(&self, scope: &str, content: &[u8]) -> Vec<u8> {
        let mut hash = hmac::Context::with_key(&self.0);
        hash.update(scope.as_bytes());
        hash.update(&[0]);
        hash.update(content);
        hash.sign().as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_scope_only() {
        let cursors = Cursors::open(&"k".repeat(32).into()).unwrap();
        let text = cursors.write("feed|a|con_1", &7_u32);
        assert_eq!(cursors.read::<u32>("feed|a|con_1", &text).unwrap(), 7);
        let mut changed = text.clone();
        changed.replace_range(0..1, if text.starts_with('A') { "B" } else { "A" });
        for (scope, text) in [("feed|b|con_1", text.as_str()), ("feed|a|con_1", &changed), ("", "")]
        {
            let refused = cursors.read::<u32>(scope, text).unwrap_err();
            assert_eq!(refused.code(), Code::InvalidCursor, "{scope} {text}");
        }
        assert!(Cursors::open(&"short".into()).is_err());
    }
}
