//! RSA public keys out of PEM, and what they verify.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use rustls::pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};

use crate::sign::KeyError;

/// `rsaEncryption`, 1.2.840.113549.1.1.1, with its NULL parameters.
const RSA: [u8; 13] =
    [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const SHORTEST: usize = 2048 / 8;
const EXPONENT: [u8; 3] = [1, 0, 1];
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// An RSA public key of at least 2048 bits.
#[derive(Clone)]
pub(crate) struct PublicKey {
    components: RsaPublicKeyComponents<Vec<u8>>,
}

impl PublicKey {
    /// Reads `-----BEGIN PUBLIC KEY-----` (`SubjectPublicKeyInfo`).
    pub(crate) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| KeyError::NotPem)?;
        let (n, e) = components(&der).ok_or(KeyError::NotRsa)?;
        // The first byte of the modulus counts only as far as its highest bit.
        if n.len() < SHORTEST || (n.len() == SHORTEST && n[0] < 0x80) {
            return Err(KeyError::NotRsa);
        }
        if e != EXPONENT {
            return Err(KeyError::Exponent);
        }
        Ok(Self { components: RsaPublicKeyComponents { n: n.to_vec(), e: e.to_vec() } })
    }

    /// The length of its signatures, in bytes.
    pub(crate) fn signature_len(&self) -> usize {
        self.components.n.len()
    }

    /// Whether `signature` is RSA PKCS#1 v1.5 with SHA-256 of `message` under this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.components.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}

/// Modulus and exponent, without leading zeros. `None`: not exactly the DER of an RSA public key.
fn components(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut outer = Der(der);
    let mut info = Der(outer.take(SEQUENCE)?);
    if !outer.0.is_empty() || info.take(SEQUENCE)? != RSA {
        return None;
    }
    // A bit string begins with the number of unused bits, here none.
    let bits = info.take(BIT_STRING)?.strip_prefix(&[0])?;
    let mut key_outer = Der(bits);
    let mut key = Der(key_outer.take(SEQUENCE)?);
    let (n, e) = (positive(key.take(INTEGER)?)?, positive(key.take(INTEGER)?)?);
    (info.0.is_empty() && key_outer.0.is_empty() && key.0.is_empty()).then_some((n, e))
}

/// A positive integer in its shortest form, without the byte that keeps it positive.
fn positive(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0, rest @ ..] if rest.first()? >= &0x80 => Some(rest),
        [first, ..] if (1..0x80).contains(first) => Some(bytes),
        _ => None,
    }
}

/// The DER that is still to be read.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let rest = self.0.strip_prefix(&[tag])?;
        let (length, rest) = match rest {
            [short @ 0..=0x7f, rest @ ..] => (usize::from(*short), rest),
            [0x81, long @ 0x80..=0xff, rest @ ..] => (usize::from(*long), rest),
            [0x82, high @ 1..=0xff, low, rest @ ..] => {
                (usize::from(*high) << 8 | usize::from(*low), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(value)
    }
}
