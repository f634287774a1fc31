//! Answers: a function's, and the gateway's own.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// One of the gateway's own answers.
pub(crate) fn own(status: StatusCode, message: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(json!({ "message": message }).to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    response
}

/// The authoriser's 401.
pub(crate) fn unauthorized() -> Response<Body> {
    let mut response = own(StatusCode::UNAUTHORIZED, "Unauthorized");
    response.headers_mut().insert("www-authenticate", HeaderValue::from_static("Bearer"));
    response
}

/// What a function answered, or a 500 where that is no answer.
pub(crate) fn of_function(answer: &Value) -> Response<Body> {
    read(answer).unwrap_or_else(|| own(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"))
}

fn read(answer: &Value) -> Option<Response<Body>> {
    let status = u16::try_from(answer["statusCode"].as_u64()?).ok()?;
    let text = answer["body"].as_str().unwrap_or("");
    let body = if answer["isBase64Encoded"] == true {
        Body::from(BASE64_STANDARD.decode(text).ok()?)
    } else {
        Body::from(text.to_owned())
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        response.headers_mut().insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        let cookie = HeaderValue::from_str(cookie.as_str()?).ok()?;
        response.headers_mut().append("set-cookie", cookie);
    }
    if !response.headers().contains_key("content-type") && !text.is_empty() {
        let kind = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert("content-type", kind);
    }
    Some(response)
}
