//! What Salt Edge tells on its own account.

use serde_json::{Value, json};
use simulator::{
    Callbacks, ClientKind, ConsentShape, NewRow, ProviderStatus, RevokeReason,
    TEST_CLIENT_PUBLIC_KEY, Walk, callback_message, verifies,
};

use crate::ears::{Ears, Heard, with_ears};
use crate::support::{Integrator, client};

#[tokio::test]
async fn a_connect_tells_its_stages_and_every_callback_is_signed() {
    let (us, ears) = with_ears().await;
    let id = us.connected("fakebank_oauth_xf").await;
    assert!(ears.heard().is_empty(), "nothing is sent before the pump");
    let pumped = us.salt_edge.pump().await;
    assert_eq!(pumped.callbacks, 9);
    assert_eq!(
        ears.story(),
        [
            "notify start",
            "notify connect",
            "notify interactive",
            "notify fetch_accounts",
            "success fetch_accounts",
            "notify fetch_transactions",
            "success fetch_transactions",
            "notify finish",
            "success finish",
        ]
    );
    let key = us.salt_edge.control().callback_public_key().to_owned();
    for heard in ears.heard() {
        let body = heard.json();
        assert_eq!(body["data"]["connection_id"], id.to_string());
        assert_eq!(body["data"]["custom_fields"], json!({ "link_id": "lnk_1" }));
        assert_eq!(body["meta"], json!({ "version": "6", "time": "2026-03-02T09:00:00.000Z" }));
        assert_eq!(heard.headers["signature-key-version"], "6.0");
        let signature = heard.headers["signature"].to_str().unwrap();
        let url = format!("{}/hooks/{}", ears.origin, heard.kind());
        assert!(verifies(&key, &callback_message(&url, &heard.body), signature), "{url}");
        let spoilt = [heard.body.as_slice(), b" "].concat();
        assert!(!verifies(&key, &callback_message(&url, &spoilt), signature));
        assert!(!verifies(&key, &callback_message(&format!("{url}/"), &heard.body), signature));
        assert!(!verifies(TEST_CLIENT_PUBLIC_KEY, &callback_message(&url, &heard.body), signature));
    }
    assert_eq!(us.salt_edge.pump().await.callbacks, 0, "once is enough");
}

#[tokio::test]
async fn one_to_three_successes_as_switched() {
    for (count, stages) in [
        (1, vec!["success finish"]),
        (2, vec!["success fetch_transactions", "success finish"]),
        (3, vec!["success fetch_accounts", "success fetch_transactions", "success finish"]),
    ] {
        let (us, ears) = with_ears().await;
        us.salt_edge.control().switch(|s| {
            s.success_callbacks = count;
            s.notify_callbacks = false;
            s.success_customer_identifier = true;
        });
        us.connected("fakebank_simple_xf").await;
        us.salt_edge.pump().await;
        assert_eq!(ears.story(), stages, "{count}");
        let data = ears.heard()[0].json()["data"].clone();
        assert_eq!(data["customer_identifier"], "user-of-fakebank_simple_xf");
    }
}

#[tokio::test]
async fn the_registered_address_is_signed_wherever_it_is_delivered() {
    let ears = Ears::open().await;
    let registered = Callbacks::under("https://api.example.com/hooks/saltedge");
    let callbacks = Callbacks {
        basic_auth: Some(("user".into(), "pass".into())),
        ..registered.delivered_to(&ears.origin)
    };
    let us = Integrator::of(client(ClientKind::Partner).with_callbacks(callbacks)).await;
    us.connected("fakebank_simple_xf").await;
    us.salt_edge.pump().await;
    let heard = ears.heard().pop().unwrap();
    assert_eq!(heard.path, "/hooks/saltedge/success");
    assert_eq!(heard.headers["authorization"], "Basic dXNlcjpwYXNz");
    let message = callback_message("https://api.example.com/hooks/saltedge/success", &heard.body);
    let signature = heard.headers["signature"].to_str().unwrap();
    assert!(verifies(us.salt_edge.control().callback_public_key(), &message, signature));
}

#[tokio::test]
async fn the_key_version_is_as_switched() {
    let (us, ears) = with_ears().await;
    us.salt_edge.control().switch(|s| s.callback_key_version = "5.0".into());
    us.connected("fakebank_simple_xf").await;
    us.salt_edge.pump().await;
    assert!(ears.heard().iter().all(|heard| heard.headers["signature-key-version"] == "5.0"));
}

#[tokio::test]
async fn failures_are_told_also_without_a_connection() {
    let (us, ears) = with_ears().await;
    us.salt_edge.control().switch(|s| s.notify_callbacks = false);
    let customer = us.customer("user").await;
    let wrong = Walk { password: "wrong".into(), ..Walk::default() };
    us.walk(&customer, "fakebank_simple_xf", &wrong).await;
    let early = Walk { cancels_at: Some(0), ..Walk::default() };
    us.walk(&customer, "fakebank_simple_xf", &early).await;
    us.salt_edge.pump().await;
    assert_eq!(ears.story(), ["fail InvalidCredentials", "fail ProviderAccessNotGranted"]);
    let (failed, cancelled) = (ears.heard()[0].json(), ears.heard()[1].json());
    assert!(failed["data"]["connection_id"].is_string());
    assert_eq!(failed["data"]["error_message"], "Invalid credentials.");
    assert_eq!(cancelled["data"]["connection_id"], Value::Null);
    assert_eq!(cancelled["data"]["customer_id"], customer);
    us.salt_edge.control().switch(|s| s.cancel_calls_back = false);
    us.walk(&customer, "fakebank_simple_xf", &early).await;
    assert_eq!(us.salt_edge.pump().await.callbacks, 0);
}

#[tokio::test]
async fn consent_provider_and_service_callbacks_have_their_shapes() {
    for (shape, key, value) in [
        (ConsentShape::Reason, "reason", "provider"),
        (ConsentShape::ConsentStatus, "consent_status", "revoked"),
        (ConsentShape::Status, "status", "revoked"),
    ] {
        let (us, ears) = with_ears().await;
        let control = us.salt_edge.control();
        control.switch(|s| s.consent_callback = shape);
        let id = us.connected("fakebank_oauth_xf").await;
        us.salt_edge.pump().await;
        ears.take();
        control.end_consent_of(id, RevokeReason::Provider).unwrap();
        control.set_provider_status("fakebank_oauth_xf", ProviderStatus::Inactive).unwrap();
        control.service_notice("app", "maintenance").unwrap();
        us.salt_edge.pump().await;
        let heard = ears.heard();
        let kinds: Vec<&str> = heard.iter().map(Heard::kind).collect();
        assert_eq!(kinds, ["consent", "provider", "service"]);
        assert_eq!(heard[0].json()["data"][key], value, "{shape:?}");
        assert_eq!(heard[0].json()["data"]["connection_id"], id.to_string());
        let told = json!({ "provider_code": "fakebank_oauth_xf", "provider_status": "inactive" });
        assert_eq!(heard[1].json()["data"], told);
    }
}

#[tokio::test]
async fn a_background_refresh_tells_no_interactive_stage() {
    let (us, ears) = with_ears().await;
    let id = us.connected("fakebank_oauth_xf").await;
    us.salt_edge.pump().await;
    ears.take();
    let row = NewRow::booked("-5.0".parse().unwrap(), "NEW");
    let at = simulator::BankAt::of("fakebank_oauth_xf");
    us.salt_edge.control().add_row(&at, "account-1", row).unwrap();
    us.refreshed(id).await;
    let story = ears.story();
    assert_eq!(story.first().map(String::as_str), Some("notify start"));
    assert_eq!(story.last().map(String::as_str), Some("success finish"));
    assert!(!story.contains(&"notify interactive".to_owned()));
    let fields = ears.heard()[0].json()["data"]["custom_fields"].clone();
    assert_eq!(fields, json!({ "link_id": "lnk_1" }), "echoed for later attempts too");
}
