//! Requests that are refused: sent as they are, checked for their answer, and for leaving no trace.

use local_cloud::World;
use serde_json::{Value, json};

use crate::{
    RETURN_TO, TENANT,
    raw::{Raw, fresh_key, items, raw},
    user,
};

/// The bank of these requests.
pub const BANK: &str = "fakebank_oauth_xf";
/// Where links begin.
pub const LINKS: &str = "/v1/link-sessions";

/// A request of a signed-in user who may read and write.
pub async fn send(world: &World, method: &str, path: &str, body: &[u8]) -> Raw {
    let bearer = format!("Bearer {}", user(world, TENANT, "ada").token());
    let key = fresh_key();
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", key.as_str()),
    ];
    raw(world, method, path, &headers, body).await
}

/// The body of a good link session.
pub fn link() -> Value {
    let email = "ada@example.com";
    json!({"intent": "link", "institution_id": BANK, "email": email, "return_to": RETURN_TO})
}

/// The same with one member changed; null takes it away.
pub fn link_with(name: &str, value: Value) -> Vec<u8> {
    let mut body = link();
    let members = body.as_object_mut().unwrap();
    members.insert(name.into(), value);
    members.retain(|_, value| !value.is_null());
    body.to_string().into_bytes()
}

/// The answer is a problem of the documented shape.
pub fn assert_problem(answer: &Raw, case: &str) {
    let body = answer.json();
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{case}");
    assert_eq!(answer.headers["cache-control"], "no-store", "{case}");
    let code = body["code"].as_str().expect(case);
    assert_eq!(body["type"], format!("urn:halite:problem:{code}"), "{case}");
    assert_eq!(body["status"], answer.status, "{case}");
    for name in ["title", "detail", "instance", "error_ref", "display_message"] {
        assert!(body[name].as_str().is_some_and(|text| !text.is_empty()), "{case}: {name} {body}");
    }
    assert!(body["next_action"]["code"].is_string(), "{case}: {body}");
    assert!(body["retryable"].is_boolean(), "{case}");
    assert!(body["errors"].is_array(), "{case}");
    assert!(body.as_object().unwrap().contains_key("next_allowed_at"), "{case}");
}

/// One row of a table: a name, a request, and the answer that it gets.
#[derive(Debug)]
pub struct Row {
    /// What is wrong with it.
    pub case: String,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Body.
    pub body: Vec<u8>,
    /// Status and code.
    pub answer: (u16, String),
}

/// Reads `case | METHOD path | body | status code`, a row in each line, with names in braces put in.
pub fn table(text: &str, names: &[(&str, &str)]) -> Vec<Row> {
    let put_in = |text: &str| {
        names.iter().fold(text.trim().to_owned(), |text, (name, value)| text.replace(name, value))
    };
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let [case, request, body, answer] = *line.split('|').collect::<Vec<_>>() else {
                panic!("a row has four parts: {line}");
            };
            let (method, path) = request.trim().split_once(' ').expect(line);
            let (status, code) = answer.trim().split_once(' ').expect(line);
            Row {
                case: case.trim().to_owned(),
                method: method.to_owned(),
                path: put_in(path),
                body: put_in(body).into_bytes(),
                answer: (status.parse().expect(line), code.trim().to_owned()),
            }
        })
        .collect()
}

/// Sends each row and checks its answer; the table stays as it was, and no message is sent.
pub async fn assert_refused(world: &World, rows: Vec<Row>) {
    let before = items(world).await;
    for row in rows {
        let answer = send(world, &row.method, &row.path, &row.body).await;
        let case = format!("{}: {} {}", row.case, row.method, row.path);
        assert_eq!(answer.said(), row.answer, "{case}: {}", answer.text);
        assert_problem(&answer, &case);
    }
    assert!(world.cloud.queued().is_empty(), "a message lies on a queue");
    assert_eq!(items(world).await, before, "something was written");
}
