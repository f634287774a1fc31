//! Consents: given, listed, revoked, run out.

use jiff::SignedDuration;
use serde_json::{Value, json};
use simulator::{ConsentSpelling, RevokeReason, RevokeRoute, RevokedData, Walk};

use crate::support::{Integrator, RETURN_TO};

#[tokio::test]
async fn a_consent_is_what_was_asked_for() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_xf").await;
    let connection = us.connection(id).await;
    for path in [
        format!("/consents?connection_id={id}"),
        format!("/consents?customer_id={}", connection["customer_id"].as_str().unwrap()),
    ] {
        let all = us.get(&path).await.data();
        assert_eq!(all.as_array().unwrap().len(), 1, "{path}");
        let consent = &all[0];
        assert_eq!(consent["id"], connection["last_consent_id"]);
        assert_eq!(consent["status"], "active");
        assert_eq!(consent["scopes"], json!(["accounts", "transactions"]));
        assert_eq!(consent["period_days"], 90);
        assert_eq!(consent["expires_at"], "2026-05-31T09:00:00Z");
        assert_eq!(consent["collected_by"], "saltedge");
        assert_eq!(consent["revoke_reason"], Value::Null);
    }
    assert_eq!(us.get("/consents").await.class(), "WrongRequestFormat");
    assert_eq!(us.get("/consents/1").await.class(), "ConsentNotFound");
}

async fn consent_of(us: &Integrator, id: simulator::Id) -> String {
    us.connection(id).await["last_consent_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn revoking_ends_refreshing_and_a_second_time_is_said_so() {
    for (spelling, prefix) in [(ConsentSpelling::Plain, ""), (ConsentSpelling::Aisp, "Aisp")] {
        let us = Integrator::partner().await;
        us.salt_edge.control().switch(|s| s.consent_errors = spelling);
        let id = us.connected("fakebank_oauth_xf").await;
        let consent = consent_of(&us, id).await;
        let revoked = us.post(&format!("/consents/{consent}/revoke"), json!({})).await.data();
        assert_eq!(
            (&revoked["status"], &revoked["revoke_reason"]),
            (&json!("revoked"), &json!("client"))
        );
        assert_eq!(revoked["revoked_at"], "2026-03-02T09:00:00Z");
        let connection = us.connection(id).await;
        assert_eq!(connection["status"], "inactive");
        assert_eq!(connection["next_refresh_possible_at"], Value::Null);
        us.later(SignedDuration::from_hours(2));
        let refused = us.background_refresh(id).await;
        assert_eq!((refused.status, refused.class()), (406, format!("{prefix}ConsentRevoked")));
        let again = us.post(&format!("/consents/{consent}/revoke"), json!({})).await;
        assert_eq!((again.status, again.class()), (406, format!("{prefix}ConsentAlreadyRevoked")));
        let stranger = us.post("/consents/7/revoke", json!({})).await;
        assert_eq!((stranger.status, stranger.class()), (404, format!("{prefix}ConsentNotFound")));
        let endings = us.salt_edge.control().record().revocations;
        assert_eq!(endings.len(), 1);
    }
}

#[tokio::test]
async fn the_method_that_is_not_there_is_an_html_404() {
    for (route, post, put) in [
        (RevokeRoute::PostAndPut, 200, 200),
        (RevokeRoute::PostOnly, 200, 404),
        (RevokeRoute::PutOnly, 404, 200),
    ] {
        for (method, status) in [("POST", post), ("PUT", put)] {
            let us = Integrator::partner().await;
            us.salt_edge.control().switch(|s| s.revoke_route = route);
            let id = us.connected("fakebank_oauth_xf").await;
            let consent = consent_of(&us, id).await;
            let path = format!("/consents/{consent}/revoke?connection_id={id}");
            let answer = us.raw(method, &path, "{\"data\":{}}").await;
            assert_eq!(answer.status, status, "{route:?} {method}");
            assert_eq!(answer.content_type.starts_with("text/html"), status == 404);
        }
    }
}

#[tokio::test]
async fn what_was_copied_stays_hides_or_goes() {
    for (switch, rows_left, in_ledger) in [
        (RevokedData::Kept, true, true),
        (RevokedData::Hidden, false, true),
        (RevokedData::Removed, false, false),
    ] {
        let us = Integrator::partner().await;
        us.salt_edge.control().switch(|s| s.revoked_data = switch);
        let id = us.connected("fakebank_oauth_xf").await;
        let consent = consent_of(&us, id).await;
        us.post(&format!("/consents/{consent}/revoke"), json!({})).await.data();
        assert_eq!(!us.accounts(id).await.is_empty(), rows_left, "{switch:?}");
        assert_eq!(!us.transactions(id).await.is_empty(), rows_left, "{switch:?}");
        assert_eq!(!us.salt_edge.control().transactions(id).is_empty(), in_ledger, "{switch:?}");
    }
}

#[tokio::test]
async fn a_consent_runs_out_by_the_clock_and_only_a_reconnect_cures_it() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    control.switch(|s| s.nightly_refresh = false);
    let id = us.connected("fakebank_oauth_xf").await;
    us.later(SignedDuration::from_hours(90 * 24 - 1));
    us.salt_edge.pump().await;
    assert_eq!(us.connection(id).await["status"], "active");
    us.later(SignedDuration::from_hours(1));
    us.salt_edge.pump().await;
    assert_eq!(us.connection(id).await["status"], "inactive");
    assert_eq!(us.background_refresh(id).await.class(), "ConsentExpired");
    let refresh = us.post(&format!("/connections/{id}/refresh"), json!({})).await;
    assert_eq!(refresh.class(), "ConsentExpired");
    let told = control.record().callbacks.last().unwrap().body.clone();
    assert_eq!(told["data"]["reason"], "expired");
    assert_eq!(told["meta"]["time"], "2026-05-31T09:00:00.000Z", "at its own instant");

    let data = json!({
        "consent": { "scopes": ["accounts", "transactions"], "period_days": 30 },
        "attempt": { "return_to": RETURN_TO },
    });
    let url = us.post(&format!("/connections/{id}/reconnect"), data).await.data();
    us.browser.walk(url["connect_url"].as_str().unwrap(), &Walk::default()).await.unwrap();
    us.salt_edge.pump().await;
    assert_eq!(us.connection(id).await["status"], "active");
    let statuses: Vec<Value> = us
        .all(&format!("/consents?connection_id={id}"))
        .await
        .iter()
        .map(|consent| consent["status"].clone())
        .collect();
    assert_eq!(statuses, ["expired", "active"]);
    us.refreshed(id).await;
}

#[tokio::test]
async fn a_jump_of_the_clock_ends_a_consent_before_the_nights_behind_it() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_xf").await;
    us.later(SignedDuration::from_hours(100 * 24));
    us.salt_edge.pump().await;
    let nights = us.salt_edge.control().record().background_refreshes;
    assert_eq!(nights.len(), 90, "one per night until the consent ran out");
    let ended = us.salt_edge.control().record().revocations[0].at;
    assert_eq!(
        ended.to_string(),
        "2026-05-31T09:00:00Z",
        "when it ran out, not when it was noticed"
    );
    assert!(nights.iter().all(|night| night.nightly && night.connection_id == id));
}

#[tokio::test]
async fn the_bank_can_take_the_consent_back() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_xf").await;
    us.salt_edge.control().end_consent_of(id, RevokeReason::Provider).unwrap();
    let consents = us.get(&format!("/consents?connection_id={id}")).await.data();
    assert_eq!(consents[0]["revoke_reason"], "provider");
    assert_eq!(us.connection(id).await["status"], "inactive");
}
