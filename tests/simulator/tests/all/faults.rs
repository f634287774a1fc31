//! Faults on request, each with the effect that an integrator sees.

use serde_json::json;
use simulator::{ApiFault, ApiFaultKind, BankFault, ErrorClass, NextConnect, Spoilt, Walk};

use crate::support::{Integrator, RETURN_TO};

#[tokio::test]
async fn a_fault_hits_the_calls_it_names_and_no_other() {
    let us = Integrator::licensed().await;
    let control = us.salt_edge.control();
    control.add_api_fault(ApiFault {
        fault: ApiFaultKind::TooManyRequests,
        method: Some("GET".into()),
        path: Some("/api/v6/cust*".into()),
        skip: 1,
        times: 2,
        after_effect: false,
    });
    let mut statuses = Vec::new();
    for path in ["/customers", "/customers?per_page=5", "/countries", "/customers", "/customers"] {
        statuses.push(us.get(path).await.status);
    }
    assert_eq!(statuses, [200, 429, 200, 429, 200]);
    let faults: Vec<bool> =
        control.record().calls.iter().map(|call| call.fault.is_some()).collect();
    assert_eq!(faults, [false, true, false, true, false]);
}

#[tokio::test]
async fn each_fault_answers_as_it_says() {
    let us = Integrator::licensed().await;
    us.salt_edge.control().switch(|switches| switches.catalogue_per_second = None);
    for (fault, status, kind, text) in [
        (ApiFaultKind::TooManyRequests, 429, "application/json", "TooManyRequests"),
        (ApiFaultKind::ServerError, 500, "application/json", "InternalServerError"),
        (
            ApiFaultKind::Error(ErrorClass::RateLimitExceeded),
            429,
            "application/json",
            "RateLimitExceeded",
        ),
        (ApiFaultKind::BadGateway, 502, "text/html", "Bad Gateway"),
        (ApiFaultKind::HtmlNotFound, 404, "text/html", "<!DOCTYPE html>"),
        (ApiFaultKind::Slow(5), 200, "application/json", "Fake"),
        (ApiFaultKind::Truncated, 200, "application/json", "Fake"),
        (ApiFaultKind::Spoilt(Spoilt::Html), 200, "text/html", "<html>"),
        (ApiFaultKind::Spoilt(Spoilt::Endless), 200, "application/json", "next_id"),
    ] {
        us.salt_edge.control().add_api_fault(ApiFault::next(fault, "GET", "/api/v6/countries"));
        let answer = us.get("/countries").await;
        assert_eq!(answer.status, status, "{fault:?}");
        assert!(answer.content_type.starts_with(kind), "{fault:?}");
        assert!(answer.text.contains(text), "{fault:?} {}", answer.text);
        let whole = serde_json::from_str::<serde_json::Value>(&answer.text).is_ok();
        assert_eq!(
            whole,
            kind == "application/json" && fault != ApiFaultKind::Truncated,
            "{fault:?}"
        );
        assert_eq!(us.get("/countries").await.status, 200, "{fault:?} is over");
    }
    us.salt_edge.control().switch(|s| s.retry_after = true);
    let busy = ApiFault::next(ApiFaultKind::TooManyRequests, "GET", "/api/v6/countries");
    us.salt_edge.control().add_api_fault(busy);
    let url = format!("{}/countries", us.salt_edge.api_url());
    let answer =
        reqwest::Client::builder().no_proxy().build().unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.headers()["retry-after"], "1");
}

#[tokio::test]
async fn a_call_can_stay_unanswered_with_or_without_effect() {
    let us = Integrator::licensed().await;
    for (fault, after_effect, created) in [
        (ApiFaultKind::Reset, false, false),
        (ApiFaultKind::Reset, true, true),
        (ApiFaultKind::NoAnswer, false, false),
        (ApiFaultKind::NoAnswer, true, true),
    ] {
        let name = format!("{fault:?}-{after_effect}");
        let body = json!({ "data": { "identifier": name } }).to_string();
        let next = ApiFault::next(fault, "POST", "/api/v6/customers");
        us.salt_edge.control().add_api_fault(ApiFault { after_effect, ..next });
        let calls = us.salt_edge.control().record().calls.len();
        let call = us.attempt("POST", "/customers", &body);
        if fault == ApiFaultKind::Reset {
            assert!(call.await.is_err(), "{name} was answered");
        } else {
            tokio::select! {
                answer = call => panic!("{name} was answered: {}", answer.is_ok()),
                () = recorded(&us, calls + 1) => {}
            }
        }
        let again = us.raw("POST", "/customers", &body).await;
        let want = if created { "DuplicatedCustomer" } else { "200" };
        assert_eq!(again.class(), want, "{name}");
        let calls = us.salt_edge.control().record().calls;
        assert_eq!(calls[calls.len() - 2].status, None, "{name}");
    }
}

/// Waits until so many calls have had their effect.
async fn recorded(us: &Integrator, calls: usize) {
    while us.salt_edge.control().record().calls.len() < calls {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_next_connect_url_can_be_expired_cancelled_or_without_the_box() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    let customer = us.customer("user").await;
    control.next_connect(NextConnect::Expired);
    control.next_connect(NextConnect::Cancelled);
    control.next_connect(NextConnect::BoxNotTicked);
    let expired = us.walk(&customer, "fakebank_oauth_xf", &Walk::default()).await;
    assert_eq!((expired.status, expired.left), (410, false));
    let cancelled = us.walk(&customer, "fakebank_oauth_xf", &Walk::default()).await;
    assert_eq!(cancelled.url, format!("{RETURN_TO}&error_class=ProviderAccessNotGranted"));
    let unticked = us.walk(&customer, "fakebank_oauth_xf", &Walk::default()).await;
    let id = unticked.query("connection_id").unwrap().parse().unwrap();
    assert!(us.accounts(id).await.is_empty());
    let plain = us.walk(&customer, "fakebank_oauth_xf", &Walk::default()).await;
    assert_eq!(plain.query("error_class"), None);
}

#[tokio::test]
async fn a_session_can_be_ended_from_behind() {
    let us = Integrator::partner().await;
    let control = us.salt_edge.control();
    let customer = us.customer("user").await;
    let url = us.connect_url(&customer, "fakebank_oauth_xf").await;
    let token = control.open_sessions().pop().unwrap();
    control.cancel_session(&token).unwrap();
    assert!(us.browser.open(&url).await.unwrap().html.contains("ProviderAccessNotGranted"));
    let url = us.connect_url(&customer, "fakebank_oauth_xf").await;
    let token = url.split("token=").nth(1).unwrap();
    control.expire_session(token).unwrap();
    assert_eq!(us.browser.open(&url).await.unwrap().status, 410);
    assert!(control.expire_session("nothing").is_err());
}

#[tokio::test]
async fn the_bank_can_fail_an_attempt_and_the_connection_lives_on() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_oauth_xf").await;
    us.salt_edge.control().add_bank_fault(BankFault {
        class: ErrorClass::ProviderUnavailable,
        provider: Some("fakebank_oauth_xf".into()),
        connection: None,
        times: 1,
    });
    us.refreshed(id).await;
    let connection = us.connection(id).await;
    assert_eq!(connection["status"], "active", "the user has nothing to do with it");
    assert_eq!(connection["last_attempt"]["fail_error_class"], "ProviderUnavailable");
    us.refreshed(id).await;
    assert_eq!(us.connection(id).await["last_attempt"]["fail_error_class"], json!(null));
}
