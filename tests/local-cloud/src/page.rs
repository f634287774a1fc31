//! The demo page that plays the SaaS, on an origin of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Response, StatusCode, Uri};
use axum::response::{IntoResponse, Json};
use axum::routing::get;
use serde_json::Value;

/// Tells the page where its API is. Asked anew at each load, so that the token in it is fresh.
pub(crate) type Config = Arc<dyn Fn() -> Value + Send + Sync>;

/// The folder of the page's files.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("page")
}

/// The page as an axum router.
pub(crate) fn router(config: Config) -> Router {
    Router::new()
        .route("/config.json", get(|State(config): State<Config>| async move { Json(config()) }))
        .fallback(file)
        .with_state(config)
}

async fn file(uri: Uri) -> Response<Body> {
    let path = match uri.path() {
        "/" | "/return" => "index.html",
        path => path.trim_start_matches('/'),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !path.chars().all(plain) || path.contains("..") || path.starts_with("test/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(kind) = content_type(path) else { return StatusCode::NOT_FOUND.into_response() };
    match std::fs::read(folder().join(path)) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            let headers = response.headers_mut();
            headers.insert("content-type", HeaderValue::from_static(kind));
            headers.insert("cache-control", HeaderValue::from_static("no-cache"));
            headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
            response
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit('.').next()? {
        "html" => Some("text/html; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "json" => Some("application/json"),
        "svg" => Some("image/svg+xml"),
        "png" => Some("image/png"),
        _ => None,
    }
}
