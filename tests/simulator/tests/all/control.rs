//! The hands behind the scenes, over HTTP.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use simulator::{ClientKind, Clock, Options};

use crate::ears::Ears;
use crate::support::{Integrator, client};

async fn call(us: &Integrator, method: &str, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/_simulator/{path}", us.salt_edge.base_url());
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = us.send(method, &url, &body, &[]).await.unwrap();
    (answer.status, serde_json::from_str(&answer.text).unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_whole_story_told_over_http() {
    let us = Integrator::partner().await;
    let ears = Ears::open().await;
    let callbacks = serde_json::to_value(ears.callbacks()).unwrap();
    assert_eq!(call(&us, "POST", "clients/app/callbacks", callbacks).await.0, 200);
    let bank = "fakebank_oauth_xf";
    let id = us.connected(bank).await;
    let row = json!({ "amount": "-4.5", "description": "OVER HTTP", "reference": "BK-H" });
    let add = json!({ "provider": bank, "account": "account-1", "row": row });
    let (status, added) = call(&us, "POST", "bank/rows", add).await;
    assert_eq!(status, 200, "{added}");
    let (_, clock) = call(&us, "POST", "clock", json!({ "advance_seconds": 3_600 })).await;
    assert_eq!(clock["now"], "2026-03-02T10:00:00Z");
    assert_eq!(us.background_refresh(id).await.status, 200);
    let (_, pumped) = call(&us, "POST", "pump", Value::Null).await;
    assert!(pumped["events"].as_u64().unwrap() >= 5 && pumped["callbacks"].as_u64().unwrap() >= 8);
    assert!(us.transactions(id).await.iter().any(|row| row["description"] == "OVER HTTP"));

    let edit =
        json!({ "provider": bank, "row": added["row"], "edit": { "description": "CHANGED" } });
    assert_eq!(call(&us, "POST", "bank/rows/edit", edit).await.0, 200);
    let (_, book) = call(&us, "POST", "bank/book", json!({ "provider": bank })).await;
    assert_eq!(
        book["accounts"][0]["rows"].as_array().unwrap().last().unwrap()["description"],
        "CHANGED"
    );
    let (_, ledger) = call(&us, "GET", "ledger", Value::Null).await;
    assert_eq!(ledger["connections"][0]["id"], id.to_string());
    assert!(
        ledger["transactions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["description"] == "OVER HTTP")
    );
    let (_, record) = call(&us, "GET", "record", Value::Null).await;
    assert_eq!(record["background_refreshes"].as_array().unwrap().len(), 1);
    assert!(record["callbacks"][0]["delivered"].as_bool().unwrap());
    assert!(record["calls"].as_array().unwrap().iter().all(|call| call["client"] == "app"));

    let end = json!({ "reason": "provider" });
    assert_eq!(call(&us, "POST", &format!("connections/{id}/consent/end"), end).await.0, 200);
    assert_eq!(us.connection(id).await["status"], "inactive");
    assert_eq!(call(&us, "DELETE", &format!("connections/{id}"), Value::Null).await.0, 200);
    assert_eq!(us.get(&format!("/connections/{id}")).await.class(), "ConnectionNotFound");
}

#[tokio::test]
async fn every_verb_refuses_what_it_does_not_understand() {
    let us = Integrator::partner().await;
    for (method, path, body, want) in [
        ("POST", "clock", json!({ "advance": 1 }), 422),
        (
            "POST",
            "bank/rows",
            json!({ "provider": "x", "account": "a", "row": { "amount": "1" } }),
            404,
        ),
        (
            "POST",
            "bank/rows",
            json!({ "provider": "fakebank_simple_xf", "account": "a", "row": { "amount": "1" } }),
            404,
        ),
        (
            "POST",
            "bank/rows",
            json!({ "provider": "fakebank_simple_xf", "account": "account-1", "row": { "amount": "one" } }),
            422,
        ),
        (
            "POST",
            "bank/rows/remove",
            json!({ "provider": "fakebank_simple_xf", "row": "row-9" }),
            404,
        ),
        ("POST", "switches", json!({ "colour": "blue" }), 422),
        ("POST", "switches", json!({ "numeric_ids": "yes" }), 422),
        ("POST", "providers/nowhere", json!({ "status": "inactive" }), 404),
        ("POST", "connections/1/consent/end", json!({ "reason": "expired" }), 404),
        ("DELETE", "connections/1", Value::Null, 404),
        ("POST", "transactions/1/duplicated", json!({ "duplicated": true }), 404),
        ("POST", "sessions/none/expire", Value::Null, 404),
        ("POST", "clients/nobody/notice", json!({ "text": "x" }), 404),
        ("POST", "faults/api", json!({ "fault": "earthquake" }), 422),
    ] {
        let (status, answer) = call(&us, method, path, body.clone()).await;
        assert_eq!(status, want, "{method} {path} {body}: {answer}");
    }
}

#[tokio::test]
async fn switches_faults_and_the_catalogue_over_http() {
    let us = Integrator::partner().await;
    for (path, body) in [
        ("switches", json!({ "numeric_ids": true, "stage_millis_of": { "connect": 5 } })),
        ("faults/api", json!({ "fault": "no_answer", "method": "GET", "path": "/api/v6/rates*" })),
        ("faults/api", json!({ "fault": { "slow": 5 }, "times": 3, "after_effect": true })),
        ("faults/callbacks", json!({ "fault": { "late": 60 }, "kind": "success", "times": 2 })),
        ("faults/bank", json!({ "class": "ProviderError", "provider": "fakebank_oauth_xf" })),
        ("next-connect", json!({ "outcome": "box_not_ticked" })),
        (
            "providers/fakebank_simple_xf",
            json!({ "status": "inactive", "custom_pendings_period": 2 }),
        ),
        (
            "bank/logins",
            json!({ "provider": "fakebank_simple_xf", "login": "jo", "password": "pw" }),
        ),
        (
            "bank/accounts",
            json!({ "provider": "fakebank_simple_xf", "account": { "name": "N", "currency": "JPY" } }),
        ),
        (
            "bank/accounts/edit",
            json!({ "provider": "fakebank_simple_xf", "account": "account-3", "balance": { "fixed": "5" }, "closed": true }),
        ),
    ] {
        let (status, answer) = call(&us, "POST", path, body.clone()).await;
        assert_eq!(status, 200, "{path} {body}: {answer}");
    }
    let (_, switches) = call(&us, "GET", "switches", Value::Null).await;
    assert_eq!(switches["numeric_ids"], true);
    let (_, faults) = call(&us, "GET", "faults", Value::Null).await;
    assert_eq!(faults["api"].as_array().unwrap().len(), 2);
    assert_eq!(faults["connect"], json!(["box_not_ticked"]));
    assert_eq!(call(&us, "DELETE", "faults", Value::Null).await.0, 200);
    let (_, key) = call(&us, "GET", "key", Value::Null).await;
    assert_eq!(key["public_key"], simulator::TEST_PUBLIC_KEY);
}

#[tokio::test]
async fn a_given_clock_is_the_embedders() {
    let now: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
    let options = Options {
        clock: Clock::given(Arc::new(move || now)),
        ..Options::for_clients(vec![client(ClientKind::Partner)])
    };
    let us = Integrator::with(options).await;
    let (_, clock) = call(&us, "GET", "clock", Value::Null).await;
    assert_eq!(clock["now"], "2026-07-01T12:00:00Z");
    let (status, refused) = call(&us, "POST", "clock", json!({ "advance_seconds": 1 })).await;
    assert_eq!(status, 409, "{refused}");
}

#[tokio::test]
async fn a_client_can_be_added_while_it_runs() {
    let us = Integrator::partner().await;
    let new = json!({ "app_id": "second", "secret": "s", "kind": "client" });
    assert_eq!(call(&us, "POST", "clients", new).await.0, 200);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.get(format!("{}/customers", us.salt_edge.api_url()));
    let answer = request.header("App-id", "second").header("Secret", "s").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
}

#[tokio::test]
async fn it_stops_when_it_is_dropped() {
    let us = Integrator::partner().await;
    let url = us.salt_edge.base_url().to_owned();
    let browser = us.browser.clone();
    assert_eq!(browser.open(&url).await.unwrap().status, 200);
    drop(us);
    let mut stopped = false;
    for _ in 0..200 {
        tokio::task::yield_now().await;
        stopped = browser.open(&url).await.is_err();
        if stopped {
            break;
        }
    }
    assert!(stopped);
}
