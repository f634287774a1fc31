//! Signatures under receipts, by a key that nobody can copy.

use aws_sdk_kms::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
    primitives::Blob,
    types::{MessageType, SigningAlgorithmSpec},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{receipt::Signature, stored::StoreError};

/// Signs with the deployment's key of receipts.
#[derive(Debug, Clone)]
pub struct Notary {
    client: Client,
    key: String,
}

impl Notary {
    pub(crate) fn new(client: Client, key: String) -> Self {
        Self { client, key }
    }

    /// Signs a text: ECDSA on P-256 over its SHA-256.
    pub async fn sign(&self, text: String) -> Result<Signature, StoreError> {
        let signed = self
            .client
            .sign()
            .key_id(&self.key)
            .message(Blob::new(text))
            .message_type(MessageType::Raw)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256)
            .send()
            .await
            .map_err(|error| refused("a signature", &error))?;
        let signature = signed.signature.ok_or_else(|| nothing("a signature"))?;
        let key = signed.key_id.as_deref().unwrap_or(&self.key);
        Ok(Signature { key: short(key), value: BASE64_STANDARD.encode(signature) })
    }

    /// The public key that goes with it, as PEM, and the key's name.
    pub async fn public_key(&self) -> Result<(String, String), StoreError> {
        let answer = self.client.get_public_key().key_id(&self.key).send().await;
        let answer = answer.map_err(|error| refused("a public key", &error))?;
        let der = answer.public_key.ok_or_else(|| nothing("a public key"))?;
        let key = answer.key_id.as_deref().unwrap_or(&self.key);
        Ok((short(key), pem(der.as_ref())))
    }
}

/// A key's own name in its ARN: the account is nobody's business.
fn short(arn: &str) -> String {
    arn.rsplit('/').next().unwrap_or(arn).to_owned()
}

/// RFC 7468.
fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let (mut pem, mut rest) = (String::from("-----BEGIN PUBLIC KEY-----\n"), text.as_str());
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem + "-----END PUBLIC KEY-----\n"
}

fn refused<E, R>(what: &'static str, error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata,
    SdkError<E, R>: RequestId,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or("no answer");
    let request = error.request_id().unwrap_or("none").to_owned();
    StoreError::Unavailable { what, code: code.to_owned(), request }
}

fn nothing(what: &'static str) -> StoreError {
    let (code, request) = (String::from("an answer without it"), String::from("none"));
    StoreError::Unavailable { what, code, request }
}
