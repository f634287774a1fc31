//! A revocation comes at every step of a pull, and itself dies at every step.

use e2e::{
    TENANT, User, calling_once, minutes, options,
    oracle::{assert_equal, assert_no_holes, newest},
    raw::items,
    user, world,
};
use local_cloud::{Effect, Fault, Service, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{BankAt, ClientKind, NewRow};

const BANK: &str = "fakebank_oauth_xf";
/// More steps than a pull or a revocation has.
const STEPS: u32 = 90;

/// Under an own licence many users can be told apart by their names alone.
async fn own_licence() -> World {
    world(WorldOptions { kind: ClientKind::Client, ..calling_once() }).await
}

/// The numbers of the connection's entries.
async fn entries(world: &World, connection: &Value) -> Vec<String> {
    let id = connection["id"].as_str().unwrap();
    let all = items(world).await.into_keys();
    all.filter(|(pk, sk)| pk.ends_with(id) && sk.starts_with("J#")).map(|(_, sk)| sk).collect()
}

/// A new row at the bank, and a user who asks for it.
async fn new_row_asked_for(ada: &User<'_>, connection: &Value, number: u32) {
    let row = NewRow::booked("-3.50".parse().unwrap(), &format!("COFFEE {number}"));
    ada.world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    ada.world.cloud.clock().advance(minutes(70));
    let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
    ada.post(&path, &json!({})).await.expect(202);
}

/// The state right after the 202: what nothing may be added to.
struct Closed {
    entries: Vec<String>,
    rows: Vec<Value>,
}

async fn close(ada: &User<'_>, connection: &Value) -> Closed {
    assert_eq!(ada.revoke(connection).await.expect(202)["status"], "revoking");
    let entries = entries(ada.world, connection).await;
    Closed { entries, rows: ada.statement(connection).await }
}

/// Whatever happened: the end is the same.
async fn assert_ended(ada: &User<'_>, connection: &Value, closed: &Closed, case: &str) {
    assert_ended_in(ClientKind::Client, ada, connection, closed, case).await;
}

async fn assert_ended_in(
    kind: ClientKind,
    ada: &User<'_>,
    connection: &Value,
    closed: &Closed,
    case: &str,
) {
    let world = ada.world;
    let (want, removed) = match kind {
        ClientKind::Client => (("revoked", "removed_proven"), 1),
        ClientKind::Partner => (("left_with_owner", "left_with_owner"), 0),
    };
    // Past the time for which a queue hides what a killed function had.
    world.advance(minutes(14), minutes(7)).await;
    let stands = ada.stands(connection).await;
    assert_eq!((stands.0.as_str(), stands.1.as_str()), want, "{case}");
    assert_eq!(entries(world, connection).await, closed.entries, "{case}: after the tombstone");
    assert_eq!(ada.statement(connection).await, closed.rows, "{case}: rows came afterwards");
    assert!(world.cloud.dead_letters().is_empty(), "{case}");
    let receipts = ada.consent_events(connection).await;
    assert_eq!(receipts, ["given", "revocation_requested", "revoked"], "{case}");
    let record = world.salt_edge.control().record();
    assert_eq!(record.revocations.len(), 1, "{case}: {:?}", record.revocations);
    assert_eq!(record.deletions.len(), removed, "{case}: {:?}", record.deletions);
    world.salt_edge.control().clear_record();
}

/// Lets the pull run until `ready`, and revokes while it goes on.
async fn revoke_when(
    ada: &User<'_>,
    connection: &Value,
    ready: impl Fn() -> bool,
) -> Option<Closed> {
    let settled = std::cell::Cell::new(false);
    let pull = async {
        ada.world.settle().await;
        settled.set(true);
    };
    let revoke = async {
        while !ready() {
            if settled.get() {
                return None;
            }
            tokio::task::yield_now().await;
        }
        Some(close(ada, connection).await)
    };
    let ((), closed) = tokio::join!(pull, revoke);
    ada.world.settle().await;
    closed
}

async fn revoke_at_each_step(effect: Effect) {
    let world = own_licence().await;
    for step in 1..STEPS {
        let name = format!("ada-{effect:?}-{step}");
        let ada = user(&world, TENANT, &name);
        let connection = ada.link(BANK).await;
        new_row_asked_for(&ada, &connection, step).await;
        let (tap, before) = (world.cloud.tap(), world.cloud.tap().fired());
        tap.arm(Fault::at("sync", step, effect));
        let closed = revoke_when(&ada, &connection, || tap.fired() > before).await;
        tap.disarm();
        let Some(closed) = closed else {
            eprintln!("{effect:?}: {step} steps");
            assert!(step > 12, "a pull has more steps than {step}");
            assert_equal(&ada, &connection, newest(&world)).await;
            return assert_no_holes(&world).await;
        };
        assert_ended(&ada, &connection, &closed, &name).await;
    }
    panic!("a pull does not end");
}

#[tokio::test]
async fn revoke_while_a_pull_is_killed_before_each_of_its_steps() {
    revoke_at_each_step(Effect::KillBefore).await;
}

#[tokio::test]
async fn revoke_while_a_pull_is_killed_after_each_of_its_steps() {
    revoke_at_each_step(Effect::KillAfter).await;
}

async fn races_a_pull(kind: ClientKind) {
    let world = world(WorldOptions { kind, ..calling_once() }).await;
    for step in 1..STEPS as usize {
        let name = format!("ada-race-{step}");
        let ada = user(&world, TENANT, &name);
        let connection = ada.link(BANK).await;
        new_row_asked_for(&ada, &connection, 0).await;
        let tap = world.cloud.tap();
        tap.reset();
        let made = || tap.log().iter().filter(|io| io.function == "sync").count() >= step;
        let closed = revoke_when(&ada, &connection, made).await;
        let Some(closed) = closed else {
            assert!(step > 12, "a pull has more steps than {step}");
            return assert_no_holes(&world).await;
        };
        assert_ended_in(kind, &ada, &connection, &closed, &name).await;
    }
    panic!("a pull does not end");
}

#[tokio::test]
async fn revoke_races_a_pull_at_each_of_its_steps() {
    races_a_pull(ClientKind::Client).await;
}

#[tokio::test]
async fn revoke_races_a_pull_at_each_of_its_steps_for_a_partner() {
    races_a_pull(ClientKind::Partner).await;
}

#[tokio::test]
async fn revoke_wins_against_a_read_that_is_under_way() {
    let world = own_licence().await;
    // The first look at the connection asks the bank; the second belongs to the read that follows.
    for (list, skip) in [("connections", 1), ("accounts", 0), ("transactions", 0)] {
        let ada = user(&world, TENANT, list);
        let connection = ada.link(BANK).await;
        new_row_asked_for(&ada, &connection, 1).await;
        let closed = revoke_before_the_answer(&ada, &connection, list, skip).await;
        assert_eq!(closed.entries.len(), 2, "{list}: the first read and the tombstone");
        assert_ended(&ada, &connection, &closed, list).await;
    }
}

/// Revokes while Salt Edge's answer about this list is under way to `sync`; so many are let through before.
async fn revoke_before_the_answer(
    ada: &User<'_>,
    connection: &Value,
    list: &'static str,
    skip: usize,
) -> Closed {
    let (world, tap) = (ada.world, ada.world.cloud.tap());
    let mut met = 0;
    tap.script(move |function, service, operation| {
        let asks = function == "sync" && service == Service::SaltEdge;
        met += usize::from(asks && operation.starts_with("GET") && operation.contains(list));
        (met == skip + 1).then(|| met += 1).map(|()| Effect::HoldAfter)
    });
    let mut read = Box::pin(world.settle());
    tokio::select! {
        _ = &mut read => panic!("{list}: nothing was read"),
        () = tap.holds(1) => {}
    }
    tap.disarm();
    let closed = close(ada, connection).await;
    assert!(tap.release());
    read.await;
    world.settle().await;
    closed
}

/// The SaaS repeats a DELETE that was not answered well, as long as the connection is still open.
async fn revoke_until_taken(ada: &User<'_>, connection: &Value) -> Closed {
    let answer = ada.revoke(connection).await;
    if answer.status != 202 && ada.stands(connection).await.0 == "active" {
        return close(ada, connection).await;
    }
    Closed { entries: entries(ada.world, connection).await, rows: ada.statement(connection).await }
}

async fn revoke_dies_at_each_step(effect: Effect) {
    let world = own_licence().await;
    for step in 1..STEPS {
        let name = format!("ada-{effect:?}-{step}");
        let ada = user(&world, TENANT, &name);
        let connection = ada.link(BANK).await;
        let (tap, before) = (world.cloud.tap(), world.cloud.tap().fired());
        tap.arm(Fault::at("revoke", step, effect));
        let closed = revoke_until_taken(&ada, &connection).await;
        world.settle().await;
        tap.disarm();
        assert_ended(&ada, &connection, &closed, &name).await;
        if tap.fired() == before {
            assert!(step > 10, "a revocation has more steps than {step}");
            return assert_no_holes(&world).await;
        }
    }
    panic!("a revocation does not end");
}

#[tokio::test]
async fn revoke_killed_before_each_of_its_steps_ends_the_same() {
    revoke_dies_at_each_step(Effect::KillBefore).await;
}

#[tokio::test]
async fn revoke_killed_after_each_of_its_steps_ends_the_same() {
    revoke_dies_at_each_step(Effect::KillAfter).await;
}

#[tokio::test]
async fn revoke_whose_answers_are_lost_at_each_step_ends_the_same() {
    revoke_dies_at_each_step(Effect::LoseAnswer).await;
}

#[tokio::test]
async fn revoke_killed_at_each_step_leaves_it_with_its_owner() {
    for step in 1..STEPS {
        let world = world(options()).await;
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(BANK).await;
        let tap = world.cloud.tap();
        tap.arm(Fault::at("revoke", step, Effect::KillAfter));
        revoke_until_taken(&ada, &connection).await;
        world.settle().await;
        tap.disarm();
        world.advance(minutes(14), minutes(7)).await;
        assert_eq!(ada.stands(&connection).await.0, "left_with_owner", "step {step}");
        assert_eq!(world.salt_edge.control().record().revocations.len(), 1, "step {step}");
        if tap.fired() == 0 {
            return;
        }
    }
}

#[tokio::test]
async fn revoke_of_a_session_that_reads_for_the_first_time_keeps_nothing_open() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &simulator::Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    let connection = json!({"id": session["id"].as_str().unwrap().replace("lnk_", "con_")});
    let closed = revoke_before_the_answer(&ada, &connection, "transactions", 0).await;
    assert_eq!(closed.entries.len(), 1, "the tombstone alone");
    world.advance(minutes(30), minutes(2)).await;
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
    assert_eq!(entries(&world, &connection).await, closed.entries);
    let ended = ada.session(&visit.session).await;
    assert_eq!(ended["stage"], "failed", "{ended:#}");
    assert_eq!(ended["next_action"]["code"], "start_again");
}
