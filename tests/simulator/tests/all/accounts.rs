//! Accounts, balances and what of them a request asks for.

use rust_decimal::Decimal;
use serde_json::json;
use simulator::{Amount, BalanceRule, BankAt, CategoryRule, NewAccount, Options, RowStatus};

use crate::support::{Integrator, amount, client};

const BANK: &str = "fakebank_oauth_xf";

#[tokio::test]
async fn balances_follow_the_rule_and_need_their_scope() {
    let us = Integrator::partner().await;
    let (control, at) = (us.salt_edge.control(), BankAt::of(BANK));
    let id = us.connected(BANK).await;
    let account = control.book(&at).unwrap().accounts[0].clone();
    let booked: Decimal = account
        .rows
        .iter()
        .filter(|row| row.status == RowStatus::Booked)
        .map(|row| row.amount.value())
        .sum();
    let computed = account.opening.value() + booked;
    for (rule, want) in [
        (BalanceRule::Computed, Amount::of(computed)),
        (BalanceRule::Fixed(amount("1.0e-5")), amount("1.0e-5")),
        (BalanceRule::OffBy(amount("-3")), Amount::of(computed - Decimal::from(3))),
    ] {
        control.set_balance(&at, "account-1", rule.clone()).unwrap();
        us.refreshed(id).await;
        assert_eq!(us.accounts(id).await[0]["balance"].to_string(), want.to_string(), "{rule:?}");
    }
    let customer = us.customer("no balance").await;
    let mut data = Integrator::connect_data(&customer, BANK);
    data["attempt"]["fetch_scopes"] = json!(["accounts", "transactions"]);
    let url = us.post("/connections/connect", data).await.data();
    let end =
        us.browser.walk(url["connect_url"].as_str().unwrap(), &simulator::Walk::default()).await;
    let other = end.unwrap().query("connection_id").unwrap().parse().unwrap();
    assert_eq!(
        us.accounts(other).await[0]["balance"].to_string(),
        "0.0",
        "balance is a scope of its own"
    );
}

#[tokio::test]
async fn accounts_open_close_and_change() {
    let us = Integrator::partner().await;
    let bank = "fakebank_simple_xf";
    let (control, at) = (us.salt_edge.control(), BankAt::of(bank));
    let id = us.connected(bank).await;
    control.set_closed(&at, "account-2", true).unwrap();
    control.set_currency(&at, "account-1", "USD").unwrap();
    let new = NewAccount {
        name: "New".into(),
        nature: "savings".into(),
        currency: "KWD".into(),
        opening: Some(amount("1.125")),
        iban: None,
    };
    let key = control.open_account(&at, new).unwrap();
    assert_eq!(us.accounts(id).await.len(), 2, "nobody has asked");
    us.refreshed(id).await;
    let accounts = us.accounts(id).await;
    let flag = |n: usize| accounts[n]["extra"]["updated_on_last_attempt"].clone();
    assert_eq!((flag(0), flag(1), flag(2)), (json!(true), json!(false), json!(true)));
    assert_eq!(accounts[0]["currency_code"], "USD");
    assert_eq!((accounts[2]["balance"].to_string(), key.as_str()), ("1.125".into(), "account-3"));
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers() {
    let answers = |seed| async move {
        let clients = vec![client(simulator::ClientKind::Partner)];
        let us = Integrator::with(Options { seed, ..Options::for_clients(clients) }).await;
        let id = us.connected(BANK).await;
        let rows = us.get(&format!("/transactions?connection_id={id}&per_page=1000")).await.text;
        (us.get(&format!("/accounts?connection_id={id}")).await.text, rows)
    };
    let (one, same, other) = (answers(1).await, answers(1).await, answers(2).await);
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[tokio::test]
async fn history_and_category_obey_the_request() {
    let us = Integrator::partner().await;
    let customer = us.customer("user").await;
    let mut data = Integrator::connect_data(&customer, BANK);
    data["consent"]["from_date"] = json!("2026-02-01");
    data["attempt"]["fetch_from_date"] = json!("2026-02-10");
    let url = us.post("/connections/connect", data).await.data();
    let url = url["connect_url"].as_str().unwrap();
    let end = us.browser.walk(url, &simulator::Walk::default()).await.unwrap();
    let id = end.query("connection_id").unwrap().parse().unwrap();
    let rows = us.transactions(id).await;
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row["made_on"].as_str().unwrap() >= "2026-02-10"));
    for (rule, has) in [
        (CategoryRule::Always, true),
        (CategoryRule::WhenCategorized, false),
        (CategoryRule::Never, false),
    ] {
        us.salt_edge.control().switch(|s| s.category = rule);
        assert_eq!(us.transactions(id).await[0].get("category").is_some(), has, "{rule:?}");
    }
}
