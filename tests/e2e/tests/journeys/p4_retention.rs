//! What was delivered stays readable for a while after a revocation, and then it is deleted.

use e2e::{
    OTHER, TENANT, User,
    erasing::naming,
    hours, minutes, options,
    oracle::{assert_equal, newest},
    raw::items,
    revoking::delete_in_dashboard,
    user, world,
};
use local_cloud::{Effect, Fault, Service, WorldOptions};
use serde_json::Value;
use simulator::{BankAt, ClientKind, NewRow, Walk};

const BANK: &str = "fakebank_oauth_xf";
const CANARY: &str = "CANARY OF ADA 4711";
/// More requests than retention makes.
const STEPS: u32 = 60;

async fn days(user: &User<'_>, count: i64) {
    user.world.advance(hours(24 * count), hours(12)).await;
}

fn names(connection: &Value) -> Vec<String> {
    vec![connection["id"].as_str().unwrap().to_owned(), CANARY.to_owned()]
}

async fn linked(user: &User<'_>) -> Value {
    let row = NewRow::booked("-47.11".parse().unwrap(), CANARY);
    user.world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    user.link(BANK).await
}

#[tokio::test]
async fn p4_what_was_delivered_is_readable_for_the_tenants_days_and_gone_after_them() {
    let mut options = WorldOptions { kind: ClientKind::Client, ..options() };
    options.parameters.insert("RetentionDays".into(), format!(r#"{{"{OTHER}":3}}"#));
    let world = world(options).await;
    for (tenant, kept) in [(OTHER, 3), (TENANT, 30)] {
        let ada = user(&world, tenant, "ada");
        let connection = linked(&ada).await;
        let rows = ada.statement(&connection).await;
        assert_eq!(connection["kept_until"], Value::Null, "{tenant}: it has not ended");
        let until = (world.cloud.clock().now() + hours(24 * kept)).to_string();
        let told = ada.revoke(&connection).await.expect(202)["kept_until"].clone();
        world.settle().await;
        let now = ada.again(&connection).await["kept_until"].clone();
        assert_eq!([&told, &now], [until.as_str(), until.as_str()], "{tenant}: it is told");
        days(&ada, kept - 1).await;
        assert_eq!(ada.statement(&connection).await, rows, "{tenant}");
        assert_eq!(ada.stands(&connection).await.0, "revoked");
        assert!(naming(&world, &names(&connection)).await.len() > 5, "the search is not blind");
        days(&ada, 2).await;
        let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
        let gone = ada.call("GET", &path, None).await;
        assert_eq!(gone.problem(404), "connection_not_found", "{tenant}");
        let found = naming(&world, &names(&connection)).await;
        let told = |line: &String| {
            line.contains(&format!("T#{tenant}#")) && !line.contains(&format!("T#{tenant}#L#"))
        };
        let others: Vec<_> = found.into_iter().filter(told).collect();
        assert_eq!(
            others,
            Vec::<String>::new(),
            "{tenant}: the session alone names it, until it ends"
        );
        let again = ada.link(BANK).await;
        assert!(!ada.statement(&again).await.is_empty(), "{tenant}: and may come again");
    }
}

#[tokio::test]
async fn p4_what_is_left_with_its_owner_keeps_its_name_and_no_rows() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = linked(&ada).await;
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    days(&ada, 33).await;
    assert_eq!(naming(&world, &[CANARY.to_owned()]).await, [""; 0]);
    let left = ada.again(&connection).await;
    assert_eq!(left["status"], "left_with_owner", "its user still sees where to delete it");
    assert_eq!(left["accounts"].as_array().unwrap().len(), 0);
    assert_eq!(left["kept_until"], Value::Null, "nothing is left to be told of");

    let remote = newest(&world);
    let path = format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap());
    let body = serde_json::json!({"return_to": e2e::RETURN_TO});
    let session = ada.post(&path, &body).await.expect(201);
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    assert_eq!(ada.stands(&connection).await.0, "active");
    assert_equal(&ada, &connection, remote).await;

    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    days(&ada, 33).await;
    delete_in_dashboard(&world, "ada@example.com", remote).await;
    days(&ada, 2).await;
    let id = connection["id"].as_str().unwrap();
    let kept =
        items(&world).await.into_keys().filter(|(pk, sk)| pk.contains(id) || sk.contains(id));
    assert_eq!(kept.collect::<Vec<_>>(), []);
}

/// The bank is linked again: by a fresh link, or by a visit to the connection that is left.
async fn linked_again(ada: &User<'_>, connection: &Value) -> String {
    let session = if connection["status"] == "left_with_owner" {
        let path = format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap());
        let body = serde_json::json!({"return_to": e2e::RETURN_TO});
        ada.post(&path, &body).await.expect(201)
    } else {
        ada.new_link(BANK).await
    };
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    ada.world.settle().await;
    visit.session
}

/// The rows are Salt Edge's, the receipts a whole chain, the connection is listed, and its next notice due at some time.
async fn is_whole(ada: &User<'_>, session: &str, case: &str) {
    let session = ada.session(session).await;
    assert_eq!(session["stage"], "finished", "{case}: {session:#}");
    let again = ada.again(&serde_json::json!({"id": session["connection_id"]})).await;
    assert_eq!(again["status"], "active", "{case}");
    assert_equal(ada, &again, newest(ada.world)).await;
    let events = ada.consent_events(&again).await;
    assert_eq!(events.last().unwrap(), "given", "{case}: {events:?}");
    let consent = again["consent"]["id"].as_str().unwrap();
    let export = ada.get(&format!("/v1/consents/{consent}/export")).await;
    assert_eq!(export["head"]["said"]["count"], events.len(), "{case}");
    let listed = ada.get("/v1/connections").await["connections"].clone();
    assert_eq!(listed[0]["id"], again["id"], "{case}");
    let id = again["id"].as_str().unwrap();
    let notice = items(ada.world).await.into_keys().any(|(pk, sk)| pk.contains(id) && sk == "N");
    assert!(notice, "{case}");
    assert!(ada.world.cloud.take_dead_letters().is_empty(), "{case}");
}

/// Retention is held at each of its requests while the same bank is linked again.
async fn linked_again_at_each_step(kind: ClientKind, looks: &[i64]) {
    let mut options = WorldOptions { kind, ..options() };
    options.parameters.insert("RetentionDays".into(), format!(r#"{{"{TENANT}":0}}"#));
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    let connection = linked(&ada).await;
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    let connection = ada.again(&connection).await;
    let folder = tempfile::tempdir().unwrap();
    let ended = world.mark(folder.path()).unwrap();
    for step in 1..STEPS {
        world.go_back(&ended).unwrap();
        let fault = Fault::at("revoke", step, Effect::HoldBefore);
        world.cloud.tap().arm(Fault { service: Some(Service::DynamoDb), ..fault });
        let mut passes = Box::pin(async {
            for look in looks {
                world.advance(hours(*look), hours(*look)).await;
            }
        });
        let held = tokio::select! {
            () = &mut passes => false,
            () = world.cloud.tap().holds(1) => true,
        };
        world.cloud.tap().disarm();
        let session = linked_again(&ada, &connection).await;
        if !held {
            assert!(step > 9, "{kind:?}: retention has more steps than {step}");
            return;
        }
        assert!(world.cloud.tap().release());
        passes.await;
        world.advance(minutes(4), minutes(1)).await;
        world.advance(minutes(40), minutes(20)).await;
        is_whole(&ada, &session, &format!("{kind:?} {step}")).await;
    }
    panic!("retention does not end");
}

#[tokio::test]
async fn p4_a_link_in_the_middle_of_retentions_deletion_finds_all_of_it_or_nothing() {
    linked_again_at_each_step(ClientKind::Client, &[2, 2]).await;
    linked_again_at_each_step(ClientKind::Partner, &[25]).await;
}
