//! Asking the bank again: gaps, budgets, nights, stages.

use jiff::SignedDuration;
use serde_json::{Value, json};
use simulator::{BankAt, ErrorClass, InteractiveTimeout, NewRow, ProviderStatus, StageName, Walk};

use crate::support::{Integrator, RETURN_TO};

#[tokio::test]
async fn too_early_is_406_with_the_earliest_moment() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_xf").await;
    let possible = us.connection(id).await["next_refresh_possible_at"].clone();
    assert_eq!(possible, "2026-03-02T10:00:00Z");
    us.later(SignedDuration::from_secs(3_599));
    for path in ["background_refresh", "refresh"] {
        let refused = us.post(&format!("/connections/{id}/{path}"), json!({})).await;
        assert_eq!(
            (refused.status, refused.class().as_str()),
            (406, "ConnectionCannotBeRefreshed")
        );
        assert_eq!(refused.json()["error"]["next_refresh_possible_at"], possible, "{path}");
    }
    us.later(SignedDuration::from_secs(1));
    let started = us.background_refresh(id).await.data();
    assert_eq!(started["id"], id.to_string());
    assert_eq!(started["next_refresh_possible_at"], Value::Null, "null while processing");
    assert_eq!(us.background_refresh(id).await.class(), "ConnectionAlreadyProcessing");
    us.salt_edge.pump().await;
    let attempt = us.connection(id).await["last_attempt"].clone();
    assert_eq!((&attempt["user_present"], &attempt["finished"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn four_unattended_fetches_in_any_24_hours() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    control.switch(|s| s.nightly_refresh = false);
    let id = us.connected("fakebank_oauth_xf").await;
    for hour in 1..=4 {
        us.later(SignedDuration::from_hours(1));
        assert_eq!(us.background_refresh(id).await.status, 200, "number {hour}");
        us.salt_edge.pump().await;
    }
    us.later(SignedDuration::from_hours(1));
    let refused = us.background_refresh(id).await;
    assert_eq!((refused.status, refused.class().as_str()), (406, "BackgroundFetchLimitExceeded"));
    control.switch(|s| s.background_limit_status = 429);
    assert_eq!(us.background_refresh(id).await.status, 429);
    let data = json!({ "attempt": { "return_to": RETURN_TO } });
    let present = us.post(&format!("/connections/{id}/refresh"), data).await.data();
    let end = us.browser.walk(present["connect_url"].as_str().unwrap(), &Walk::default()).await;
    assert!(end.unwrap().left, "the user is there: not counted, nothing to type");
    us.salt_edge.pump().await;
    us.later(SignedDuration::from_hours(20));
    assert_eq!(us.background_refresh(id).await.status, 200, "24 hours after the first");
    assert_eq!(control.record().background_in_day(id, control.now()), 4);
}

#[tokio::test]
async fn an_unregulated_bank_has_no_budget() {
    let us = Integrator::partner().await;
    us.salt_edge.control().switch(|s| s.nightly_refresh = false);
    let id = us.connected("fakebank_simple_xf").await;
    for _ in 0..6 {
        us.later(SignedDuration::from_hours(1));
        assert_eq!(us.background_refresh(id).await.status, 200);
        us.salt_edge.pump().await;
    }
}

#[tokio::test]
async fn the_night_brings_new_rows_where_it_is_on() {
    for (kind, on, nights) in [("partner", true, 7), ("partner", false, 0), ("client", true, 0)] {
        let us = if kind == "partner" {
            Integrator::partner().await
        } else {
            Integrator::licensed().await
        };
        let control = us.salt_edge.control();
        control.switch(|s| s.nightly_refresh = on);
        let id = us.connected("fakebank_oauth_xf").await;
        assert_eq!(us.connection(id).await["automatic_refresh"], kind == "partner");
        let row = NewRow::booked("-1.5".parse().unwrap(), "BY NIGHT");
        control.add_row(&BankAt::of("fakebank_oauth_xf"), "account-1", row).unwrap();
        us.later(SignedDuration::from_hours(7 * 24));
        us.salt_edge.pump().await;
        let record = control.record();
        assert_eq!(record.background_refreshes.len(), nights, "{kind} {on}");
        assert!(
            record.background_refreshes.iter().all(|r| r.at.to_string().ends_with("T02:00:00Z"))
        );
        let seen = us.transactions(id).await.iter().any(|row| row["description"] == "BY NIGHT");
        assert_eq!(seen, nights > 0, "{kind} {on}");
    }
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_interactive_xf").await;
    us.later(SignedDuration::from_hours(48));
    us.salt_edge.pump().await;
    assert!(us.salt_edge.control().record().background_refreshes.is_empty(), "needs the user");
    let shown = us.put(&format!("/connections/{id}"), json!({ "automatic_refresh": false })).await;
    assert_eq!(shown.data()["automatic_refresh"], false);
}

#[tokio::test]
async fn what_cannot_be_fetched_without_the_user_is_refused() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let interactive = us.connected_again(&customer, "fakebank_interactive_xf").await;
    let refused = us.background_refresh(interactive).await;
    assert_eq!(refused.class(), "ConnectionCannotBeRefreshed");
    assert_eq!(us.connection(interactive).await["next_refresh_possible_at"], Value::Null);

    let mut data = Integrator::connect_data(&customer, "fakebank_simple_xf");
    data["attempt"]["store_credentials"] = json!(false);
    let url = us.post("/connections/connect", data).await.data();
    let url = url["connect_url"].as_str().unwrap();
    let end = us.browser.walk(url, &Walk::default()).await.unwrap();
    let unstored = end.query("connection_id").unwrap().parse().unwrap();
    us.later(SignedDuration::from_hours(2));
    assert_eq!(us.background_refresh(unstored).await.class(), "ConnectionCannotBeRefreshed");

    let wrong = Walk { password: "wrong".into(), ..Walk::default() };
    let end = us.walk(&customer, "fakebank_simple_xf", &wrong).await;
    let failed = end.query("connection_id").unwrap().parse().unwrap();
    us.later(SignedDuration::from_hours(2));
    assert_eq!(us.background_refresh(failed).await.class(), "ConnectionCannotBeRefreshed");
    let stranger = us.post("/connections/77/background_refresh", json!({})).await;
    assert_eq!(stranger.class(), "ConnectionNotFound");
}

#[tokio::test]
async fn a_present_refresh_asks_the_interactive_banks_for_their_step_again() {
    let us = Integrator::partner().await;
    for (provider, asks) in [
        ("fakebank_interactive_xf", true),
        ("fakebank_semi_interactive_xf", false),
        ("fakebank_simple_xf", false),
    ] {
        let id = us.connected(provider).await;
        us.later(SignedDuration::from_hours(2));
        let data = json!({ "attempt": { "return_to": RETURN_TO } });
        let url = us.post(&format!("/connections/{id}/refresh"), data).await.data();
        let page = us.browser.open(url["connect_url"].as_str().unwrap()).await.unwrap();
        assert_eq!(page.html.contains("/connect/step"), asks, "{provider}");
        assert_eq!(page.left, !asks, "{provider}");
    }
}

#[tokio::test]
async fn stages_take_their_time() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    control.switch(|s| {
        s.stage_millis = 10_000;
        s.stage_millis_of.insert(StageName::FetchTransactions, 60_000);
        s.finish_fetching_stage = true;
    });
    let id = {
        let customer = us.customer("user").await;
        let url = us.connect_url(&customer, "fakebank_simple_xf").await;
        let page = us.browser.walk(&url, &Walk::default()).await.unwrap();
        assert!(page.html.contains("One moment") && page.html.contains("http-equiv=\"refresh\""));
        control.connections()[0].id
    };
    for (step, stage) in [
        (0, "start"),
        (10, "connect"),
        (10, "fetch_accounts"),
        (10, "fetch_transactions"),
        (59, "fetch_transactions"),
        (1, "finish_fetching"),
        (10, "finish"),
    ] {
        us.later(SignedDuration::from_secs(step));
        us.salt_edge.pump().await;
        let attempt = us.connection(id).await["last_attempt"].clone();
        assert_eq!(attempt["last_stage"]["name"], stage);
        assert_eq!(attempt["finished"], false, "{stage}");
    }
    us.later(SignedDuration::from_secs(10));
    us.salt_edge.pump().await;
    assert_eq!(us.connection(id).await["last_attempt"]["success_at"], "2026-03-02T09:01:50Z");
}

#[tokio::test]
async fn a_user_who_does_not_answer_is_timed_out() {
    for (switch, class) in [
        (InteractiveTimeout::InteractiveTimeout, "InteractiveTimeout"),
        (InteractiveTimeout::InteractiveAdapterTimeout, "InteractiveAdapterTimeout"),
        (InteractiveTimeout::Unfinished, "Unfinished"),
    ] {
        let us = Integrator::partner().await;
        let control = us.salt_edge.control();
        control.switch(|s| s.interactive_timeout = switch);
        let customer = us.customer("user").await;
        let url = us.connect_url(&customer, "fakebank_interactive_xf").await;
        let token = ("token", url.split("token=").nth(1).unwrap());
        let to = |path: &str| format!("{}{path}", us.salt_edge.base_url());
        us.browser.post(&to("/connect/consent"), &[token, ("consent", "yes")]).await.unwrap();
        let login = [token, ("login", "username"), ("password", "secret")];
        let page = us.browser.post(&to("/connect/credentials"), &login).await.unwrap();
        assert!(page.html.contains("123456"));
        us.later(SignedDuration::from_secs(181));
        us.salt_edge.pump().await;
        let end = us.browser.walk(&url, &Walk::default()).await.unwrap();
        assert_eq!(end.query("error_class").as_deref(), Some(class));
        assert_eq!(control.running_attempts(), 0);
    }
}

#[tokio::test]
async fn a_bank_that_is_inactive_or_gone() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    let code = "fakebank_oauth_xf";
    let id = us.connected(code).await;
    let customer = us.customer("other").await;
    let connect = || us.post("/connections/connect", Integrator::connect_data(&customer, code));
    control.set_provider_status(code, ProviderStatus::Inactive).unwrap();
    assert_eq!(connect().await.class(), "ProviderInactive");
    us.refreshed(id).await;
    let attempt = us.connection(id).await["last_attempt"].clone();
    assert_eq!(attempt["fail_error_class"], format!("{:?}", ErrorClass::ProviderInactive));
    assert_eq!(us.connection(id).await["status"], "active");
    control.set_provider_status(code, ProviderStatus::Active).unwrap();
    us.refreshed(id).await;
    assert_eq!(us.connection(id).await["last_attempt"]["fail_error_class"], Value::Null);
    control.set_provider_status(code, ProviderStatus::Disabled).unwrap();
    assert_eq!(connect().await.class(), "ProviderDisabled");
    assert_eq!(us.connection(id).await["status"], "disabled");
    us.later(SignedDuration::from_hours(2));
    assert_eq!(us.background_refresh(id).await.class(), "ConnectionDisabled");
    let listed = us.all("/providers?include_sandboxes=true").await;
    assert!(listed.iter().all(|bank| bank["code"] != code), "not listed any more");
}
