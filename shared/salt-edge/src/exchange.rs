//! One request and its answer.

use domain::{
    bank::{BankError, Verdict},
    next_action::NextAction,
};
use jiff::Timestamp;
use reqwest::{Method, Response, header::HeaderValue};
use serde::{Serialize, de::DeserializeOwned};
use tracing::Instrument;
use url::Url;

use crate::{
    client::Client,
    error::{class, not_json, printable, refusal, shape, unreadable},
    wire::{
        envelope::{Failed, One},
        session::Body,
    },
};

/// How long a signature is good, in seconds: longer than any run, since all pages of a list are signed with the
/// instant at which the run began; far below the hour that Salt Edge allows.
const SIGNATURE_LIFE: i64 = 15 * 60;
/// The longest answer that is read.
const LONGEST_ANSWER: usize = 5 * 1024 * 1024;
/// A longer answer is not searched for an error that pretends to be a success.
const LONGEST_ERROR: usize = 4096;

/// A request before it is signed.
pub(crate) struct Call {
    /// Method and path with its ids left out, for logs and errors.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Vec<u8>,
}

impl Call {
    pub(crate) fn get(name: &'static str, url: Url) -> Self {
        Self { name, method: Method::GET, url, body: Vec::new() }
    }

    pub(crate) fn delete(name: &'static str, url: Url) -> Self {
        Self { name, method: Method::DELETE, url, body: Vec::new() }
    }

    /// A request with `{"data": …}`; these very bytes are signed and sent.
    pub(crate) fn send<T: Serialize>(
        name: &'static str,
        method: Method,
        url: Url,
        data: T,
    ) -> Result<Self, BankError> {
        let body =
            serde_json::to_vec(&Body { data }).map_err(|error| unreadable(name, &shape(&error)))?;
        Ok(Self { name, method, url, body })
    }
}

/// A 2xx answer.
pub(crate) struct Answer {
    call: &'static str,
    status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Reads the whole body as this shape.
    pub(crate) fn json<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, BankError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            if error.is_data() {
                unreadable(self.call, &shape(&error))
            } else {
                not_json(self.call, self.status, &self.body)
            }
        })
    }
}

impl Client {
    /// Sends a call and reads `data` of its answer.
    pub(crate) async fn read<T: DeserializeOwned>(
        &self,
        call: Call,
        now: Timestamp,
    ) -> Result<T, BankError> {
        let answer = self.exchange(call, now).await?;
        answer.json::<One<T>>().map(|one| one.data)
    }

    /// Signs and sends a call once. Ok: status 2xx and no error in the body.
    pub(crate) async fn exchange(&self, call: Call, now: Timestamp) -> Result<Answer, BankError> {
        let Call { name, ref method, .. } = call;
        let method = method.clone();
        let span = tracing::error_span!("exchange", timed = "salt_edge_ms");
        let result = self.attempt(call, now).instrument(span.clone()).await;
        let _timed = span.enter();
        match &result {
            Ok(answer) => tracing::info!(
                metric.salt_edge_calls = 1,
                metric.salt_edge_failed = 0,
                by.result = "ok",
                %method,
                route = name,
                status = answer.status,
                "Salt Edge answered"
            ),
            Err((error, request_id)) => tracing::info!(
                metric.salt_edge_calls = 1,
                metric.salt_edge_failed = u8::from(failed(error)),
                by.result = group(error),
                %method,
                route = name,
                status = status(error),
                class = class(error).as_ref().map(crate::ErrorClass::as_str),
                request_id,
                "Salt Edge did not do it"
            ),
        }
        result.map_err(|(error, _)| error).inspect_err(keys_refused)
    }

    async fn attempt(
        &self,
        call: Call,
        now: Timestamp,
    ) -> Result<Answer, (BankError, Option<String>)> {
        let Call { name, method, url, body } = call;
        let expires_at = now.as_second() + SIGNATURE_LIFE;
        let signature = self
            .signer
            .sign(expires_at, method.as_str(), url.as_str(), &body)
            .and_then(|text| HeaderValue::from_str(&text).ok())
            .ok_or((BankError::Silent { what: "the private key cannot sign" }, None))?;
        let mut response = self
            .http
            .request(method, url)
            .headers(self.headers.clone())
            .header("Expires-at", expires_at)
            .header("Signature", signature)
            .body(body)
            .send()
            .await
            .map_err(|error| (silent(&error), None))?;
        let status = response.status().as_u16();
        let body = read_body(&mut response).await.map_err(|error| (error, header_id(&response)))?;
        let failed = !response.status().is_success()
            || (body.len() <= LONGEST_ERROR
                && serde_json::from_slice::<Failed>(&body).is_ok_and(|read| read.error.is_some()));
        if failed {
            let refusal = refusal(name, status, retry_after(&response), &body, now);
            return Err((refusal.error, refusal.request_id.or_else(|| header_id(&response))));
        }
        Ok(Answer { call: name, status, body })
    }
}

/// Reads the body as it streams in, and stops at the limit.
async fn read_body(response: &mut Response) -> Result<Vec<u8>, BankError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| silent(&error))? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(BankError::Silent { what: "the answer is longer than 5 MB" });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn silent(error: &reqwest::Error) -> BankError {
    let what = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "could not connect"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the request broke off"
    };
    BankError::Silent { what }
}

fn retry_after(response: &Response) -> Option<u32> {
    response.headers().get("Retry-After")?.to_str().ok()?.parse().ok()
}

fn header_id(response: &Response) -> Option<String> {
    response.headers().get("X-Request-Id")?.to_str().ok().map(printable)
}

/// Whether Salt Edge did not do its part, or we did not do ours: a user who must act, or a thing that is
/// gone, is an answer like any other.
fn failed(error: &BankError) -> bool {
    match error {
        BankError::Refused { verdict, .. } => match verdict {
            Verdict::Retry | Verdict::Ours => true,
            Verdict::Wait | Verdict::User | Verdict::Gone | Verdict::Already => false,
        },
        BankError::NotApi { .. } | BankError::Silent { .. } | BankError::Unreadable { .. } => true,
    }
}

/// Whatever call it was: with keys that are refused nothing goes on, and only a person can mend it.
fn keys_refused(error: &BankError) {
    if let BankError::Refused { failure, .. } = error
        && failure.action == NextAction::FixKeys
    {
        tracing::error!(
            metric.alarms = 1,
            by.alarm = "keys_refused",
            why = failure.class,
            "somebody must look at this"
        );
    }
}

/// The group by which failures are counted.
fn group(error: &BankError) -> &'static str {
    match error {
        BankError::Refused { verdict, .. } => match verdict {
            Verdict::Retry => "retry",
            Verdict::Wait => "wait",
            Verdict::User => "user",
            Verdict::Gone => "gone",
            Verdict::Already => "already",
            Verdict::Ours => "ours",
        },
        BankError::NotApi { .. } => "not_api",
        BankError::Silent { .. } => "silent",
        BankError::Unreadable { .. } => "unreadable",
    }
}

fn status(error: &BankError) -> Option<u16> {
    match error {
        BankError::Refused { status, .. } | BankError::NotApi { status } => Some(*status),
        BankError::Silent { .. } | BankError::Unreadable { .. } => None,
    }
}
