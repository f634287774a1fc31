//! One-time tokens: 256 random bits in an address, a hash of them in the table.

use domain::id::base32;
use ring::{
    digest::{SHA256, digest},
    hmac,
};

use crate::entropy::{Entropy, NoEntropy};

/// A token that nobody can guess. It goes to the browser, and nowhere else.
pub fn token(entropy: &Entropy) -> Result<String, NoEntropy> {
    Ok(base32(&entropy.bytes::<32>()?))
}

/// What is stored of a token.
pub fn token_hash(token: &str) -> String {
    base32(digest(&SHA256, token.as_bytes()).as_ref())
}

/// A hash of something that could be guessed, under a key that nobody who reads the table has.
pub fn keyed_hash(key: &[u8], text: &str) -> String {
    base32(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref())
}
