//! A place that callbacks are sent to.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use serde_json::Value;
use simulator::{Callbacks, ClientKind};

use crate::support::{Integrator, client};

/// A callback as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn kind(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }
}

/// A place that callbacks are sent to.
#[derive(Clone, Default)]
pub(crate) struct Ears {
    heard: Arc<Mutex<Vec<Heard>>>,
    status: Arc<Mutex<u16>>,
    pub(crate) origin: String,
}

impl Ears {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let ears = Self { status: Arc::new(Mutex::new(200)), origin, ..Self::default() };
        let app = Router::new().route("/{*path}", post(hear)).with_state(ears.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        ears
    }

    pub(crate) fn callbacks(&self) -> Callbacks {
        Callbacks::under(&format!("{}/hooks", self.origin))
    }

    pub(crate) fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Forgets and gives what was heard.
    pub(crate) fn take(&self) -> Vec<Heard> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    /// Kinds and stages or classes in the order of arrival: `success finish`, `fail InvalidCredentials`.
    pub(crate) fn story(&self) -> Vec<String> {
        let tell = |heard: &Heard| {
            let data = heard.json()["data"].clone();
            let more = ["stage", "error_class", "reason", "provider_status"]
                .iter()
                .find_map(|key| data[*key].as_str().map(str::to_owned));
            format!("{} {}", heard.kind(), more.unwrap_or_default()).trim().to_owned()
        };
        self.heard().iter().map(tell).collect()
    }
}

async fn hear(State(ears): State<Ears>, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let heard = Heard { path: uri.path().to_owned(), headers, body: body.to_vec() };
    ears.heard.lock().unwrap().push(heard);
    StatusCode::from_u16(*ears.status.lock().unwrap()).unwrap()
}

/// A partner and the ears that its callbacks reach.
pub(crate) async fn with_ears() -> (Integrator, Ears) {
    let ears = Ears::open().await;
    let us = Integrator::of(client(ClientKind::Partner).with_callbacks(ears.callbacks())).await;
    (us, ears)
}
