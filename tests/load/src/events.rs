//! The events that AWS sends, one for each function.

use e2e::{RETURN_TO, TENANT, User};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::{Signer, TEST_PRIVATE_KEY, callback_message};

/// The bank of every event.
const BANK: &str = "fakebank_oauth_xf";

/// A name for the work that an event causes, the function, and the event itself.
pub type Work = (&'static str, &'static str, Value);

/// A call of the API as the gateway hands it over, by a user who is signed in.
fn call(route: &str, path: &str, parameters: &Value, body: &str, headers: &Value) -> Value {
    let method = route.split(' ').next().unwrap_or_default();
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "load", "domainName": "load", "domainPrefix": "load",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "load"},
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": route, "stage": "$default",
            "time": "02/Mar/2026:09:00:00 +0000", "timeEpoch": 1_772_442_000_000_i64,
            "authorizer": {"jwt": {"claims": {"tenant": TENANT, "sub": "ada",
                "scope": "halite:read halite:write"}, "scopes": ["halite:read", "halite:write"]}},
        },
        "pathParameters": parameters, "body": body, "isBase64Encoded": false,
    })
}

/// A callback, signed as Salt Edge signs it.
pub fn callback(registered: &str) -> Value {
    let body = json!({"data": {"connection_id": "1", "customer_id": "2", "custom_fields": {}},
        "meta": {"version": "6", "time": "2026-03-02T09:00:00Z"}})
    .to_string();
    let path = String::from("/hooks/saltedge/success");
    let message = callback_message(&format!("{registered}{path}"), body.as_bytes());
    let signature = Signer::from_pem(TEST_PRIVATE_KEY).unwrap().sign(&message).unwrap();
    let headers = json!({"content-type": "application/json", "signature": signature,
        "signature-key-version": "6.0"});
    call(&format!("POST {path}"), &path, &json!({}), &body, &headers)
}

/// Links a bank in this world, and gives each function its most usual event there.
pub async fn all(world: &World, ada: &User<'_>) -> Vec<Work> {
    let kept = ada.link(BANK).await["id"].as_str().expect("an id").to_owned();
    let body = json!({"intent": "link", "institution_id": BANK, "email": "ada@example.com",
        "return_to": RETURN_TO})
    .to_string();
    let json_body = json!({"content-type": "application/json"});
    let by_id = json!({"id": kept});
    let path = format!("/v1/connections/{kept}");
    let pull = json!({"kind": "pull", "tenant": TENANT, "connection": kept, "reason": "slot"});
    let record = json!({"messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78", "body": pull.to_string(),
        "attributes": {}, "messageAttributes": {}, "eventSource": "aws:sqs"});
    let tick = json!({"id": "tick", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    vec![
        (
            "a list of connections",
            "statements",
            call("GET /v1/connections", "/v1/connections", &json!({}), "", &json!({})),
        ),
        ("a signed callback", "webhook", callback(world.cloud.api_url())),
        ("a minute", "schedule", tick),
        (
            "a link session",
            "connect",
            call("POST /v1/link-sessions", "/v1/link-sessions", &json!({}), &body, &json_body),
        ),
        ("a look at a connection", "sync", json!({ "Records": [record] })),
        (
            "a revocation, then its repetitions",
            "revoke",
            call("DELETE /v1/connections/{id}", &path, &by_id, "", &json!({})),
        ),
    ]
}

/// The same event as another request of the same caller: one that is repeated would only be answered
/// again as it was.
#[must_use]
pub fn anew(event: &Value, number: usize) -> Value {
    let mut event = event.clone();
    if event["routeKey"].as_str().is_some_and(|route| route.starts_with("POST /v1/")) {
        event["headers"]["idempotency-key"] = format!("load-{number}").into();
    }
    event
}

/// Whether a function did what its event asks for.
pub fn good(answer: &Value) -> bool {
    match answer["statusCode"].as_u64() {
        Some(status) => (200..300).contains(&status),
        None => answer["batchItemFailures"].as_array().is_none_or(Vec::is_empty),
    }
}
