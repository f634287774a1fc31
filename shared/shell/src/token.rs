//! One-time tokens: 256 random bits in an address, a hash of them in the table.

use domain::id::base32;
use ring::digest::{SHA256, digest};

use crate::entropy::{Entropy, NoEntropy};

/// A token that nobody can guess. It goes to the browser, and nowhere else.
pub fn token(entropy: &Entropy) -> Result<String, NoEntropy> {
    Ok(base32(&entropy.bytes::<32>()?))
}

/// What is stored of a token.
pub fn token_hash(token: &str) -> String {
    base32(digest(&SHA256, token.as_bytes()).as_ref())
}
