//! The signature on our requests.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text holds no PEM block of the wanted kind.
    #[error("is not PEM of the wanted kind")]
    NotPem,
    /// PEM, but encrypted, truncated, not RSA, or shorter than 2048 bits.
    #[error("is not an RSA key of at least 2048 bits")]
    NotRsa,
    /// Another public exponent than 65537.
    #[error("has an unusual public exponent")]
    Exponent,
}

/// Signs requests with the private key whose public half is in Salt Edge's dashboard.
pub struct Signer {
    key: KeyPair,
    random: SystemRandom,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl Signer {
    /// Reads an RSA private key, PEM, PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`).
    pub fn from_pem(pem: &SecretString) -> Result<Self, KeyError> {
        let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes())
            .map_err(|_| KeyError::NotPem)?;
        let key = match &der {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            // Elliptic curves, and what a later version of the parser may know.
            PrivateKeyDer::Sec1(_) | _ => return Err(KeyError::NotRsa),
        };
        Ok(Self { key: key.map_err(|_| KeyError::NotRsa)?, random: SystemRandom::new() })
    }

    /// The value of `Signature`: RSA PKCS#1 v1.5 with SHA-256 over `expires_at|METHOD|url|body`, base64.
    ///
    /// `url` is the absolute URL as requested, `body` the bytes as sent. `None` when the key fails.
    pub fn sign(&self, expires_at: i64, method: &str, url: &str, body: &[u8]) -> Option<String> {
        let mut message = format!("{expires_at}|{method}|{url}|").into_bytes();
        message.extend_from_slice(body);
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &self.random, &message, &mut signature).ok()?;
        Some(STANDARD.encode(signature))
    }
}
