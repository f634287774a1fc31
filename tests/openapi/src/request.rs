//! What an accepted request must be: documented parameters and a documented body.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Document, Exchange, Operation, document::Place};

pub(crate) fn faults(
    document: &Document,
    operation: &Operation<'_>,
    exchange: &Exchange<'_>,
) -> Vec<String> {
    let mut faults = parameters(document, operation, exchange);
    // Salt Edge's words are taken as they come when they are signed; the useless ones are dropped.
    if operation.place.value["security"][0].get("saltedge").is_none() {
        faults.extend(body(document, operation, exchange));
    }
    faults.into_iter().map(|fault| format!("it was accepted, and {fault}")).collect()
}

fn parameters(
    document: &Document,
    operation: &Operation<'_>,
    exchange: &Exchange<'_>,
) -> Vec<String> {
    let query = url::form_urlencoded::parse(exchange.query.as_bytes());
    let mut query: BTreeMap<String, String> = query.into_owned().collect();
    let mut faults = Vec::new();
    for parameter in &operation.parameters {
        let name = parameter.value["name"].as_str().unwrap_or("");
        let kind = parameter.value["in"].as_str().unwrap_or("");
        let given = match kind {
            "path" => operation.path.get(name).map(|text| decoded(text)),
            "query" => query.remove(name),
            _ => exchange.sent.headers.get(&name.to_lowercase()).cloned(),
        };
        match given {
            Some(text) => {
                let value = typed(document, parameter, &text);
                let found = document.schemas.faults(&parameter.below(&["schema"]), &value);
                faults.extend(found.into_iter().map(|fault| format!("{kind} {name}{fault}")));
            }
            None if parameter.value["required"] == true => {
                faults.push(format!("{kind} {name} is required and was not sent"));
            }
            None => {}
        }
    }
    faults.extend(query.keys().map(|name| format!("query {name} is not documented")));
    faults
}

fn body(document: &Document, operation: &Operation<'_>, exchange: &Exchange<'_>) -> Vec<String> {
    let sent = &exchange.sent;
    let Some(documented) = document.at(operation.place.below(&["requestBody"])) else {
        return match sent.body {
            [] => Vec::new(),
            _ => vec!["a body was sent where none is documented".to_owned()],
        };
    };
    if sent.body.is_empty() {
        let required = documented.value["required"] == true;
        return if required { vec!["the body is required".to_owned()] } else { Vec::new() };
    }
    let kind = sent.headers.get("content-type").map_or("", String::as_str);
    let kind = kind.split(';').next().unwrap_or("").trim();
    if documented.value["content"].get(kind).is_none() {
        return vec![format!("the content type {kind:?} is not documented")];
    }
    match serde_json::from_slice(sent.body) {
        Ok(value) => {
            let schema = documented.below(&["content", kind, "schema"]);
            let found = document.schemas.faults(&schema, &value);
            found.into_iter().map(|fault| format!("body {fault}")).collect()
        }
        Err(error) => vec![format!("the body is no JSON: {error}")],
    }
}

/// Text as the value that its schema speaks of: a number where that says so, else text.
pub(crate) fn typed(document: &Document, parameter: &Place<'_>, text: &str) -> Value {
    let schema = document.at(parameter.below(&["schema"]));
    let kind = schema.as_ref().and_then(|schema| schema.value["type"].as_str());
    let number = || text.parse::<i64>().map(Value::from).ok();
    let typed = if kind == Some("integer") { number() } else { None };
    typed.unwrap_or_else(|| Value::from(text))
}

/// Percent-decoded; a plus in a path is a plus.
fn decoded(part: &str) -> String {
    let form = format!("x={}", part.replace('+', "%2B").replace('&', "%26"));
    let decoded = url::form_urlencoded::parse(form.as_bytes()).next();
    decoded.map_or_else(|| part.to_owned(), |(_, value)| value.into_owned())
}
