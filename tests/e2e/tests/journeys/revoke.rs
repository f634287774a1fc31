//! A connection is revoked: what its user sees until nothing is left, and what is read meanwhile.

use e2e::{
    RETURN_TO, TENANT, User, hours, lose_callbacks, minutes, options,
    oracle::{journal_keys, newest},
    raw::raw,
    revoking::{delete_in_dashboard, reads_since},
    user, world,
};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{
    ApiFault, ApiFaultKind, BankAt, BankFault, CallbackKind, ClientKind, ErrorClass, NewRow,
    RevokeReason, Walk,
};

const BANK: &str = "fakebank_oauth_xf";
const EMAIL: &str = "ada@example.com";

async fn client_world() -> World {
    world(WorldOptions { kind: ClientKind::Client, ..options() }).await
}

fn pair(status: &str, phase: &str) -> (String, String) {
    (status.to_owned(), phase.to_owned())
}

/// The sentence that the page shows, in a language.
async fn sentence(user: &User<'_>, connection: &Value, language: &str) -> String {
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let token = format!("Bearer {}", user.token());
    let headers = [("authorization", token.as_str()), ("accept-language", language)];
    let answer = raw(user.world, "GET", &path, &headers, b"").await;
    answer.json()["display_message"].as_str().expect("a sentence").to_owned()
}

#[tokio::test]
async fn revoke_leaves_the_connection_with_its_owner_who_deletes_it() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let before = ada.statement(&connection).await;
    let remote = newest(&world);

    let asked = ada.revoke(&connection).await.expect(202);
    assert_eq!((&asked["status"], &asked["phase"]), (&json!("revoking"), &json!("requested")));
    let calls = world.salt_edge.control().record().calls.len();
    world.settle().await;
    let left = ada.again(&connection).await;
    assert_eq!(left["status"], "left_with_owner", "{left:#}");
    assert_eq!(left["phase"], "left_with_owner");
    let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
    let refused = ada.post(&path, &json!({})).await.expect(409);
    assert_eq!(refused["next_action"]["code"], "delete_in_dashboard");
    assert_eq!(refused["next_action"]["url"], world.salt_edge.dashboard_url());
    assert_eq!(left["next_action"]["code"], "delete_in_dashboard");
    assert_eq!(left["next_action"]["url"], world.salt_edge.dashboard_url());
    assert_eq!(left["consent"]["status"], "revoked");
    assert_eq!(left["next_check_at"], Value::Null);
    assert!(sentence(&ada, &connection, "en").await.contains("Salt Edge dashboard"));
    assert!(sentence(&ada, &connection, "vi-VN").await.contains("thu hồi"));
    let revoked = world.salt_edge.control().record().revocations;
    assert_eq!(revoked.iter().map(|end| end.reason).collect::<Vec<_>>(), [RevokeReason::Client]);

    let row = NewRow::booked("-7.77".parse().unwrap(), "AFTER THE END");
    world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    world.advance(hours(72), hours(2)).await;
    assert_eq!(reads_since(&world, calls), Vec::<String>::new());
    assert_eq!(ada.statement(&connection).await, before, "what was delivered stays, no more");
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");

    delete_in_dashboard(&world, EMAIL, remote).await;
    world.settle().await;
    world.advance(minutes(1), minutes(1)).await;
    let gone = ada.again(&connection).await;
    assert_eq!((&gone["status"], &gone["phase"]), (&json!("revoked"), &json!("removed_proven")));
    assert_eq!(gone["next_action"], Value::Null);
    assert_eq!(ada.statement(&connection).await, before);
    let repeated = ada.revoke(&connection).await.expect(202);
    assert_eq!(repeated["status"], "revoked");
}

#[tokio::test]
async fn revoke_is_proven_by_the_daily_look_when_the_destroy_callback_is_lost() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    // The callback of the consent that we revoked ourselves makes us look once more.
    world.advance(minutes(2), minutes(1)).await;
    lose_callbacks(&world, Some(CallbackKind::Destroy));
    delete_in_dashboard(&world, EMAIL, newest(&world)).await;
    world.settle().await;
    world.advance(hours(1), minutes(20)).await;
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
    world.advance(hours(24), hours(1)).await;
    assert_eq!(ada.stands(&connection).await, pair("revoked", "removed_proven"));
}

#[tokio::test]
async fn revoke_removes_and_proves_under_an_own_licence() {
    let world = client_world().await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let before = ada.statement(&connection).await;
    let asked = ada.revoke(&connection).await.expect(202);
    assert_eq!(asked["phase"], "requested");
    world.settle().await;
    assert_eq!(ada.stands(&connection).await, pair("revoked", "removed_proven"));
    assert_eq!(ada.again(&connection).await["consent"]["status"], "revoked");
    let record = world.salt_edge.control().record();
    assert_eq!(record.revocations.len(), 1);
    assert_eq!(record.deletions.iter().map(|end| end.by.as_str()).collect::<Vec<_>>(), ["api"]);
    assert!(world.salt_edge.control().connections().is_empty());
    assert_eq!(ada.statement(&connection).await, before);
}

#[tokio::test]
async fn revoke_asked_twice_is_one_revocation() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let (one, two) = tokio::join!(ada.revoke(&connection), ada.revoke(&connection));
    assert_eq!((one.status, two.status), (202, 202));
    assert_eq!(ada.revoke(&connection).await.expect(202)["status"], "revoking");
    world.settle().await;
    assert_eq!(ada.revoke(&connection).await.expect(202)["status"], "left_with_owner");
    world.settle().await;
    assert_eq!(world.salt_edge.control().record().revocations.len(), 1);
    assert_eq!(journal_keys(&world).await.len(), 2, "one read and one tombstone");
}

#[tokio::test]
async fn revoke_of_what_is_not_yours_says_that_it_is_not_there() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let bob = user(&world, TENANT, "bob");
    let connection = ada.link(BANK).await;
    let made_up = json!({"id": "con_000000000000000000000000"});
    let (foreign, unknown) = (bob.revoke(&connection).await, bob.revoke(&made_up).await);
    assert_eq!(foreign.problem(404), "connection_not_found");
    assert_eq!(unknown.problem(404), "connection_not_found");
    let twice = [foreign.json, unknown.json].map(|mut body| {
        body["instance"] = Value::Null;
        body["error_ref"] = Value::Null;
        body
    });
    assert_eq!(twice[0], twice[1]);
    world.settle().await;
    assert_eq!(ada.stands(&connection).await.0, "active");
}

#[tokio::test]
async fn revoke_works_for_a_connection_that_waits_for_its_user() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    world.salt_edge.control().add_bank_fault(BankFault {
        class: ErrorClass::InvalidCredentials,
        provider: None,
        connection: None,
        times: 1,
    });
    world.advance(hours(24), minutes(30)).await;
    assert_eq!(ada.stands(&connection).await.0, "needs_reconnect");
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
}

#[tokio::test]
async fn revoke_is_done_when_the_connection_is_gone_already() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    lose_callbacks(&world, None);
    world.salt_edge.control().delete_connection(newest(&world)).unwrap();
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    let gone = ada.again(&connection).await;
    assert_eq!((&gone["status"], &gone["phase"]), (&json!("revoked"), &json!("removed_proven")));
    assert_ne!(gone["consent"]["status"], "active", "nothing is allowed any more");
}

/// A reconnect was begun, the connection is revoked, and the user finishes the login all the same.
async fn a_late_login(stuck: bool) {
    let world = world(options()).await;
    let control = world.salt_edge.control();
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let path = format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap());
    let session = ada.post(&path, &json!({"return_to": RETURN_TO})).await.expect(201);
    let never_opened = ada.post(&path, &json!({"return_to": RETURN_TO})).await.expect(201);
    let at = ada.open(&session).await;
    if stuck {
        let html = ApiFault::next(ApiFaultKind::HtmlNotFound, "GET", "/api/v6/consents*");
        control.add_api_fault(ApiFault { times: 4, ..html });
    }
    ada.revoke(&connection).await.expect(202);
    let calls = control.record().calls.len();
    let tombstone = journal_keys(&world).await;
    world.settle().await;
    let visit = ada.walk(&session, at, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    let too_late = ada.visit(&never_opened, &Walk::default()).await;
    assert!(too_late.code.is_none(), "an address that was not opened in time leads nowhere");
    world.settle().await;
    world.advance(hours(3), minutes(10)).await;

    assert_eq!(journal_keys(&world).await, tombstone);
    let ended = ada.session(&visit.session).await;
    assert_eq!(ended["stage"], "failed", "{ended:#}");
    assert_eq!(ended["next_action"]["code"], "start_again", "{ended:#}");
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
    assert_eq!(ada.again(&connection).await["consent"]["status"], "revoked");
    let consents = control.ledger().consents;
    assert!(consents.len() > 1, "the late login gave a new consent");
    assert!(consents.iter().all(|consent| consent.revoked_at.is_some()), "{consents:#?}");
    let read = reads_since(&world, calls);
    assert!(!read.iter().any(|call| call.contains("/transactions")), "{read:#?}");
    assert!(world.cloud.dead_letters().is_empty());
}

#[tokio::test]
async fn a_login_that_finishes_after_the_revocation_is_taken_back() {
    a_late_login(false).await;
}

#[tokio::test]
async fn a_login_that_finishes_while_the_revocation_is_stuck_is_taken_back() {
    a_late_login(true).await;
}
