//! T5: what the bank has and we do not hold is found by a search that writes nothing, and imported when it is chosen.

use e2e::{Answer, TENANT, User, hours, minutes, options, oracle, quiet, user, world};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::{BankAt, BankRow, NewRow, RevokeReason, RowEdit, RowStatus, Walk};

use crate::{
    link_visits::visited,
    t2_proof::{everyday, half_a_day, proof},
};

const BANK: &str = "fakebank_oauth_xf";

fn add(world: &World, amount: &str, text: &str, early: bool) -> String {
    let row = NewRow::booked(amount.parse().unwrap(), text);
    let row = if early { row.with_early_id() } else { row };
    world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap()
}

async fn ask(user: &User<'_>, account: &str, import: &[&str]) -> Answer {
    let body = json!({"from": "2025-12-20", "to": "2026-03-31", "import": import});
    user.post(&format!("/v1/accounts/{account}/missing-searches"), &body).await
}

/// What of each kind was found: the texts.
fn found(answer: &Value) -> Value {
    let texts = |list: &str, at: &str| -> Vec<Value> {
        let rows = answer[list].as_array().unwrap().iter();
        rows.map(|row| row[at]["description"].clone()).collect()
    };
    json!([
        texts("missing", "transaction"),
        texts("differ", "shown"),
        texts("extra", "transaction")
    ])
}

fn id(found: &Value) -> &str {
    found["transaction"]["id"].as_str().unwrap()
}

#[tokio::test]
async fn t5_a_row_that_no_read_is_shown_is_found_imported_and_mends_the_proof() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let account = everyday(&connection);
    half_a_day(&world).await;
    // Its id lies below those that reads begin at: the balance counts it, and no read is shown it.
    add(&world, "-12.34", "HIDDEN", true);
    add(&world, "-1.0", "SHOWN", false);
    half_a_day(&world).await;
    let broken = proof(&ada, &account).await;
    assert_eq!(broken["verdict"], "broken", "{broken}");
    assert_eq!(broken["first_broken"]["difference"], "-12.34");

    let before = oracle::journal_keys(&world).await;
    let searched = ask(&ada, &account, &[]).await.expect(200);
    assert_eq!(found(&searched), json!([["HIDDEN"], [], []]), "{searched}");
    assert_eq!(searched["missing"][0]["removed_before"], Value::Null);
    assert_eq!(searched["importing"], json!([]));
    world.settle().await;
    assert_eq!(oracle::journal_keys(&world).await, before, "a search wrote something");

    let hidden = id(&searched["missing"][0]);
    let importing = ask(&ada, &account, &[hidden]).await.expect(202);
    assert_eq!(importing["importing"], json!([hidden]));
    // Both are on their way at once, as when the first answer was lost.
    ask(&ada, &account, &[hidden]).await.expect(202);
    world.settle().await;
    let after = oracle::journal_keys(&world).await;
    assert_eq!(after.len(), before.len() + 1, "one entry, whoever asks how often");
    let again = ask(&ada, &account, &[hidden]).await.expect(202);
    assert_eq!((found(&again), &again["importing"]), (json!([[], [], []]), &json!([])));
    let rows = ada.rows(&account).await;
    let held: Vec<_> = rows.iter().filter(|row| row["description"] == "HIDDEN").collect();
    assert_eq!(held.len(), 1, "no row twice");
    assert_eq!(held[0]["id"], hidden, "it has the id that the search gave");
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
    let mended = proof(&ada, &account).await;
    assert_eq!(mended["verdict"], "proven", "{mended:#}");

    // And the reads that follow leave it there.
    add(&world, "-2.0", "LATER", false);
    half_a_day(&world).await;
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
    assert_eq!(proof(&ada, &account).await["verdict"], "proven");
}

#[tokio::test]
async fn t5_only_what_is_chosen_is_taken_over() {
    let world = world(options()).await;
    let control = world.salt_edge.control();
    control.switch(|switches| switches.removal_reaches_copy = true);
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let account = everyday(&connection);
    // Rows of before the overlap, which no ordinary read compares any more.
    let book = control.book(&BankAt::of(BANK)).unwrap();
    let rows = book.account("account-1").unwrap().rows.iter();
    let shown = |row: &&BankRow| (2..=10).contains(&row.made_on.day()) && row.made_on.month() == 2;
    let old: Vec<_> = rows.filter(shown).filter(|row| row.status == RowStatus::Booked).collect();
    let edit = RowEdit { description: Some("REWRITTEN".into()), ..RowEdit::default() };
    control.edit_row(&BankAt::of(BANK), &old[0].row, edit).unwrap();
    control.remove_row(&BankAt::of(BANK), &old[1].row).unwrap();
    for (amount, text) in [("-1.0", "ONE"), ("-2.0", "TWO")] {
        add(&world, amount, text, true);
    }
    half_a_day(&world).await;
    let gone = old[1].description.as_str();
    let searched = ask(&ada, &account, &[]).await.expect(200);
    let mut missing: Vec<_> = searched["missing"].as_array().unwrap().clone();
    missing.sort_by_key(|row| row["transaction"]["description"].to_string());
    assert_eq!(found(&searched)[1], json!(["REWRITTEN"]), "{searched}");
    assert_eq!(found(&searched)[2], json!([gone]), "{searched}");
    assert_eq!(searched["extra"][0]["reason"], "vanished");
    assert_eq!(missing.len(), 2, "{searched}");

    let take = [id(&missing[0]), searched["differ"][0]["held"]["id"].as_str().unwrap()];
    ask(&ada, &account, &take).await.expect(202);
    world.settle().await;
    let left = ask(&ada, &account, &[]).await.expect(200);
    assert_eq!(found(&left), json!([["TWO"], [], [gone]]), "{left}");
    ask(&ada, &account, &[id(&left["missing"][0]), id(&left["extra"][0])]).await.expect(202);
    world.settle().await;
    assert_eq!(found(&ask(&ada, &account, &[]).await.expect(200)), json!([[], [], []]));
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
    // What was taken over is news, as any read's.
    let feed = ada.feed(&connection, None).await;
    assert_eq!(feed.modified.last().unwrap()["to"]["description"], "REWRITTEN");
    assert_eq!(feed.removed.last().unwrap()["id"], left["extra"][0]["transaction"]["id"]);
}

#[tokio::test]
async fn t5_an_import_is_no_look_and_the_gap_that_it_falls_into_is_compared_all_the_same() {
    let world = world(quiet()).await;
    let control = world.salt_edge.control();
    control.switch(|switches| switches.removal_reaches_copy = true);
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let account = everyday(&connection);
    add(&world, "-12.34", "HIDDEN", true);
    let taken_back = add(&world, "-1.0", "TAKEN BACK LATER", false);
    add(&world, "-1.5", "STAYS", false);
    half_a_day(&world).await;
    let held = ada.rows(&account).await;
    assert!(held.iter().any(|row| row["description"] == "TAKEN BACK LATER"), "{held:#?}");
    let remote = oracle::newest(&world);
    control.end_consent_of(remote, RevokeReason::Expired).unwrap();
    world.advance(hours(12), hours(6)).await;
    world.advance(hours(24 * 42), hours(24 * 42)).await;
    let before = ada.again(&connection).await;
    assert_eq!(before["status"], "needs_reconnect", "{before:#}");
    // Salt Edge shows what it had, and a row of it is taken over.
    let searched = ask(&ada, &account, &[]).await.expect(200);
    assert_eq!(found(&searched), json!([["HIDDEN"], [], []]), "{searched}");
    ask(&ada, &account, &[id(&searched["missing"][0])]).await.expect(202);
    world.settle().await;
    let after = ada.again(&connection).await;
    for name in ["status", "next_action", "last_checked_at", "data_as_of"] {
        assert_eq!(after[name], before[name], "{name}: nobody has looked");
    }
    assert!(ada.rows(&account).await.iter().any(|row| row["description"] == "HIDDEN"));
    control.remove_row(&BankAt::of(BANK), &taken_back).unwrap();
    add(&world, "-2.0", "AFTER THE GAP", false);
    let session = visited(&ada, &connection, "renew", &Walk::default()).await;
    assert_eq!(session["stage"], "finished", "{session:#}");
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}

#[tokio::test]
async fn t5_an_account_whose_currency_changed_takes_no_row_of_what_comes_instead() {
    let world = world(quiet()).await;
    let control = world.salt_edge.control();
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let euro = everyday(&connection);
    half_a_day(&world).await;
    add(&world, "-12.34", "IN EURO", true);
    half_a_day(&world).await;
    let searched = ask(&ada, &euro, &[]).await.expect(200);
    assert_eq!(found(&searched), json!([["IN EURO"], [], []]), "{searched}");
    let before = ada.rows(&euro).await.len();
    // When the import of what was chosen comes, the account is another one.
    ask(&ada, &euro, &[id(&searched["missing"][0])]).await.expect(202);
    control.set_currency(&BankAt::of(BANK), "account-1", "USD").unwrap();
    add(&world, "-1.0", "IN DOLLARS", false);
    world.cloud.clock().advance(minutes(1));
    control.visit_bank(oracle::newest(&world)).unwrap();
    control.pump().await;
    world.settle().await;
    let refused = ask(&ada, &euro, &[]).await;
    assert_eq!(refused.problem(409), "wrong_state", "{}", refused.json);
    assert_eq!(ada.rows(&euro).await.len(), before);
    let now = ada.again(&connection).await;
    let accounts = now["accounts"].as_array().unwrap();
    let dollars = accounts.iter().find(|one| one["currency"] == "USD").unwrap();
    let dollars = dollars["id"].as_str().unwrap();
    let searched = ask(&ada, dollars, &[]).await.expect(200);
    assert_eq!(found(&searched), json!([[], [], []]), "{searched}");
    let rows = ada.rows(dollars).await;
    let booked: Vec<_> = rows.iter().filter(|row| row["status"] == "booked").collect();
    assert!(booked.len() == 1 && booked[0]["description"] == "IN DOLLARS", "{rows:#?}");
}

#[tokio::test]
async fn t5_a_search_is_bounded_and_says_why() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let path = format!("/v1/accounts/{}/missing-searches", everyday(&connection));
    let many = vec!["txn_a"; 101];
    for (body, code, pointer) in [
        (json!({"from": "2026-03-02", "to": "2026-03-01"}), "invalid_field", "/to"),
        (json!({"from": "2025-01-01", "to": "2026-01-02"}), "invalid_field", "/to"),
        (json!({"from": "yesterday", "to": "2026-03-01"}), "invalid_field", "/from"),
        (json!({"from": "2026-03-01"}), "missing_field", "/to"),
        (json!({"from": "2026-03-01", "to": "2026-03-01", "day": 1}), "unknown_field", "/day"),
        (
            json!({"from": "2026-03-01", "to": "2026-03-01", "import": many}),
            "invalid_field",
            "/import",
        ),
        (
            json!({"from": "2026-03-01", "to": "2026-03-01", "import": ["x"]}),
            "invalid_field",
            "/import/0",
        ),
        (
            json!({"from": "2026-03-01", "to": "2026-03-01", "import": ["txn_aaaaaaaaaaaaaaaaaaaaaaaaaa"]}),
            "invalid_field",
            "/import/0",
        ),
    ] {
        let answer = ada.post(&path, &body).await;
        assert_eq!(answer.problem(400), code, "{body}");
        assert_eq!(answer.json["errors"][0]["pointer"], pointer, "{body}: {}", answer.json);
    }
    // A connection that has ended has nothing to be compared with.
    let closed = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    ada.call("DELETE", &closed, None).await.expect(202);
    let body = json!({"from": "2026-03-01", "to": "2026-03-01"});
    assert_eq!(ada.post(&path, &body).await.problem(409), "wrong_state");
    world.settle().await;
}
