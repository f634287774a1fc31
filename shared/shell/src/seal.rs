//! Seals what the table keeps and nobody who reads the table may use.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};

use crate::entropy::{Entropy, NoEntropy};

/// A content could not be sealed, or was not sealed by this key for this purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// It cannot be sealed.
    #[error("the content could not be sealed")]
    Closing,
    /// It was changed, is another's, or the key is another one.
    #[error("what was sealed cannot be opened with this key")]
    Opening,
    /// There is no randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// Seals and opens with a key of its own for one purpose.
pub struct Seal(LessSafeKey);

impl Seal {
    /// The key of this purpose, derived from the deployment's. Errors: [`SealError::Closing`].
    pub fn new(root: &[u8], purpose: &str) -> Result<Self, SealError> {
        // A keyed hash of the purpose: 256 bits that say nothing of the root or of another purpose's key.
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, root), purpose.as_bytes());
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref());
        key.map(|key| Self(LessSafeKey::new(key))).map_err(|_| SealError::Closing)
    }

    /// Seals a content for one place: it opens there only.
    pub fn close(
        &self,
        entropy: &Entropy,
        place: &str,
        content: &[u8],
    ) -> Result<String, SealError> {
        let nonce = entropy.bytes::<NONCE_LEN>()?;
        let mut bytes = content.to_vec();
        let (unique, place) = (Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()));
        self.0
            .seal_in_place_append_tag(unique, place, &mut bytes)
            .map_err(|_| SealError::Closing)?;
        Ok(STANDARD_NO_PAD.encode([nonce.as_slice(), &bytes].concat()))
    }

    /// What was sealed for this place. Errors: [`SealError::Opening`].
    pub fn open(&self, place: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| SealError::Opening)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(SealError::Opening)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Opening)?;
        let mut sealed = sealed.to_vec();
        let opened = self.0.open_in_place(nonce, Aad::from(place.as_bytes()), &mut sealed);
        opened.map(|content| content.to_vec()).map_err(|_| SealError::Opening)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_at_its_place_with_its_key_only() {
        let (root, entropy) = ([7; 32], Entropy::system());
        let seal = Seal::new(&root, "answers").unwrap();
        let text = seal.close(&entropy, "here", b"a secret address").unwrap();
        assert!(!text.contains("secret"));
        assert_eq!(seal.open("here", &text).unwrap(), b"a secret address");
        assert_ne!(text, seal.close(&entropy, "here", b"a secret address").unwrap());
        let mut changed = text.clone();
        changed.replace_range(20..21, if &text[20..21] == "A" { "B" } else { "A" });
        let purpose = Seal::new(&root, "other").unwrap();
        let key = Seal::new(&[8; 32], "answers").unwrap();
        for (seal, place, text) in [
            (&seal, "there", text.as_str()),
            (&seal, "here", &changed),
            (&seal, "here", ""),
            (&seal, "here", "no base64!"),
            (&purpose, "here", &text),
            (&key, "here", &text),
        ] {
            assert_eq!(seal.open(place, text), Err(SealError::Opening), "{place} {text}");
        }
    }
}
