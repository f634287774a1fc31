//! The keys that sign, as KMS has them: nobody sees their private half.

use std::collections::BTreeMap;
use std::path::Path;

use axum::body::Bytes;
use axum::http::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use crate::aws::{error, ok};
use crate::{StartError, keep};

/// What stands before the point of a P-256 key in its `SubjectPublicKeyInfo`. Source: RFC 5480.
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What KMS takes to be signed as it is.
const LONGEST: usize = 4096;

/// The keys by ARN.
pub(crate) struct Keys(BTreeMap<String, EcdsaKeyPair>);

impl Keys {
    /// The keys of the template; each is drawn once and kept with the data.
    pub(crate) fn open(arns: &[String], folder: Option<&Path>) -> Result<Self, StartError> {
        let mut drawn: BTreeMap<String, String> = keep::read(folder, "keys.json")?;
        let (random, algorithm) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
        let mut pairs = BTreeMap::new();
        for arn in arns {
            let refuse = |why: &str| StartError::given(arn, &why);
            if !drawn.contains_key(arn) {
                let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random);
                let made = made.map_err(|_| refuse("no key could be drawn"))?;
                drawn.insert(arn.clone(), BASE64_STANDARD.encode(made.as_ref()));
            }
            let text = drawn.get(arn).map(String::as_str).unwrap_or_default();
            let pkcs8 = BASE64_STANDARD.decode(text).map_err(|_| refuse("the kept key is none"))?;
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8, &random);
            pairs.insert(arn.clone(), pair.map_err(|_| refuse("the kept key is none"))?);
        }
        if let Some(folder) = folder {
            keep::write(folder, "keys.json", &drawn)?;
        }
        Ok(Self(pairs))
    }

    /// `Sign` and `GetPublicKey`.
    pub(crate) fn answer(&self, operation: &str, request: &Value) -> Response<Bytes> {
        let id = request["KeyId"].as_str().unwrap_or_default();
        let Some(pair) = self.0.get(id) else { return error("NotFoundException", "no such key") };
        match operation {
            "Sign" => sign(id, pair, request),
            "GetPublicKey" => {
                let der = [&P256[..], pair.public_key().as_ref()].concat();
                ok(&json!({
                    "KeyId": id, "PublicKey": BASE64_STANDARD.encode(der), "KeySpec": "ECC_NIST_P256",
                    "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": ["ECDSA_SHA_256"],
                }))
            }
            _ => error("UnknownOperationException", operation),
        }
    }
}

fn sign(id: &str, pair: &EcdsaKeyPair, request: &Value) -> Response<Bytes> {
    let message = BASE64_STANDARD.decode(request["Message"].as_str().unwrap_or_default());
    let usual = request["SigningAlgorithm"] == "ECDSA_SHA_256" && request["MessageType"] == "RAW";
    let Ok(message) = message else { return error("ValidationException", "Message is no base64") };
    if !usual || message.is_empty() || message.len() > LONGEST {
        return error("ValidationException", "RAW, ECDSA_SHA_256 and 1 to 4,096 bytes only");
    }
    match pair.sign(&SystemRandom::new(), &message) {
        Ok(signature) => ok(&json!({
            "KeyId": id, "Signature": BASE64_STANDARD.encode(signature.as_ref()),
            "SigningAlgorithm": "ECDSA_SHA_256",
        })),
        Err(_) => error("KMSInternalException", "no signature"),
    }
}
