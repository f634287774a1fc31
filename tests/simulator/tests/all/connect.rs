//! A user walks through the pages of every kind of bank.

use serde_json::{Value, json};
use simulator::{ClientKind, ReturnWhen, UntickedBox, Walk};

use crate::support::{Integrator, RETURN_TO, client};

#[tokio::test]
async fn every_sandbox_bank_can_be_connected() {
    let us = Integrator::partner().await;
    for (provider, accounts) in [
        ("fakebank_simple_xf", 2),
        ("fakebank_select_xf", 2),
        ("fakebank_image_xf", 2),
        ("fakebank_interactive_xf", 2),
        ("fakebank_two_step_interactive_xf", 2),
        ("fakebank_semi_interactive_xf", 2),
        ("fakebank_with_optional_fields_xf", 2),
        ("fakebank_api_with_fields_xf", 2),
        ("fakebank_oauth_xf", 2),
        ("fakebank_oauth_with_pending_xf", 2),
        ("fakebank_oauth_with_pending_and_available_balance_xf", 2),
        ("fakebank_oauth_with_n_transactions_xf", 2),
        ("fakebank_with_updates_xf", 2),
        ("fakebank_with_token_xf", 2),
        ("fake_demobank_xf", 12),
        ("fake_client_xf", 2),
        ("fake_oauth_client_xf", 2),
        ("fake_interactive_client_xf", 2),
    ] {
        let id = us.connected(provider).await;
        let connection = us.connection(id).await;
        assert_eq!(connection["status"], "active", "{provider}");
        assert_eq!(connection["last_attempt"]["finished"], true, "{provider}");
        assert_eq!(connection["last_attempt"]["custom_fields"]["link_id"], "lnk_1", "{provider}");
        assert_eq!(us.accounts(id).await.len(), accounts, "{provider}");
        assert!(!us.transactions(id).await.is_empty(), "{provider}");
    }
}

#[tokio::test]
async fn the_way_back_keeps_the_query_and_names_the_connection() {
    let us = Integrator::partner().await;
    let customer = us.customer("jane@example.com").await;
    let end = us.walk(&customer, "fakebank_oauth_xf", &Walk::default()).await;
    let id = end.query("connection_id").unwrap();
    assert_eq!(end.url, format!("{RETURN_TO}&connection_id={id}"));
    let plain = json!({
        "customer_id": customer,
        "consent": { "scopes": ["accounts"] },
        "attempt": { "fetch_scopes": ["accounts"], "return_to": RETURN_TO },
        "provider": { "code": "fakebank_oauth_xf", "include_sandboxes": true },
    });
    let url = us.post("/connections/connect", plain).await.data();
    let url = url["connect_url"].as_str().unwrap();
    let end = us.browser.walk(url, &Walk::default()).await.unwrap();
    assert_eq!(end.url, RETURN_TO, "nothing was asked for, nothing is added");
    let again = us.browser.open(url).await.unwrap();
    assert_eq!(again.status, 410, "a connect URL works once");
}

#[tokio::test]
async fn a_walk_that_goes_wrong_says_why() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let walk = Walk::default;
    let wrong = |answers: &[&str]| Some(answers.iter().map(|a| (*a).to_owned()).collect());
    for (provider, walk, class) in [
        ("fakebank_simple_xf", Walk { password: "wrong".into(), ..walk() }, "InvalidCredentials"),
        (
            "fakebank_api_with_fields_xf",
            Walk { login: "nobody".into(), ..walk() },
            "InvalidCredentials",
        ),
        (
            "fakebank_interactive_xf",
            Walk { answers: wrong(&["000000"]), ..walk() },
            "InvalidInteractiveCredentials",
        ),
        (
            "fakebank_two_step_interactive_xf",
            Walk { answers: wrong(&["123456", "1"]), ..walk() },
            "InvalidInteractiveCredentials",
        ),
        ("fakebank_oauth_xf", Walk { denies: true, ..walk() }, "ProviderAccessNotGranted"),
        ("fakebank_oauth_xf", Walk { accounts: Some(vec![]), ..walk() }, "AllAccountsExcluded"),
        (
            "fakebank_with_error_xf",
            Walk { error: Some("ProviderError".into()), ..walk() },
            "ProviderError",
        ),
    ] {
        let end = us.walk(&customer, provider, &walk).await;
        assert_eq!(end.query("error_class").as_deref(), Some(class), "{provider}");
        let id = end.query("connection_id").unwrap().parse().unwrap();
        let connection = us.connection(id).await;
        assert_eq!(connection["last_attempt"]["fail_error_class"], class, "{provider}");
        assert_eq!(connection["last_attempt"]["success_at"], Value::Null, "{provider}");
        let inactive = class != "ProviderError";
        assert_eq!(connection["status"] == "inactive", inactive, "{provider} {connection}");
    }
}

#[tokio::test]
async fn cancelling_is_possible_on_every_page() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    for (provider, pages) in [
        ("fakebank_simple_xf", 2),
        ("fakebank_two_step_interactive_xf", 4),
        ("fake_demobank_xf", 3),
        ("fakebank_oauth_xf", 3),
    ] {
        for page in 0..pages {
            let walk = Walk { cancels_at: Some(page), ..Walk::default() };
            let end = us.walk(&customer, provider, &walk).await;
            let class = end.query("error_class");
            assert_eq!(
                class.as_deref(),
                Some("ProviderAccessNotGranted"),
                "{provider} page {page}"
            );
        }
        let past_the_end = Walk { cancels_at: Some(pages), ..Walk::default() };
        let end = us.walk(&customer, provider, &past_the_end).await;
        assert_eq!(end.query("error_class"), None, "{provider} has {pages} pages");
    }
}

#[tokio::test]
async fn without_the_box_nothing_can_be_read() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let unticked = Walk { ticks: false, ..Walk::default() };
    let end = us.walk(&customer, "fakebank_oauth_xf", &unticked).await;
    assert_eq!(end.query("error_class"), None);
    let id = end.query("connection_id").unwrap().parse().unwrap();
    assert_eq!(us.connection(id).await["last_consent_id"], Value::Null);
    assert!(us.accounts(id).await.is_empty());
    assert!(us.transactions(id).await.is_empty());
    assert!(us.salt_edge.control().transactions(id).is_empty(), "nor was anything copied");
    assert_eq!(us.background_refresh(id).await.class(), "ConsentNotFound");

    us.salt_edge.control().switch(|s| s.unticked_box = UntickedBox::AccessNotGranted);
    let end = us.walk(&customer, "fakebank_oauth_xf", &unticked).await;
    assert_eq!(end.query("error_class").as_deref(), Some("ProviderAccessNotGranted"));

    us.salt_edge.control().switch(|s| s.unticked_box = UntickedBox::AskAgain);
    let url = us.connect_url(&customer, "fakebank_oauth_xf").await;
    let token = url.split("token=").nth(1).unwrap();
    let form = format!("{}/connect/consent", us.salt_edge.base_url());
    let page = us.browser.post(&form, &[("token", token)]).await.unwrap();
    assert!(page.html.contains("Tick the box"), "{}", page.html);
}

#[tokio::test]
async fn the_bank_can_be_searched_when_none_is_given() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let data = json!({
        "customer_id": customer,
        "consent": { "scopes": ["accounts", "transactions"] },
        "attempt": { "return_to": RETURN_TO },
        "provider": { "include_sandboxes": true },
        "return_connection_id": true,
    });
    let url = us.post("/connections/connect", data).await.data();
    let url = url["connect_url"].as_str().unwrap();
    let found = us.browser.open(&format!("{url}&q=demobank")).await.unwrap();
    assert!(found.html.contains("fake_demobank_xf") && !found.html.contains("fakebank_simple_xf"));
    let walk = Walk { provider: Some("fakebank_simple_xf".into()), ..Walk::default() };
    let end = us.browser.walk(url, &walk).await.unwrap();
    let id = end.query("connection_id").unwrap().parse().unwrap();
    assert_eq!(us.connection(id).await["provider_code"], "fakebank_simple_xf");
}

#[tokio::test]
async fn only_the_chosen_accounts_are_shared() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    for provider in ["fake_demobank_xf", "fakebank_oauth_xf"] {
        let walk = Walk { accounts: Some(vec!["account-2".into()]), ..Walk::default() };
        let end = us.walk(&customer, provider, &walk).await;
        let id = end.query("connection_id").unwrap().parse().unwrap();
        let accounts = us.accounts(id).await;
        assert_eq!(accounts.len(), 1, "{provider}");
        assert_eq!(accounts[0]["nature"], "savings", "{provider}");
    }
}

#[tokio::test]
async fn the_browser_can_be_back_before_the_data() {
    let us = Integrator::partner().await;
    us.salt_edge.control().switch(|s| s.return_when = ReturnWhen::Authorised);
    let id = us.connected("fakebank_oauth_xf").await;
    assert_eq!(us.connection(id).await["last_attempt"]["finished"], false);
    assert_eq!(us.connection(id).await["next_refresh_possible_at"], Value::Null);
    assert!(us.accounts(id).await.is_empty());
    us.salt_edge.pump().await;
    assert_eq!(us.connection(id).await["last_attempt"]["finished"], true);
    assert_eq!(us.accounts(id).await.len(), 2);
}

#[tokio::test]
async fn a_licensed_client_hides_the_consent_page_and_a_partner_cannot() {
    for (kind, title) in
        [(ClientKind::Client, "Fakebank Simple"), (ClientKind::Partner, "Your consent")]
    {
        let us = Integrator::of(client(kind)).await;
        let customer = us.customer("user@example.com").await;
        let mut data = Integrator::connect_data(&customer, "fakebank_simple_xf");
        data["widget"] = json!({ "show_consent_confirmation": false });
        let url = us.post("/connections/connect", data).await.data();
        let page = us.browser.open(url["connect_url"].as_str().unwrap()).await.unwrap();
        assert!(page.html.contains(&format!("<h1>{title}</h1>")), "{kind:?} {}", page.html);
    }
}

#[tokio::test]
async fn a_failed_login_can_be_tried_again_in_the_same_walk() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let url = us.connect_url(&customer, "fakebank_simple_xf").await;
    let token = url.split("token=").nth(1).unwrap().to_owned();
    let to = |path: &str| format!("{}{path}", us.salt_edge.base_url());
    let token = ("token", token.as_str());
    us.browser.post(&to("/connect/consent"), &[token, ("consent", "yes")]).await.unwrap();
    let login = |password| [token, ("login", "username"), ("password", password)];
    let page = us.browser.post(&to("/connect/credentials"), &login("wrong")).await.unwrap();
    assert_eq!(page.error_class().as_deref(), Some("InvalidCredentials"));
    us.browser.post(&to("/connect/retry"), &[token]).await.unwrap();
    let end = us.browser.post(&to("/connect/credentials"), &login("secret")).await.unwrap();
    let id = end.query("connection_id").unwrap().parse().unwrap();
    assert_eq!(us.connection(id).await["status"], "active");
    assert_eq!(us.salt_edge.control().connections().len(), 1);
}
