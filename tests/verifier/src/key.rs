//! Public keys: ECDSA on P-256, as RFC 7468 writes them.

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{
    digest::{SHA256, digest},
    signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey},
};

use crate::hex;

/// What stands before the point in the `SubjectPublicKeyInfo` of a P-256 key. Source: RFC 5480.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    der: Vec<u8>,
}

/// The key that a reader trusts.
#[derive(Debug, Clone)]
pub enum Trusted {
    /// The key itself, got from elsewhere than the export.
    Key(Key),
    /// Its fingerprint, got from elsewhere than the export.
    Fingerprint(String),
}

impl Trusted {
    /// Whether this is it.
    pub fn is(&self, key: &Key) -> bool {
        match self {
            Self::Key(trusted) => trusted == key,
            Self::Fingerprint(trusted) => trusted.eq_ignore_ascii_case(&key.fingerprint()),
        }
    }
}

impl Key {
    /// Reads a PEM. Errors: it is no public key on P-256.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = BASE64_STANDARD.decode(body.trim()).unwrap_or_default();
        // The prefix, the mark of an uncompressed point, and two coordinates.
        if der.len() == P256.len() + 65 && der.starts_with(&P256) {
            return Ok(Self { der });
        }
        Err(String::from("the public key is no PEM of a key on P-256"))
    }

    /// SHA-256 of the key, by which people tell it.
    pub fn fingerprint(&self) -> String {
        hex(digest(&SHA256, &self.der).as_ref())
    }

    /// Whether this key signed these bytes.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &str) -> bool {
        let Ok(signature) = BASE64_STANDARD.decode(signature) else { return false };
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.der[P256.len()..]);
        key.verify(bytes, &signature).is_ok()
    }
}
