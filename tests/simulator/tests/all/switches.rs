//! Switches that have no story of their own elsewhere.

use jiff::SignedDuration;
use serde_json::{Value, json};
use simulator::{BackgroundAnswer, FailedConnect, PeriodOverMax, Walk};

use crate::support::{Integrator, RETURN_TO};

#[tokio::test]
async fn ids_can_be_numbers() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_simple_xf").await;
    us.salt_edge.control().switch(|s| s.numeric_ids = true);
    let connection = us.connection(id).await;
    for pointer in ["/id", "/customer_id", "/last_consent_id", "/last_attempt/id"] {
        assert!(connection.pointer(pointer).unwrap().is_u64(), "{pointer}");
    }
    let page = us.get(&format!("/transactions?connection_id={id}&per_page=1")).await.json();
    assert!(page["meta"]["next_id"].is_u64() && page["data"][0]["account_id"].is_u64());
    assert!(page["meta"]["next_page"].is_string());
}

#[tokio::test]
async fn a_background_refresh_may_answer_a_connect_url() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_xf").await;
    us.salt_edge.control().switch(|s| s.background_answer = BackgroundAnswer::ConnectUrl);
    us.later(SignedDuration::from_hours(1));
    let answer = us.background_refresh(id).await.data();
    assert!(answer["connect_url"].is_string() && answer["id"].is_null());
    assert_eq!(us.salt_edge.control().running_attempts(), 1, "it asks the bank all the same");
}

#[tokio::test]
async fn a_connect_url_lives_as_long_as_switched() {
    let us = Integrator::partner().await;
    us.salt_edge.control().switch(|s| {
        s.connect_token_minutes = 10;
        s.connect_answer_token = true;
    });
    let customer = us.customer("user").await;
    let data = Integrator::connect_data(&customer, "fakebank_simple_xf");
    let answer = us.post("/connections/connect", data).await.data();
    assert_eq!(answer["expires_at"], "2026-03-02T09:10:00Z");
    let url = answer["connect_url"].as_str().unwrap();
    assert!(url.ends_with(answer["token"].as_str().unwrap()));
    us.later(SignedDuration::from_secs(599));
    assert_eq!(us.browser.open(url).await.unwrap().status, 200);
    us.later(SignedDuration::from_secs(1));
    assert_eq!(us.browser.open(url).await.unwrap().status, 410);
}

#[tokio::test]
async fn a_failed_connect_may_leave_nothing() {
    let us = Integrator::partner().await;
    us.salt_edge.control().switch(|s| s.failed_connect = FailedConnect::NoConnection);
    let customer = us.customer("user").await;
    let wrong = Walk { password: "wrong".into(), ..Walk::default() };
    let end = us.walk(&customer, "fakebank_simple_xf", &wrong).await;
    assert_eq!(end.url, format!("{RETURN_TO}&error_class=InvalidCredentials"));
    assert!(us.all("/connections").await.is_empty());
}

#[tokio::test]
async fn a_flood_of_connects_and_a_full_account_are_refused() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    control.switch(|s| s.connects_per_minute = Some(2));
    let customer = us.customer("user").await;
    let data = || Integrator::connect_data(&customer, "fakebank_simple_xf");
    let mut classes = Vec::new();
    for _ in 0..3 {
        classes.push(us.post("/connections/connect", data()).await.class());
    }
    assert_eq!(classes, ["200", "200", "TooManyRequests"]);
    us.later(SignedDuration::from_mins(1));
    us.connected_again(&customer, "fakebank_simple_xf").await;
    let limited = crate::support::client(simulator::ClientKind::Partner);
    control.put_client(simulator::Client { connection_limit: Some(1), ..limited });
    assert_eq!(us.post("/connections/connect", data()).await.class(), "ConnectionLimitReached");
}

#[tokio::test]
async fn a_long_consent_is_capped_or_refused() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let mut data = Integrator::connect_data(&customer, "fakebank_oauth_xf");
    data["consent"]["period_days"] = json!(365);
    let url = us.post("/connections/connect", data.clone()).await.data();
    us.browser.walk(url["connect_url"].as_str().unwrap(), &Walk::default()).await.unwrap();
    let consents = us.get(&format!("/consents?customer_id={customer}")).await.data();
    assert_eq!(consents[0]["period_days"], 180);
    us.salt_edge.control().switch(|s| s.period_over_max = PeriodOverMax::Refused);
    assert_eq!(us.post("/connections/connect", data).await.class(), "InvalidConsentPeriod");
}

#[tokio::test]
async fn a_reconnect_may_retire_the_old_consent_and_a_partners_refresh_may_need_one() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_xf").await;
    us.salt_edge.control().switch(|s| {
        s.reconnect_retires_consent = true;
        s.partner_refresh_needs_consent = true;
    });
    us.later(SignedDuration::from_hours(1));
    let refused = us.post(&format!("/connections/{id}/refresh"), json!({})).await;
    assert_eq!(refused.class(), "WrongRequestFormat");
    let data = json!({ "consent": { "scopes": ["accounts", "transactions"] } });
    let url = us.post(&format!("/connections/{id}/refresh"), data).await.data();
    let end =
        us.browser.walk(url["connect_url"].as_str().unwrap(), &Walk::default()).await.unwrap();
    assert_eq!(end.url, "https://app.example.com/", "no return_to: the application's home");
    let statuses: Vec<Value> = us
        .all(&format!("/consents?connection_id={id}"))
        .await
        .iter()
        .map(|consent| consent["status"].clone())
        .collect();
    assert_eq!(statuses, ["revoked", "active"]);
    assert_eq!(us.connection(id).await["status"], "active");
}

#[tokio::test]
async fn the_holder_is_shown_when_it_was_asked_for() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let mut data = Integrator::connect_data(&customer, "fakebank_simple_xf");
    data["consent"]["scopes"] = json!(["accounts", "transactions", "holder_info"]);
    data["attempt"]["fetch_scopes"] = json!(["accounts", "holder_info"]);
    let url = us.post("/connections/connect", data).await.data();
    let url = url["connect_url"].as_str().unwrap();
    let end = us.browser.walk(url, &Walk::default()).await.unwrap();
    let id = end.query("connection_id").unwrap();
    let shown = us.get(&format!("/connections/{id}?include_holder_info=true")).await.data();
    assert_eq!(shown["holder_info"]["names"], json!(["JANE DOE"]));
    assert_eq!(us.get(&format!("/connections/{id}")).await.data().get("holder_info"), None);
    let rows = us.get(&format!("/transactions?connection_id={id}")).await.data();
    assert_eq!(rows, json!([]), "transactions were not in the fetch scopes");
}
