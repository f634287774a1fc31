//! The way to Salt Edge, through the tap: one loopback address per function.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, Uri};

use crate::aws::relay;
use crate::tap::{Asked, Service, Tap};

/// Relays one function's calls.
pub(crate) struct Way {
    /// The function.
    pub(crate) function: String,
    /// Scheme, host and port of Salt Edge.
    pub(crate) origin: String,
    /// The client that talks to it.
    pub(crate) http: reqwest::Client,
    /// The tap.
    pub(crate) tap: Tap,
}

/// The way as an axum router.
pub(crate) fn router(way: Arc<Way>) -> Router {
    Router::new().fallback(pass).layer(DefaultBodyLimit::max(8 << 20)).with_state(way)
}

async fn pass(
    State(way): State<Arc<Way>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let operation = format!("{method} {}", operation(uri.path()));
    let mut call = way.http.request(method, format!("{}{path}", way.origin)).body(body);
    for (name, value) in &headers {
        // `Host` stays: the caller signed the address that it called.
        if name != "content-length" {
            call = call.header(name, value);
        }
    }
    let work = async {
        relay(call).await.unwrap_or_else(|error| {
            let mut response = Response::new(Bytes::from(error.to_string()));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        })
    };
    // The pages live on the same host; a browser on them is no request of a function.
    if path.starts_with("/api/") {
        let asked = Asked {
            function: &way.function,
            service: Service::SaltEdge,
            operation: &operation,
            may_be_older: None,
        };
        way.tap.pass(asked, work).await
    } else {
        work.await.map(Body::from)
    }
}

/// A path without the API's base and with `{id}` for numbers: `/connections/{id}/background_refresh`.
fn operation(path: &str) -> String {
    let path = path.split_once("/api/v6").map_or(path, |(_, rest)| rest);
    let id = |part: &str| part.len() > 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> =
        path.split('/').map(|part| if id(part) { "{id}" } else { part }).collect();
    parts.join("/")
}
