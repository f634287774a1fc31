//! What an answer must be: a documented status, content type, headers and body.

use crate::{Document, Exchange, Operation, document::Place};

/// Headers of HTTP itself and of the gateway, which belong to no route.
const OF_HTTP: &[&str] = &["content-type", "content-length", "date", "vary", "connection"];
/// Content type of a problem, which is always Halite's own answer.
const PROBLEM: &str = "application/problem+json";

pub(crate) fn faults(
    document: &Document,
    operation: &Operation<'_>,
    exchange: &Exchange<'_>,
) -> Vec<String> {
    let status = exchange.status.to_string();
    let Some(response) = document.at(operation.place.below(&["responses", &status])) else {
        return vec![format!("this status is not documented: {}", shown(exchange.answered.body))];
    };
    let mut faults = headers(document, &response, exchange);
    faults.extend(body(document, &response, exchange));
    faults
}

/// Required headers are there, the others are documented, and each is of its form.
fn headers(document: &Document, response: &Place<'_>, exchange: &Exchange<'_>) -> Vec<String> {
    let answered = &exchange.answered.headers;
    let documented = response.value["headers"].as_object();
    let mut faults = Vec::new();
    for name in documented.into_iter().flat_map(|headers| headers.keys()) {
        let Some(header) = document.at(response.below(&["headers", name])) else {
            faults.push(format!("the documented header {name} leads nowhere"));
            continue;
        };
        match answered.get(&name.to_lowercase()) {
            Some(text) => {
                let value = crate::request::typed(document, &header, text);
                let found = document.schemas.faults(&header.below(&["schema"]), &value);
                faults.extend(found.into_iter().map(|fault| format!("header {name}{fault}")));
            }
            None if header.value["required"] == true => {
                faults.push(format!("the header {name} is missing"));
            }
            None => {}
        }
    }
    for name in answered.keys().filter(|name| !OF_HTTP.contains(&name.as_str())) {
        let known = documented
            .is_some_and(|headers| headers.keys().any(|one| one.eq_ignore_ascii_case(name)));
        if !known && !name.starts_with("access-control-") {
            faults.push(format!("the header {name} is not documented"));
        }
    }
    if answered.get("content-type").is_some_and(|kind| kind == PROBLEM) {
        let missing =
            ["request-id", "cache-control"].into_iter().filter(|n| !answered.contains_key(*n));
        faults.extend(missing.map(|name| format!("a problem has the header {name}")));
    }
    faults
}

/// The body is of the schema of its content type; where none is documented there is none.
fn body(document: &Document, response: &Place<'_>, exchange: &Exchange<'_>) -> Vec<String> {
    let answered = &exchange.answered;
    let Some(content) = response.value["content"].as_object() else {
        return match answered.body {
            [] => Vec::new(),
            body => vec![format!("a body is answered where none is documented: {}", shown(body))],
        };
    };
    let kind = answered.headers.get("content-type").map_or("", String::as_str);
    let kind = kind.split(';').next().unwrap_or("").trim();
    if !content.contains_key(kind) {
        return vec![format!("the content type {kind:?} is not documented")];
    }
    match serde_json::from_slice(answered.body) {
        Ok(value) => {
            let schema = response.below(&["content", kind, "schema"]);
            document.schemas.faults(&schema, &value)
        }
        Err(error) => vec![format!("the body is no JSON: {error}")],
    }
}

fn shown(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(300).collect()
}
