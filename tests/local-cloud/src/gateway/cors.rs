//! What pages on other origins may do.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::template::Cors;

/// The gateway's answer to a preflight: it never reaches a function, and needs no token.
pub(crate) fn preflight(cors: &Cors, origin: Option<&str>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if allowed(cors, origin).is_some() {
        let headers = response.headers_mut();
        set(headers, "access-control-allow-methods", &cors.methods.join(","));
        set(headers, "access-control-allow-headers", &cors.headers.join(","));
        set(headers, "access-control-max-age", &cors.max_age.to_string());
    }
    allow(cors, origin, response.headers_mut());
    response
}

/// Tells the browser that this origin may read the answer. What a function says about it is replaced.
pub(crate) fn allow(cors: &Cors, origin: Option<&str>, headers: &mut HeaderMap) {
    headers.remove("access-control-allow-origin");
    if let Some(origin) = allowed(cors, origin) {
        set(headers, "access-control-allow-origin", origin);
        set(headers, "access-control-expose-headers", &cors.exposed.join(","));
        set(headers, "vary", "origin");
    }
}

fn allowed<'a>(cors: &Cors, origin: Option<&'a str>) -> Option<&'a str> {
    origin.filter(|origin| cors.origins.iter().any(|known| known == "*" || known == origin))
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value)
        && !value.is_empty()
    {
        headers.insert(HeaderName::from_static(name), value);
    }
}
