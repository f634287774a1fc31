//! The event of payload format 2.0 that API Gateway makes of a request.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::jwt::Token;
use super::routes::Found;
use crate::template::ACCOUNT;

/// What the gateway knows beside the request.
pub(crate) struct About<'a> {
    /// Id of the API.
    pub(crate) api: &'a str,
    /// The route.
    pub(crate) found: &'a Found<'a>,
    /// Who connected.
    pub(crate) peer: SocketAddr,
    /// Number of the request.
    pub(crate) number: u64,
    /// The time.
    pub(crate) now: Timestamp,
}

/// The event for one request.
pub(crate) fn build(about: &About<'_>, head: &Parts, body: &Bytes, token: Option<&Token>) -> Value {
    let (headers, cookies) = headers(&head.headers);
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let key = about.found.route.key();
    let path = head.uri.path();
    let mut event = json!({
        "version": "2.0",
        "routeKey": key,
        "rawPath": path,
        "rawQueryString": head.uri.query().unwrap_or(""),
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": about.api,
            "domainName": header("host"),
            "domainPrefix": about.api,
            "http": {
                "method": head.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": about.peer.ip().to_string(),
                "userAgent": header("user-agent"),
            },
            "requestId": format!("req-{}-{}", about.now.as_millisecond(), about.number),
            "routeKey": key,
            "stage": "$default",
            "time": about.now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": about.now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if let Some(token) = token {
        let jwt = json!({ "claims": token.claims, "scopes": token.scopes });
        event["requestContext"]["authorizer"] = json!({ "jwt": jwt });
    }
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if let Some(query) = head.uri.query().filter(|query| !query.is_empty()) {
        event["queryStringParameters"] = json!(parameters(query));
    }
    if !about.found.parameters.is_empty() {
        event["pathParameters"] = json!(about.found.parameters);
    }
    if !body.is_empty() {
        let text = std::str::from_utf8(body).ok().filter(|_| textual(&header("content-type")));
        event["isBase64Encoded"] = json!(text.is_none());
        event["body"] = text.map_or_else(|| BASE64_STANDARD.encode(body), str::to_owned).into();
    }
    event
}

/// Lower-case names, values of one name joined by commas, cookies apart.
fn headers(map: &HeaderMap) -> (BTreeMap<String, String>, Vec<String>) {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    let mut cookies = Vec::new();
    for (name, value) in map {
        let value = String::from_utf8_lossy(value.as_bytes());
        if name == "cookie" {
            cookies.extend(value.split(';').map(|cookie| cookie.trim().to_owned()));
            continue;
        }
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    (headers, cookies)
}

/// Decoded parameters, values of one name joined by commas.
fn parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&value);
            })
            .or_insert_with(|| value.clone().into_owned());
    }
    parameters
}

/// Content types that the gateway hands over as text.
fn textual(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or("").trim();
    kind.starts_with("text/")
        || kind.ends_with("json")
        || kind.ends_with("xml")
        || kind.ends_with("javascript")
}
