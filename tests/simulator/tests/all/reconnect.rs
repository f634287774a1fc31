//! The same bank once more: reconnects and second connects.

use serde_json::{Value, json};
use simulator::{BankAt, SameLogin, Walk};

use crate::support::{Integrator, RETURN_TO};

#[tokio::test]
async fn a_second_connect_has_new_ids_and_the_same_ibans_and_a_reconnect_keeps_them() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let first = us.connected_again(&customer, "fakebank_oauth_xf").await;
    let second = us.connected_again(&customer, "fakebank_oauth_xf").await;
    let field = |rows: &[Value], path: &str| -> Vec<Value> {
        rows.iter().map(|row| row.pointer(path).unwrap().clone()).collect()
    };
    let (a, b) = (us.accounts(first).await, us.accounts(second).await);
    assert_ne!(field(&a, "/id"), field(&b, "/id"));
    assert_eq!(field(&a, "/extra/iban"), field(&b, "/extra/iban"));
    let (a, b) = (us.transactions(first).await, us.transactions(second).await);
    assert!(field(&a, "/id").iter().all(|id| !field(&b, "/id").contains(id)));
    assert_eq!(field(&a, "/extra/id"), field(&b, "/extra/id"));

    let data = json!({
        "consent": { "scopes": ["accounts", "transactions"], "period_days": 30 },
        "attempt": { "return_to": RETURN_TO },
        "return_connection_id": true,
    });
    let before = us.connection(first).await;
    let url = us.post(&format!("/connections/{first}/reconnect"), data).await.data();
    let url = url["connect_url"].as_str().unwrap();
    let end = us.browser.walk(url, &Walk::default()).await.unwrap();
    assert_eq!(end.query("connection_id").unwrap(), first.to_string());
    assert_eq!(field(&us.transactions(first).await, "/id"), field(&a, "/id"));
    assert_ne!(us.connection(first).await["last_consent_id"], before["last_consent_id"]);
}

#[tokio::test]
async fn a_reconnect_fetches_the_accounts_that_are_chosen_then() {
    let us = Integrator::partner().await;
    let bank = "fakebank_oauth_xf";
    let id = us.connected(bank).await;
    let new = serde_json::from_value(json!({ "name": "New", "currency": "EUR" })).unwrap();
    us.salt_edge.control().open_account(&BankAt::of(bank), new).unwrap();
    us.refreshed(id).await;
    assert_eq!(us.accounts(id).await.len(), 2, "the user has not shared it");
    let data = json!({
        "consent": { "scopes": ["accounts", "transactions"] },
        "attempt": { "return_to": RETURN_TO },
    });
    let url = us.post(&format!("/connections/{id}/reconnect"), data).await.data();
    let keys = vec!["account-1".into(), "account-3".into()];
    let walk = Walk { accounts: Some(keys), ..Walk::default() };
    us.browser.walk(url["connect_url"].as_str().unwrap(), &walk).await.unwrap();
    let accounts = us.accounts(id).await;
    let delivered: Vec<&Value> =
        accounts.iter().map(|account| &account["extra"]["updated_on_last_attempt"]).collect();
    assert_eq!(delivered, [true, false, true]);
}

#[tokio::test]
async fn a_reconnect_with_another_login_is_refused() {
    let us = Integrator::partner().await;
    let bank = "fakebank_simple_xf";
    let other = BankAt::login(bank, "somebody");
    us.salt_edge.control().add_login(&other, "else").unwrap();
    let id = us.connected(bank).await;
    let data = json!({
        "consent": { "scopes": ["accounts"] },
        "attempt": { "return_to": RETURN_TO },
        "return_error_class": true,
    });
    let answer = us.post(&format!("/connections/{id}/reconnect"), data).await;
    let url = answer.data()["connect_url"].as_str().unwrap().to_owned();
    let walk = Walk { login: "somebody".into(), password: "else".into(), ..Walk::default() };
    let end = us.browser.walk(&url, &walk).await.unwrap();
    assert_eq!(end.query("error_class").as_deref(), Some("CredentialsNotMatch"));
}

#[tokio::test]
async fn the_same_login_can_be_refused_or_become_a_reconnect() {
    for (switch, class, connections) in [
        (SameLogin::NewConnection, None, 2),
        (SameLogin::Duplicated, Some("ConnectionDuplicated"), 2),
        (SameLogin::Reconnect, None, 1),
    ] {
        for provider in ["fakebank_simple_xf", "fakebank_oauth_xf"] {
            let us = Integrator::partner().await;
            us.salt_edge.control().switch(|s| s.same_login = switch);
            let customer = us.customer("user").await;
            let first = us.connected_again(&customer, provider).await;
            let end = us.walk(&customer, provider, &Walk::default()).await;
            assert_eq!(end.query("error_class").as_deref(), class, "{switch:?} {provider}");
            let all = us.all(&format!("/connections?customer_id={customer}")).await;
            assert_eq!(all.len(), connections, "{switch:?} {provider}");
            assert_eq!(us.connection(first).await["status"], "active", "{switch:?} {provider}");
        }
    }
}
