//! Whether a callback is from Salt Edge.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{public_key::PublicKey, sign::KeyError};

/// Why a callback is not proven to be from Salt Edge: for logs, not for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// `Signature` or `Signature-key-version` is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// One of them came twice, or joined by a comma.
    #[error("{0} is there more than once")]
    Doubled(&'static str),
    /// A key version that is not configured.
    #[error("unknown key version")]
    UnknownKey,
    /// Not strict base64.
    #[error("not base64")]
    NotBase64,
    /// Not as long as the key's modulus.
    #[error("of the wrong length")]
    WrongLength,
    /// Another key, another URL or other bytes.
    #[error("does not match")]
    Mismatch,
}

/// Salt Edge's public keys by version. Two may be good at a time, for a rotation.
#[derive(Clone, Default)]
pub struct Keys {
    keys: Vec<(String, PublicKey)>,
}

impl Keys {
    /// Keys by version (`6.0`, `5.0`), each a PEM `PUBLIC KEY`: RSA, at least 2048 bits.
    pub fn parse<'a>(keys: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, KeyError> {
        let keys = keys
            .into_iter()
            .map(|(version, pem)| Ok((version.to_owned(), PublicKey::from_pem(pem)?)))
            .collect::<Result<_, KeyError>>()?;
        Ok(Self { keys })
    }

    /// Whether `Signature` is Salt Edge's over `url|body`. Looks at nothing inside the body.
    pub(super) fn verify<'a>(
        &self,
        url: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: &[u8],
    ) -> Result<(), SignatureFault> {
        let (mut signature, mut version) = (None, None);
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("Signature") {
                once(&mut signature, value, "Signature")?;
            } else if name.eq_ignore_ascii_case("Signature-key-version") {
                once(&mut version, value, "Signature-key-version")?;
            }
        }
        let signature = signature.ok_or(SignatureFault::Missing("Signature"))?;
        let version = version.ok_or(SignatureFault::Missing("Signature-key-version"))?;
        let (_, key) = self
            .keys
            .iter()
            .find(|(known, _)| known == version)
            .ok_or(SignatureFault::UnknownKey)?;
        let signature = STANDARD.decode(signature).map_err(|_| SignatureFault::NotBase64)?;
        if signature.len() != key.signature_len() {
            return Err(SignatureFault::WrongLength);
        }
        let message = [url.as_bytes(), b"|", body].concat();
        key.verifies(&message, &signature).then_some(()).ok_or(SignatureFault::Mismatch)
    }
}

/// Takes a header that may come once. A gateway joins two lines of one name with a comma, which neither
/// base64 nor a version holds.
fn once<'a>(
    slot: &mut Option<&'a str>,
    value: &'a str,
    name: &'static str,
) -> Result<(), SignatureFault> {
    if slot.is_some() || value.contains(',') {
        return Err(SignatureFault::Doubled(name));
    }
    *slot = Some(value);
    Ok(())
}
