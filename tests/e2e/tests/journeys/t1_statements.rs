//! T1, T6: statements are published when the bank's day is over, never change, and are restated when a row comes late.

use e2e::{
    TENANT, User, calling_once, hours, minutes, options,
    raw::{self, raw},
    user, world,
};
use jiff::civil::date;
use local_cloud::{Effect, Fault, Service, World};
use serde_json::{Value, json};
use simulator::{ApiFault, ApiFaultKind, BankAt, NewRow, Spoilt};

const BANK: &str = "fakebank_oauth_xf";

fn bank() -> BankAt {
    BankAt::of(BANK)
}

fn add(world: &World, amount: &str, text: &str, day: i8) -> String {
    let row = NewRow::booked(amount.parse().unwrap(), text).made_on(date(2026, 3, day));
    world.salt_edge.control().add_row(&bank(), "account-1", row).unwrap()
}

/// Days pass, each with the slots in it.
async fn days(world: &World, count: i64) {
    world.advance(hours(24 * count), hours(2)).await;
}

async fn everyday(user: &User<'_>) -> String {
    let connection = user.link(BANK).await;
    let accounts = connection["accounts"].as_array().unwrap();
    let found = accounts.iter().find(|account| account["name"] == "Everyday").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// What the page of a SaaS does when its user chooses.
pub(crate) async fn choose(user: &User<'_>, account: &str, period: &str) -> Value {
    let token = user.world.cloud.token(TENANT, "ada", &["halite:read", "halite:write"]);
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("if-match", "*"),
    ];
    let body = json!({"statement_period": period}).to_string();
    let path = format!("/v1/accounts/{account}");
    let answer = raw(user.world, "PATCH", &path, &headers, body.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn list(user: &User<'_>, account: &str) -> Vec<Value> {
    let page = user.get(&format!("/v1/accounts/{account}/statements?limit=100")).await;
    page["statements"].as_array().unwrap().clone()
}

/// A version, with its lines and what changed beside what it says of itself.
async fn whole(user: &User<'_>, statement: &Value) -> Value {
    let path = format!("/v1/statements/{}", statement["id"].as_str().unwrap());
    let mut whole = user.get(&path).await;
    let mut one = whole["statement"].take();
    for part in ["transactions", "changes"] {
        one[part] = whole[part].take();
    }
    one
}

/// Number, version, first and last day.
fn told(statements: &[Value]) -> Vec<Value> {
    let each = |one: &Value| json!([one["number"], one["version"], one["from"], one["to"]]);
    statements.iter().map(each).collect()
}

/// Newest versions, each of which begins where the one before it ends.
pub(crate) fn follow_each_other(statements: &[Value]) {
    let mut newest = statements.to_vec();
    newest.dedup_by(|older, newer| older["number"] == newer["number"]);
    for pair in newest.windows(2) {
        assert_eq!(pair[0]["opening"]["amount"], pair[1]["closing"]["amount"], "{pair:#?}");
    }
}

#[tokio::test]
async fn t1_a_month_is_published_when_it_is_over() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada).await;
    assert_eq!(ada.get(&format!("/v1/accounts/{account}")).await["statement_period"], "monthly");
    add(&world, "-7.5", "IN MARCH", 20);
    world.advance(hours(24 * 29), hours(3)).await;
    assert_eq!(list(&ada, &account).await, Vec::<Value>::new(), "March is not over");
    days(&world, 2).await;
    let published = list(&ada, &account).await;
    assert_eq!(told(&published), [json!([1, 1, "2026-03-01", "2026-03-31"])]);
    let statement = whole(&ada, &published[0]).await;
    let lines = statement["transactions"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["description"] == "IN MARCH"), "{statement:#}");
    assert_eq!(lines.len(), statement["lines"], "{statement:#}");
    // Nothing was booked in April, so the balance that the bank told is that of the end of March.
    assert_eq!(statement["closing"]["basis"], "observed", "{statement:#}");
    assert_eq!(statement["opening"]["basis"], "observed", "{statement:#}");
    assert_eq!(statement["difference"], "0.00", "{statement:#}");
    assert_eq!(statement["changes"], Value::Null);
    assert_eq!(lines.last().unwrap()["balance_after"]["amount"], statement["closing"]["amount"]);
}

#[tokio::test]
async fn t1_days_and_weeks_follow_each_other_and_no_line_makes_up_for_anything() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada).await;
    assert_eq!(choose(&ada, &account, "daily").await["statement_period"], "daily");
    add(&world, "-1.5", "TODAY", 2);
    days(&world, 1).await;
    // The bank counts what it does not show.
    let hidden = NewRow::booked("-9.99".parse().unwrap(), "HIDDEN").made_on(date(2020, 1, 1));
    world.salt_edge.control().add_row(&bank(), "account-1", hidden).unwrap();
    days(&world, 2).await;
    let published = list(&ada, &account).await;
    let first = published.last().unwrap();
    assert_eq!(told(std::slice::from_ref(first)), [json!([1, 1, "2026-03-02", "2026-03-02"])]);
    let numbers: Vec<_> = published.iter().rev().map(|one| one["number"].as_u64()).collect();
    let want: Vec<_> = (1..=published.len() as u64).map(Some).collect();
    assert_eq!(numbers, want, "{published:#?}");
    assert_eq!(first["total"], "-1.50");
    let apart: Vec<_> = published.iter().filter(|one| one["difference"] != "0.00").collect();
    assert_eq!(apart.len(), 1, "{published:#?}");
    assert!(apart[0]["lines"] == 0, "{published:#?}");
    assert_eq!((&apart[0]["difference"], &apart[0]["total"]), (&json!("-9.99"), &json!("0.00")));
    choose(&ada, &account, "weekly").await;
    days(&world, 8).await;
    let week = list(&ada, &account).await.remove(0);
    assert_eq!(told(std::slice::from_ref(&week))[0][3], "2026-03-08", "{week}");
    assert_eq!((&week["period"], &week["from"]), (&json!("weekly"), &json!("2026-03-02")));
}

/// Salt Edge was at the bank, and what it shows of the accounts cannot be read.
#[tokio::test]
async fn t1_no_day_is_published_of_an_account_that_could_not_be_read() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada).await;
    choose(&ada, &account, "daily").await;
    let no_currency = ApiFaultKind::Spoilt(Spoilt::NoCurrency);
    let fault = ApiFault::next(no_currency, "GET", "/api/v6/accounts*");
    world.salt_edge.control().add_api_fault(ApiFault { times: u32::MAX, ..fault });
    add(&world, "-1.5", "UNREAD", 2);
    days(&world, 2).await;
    assert_eq!(list(&ada, &account).await, Vec::<Value>::new(), "nobody knows what it had");
    world.salt_edge.control().clear_faults();
    days(&world, 1).await;
    let published = list(&ada, &account).await;
    let first = whole(&ada, published.last().unwrap()).await;
    assert_eq!((&first["number"], &first["version"]), (&json!(1), &json!(1)), "{published:#?}");
    assert_eq!(first["transactions"][0]["description"], "UNREAD", "{first:#}");
}

/// Those behind the first begin where the one before ends by now, and are otherwise as they were.
async fn restated_behind(user: &User<'_>, statements: &[Value]) {
    follow_each_other(statements);
    let behind = whole(user, statements.iter().find(|one| one["number"] == 2).unwrap()).await;
    let none = json!({"added": [], "modified": [], "removed": []});
    assert_eq!((&behind["version"], &behind["changes"]), (&json!(2), &none), "{behind:#}");
}

#[tokio::test]
async fn t6_a_late_row_makes_the_next_version_and_the_first_stays_as_it_was() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada).await;
    choose(&ada, &account, "daily").await;
    add(&world, "-1.5", "IN TIME", 2);
    days(&world, 2).await;
    let before = list(&ada, &account).await;
    let first = before.last().unwrap().clone();
    let then = whole(&ada, &first).await;
    add(&world, "-4.25", "LATE", 2);
    days(&world, 1).await;
    let after = list(&ada, &account).await;
    let versions: Vec<_> = after.iter().filter(|one| one["number"] == 1).cloned().collect();
    let dated = json!(["2026-03-02", "2026-03-02"]);
    assert_eq!(
        told(&versions),
        [json!([1, 2, dated[0], dated[1]]), json!([1, 1, dated[0], dated[1]])]
    );
    restated_behind(&ada, &after).await;
    let restated = whole(&ada, &versions[0]).await;
    assert_eq!(restated["restates"], first["id"]);
    let changes = &restated["changes"];
    assert_eq!(changes["added"].as_array().map(Vec::len), Some(1), "{changes:#}");
    assert_eq!(changes["added"][0]["description"], "LATE");
    assert_eq!((&changes["modified"], &changes["removed"]), (&json!([]), &json!([])));
    assert_eq!(restated["total"], "-5.75");
    assert_eq!(whole(&ada, &first).await, then, "a published statement has changed");
    // A bank that calls it otherwise, and takes the other back.
    let book = world.salt_edge.control().book(&bank()).unwrap();
    let rows = &book.account("account-1").unwrap().rows;
    let row = |text: &str| rows.iter().find(|row| row.description == text).unwrap().row.clone();
    let edit = simulator::RowEdit { amount: Some("-4.0".parse().unwrap()), ..Default::default() };
    world.salt_edge.control().edit_row(&bank(), &row("LATE"), edit).unwrap();
    world.salt_edge.control().remove_row(&bank(), &row("IN TIME")).unwrap();
    world.salt_edge.control().switch(|switches| switches.removal_reaches_copy = true);
    days(&world, 1).await;
    let third = list(&ada, &account).await;
    let third = third.iter().find(|one| one["number"] == 1).unwrap();
    assert_eq!(third["version"], 3);
    follow_each_other(&list(&ada, &account).await);
    let changes = whole(&ada, third).await["changes"].clone();
    assert_eq!(changes["modified"][0]["to"]["amount"], "-4.00", "{changes:#}");
    assert_eq!(changes["removed"][0]["description"], "IN TIME", "{changes:#}");
    days(&world, 2).await;
    let later = list(&ada, &account).await;
    assert!(later.iter().all(|one| one["version"].as_u64() <= Some(3)), "{later:#?}");
    // Each holds the hash of one that is there, but for the first.
    let known = |hash: &Value| later.iter().any(|one| one["hash"] == *hash);
    for one in &later {
        let begins = one["number"] == 1 && one["version"] == 1;
        assert_eq!(one["previous_hash"].is_null(), begins, "{one}");
        assert!(begins || known(&one["previous_hash"]), "{one}");
    }
    let of =
        |version: u64| later.iter().find(|one| one["number"] == 1 && one["version"] == version);
    assert_eq!(of(3).unwrap()["previous_hash"], of(2).unwrap()["hash"]);
}

/// Writes of `sync` that the tap saw: how many, and what they cost in units.
fn written(world: &World) -> (usize, u64) {
    let log = world.cloud.tap().log();
    let sync = log.iter().filter(|io| io.function == "sync" && io.service == Service::DynamoDb);
    let units: Vec<u64> = sync.map(|io| io.write_half_units).filter(|units| *units > 0).collect();
    (units.len(), units.iter().sum::<u64>() / 2)
}

#[tokio::test]
async fn t1_each_version_is_one_write_unit() {
    let world = world(calling_once()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada).await;
    world.advance(hours(12), minutes(5)).await;
    world.advance(hours(12), minutes(5)).await;
    choose(&ada, &account, "daily").await;
    world.cloud.tap().reset();
    world.advance(hours(12), minutes(5)).await;
    let count = list(&ada, &account).await.len();
    // One ask, one read that found nothing, and each statement.
    assert!(count >= 1, "nothing was published");
    assert_eq!(written(&world), (2 + count, 2 + count as u64));
}

#[tokio::test]
async fn t1_a_crash_while_publishing_leaves_all_of_a_version_or_none() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada).await;
    choose(&ada, &account, "daily").await;
    days(&world, 1).await;
    // Of a pull's writes: the ask, the entry, then a statement of each account.
    for (write, effect) in [
        (3, Effect::KillBefore),
        (3, Effect::KillAfter),
        (3, Effect::LoseAnswer),
        (4, Effect::KillBefore),
    ] {
        add(&world, "-1.0", "A ROW", 2);
        let fired = world.cloud.tap().fired();
        let operation = Some(String::from("PutItem"));
        world.cloud.tap().arm(Fault { operation, ..Fault::at("sync", write, effect) });
        days(&world, 1).await;
        assert!(world.cloud.tap().fired() > fired, "{effect:?} at {write} met nothing");
        world.cloud.tap().disarm();
        days(&world, 1).await;
        let published = list(&ada, &account).await;
        let newest: Vec<_> = published.iter().filter(|one| one["version"] == 1).collect();
        let numbers: Vec<_> = newest.iter().rev().map(|one| one["number"].as_u64()).collect();
        let want: Vec<_> = (1..=newest.len() as u64).map(Some).collect();
        assert_eq!(numbers, want, "{published:#?}");
        for one in &published {
            whole(&ada, one).await;
        }
    }
}

#[tokio::test]
async fn t6_a_statement_has_a_tag_is_paged_and_is_nobody_elses() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let account = everyday(&ada).await;
    choose(&ada, &account, "daily").await;
    add(&world, "-1.0", "ONE", 2);
    add(&world, "-2.0", "TWO", 2);
    days(&world, 3).await;
    let path = format!("/v1/accounts/{account}/statements?limit=1");
    let page = ada.get(&path).await;
    assert_eq!(page["has_more"], true, "{page}");
    let next = format!("{path}&cursor={}", page["next_cursor"].as_str().unwrap());
    let second = ada.get(&next).await;
    let numbers = |page: &Value| page["statements"][0]["number"].as_u64().unwrap();
    assert_eq!(numbers(&page), numbers(&second) + 1);
    let first = list(&ada, &account).await.pop().unwrap();
    let id = first["id"].as_str().unwrap();
    let lines = ada.get(&format!("/v1/statements/{id}?limit=1")).await;
    assert_eq!(lines["transactions"][0]["description"], "ONE", "{lines}");
    let cursor = lines["next_cursor"].as_str().unwrap();
    let rest = ada.get(&format!("/v1/statements/{id}?limit=1&cursor={cursor}")).await;
    assert_eq!(rest["transactions"][0]["description"], "TWO", "{rest}");
    let token = world.cloud.token(TENANT, "ada", &["halite:read"]);
    let bearer = format!("Bearer {token}");
    let path = format!("/v1/statements/{id}");
    let once = raw(&world, "GET", &path, &[("authorization", &bearer)], b"").await;
    let headers = [("authorization", bearer.as_str()), ("if-none-match", &once.headers["etag"])];
    let again: raw::Raw = raw(&world, "GET", &path, &headers, b"").await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    for (tenant, name) in [(TENANT, "bob"), (e2e::OTHER, "ada")] {
        let other = user(&world, tenant, name);
        assert_eq!(other.call("GET", &path, None).await.problem(404), "statement_not_found");
    }
    let text = id.trim_end_matches(char::is_numeric);
    let nowhere = ada.call("GET", &format!("/v1/statements/{text}99999999"), None).await;
    assert_eq!(nowhere.problem(404), "statement_not_found");
}
