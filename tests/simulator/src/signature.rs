//! RSA signatures, both ways: requests of integrators verified, callbacks signed.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};

/// The private key that signs callbacks unless the embedder brings one. For tests only: it is published.
pub const TEST_PRIVATE_KEY: &str = include_str!("../keys/salt-edge-test-private.pem");
/// The public half of [`TEST_PRIVATE_KEY`].
pub const TEST_PUBLIC_KEY: &str = include_str!("../keys/salt-edge-test-public.pem");
/// A private key for an integrator in tests.
pub const TEST_CLIENT_PRIVATE_KEY: &str = include_str!("../keys/client-test-private.pem");
/// The public half of [`TEST_CLIENT_PRIVATE_KEY`].
pub const TEST_CLIENT_PUBLIC_KEY: &str = include_str!("../keys/client-test-public.pem");

/// A private key that could not be read.
#[derive(Debug)]
pub struct KeyError(String);

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not an RSA private key in PEM: {}", self.0)
    }
}

impl std::error::Error for KeyError {}

/// Signs with RSASSA-PKCS1-v1_5 and SHA-256.
pub struct Signer(RsaKeyPair);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    /// Reads a private key: PEM of PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`).
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der = der_of(pem).ok_or_else(|| KeyError("no base64 between the lines".to_owned()))?;
        let pair = if pem.contains("BEGIN RSA PRIVATE KEY") {
            RsaKeyPair::from_der(&der)
        } else {
            RsaKeyPair::from_pkcs8(&der)
        };
        pair.map(Self).map_err(|refused| KeyError(refused.to_string()))
    }

    /// The base64 signature of `message`, in one line.
    pub fn sign(&self, message: &[u8]) -> Result<String, KeyError> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| KeyError("signing failed".to_owned()))?;
        Ok(BASE64_STANDARD.encode(signature))
    }
}

/// Whether `signature` (base64) is `public_key_pem`'s signature of `message`.
#[must_use]
pub fn verifies(public_key_pem: &str, message: &[u8], signature: &str) -> bool {
    let Some(der) = der_of(public_key_pem) else { return false };
    let Some(key) = rsa_key_of(&der) else { return false };
    let Ok(signature) = BASE64_STANDARD.decode(signature) else { return false };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(message, &signature).is_ok()
}

/// What an integrator signs: `{Expires-at}|{METHOD}|{full URL}|{raw body}`.
#[must_use]
pub fn request_message(expires_at: &str, method: &str, url: &str, body: &[u8]) -> Vec<u8> {
    let mut message = format!("{expires_at}|{method}|{url}|").into_bytes();
    message.extend_from_slice(body);
    message
}

/// What a callback signs: `{registered URL}|{raw body}`.
#[must_use]
pub fn callback_message(url: &str, body: &[u8]) -> Vec<u8> {
    let mut message = format!("{url}|").into_bytes();
    message.extend_from_slice(body);
    message
}

fn der_of(pem: &str) -> Option<Vec<u8>> {
    let base64: String = pem
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('-'))
        .collect();
    BASE64_STANDARD.decode(base64).ok()
}

/// The PKCS#1 key inside a `SubjectPublicKeyInfo`: sequence { sequence { algorithm }, bit string { key } }.
fn rsa_key_of(spki: &[u8]) -> Option<&[u8]> {
    let (outer, _) = element(spki, 0x30)?;
    let (_, rest) = element(outer, 0x30)?;
    let (bits, _) = element(rest, 0x03)?;
    bits.split_first().map(|(_unused_bits, key)| key)
}

/// The content of the DER element at the start of `input`, and what follows it.
fn element(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = input.split_first()?;
    let (&short, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let (length, rest) = if short < 0x80 {
        (usize::from(short), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(short & 0x7f))?;
        let length = digits.iter().try_fold(0_usize, |sum, digit| {
            sum.checked_mul(256)?.checked_add(usize::from(*digit))
        })?;
        (length, rest)
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_verifies_with_its_own_key_and_its_own_bytes_only() {
        let signer = Signer::from_pem(TEST_PRIVATE_KEY).unwrap();
        let signature = signer.sign(b"message").unwrap();
        for (key, message, signature, want) in [
            (TEST_PUBLIC_KEY, b"message".as_slice(), signature.as_str(), true),
            (TEST_PUBLIC_KEY, b"messagf", &signature, false),
            (TEST_CLIENT_PUBLIC_KEY, b"message", &signature, false),
            (TEST_PUBLIC_KEY, b"message", "not base64!", false),
            ("garbage", b"message", &signature, false),
        ] {
            assert_eq!(verifies(key, message, signature), want, "{message:?}");
        }
    }
}
