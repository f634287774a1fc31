//! A server that gives its answers in the order of a script, and writes down what was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, Response, StatusCode, Uri},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{bank::BankError, id::RemoteCustomerId};
use jiff::Timestamp;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use salt_edge::{Client, Credentials, CustomerPractice, Mode, Settings};

/// Status, content type, body.
#[derive(Clone)]
pub(crate) struct Reply(pub(crate) u16, pub(crate) &'static str, pub(crate) Bytes);

pub(crate) fn json(body: impl Into<String>) -> Reply {
    Reply(200, "application/json", body.into().into())
}

pub(crate) fn failed(status: u16, class: &str) -> Reply {
    let body = format!(
        r#"{{"error":{{"class":"{class}","message":"Jane Doe DE89","request_id":"6f1c"}},"request":{{}}}}"#
    );
    Reply(status, "application/json", body.into())
}

pub(crate) fn html(status: u16) -> Reply {
    Reply(status, "text/html", "<!DOCTYPE html><h1>The page you were looking for</h1>".into())
}

/// A request as it arrived, its signature verified.
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) body: String,
    pub(crate) expires_in: i64,
}

struct Script {
    base: String,
    replies: Mutex<VecDeque<Reply>>,
    seen: Mutex<Vec<Seen>>,
}

pub(crate) struct Server {
    script: Arc<Script>,
    pub(crate) now: Timestamp,
}

impl Server {
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let replies = Mutex::new(replies.into_iter().collect());
        let script = Arc::new(Script { base, replies, seen: Mutex::default() });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { script, now: "2026-03-01T10:00:00Z".parse().unwrap() }
    }

    pub(crate) fn client(&self, mode: Mode) -> Client {
        self.client_with(mode, CustomerPractice::DEFAULT.to_vec())
    }

    pub(crate) fn client_with(&self, mode: Mode, practices: Vec<CustomerPractice>) -> Client {
        let base_url = format!("{}/api/v6", self.script.base);
        Client::new(Settings { base_url, mode, credentials: credentials(), practices }).unwrap()
    }

    /// What was asked, one line per request.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.script.seen.lock().unwrap().iter().map(|seen| seen.line.clone()).collect()
    }

    /// What was asked, with bodies.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.script.seen.lock().unwrap())
    }
}

pub(crate) fn credentials() -> Credentials {
    Credentials {
        app_id: "app".into(),
        secret: "secret".into(),
        private_key: include_str!("../keys/client.pkcs8.pem").into(),
    }
}

/// Verdict and class of a refusal, or the name of another error.
/// The customer that [`crate::answers::CUSTOMER`] shows.
pub(crate) fn ours() -> RemoteCustomerId {
    "1200340000000000001".parse().unwrap()
}

pub(crate) fn told<T>(result: &Result<T, BankError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(BankError::Refused { verdict, failure, status }) => {
            format!("{status} {} {verdict:?} {:?}", failure.class, failure.action)
        }
        Err(BankError::NotApi { status }) => format!("{status} not api"),
        Err(BankError::Silent { what }) => format!("silent: {what}"),
        Err(BankError::Unreadable { what, .. }) => format!("unreadable: {what}"),
    }
}

async fn answer(
    State(script): State<Arc<Script>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<axum::body::Body> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let expires = header("Expires-at");
    let url = format!("{}{uri}", script.base);
    let message = [format!("{expires}|{method}|{url}|").as_bytes(), &body].concat();
    let signature = STANDARD.decode(header("Signature")).unwrap_or_default();
    let good = key().verify(&message, &signature).is_ok()
        && header("App-id") == "app"
        && header("Secret") == "secret"
        && header("Accept") == "application/json"
        && header("Content-Type") == "application/json";
    let start: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
    let expires_in = expires.parse::<i64>().unwrap_or_default() - start.as_second();
    let line = format!("{method} {uri}");
    let body = String::from_utf8(body.to_vec()).unwrap();
    script.seen.lock().unwrap().push(Seen { line, body, expires_in });
    let next = script.replies.lock().unwrap().pop_front();
    let Reply(status, kind, body) = match next {
        _ if !good => failed(400, "SignatureNotMatch"),
        Some(reply) => reply,
        None => failed(500, "ScriptIsOver"),
    };
    Response::builder()
        .status(StatusCode::from_u16(status).unwrap())
        .header("Content-Type", kind)
        .header("Retry-After", "30")
        .header("Location", "/api/v6/elsewhere")
        .body(body.into())
        .unwrap()
}

/// The public half of the client's key: what is behind the 24 bytes of its `SubjectPublicKeyInfo`.
fn key() -> UnparsedPublicKey<Vec<u8>> {
    let pem = include_str!("../keys/client.pub.pem");
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(text).unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der[24..].to_vec())
}
