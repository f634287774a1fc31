//! Calls of any shape, signed: for questions that the client of Halite never asks.

use std::time::Duration;

use domain::bank::BankError;
use reqwest::Method;
use salt_edge::Signer;
use secrecy::SecretString;
use serde_json::Value;
use shell::Clock;

use crate::Failure;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Seconds that a signature is good for.
const SIGNED_FOR: i64 = 60;

/// Sends what it is told to, signed as Salt Edge's samples sign.
pub struct Caller {
    http: reqwest::Client,
    base: String,
    app_id: String,
    secret: String,
    signer: Signer,
    clock: Clock,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The JSON; null where the body was none.
    pub body: Value,
}

impl Reply {
    /// The status and what it says: the error's class, or that it is no JSON.
    pub fn says(&self) -> String {
        match (self.class(), self.body.is_null()) {
            (Some(class), _) => format!("{} {class}", self.status),
            (None, true) => format!("{} without JSON", self.status),
            (None, false) => self.status.to_string(),
        }
    }

    /// The class of an error.
    pub fn class(&self) -> Option<&str> {
        self.body["error"]["class"].as_str()
    }

    /// Whether it was done.
    pub fn done(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Caller {
    /// A caller under `base`, `https://…/api/v6`. Errors: the key or the HTTP client cannot be used.
    pub fn new(
        base: &str,
        app_id: &str,
        secret: &str,
        private_key: &str,
        clock: Clock,
    ) -> Result<Self, Failure> {
        // An error says that another part of the process installed one: as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build()?;
        let signer = Signer::from_pem(&SecretString::from(private_key.to_owned()))?;
        let (base, app_id, secret) = (base.to_owned(), app_id.to_owned(), secret.to_owned());
        Ok(Self { http, base, app_id, secret, signer, clock })
    }

    /// Sends this to a path with its query. Errors: no answer came.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        data: Option<Value>,
    ) -> Result<Reply, Failure> {
        let body = data.map(|data| serde_json::json!({ "data": data }).to_string());
        let body = body.unwrap_or_default();
        self.exchange(method, path, &body, &body).await
    }

    /// Sends one body under the signature of another.
    pub(crate) async fn forged(
        &self,
        path: &str,
        signed: &str,
        sent: &str,
    ) -> Result<Reply, Failure> {
        self.exchange(Method::POST, path, signed, sent).await
    }

    async fn exchange(
        &self,
        method: Method,
        path: &str,
        signed: &str,
        sent: &str,
    ) -> Result<Reply, Failure> {
        let url = format!("{}{path}", self.base);
        let expires_at = self.clock.now().as_second() + SIGNED_FOR;
        let signature = self.signer.sign(expires_at, method.as_str(), &url, signed.as_bytes());
        let answer = self
            .http
            .request(method, &url)
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .header("App-id", &self.app_id)
            .header("Secret", &self.secret)
            .header("Expires-at", expires_at)
            .header("Signature", signature.ok_or("the private key cannot sign")?)
            .body(sent.to_owned())
            .send()
            .await?;
        let status = answer.status().as_u16();
        let body = serde_json::from_str(&answer.text().await?).unwrap_or(Value::Null);
        Ok(Reply { status, body })
    }
}

/// An error of our client as a line of the table says it.
pub(crate) fn told(error: &BankError) -> String {
    match error {
        BankError::Refused { failure, status, .. } => format!("{status} {}", failure.class),
        BankError::NotApi { .. } | BankError::Silent { .. } | BankError::Unreadable { .. } => {
            error.to_string()
        }
    }
}
