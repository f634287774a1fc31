//! The HTTP API: routes, JWT check, CORS, limits, and its own answers, as API Gateway gives them.

mod answer;
mod cors;
mod event;
mod jwt;
mod routes;
#[cfg(test)]
mod tests;
mod watch;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{Method, Response, StatusCode};

use serde_json::Value;

use crate::clock::Clock;
use crate::invocations::{Ended, Invocations};
use crate::issuer::Issuer;
use crate::template::{Api, Function};
use jwt::Verdict;
use routes::{Found, Routes};
pub(crate) use watch::Watch;

/// API Gateway's limit of a request body.
const BODY_LIMIT: usize = 10 << 20;
/// How long API Gateway waits for a function.
const PATIENCE: Duration = Duration::from_secs(30);

/// The gateway of one local cloud.
pub(crate) struct Gateway {
    api: Api,
    routes: Routes,
    issuer: Arc<Issuer>,
    invocations: Arc<Invocations>,
    clock: Clock,
    requests: AtomicU64,
    watch: Option<Arc<Watch>>,
}

impl Gateway {
    /// A gateway that serves the routes of these functions.
    pub(crate) fn new(
        api: Api,
        functions: &[Function],
        issuer: Arc<Issuer>,
        invocations: Arc<Invocations>,
        clock: Clock,
    ) -> Self {
        let routes = Routes::new(functions);
        let requests = AtomicU64::new(0);
        Self { api, routes, issuer, invocations, clock, requests, watch: None }
    }

    /// The same, with everything that passes held against the contract.
    pub(crate) fn watched(mut self, watch: Arc<Watch>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// The gateway as an axum router. It is no `Router` of routes: the template's rules decide, not axum's.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new().fallback(serve).with_state(self)
    }

    async fn answer(&self, peer: SocketAddr, request: Request) -> Response<Body> {
        let (head, body) = request.into_parts();
        let (answer, sent) = self.decide(peer, &head, body).await;
        match &self.watch {
            Some(watch) => watch.look(&head, &sent, answer).await,
            None => answer,
        }
    }

    /// The answer, and the body as far as it was read.
    async fn decide(&self, peer: SocketAddr, head: &Parts, body: Body) -> (Response<Body>, Bytes) {
        let unread = Bytes::new();
        let Some(found) = self.routes.find(&head.method, head.uri.path()) else {
            return (answer::own(StatusCode::NOT_FOUND, "Not Found"), unread);
        };
        let now = self.clock.now();
        let token = match jwt::check(&self.api, &self.issuer, found.route, &head.headers, now) {
            Verdict::Public => None,
            Verdict::Allowed(token) => Some(token),
            Verdict::Unauthorized => return (answer::unauthorized(), unread),
            Verdict::Forbidden => return (answer::own(StatusCode::FORBIDDEN, "Forbidden"), unread),
        };
        let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
            let large = answer::own(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
            return (large, unread);
        };
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let about = event::About { api: &self.api.id, found: &found, peer, number, now };
        let event = event::build(&about, head, &body, token.as_ref());
        (self.invoke(&found, event).await, body)
    }

    async fn invoke(&self, found: &Found<'_>, event: Value) -> Response<Body> {
        // The function runs on when the gateway gives up, as on AWS.
        let invoked = self.invocations.invoke(found.function, event);
        let ended = tokio::time::timeout(PATIENCE, invoked).await;
        match ended.unwrap_or(Err(Ended::TimedOut)) {
            Ok(answer) => answer::of_function(&answer),
            Err(Ended::TimedOut) => {
                answer::own(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable")
            }
            Err(error @ (Ended::Failed(_) | Ended::Died | Ended::Unknown)) => {
                tracing::warn!(function = found.function, %error, "an invocation gave no answer");
                answer::own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
            }
        }
    }
}

async fn serve(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let origin = request.headers().get("origin").cloned();
    let origin = origin.as_ref().and_then(|value| value.to_str().ok());
    if request.method() == Method::OPTIONS
        && request.headers().contains_key("access-control-request-method")
    {
        return cors::preflight(&gateway.api.cors, origin);
    }
    let mut answer = gateway.answer(peer, request).await;
    cors::allow(&gateway.api.cors, origin, answer.headers_mut());
    answer
}
