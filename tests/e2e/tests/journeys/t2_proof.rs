//! T2: an account's rows add up to the balances that its bank told, or it is said where they do not, and by how much.

use e2e::{TENANT, User, hours, minutes, options, user, world};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::{BalanceRule, BankAt, NewRow};

const BANK: &str = "fakebank_oauth_xf";

fn bank() -> BankAt {
    BankAt::of(BANK)
}

fn booked(amount: &str, text: &str) -> NewRow {
    NewRow::booked(amount.parse().unwrap(), text)
}

fn add(world: &World, row: NewRow) -> String {
    world.salt_edge.control().add_row(&bank(), "account-1", row).unwrap()
}

fn tell(world: &World, rule: BalanceRule) {
    world.salt_edge.control().set_balance(&bank(), "account-1", rule).unwrap();
}

/// Half a day later, and as soon as it is allowed, the bank is asked because a user wants it, and what it has is read.
pub(crate) async fn half_a_day(world: &World) {
    world.advance(hours(13), hours(1)).await;
    let ada = user(world, TENANT, "ada");
    let connection = ada.get("/v1/connections").await["connections"][0]["id"].take();
    let path = format!("/v1/connections/{}", connection.as_str().unwrap());
    while !ada.get(&path).await["next_refresh_allowed_at"].is_null() {
        world.cloud.clock().advance(minutes(15));
    }
    ada.post(&format!("{path}/refresh"), &json!({})).await.expect(202);
    world.settle().await;
}

/// The account whose bank's name is Everyday.
pub(crate) fn everyday(connection: &Value) -> String {
    let accounts = connection["accounts"].as_array().unwrap();
    let found = accounts.iter().find(|account| account["name"] == "Everyday").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

pub(crate) async fn proof(user: &User<'_>, account: &str) -> Value {
    user.get(&format!("/v1/accounts/{account}/reconciliation")).await
}

/// Verdict, reason, and the difference of the first interval that does not add up.
fn found(proof: &Value) -> Value {
    let broken = &proof["first_broken"];
    json!([proof["verdict"], proof["reason"], broken["difference"]])
}

fn verdicts(proof: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let days = proof["days"].as_array().unwrap().iter();
    days.map(|day| (text(&day["day"]), text(&day["verdict"]))).collect()
}

#[tokio::test]
async fn t2_an_ordinary_account_is_proven_day_by_day() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada.link(BANK).await);
    let one = proof(&ada, &account).await;
    assert_eq!(found(&one), json!(["unprovable", "one_balance", null]), "{one}");
    for amount in ["-12.5", "0.0", "1250.01"] {
        add(&world, booked(amount, "A ROW"));
        half_a_day(&world).await;
    }
    let proven = proof(&ada, &account).await;
    assert_eq!(found(&proven), json!(["proven", null, null]), "{proven:#}");
    let interval = &proven["intervals"][0];
    assert_eq!(interval["booked"], "1237.51", "{interval}");
    let days = verdicts(&proven);
    let since: Vec<_> = days.iter().filter(|(day, _)| day.as_str() >= "2026-03-02").collect();
    assert!(since.len() > 1 && since.iter().all(|(_, said)| said == "proven"), "{days:?}");
    let before: Vec<_> = days.iter().filter(|(day, _)| day.as_str() < "2026-03-02").collect();
    assert!(before.len() > 50 && before.iter().all(|(_, said)| said == "unprovable"), "{days:?}");
    // What a reader may not see is not there, as everywhere else.
    let bob = user(&world, TENANT, "bob");
    let path = format!("/v1/accounts/{account}/reconciliation");
    assert_eq!(bob.call("GET", &path, None).await.problem(404), "account_not_found");
}

#[tokio::test]
async fn t2_a_row_that_the_bank_hides_is_found_with_its_day_and_amount() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada.link(BANK).await);
    half_a_day(&world).await;
    add(&world, booked("-3.0", "SHOWN"));
    // Older than what the bank gives out: it is in the balance, and in no list.
    let row = add(&world, booked("-12.34", "HIDDEN").made_on(jiff::civil::date(2020, 1, 1)));
    half_a_day(&world).await;
    let broken = proof(&ada, &account).await;
    assert_eq!(found(&broken), json!(["broken", null, "-12.34"]), "{broken:#}");
    let first = &broken["first_broken"];
    assert_eq!(first["booked"], "-3.00", "{first}");
    assert_eq!(
        (&first["from_day"], &first["to_day"]),
        (&json!("2026-03-02"), &json!("2026-03-03"))
    );
    let red: Vec<_> = verdicts(&broken).into_iter().filter(|(_, said)| said == "broken").collect();
    assert_eq!(red.len(), 2, "{red:?}");
    // The bank takes it back: what was told in between is named, and nothing is broken any more.
    world.salt_edge.control().remove_row(&bank(), &row).unwrap();
    add(&world, booked("-1.0", "NEXT"));
    half_a_day(&world).await;
    let healed = proof(&ada, &account).await;
    assert_eq!(found(&healed), json!(["proven", null, null]), "{healed:#}");
    assert_eq!(healed["intervals"][0]["passing"][0]["difference"], "-12.34", "{healed:#}");
}

#[tokio::test]
async fn t2_a_balance_that_the_bank_changes_is_broken_by_exactly_that() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada.link(BANK).await);
    half_a_day(&world).await;
    tell(&world, BalanceRule::OffBy("0.01".parse().unwrap()));
    half_a_day(&world).await;
    let broken = proof(&ada, &account).await;
    assert_eq!(found(&broken), json!(["broken", null, "0.01"]), "{broken:#}");
    // Nothing is made up for: no row was added, and what comes later is proven from there.
    let rows = ada.rows(&account).await.len();
    add(&world, booked("-2.0", "LATER"));
    half_a_day(&world).await;
    let later = proof(&ada, &account).await;
    assert_eq!(ada.rows(&account).await.len(), rows + 1);
    assert_eq!(later["verdict"], "broken");
    let last = later["intervals"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["verdict"], &last["booked"]), (&json!("proven"), &json!("-2.00")), "{last}");
}

#[tokio::test]
async fn t2_snapshots_name_the_day() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada.link(BANK).await);
    let book = world.salt_edge.control().book(&bank()).unwrap();
    let mut balance = book.account("account-1").unwrap().stated_balance().value();
    world.salt_edge.control().switch(|switches| switches.nightly_refresh = false);
    // Nobody asks for a week, in which there is a row a day; that of the 5th is in no list.
    let connection = e2e::oracle::newest(&world);
    world.salt_edge.control().add_bank_fault(simulator::BankFault {
        class: simulator::ErrorClass::ProviderUnavailable,
        provider: None,
        connection: Some(connection),
        times: 40,
    });
    for day in 3..=8_i8 {
        let amount: simulator::Amount = format!("-{day}.25").parse().unwrap();
        balance += amount.value();
        let made_on = match day {
            5 => jiff::civil::date(2020, 1, 1),
            _ => jiff::civil::date(2026, 3, day),
        };
        let mut row = NewRow { amount, ..booked("0.0", "A DAY") }.made_on(made_on);
        let told = simulator::Amount::of(balance).number();
        row.extra.insert("account_balance_snapshot".into(), told);
        add(&world, row);
        world.advance(hours(24), hours(2)).await;
    }
    world.salt_edge.control().clear_faults();
    half_a_day(&world).await;
    half_a_day(&world).await;
    let broken = proof(&ada, &account).await;
    assert_eq!(found(&broken), json!(["broken", null, "-5.25"]), "{broken:#}");
    let first = &broken["first_broken"];
    assert_eq!(
        (&first["from_day"], &first["to_day"]),
        (&json!("2026-03-04"), &json!("2026-03-06"))
    );
}

#[tokio::test]
async fn t2_a_balance_that_counts_pending_rows_is_proven_with_them() {
    let world = world(options()).await;
    tell(&world, BalanceRule::Available);
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada.link(BANK).await);
    let pending = NewRow::pending("-20.0".parse().unwrap(), "ANNOUNCED");
    let row = world.salt_edge.control().add_row(&bank(), "account-1", pending).unwrap();
    half_a_day(&world).await;
    let announced = proof(&ada, &account).await;
    assert_eq!(found(&announced), json!(["proven", null, null]), "{announced:#}");
    assert_eq!(announced["equation"], "booked_and_pending");
    assert_eq!(announced["balance_type"], "interimAvailable");
    assert_eq!(announced["intervals"][0]["pending"], "-20.00", "{announced:#}");
    let edit = simulator::RowEdit::default();
    world.salt_edge.control().book_row(&bank(), &row, edit).unwrap();
    half_a_day(&world).await;
    let settled = proof(&ada, &account).await;
    assert_eq!(found(&settled), json!(["proven", null, null]), "{settled:#}");
    let interval = &settled["intervals"][0];
    assert_eq!((&interval["booked"], &interval["pending"]), (&json!("-20.00"), &json!("0.00")));
}

#[tokio::test]
async fn t2_an_account_whose_bank_tells_no_balance_has_its_rows_and_no_proof() {
    let world = world(options()).await;
    tell(&world, BalanceRule::Untold);
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let account = everyday(&connection);
    add(&world, booked("-1.0", "A ROW"));
    half_a_day(&world).await;
    let none = proof(&ada, &account).await;
    assert_eq!(found(&none), json!(["unprovable", "no_balance", null]), "{none:#}");
    assert_eq!(ada.get(&format!("/v1/accounts/{account}")).await["balance"], Value::Null);
    let rows = ada.rows(&account).await;
    assert!(rows.len() == 25 && rows.iter().all(|row| row["balance_after"].is_null()));
    // It tells one, and tells none again: the one that it told does not stand for those that it did not.
    tell(&world, BalanceRule::Computed);
    half_a_day(&world).await;
    tell(&world, BalanceRule::Untold);
    half_a_day(&world).await;
    let one = proof(&ada, &account).await;
    assert_eq!(found(&one), json!(["unprovable", "one_balance", null]), "{one:#}");
    assert_eq!(ada.get(&format!("/v1/accounts/{account}")).await["balance"], Value::Null);
}
