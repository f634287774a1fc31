//! C1: every change of a consent has its receipt, once, and whoever may see the connection sees them.

use e2e::{TENANT, User, consents::sha256, hours, logs::Logs, minutes, options, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{ClientKind, ConsentShape, RevokeReason, Walk};

use crate::{link::remote, link_visits::visited};

const BANK: &str = "fakebank_oauth_xf";

/// Event, who, and how it came to be known.
fn told(receipt: &Value) -> [&str; 3] {
    ["event", "by", "channel"].map(|name| receipt[name].as_str().unwrap())
}

async fn links(ada: &User<'_>) -> (Value, Value) {
    let session = ada.new_link(BANK).await;
    let words = ada.session(session["id"].as_str().unwrap()).await["consent"].clone();
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    ada.world.settle().await;
    let id = ada.session(&visit.session).await["connection_id"].clone();
    let session = json!({"id": session["id"], "consent": words});
    (session, ada.again(&json!({"id": id})).await)
}

#[tokio::test]
async fn c1_a_consent_is_told_from_its_first_word_to_its_end_and_beyond() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada").speaking("vi");
    let (session, connection) = links(&ada).await;
    let given = &ada.receipts(&connection).await[0];
    let words = &session["consent"];
    assert_eq!(told(given), ["given", "user", "visit"], "{given:#}");
    for (name, want) in [
        ("by_id", json!("ada")),
        ("customer", json!("ada")),
        ("consent_id", connection["consent"]["id"].clone()),
        ("session_id", session["id"].clone()),
        ("institution_id", json!(BANK)),
        ("scopes", json!(["accounts", "transactions"])),
        ("period_days", json!(180)),
        ("expires_at", connection["consent"]["expires_at"].clone()),
        ("basis", json!("provider")),
        ("locale", json!("vi")),
        ("wording_version", words["version"].clone()),
        ("wording_sha256", json!(sha256(words["text"].as_str().unwrap()))),
    ] {
        assert_eq!(given[name], want, "{name}");
    }
    assert!(words["text"].as_str().unwrap().contains("Salt Edge"), "{words}");
    assert!(!given.to_string().contains('@'), "{given}");

    visited(&ada, &connection, "renew", &Walk::default()).await;
    let boss = user(&world, TENANT, "boss").with_scope("halite:tenant");
    boss.revoke(&connection).await.expect(202);
    world.settle().await;
    world.advance(minutes(14), minutes(7)).await;
    let (_, again) = links(&ada).await;
    assert_eq!(again["id"], connection["id"]);
    let receipts = ada.receipts(&again).await;
    let events: Vec<_> = receipts.iter().map(told).collect();
    assert_eq!(
        events,
        [
            ["given", "user", "visit"],
            ["renewed", "user", "visit"],
            ["revocation_requested", "user", "api"],
            ["revoked", "user", "revocation"],
            ["revoked", "user", "revocation"],
            ["given", "user", "visit"],
        ]
    );
    assert_eq!(receipts[3]["consent_id"], receipts[0]["consent_id"], "the older one ends with it");
    assert_eq!(receipts[4]["consent_id"], receipts[1]["consent_id"]);
    assert_eq!([&receipts[2]["by_id"], &receipts[3]["by_id"]], ["boss", "boss"]);
    assert_eq!(receipts[5]["generation"], 2);
    assert_eq!(receipts[5]["consent_id"], again["consent"]["id"]);
    // Also by the id of a consent that is over.
    let old = receipts[0]["consent_id"].as_str().unwrap();
    let by_old = ada.get(&format!("/v1/consents/{old}/history")).await;
    assert_eq!(by_old["receipts"], json!(receipts));
}

#[tokio::test]
async fn c1_what_a_repeated_look_finds_again_has_no_second_receipt() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let control = world.salt_edge.control();
    control.end_consent_of(remote(&world, &connection).id, RevokeReason::Provider).unwrap();
    world.settle().await;
    world.advance(hours(72), hours(2)).await;
    let receipts = ada.receipts(&connection).await;
    assert_eq!(
        receipts.iter().map(told).collect::<Vec<_>>(),
        [["given", "user", "visit"], ["revoked", "bank", "callback"]]
    );
}

#[tokio::test]
async fn c1_an_id_of_the_right_form_that_no_connection_had_is_nobodys() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let id = connection["consent"]["id"].as_str().unwrap();
    let made_up = format!("{}{}", &id[..id.len() - 4], "0000");
    for (id, status, code) in [
        (made_up.as_str(), 404, "consent_not_found"),
        ("csn_1", 404, "consent_not_found"),
        ("con_1", 400, "invalid_id"),
    ] {
        let path = format!("/v1/consents/{id}/history");
        assert_eq!(ada.call("GET", &path, None).await.problem(status), code);
    }
}

/// The first stored receipt is changed into the second one, made unreadable, or taken away.
async fn spoil(world: &World, how: &str) {
    let (client, table) = world.cloud.table();
    let stored = client.scan().table_name(table).send().await.unwrap().items.unwrap();
    let receipt = |number: &str| {
        stored.iter().find(|item| item["sk"].as_s().unwrap() == &format!("R#0000000{number}"))
    };
    let mut first = receipt("1").expect("the first one").clone();
    if how == "missing" {
        let gone = client.delete_item().table_name(table);
        let gone = gone.key("pk", first["pk"].clone()).key("sk", first["sk"].clone());
        gone.send().await.unwrap();
        return;
    }
    let other =
        if how == "changed" { receipt("2").unwrap()["d"].clone() } else { first["pk"].clone() };
    first.insert(String::from("d"), other);
    client.put_item().table_name(table).set_item(Some(first)).send().await.unwrap();
}

#[tokio::test]
async fn c1_a_chain_that_does_not_hold_together_is_said_to_be_one_and_nothing_is_signed_over_it() {
    let logs = Logs::at("error");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    visited(&ada, &connection, "renew", &Walk::default()).await;
    let now = ada.again(&connection).await;
    let id = now["consent"]["id"].as_str().unwrap();
    let path = |what: &str| format!("/v1/consents/{id}/{what}");
    ada.get(&path("export")).await;
    // One is changed where it is stored, then both are unreadable, then the first one is gone.
    for (how, history) in [("changed", 200), ("unreadable", 409), ("missing", 200)] {
        spoil(&world, how).await;
        assert_eq!(ada.call("GET", &path("export"), None).await.problem(409), "receipts_broken");
        assert_eq!(ada.call("GET", &path("history"), None).await.status, history, "{how}");
    }
    assert_eq!(logs.alarms("receipts_broken"), 4, "a person is told, each time");
}

#[tokio::test]
async fn c1_an_older_consent_that_ends_after_its_renewal_has_its_receipt_with_a_callback_and_without()
 {
    for shape in [ConsentShape::Reason, ConsentShape::NotSent] {
        let world = world(options()).await;
        let control = world.salt_edge.control();
        control.switch(|switches| switches.consent_callback = shape);
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(BANK).await;
        let old = connection["consent"]["id"].clone();
        visited(&ada, &connection, "renew", &Walk::default()).await;
        let (first, at) = (control.ledger().consents[0].id, remote(&world, &connection).id);
        control.end_consent(first, RevokeReason::Provider).unwrap();
        world.settle().await;
        if shape == ConsentShape::NotSent {
            assert_eq!(ada.receipts(&connection).await.len(), 2, "nobody has said it");
            world.advance(hours(24), hours(1)).await;
        }
        let receipts = ada.receipts(&connection).await;
        let told_all: Vec<_> = receipts.iter().map(|one| told(one)[..2].join(" ")).collect();
        assert_eq!(told_all, ["given user", "renewed user", "revoked bank"], "{shape:?}");
        assert_eq!(receipts[2]["consent_id"], old, "{shape:?}");
        let now = ada.again(&connection).await;
        assert_eq!(
            (&now["status"], &now["consent"]["status"]),
            (&json!("active"), &json!("active"))
        );
        assert_eq!(now["consent"]["notices"], json!([]), "its user has nothing to do");
        // Nothing is looked for any more, and nothing is told twice.
        let asked = || {
            let calls = control.record().calls;
            calls.iter().filter(|call| call.path.starts_with("/api/v6/consents")).count()
        };
        let calls = asked();
        world.advance(hours(48), hours(6)).await;
        assert_eq!((asked(), ada.receipts(&connection).await.len()), (calls, 3), "{shape:?} {at}");
    }
}

#[tokio::test]
async fn c1_the_consent_of_a_login_that_another_took_the_place_of_has_its_receipt() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let second = ada.link(BANK).await;
    assert_eq!(second["id"], first["id"]);
    world.advance(minutes(14), minutes(1)).await;
    let receipts = ada.receipts(&second).await;
    let events: Vec<_> = receipts.iter().map(|one| told(one)[..2].join(" ")).collect();
    assert_eq!(events, ["given user", "renewed user", "revoked halite"]);
    assert_eq!(receipts[2]["consent_id"], first["consent"]["id"]);
}

#[tokio::test]
async fn c1_an_erasure_that_the_saas_asked_for_is_not_told_as_its_users_wish() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let backend = user(&world, TENANT, "backend").with_scope("halite:tenant");
    backend.post("/v1/erasure-requests", &json!({"customer_id": "ada"})).await.expect(202);
    world.settle().await;
    world.advance(minutes(10), minutes(1)).await;
    let receipts = ada.receipts(&connection).await;
    let ended: Vec<_> = receipts[1..].iter().map(|one| [&one["event"], &one["by_id"]]).collect();
    assert_eq!(json!(ended), json!([["revocation_requested", "backend"], ["revoked", "backend"]]));
}
