//! A bank is linked, and its statement is the bank's: with every kind of sandbox bank, in both modes.

use e2e::{TENANT, User, options, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::Value;
use simulator::{
    Amount, ClientKind, Connection, CopiedAccount, CopiedTransaction, RowStatus, Walk,
};

/// Every bank that a user can link with the usual login; the one with many rows has its own test.
const BANKS: [&str; 17] = [
    "fakebank_simple_xf",
    "fakebank_select_xf",
    "fakebank_image_xf",
    "fakebank_interactive_xf",
    "fakebank_two_step_interactive_xf",
    "fakebank_semi_interactive_xf",
    "fakebank_with_optional_fields_xf",
    "fakebank_api_with_fields_xf",
    "fakebank_oauth_xf",
    "fakebank_oauth_with_pending_xf",
    "fakebank_oauth_with_pending_and_available_balance_xf",
    "fakebank_with_updates_xf",
    "fakebank_with_token_xf",
    "fake_demobank_xf",
    "fake_client_xf",
    "fake_oauth_client_xf",
    "fake_interactive_client_xf",
];

/// The day, exact amount, currency, text and status of a row: what a statement is about.
type Line = (String, String, String, String, &'static str);

#[tokio::test]
async fn a_bank_is_linked_and_its_statement_is_the_banks() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_xf").await;
    for (field, want) in [("status", "active"), ("history", "complete"), ("customer", "ada")] {
        assert_eq!(connection[field], want, "{connection:#}");
    }
    assert_eq!(connection["institution"]["aggregator"], "Salt Edge", "{connection:#}");
    assert_eq!(connection["consent"]["status"], "active", "{connection:#}");
    assert_eq!(connection["quarantined"], 0, "{connection:#}");
    assert_eq!(connection["next_action"], Value::Null, "{connection:#}");
    same_money(&world, &ada, &connection).await;
}

#[tokio::test]
async fn every_sandbox_bank_can_be_linked_by_a_partner() {
    every_bank(ClientKind::Partner).await;
}

#[tokio::test]
async fn every_sandbox_bank_can_be_linked_under_an_own_licence() {
    every_bank(ClientKind::Client).await;
}

async fn every_bank(kind: ClientKind) {
    let world = world(WorldOptions { kind, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    for bank in BANKS {
        let connection = ada.link(bank).await;
        assert_eq!(connection["institution"]["id"], bank, "{connection:#}");
        assert_eq!(connection["status"], "active", "{connection:#}");
        same_money(&world, &ada, &connection).await;
    }
    let listed = ada.get("/v1/connections?limit=100").await;
    assert_eq!(listed["connections"].as_array().map(Vec::len), Some(BANKS.len()));
}

#[tokio::test]
async fn more_rows_than_a_page_of_salt_edge_holds_all_arrive() {
    let world = world(WorldOptions { n_transactions: 1_310, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_with_n_transactions_xf").await;
    assert_eq!(connection["history"], "complete", "{connection:#}");
    same_money(&world, &ada, &connection).await;
}

#[tokio::test]
async fn only_the_accounts_that_the_user_chose_are_there() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    for (bank, chosen) in [
        ("fakebank_oauth_xf", vec!["account-2"]),
        ("fake_demobank_xf", vec!["account-3", "account-7", "account-12"]),
    ] {
        let accounts = Some(chosen.iter().map(|&key| key.to_owned()).collect());
        let connection = ada.link_with(bank, &Walk { accounts, ..Walk::default() }).await;
        assert_eq!(connection["accounts"].as_array().map(Vec::len), Some(chosen.len()), "{bank}");
        same_money(&world, &ada, &connection).await;
    }
}

/// Accounts, balances and every row here are those of the simulator's own ledger, digit for digit.
pub(crate) async fn same_money(world: &World, reader: &User<'_>, connection: &Value) {
    let theirs = remote(world, connection);
    let control = world.salt_edge.control();
    let held: Vec<&Value> = connection["accounts"].as_array().unwrap().iter().collect();
    let copied = control.accounts(theirs.id);
    assert_eq!(held.len(), copied.len(), "{connection:#}");
    let rows = control.transactions(theirs.id);
    for account in copied {
        let here = held.iter().find(|held| is(held, &account)).copied();
        let here = here.unwrap_or_else(|| panic!("{} is not here: {connection:#}", account.name));
        let balance: Amount = here["balance"]["amount"].as_str().unwrap().parse().unwrap();
        assert_eq!(balance.value(), account.balance.value(), "{here:#}");
        let shown = reader.rows(here["id"].as_str().unwrap()).await;
        let mut shown: Vec<Line> = shown.iter().map(line_here).collect();
        let there = rows.iter().filter(|row| row.account_id == account.id);
        let mut there: Vec<Line> = there.map(line_there).collect();
        shown.sort();
        there.sort();
        assert_eq!(shown, there, "{}", account.name);
        assert!(!shown.is_empty(), "{} has no rows", account.name);
    }
}

/// The newest connection at Salt Edge to the bank of ours.
pub(crate) fn remote(world: &World, connection: &Value) -> Connection {
    let bank = connection["institution"]["id"].as_str().unwrap();
    let all = world.salt_edge.control().connections();
    all.into_iter().rfind(|theirs| theirs.provider_code == bank).expect("a connection there")
}

/// The account is known by the name that its owner gave it; Salt Edge's `name` is the whole number.
fn is(held: &Value, account: &CopiedAccount) -> bool {
    let name = account.extra.get("account_name").and_then(Value::as_str);
    let iban = account.extra.get("iban").and_then(Value::as_str);
    let ends = |masked: &str| iban.is_some_and(|iban| iban.ends_with(&masked[masked.len() - 4..]));
    let iban = match held["iban_masked"].as_str() {
        Some(masked) => ends(masked),
        None => iban.is_none(),
    };
    held["name"].as_str() == name
        && held["currency"] == account.currency_code.as_str()
        && held["nature"] == account.nature.as_str()
        && iban
}

fn line_here(row: &Value) -> Line {
    let text = |field: &str| row[field].as_str().unwrap().to_owned();
    let amount: Amount = text("amount").parse().unwrap();
    let status = if row["status"] == "booked" { "booked" } else { "pending" };
    let amount = amount.value().normalize().to_string();
    (text("made_on"), amount, text("currency"), text("description"), status)
}

fn line_there(row: &CopiedTransaction) -> Line {
    let status = match row.status {
        RowStatus::Booked => "booked",
        RowStatus::Pending => "pending",
    };
    let amount = row.amount.value().normalize().to_string();
    let (day, currency) = (row.made_on.to_string(), row.currency_code.clone());
    (day, amount, currency, row.description.clone(), status)
}
