//! Callbacks are hints: before the browser is back, after it, doubled, reordered, late or never.

use e2e::{TENANT, User, lose_callbacks, minutes, options, oracle::journal_keys, user, world};
use local_cloud::{Service, World, WorldOptions};
use simulator::{
    CallbackFault, CallbackFaultKind, CallbackKind, ReturnWhen, StageName, Switches, Walk,
};

use crate::link::same_money;

const BANK: &str = "fakebank_oauth_xf";

/// The connection of a session that must have finished, with the bank's own money.
async fn finished(world: &World, ada: &User<'_>, session: &str) {
    let shown = ada.session(session).await;
    assert_eq!(shown["stage"], "finished", "{shown:#}");
    let id = shown["connection_id"].as_str().expect("a connection");
    let connection = ada.get(&format!("/v1/connections/{id}")).await;
    same_money(world, ada, &connection).await;
}

/// How often `sync` made this call to Salt Edge.
fn calls(world: &World, operation: &str) -> usize {
    let counts = world.cloud.tap().counts();
    let key = (String::from("sync"), Service::SaltEdge, operation.to_owned());
    counts.get(&key).copied().unwrap_or(0)
}

#[tokio::test]
async fn callbacks_may_come_before_the_browser_or_after_it() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");

    let early = ada.new_link(BANK).await;
    let visit = ada.visit(&early, &Walk::default()).await;
    world.settle().await;
    let shown = ada.session(&visit.session).await;
    assert_eq!(shown["stage"], "returned", "nothing goes on before the SaaS confirms: {shown:#}");
    assert_eq!(shown["next_action"]["code"], "confirm");
    assert_eq!(shown["connection_id"], serde_json::Value::Null);
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    finished(&world, &ada, &visit.session).await;

    let late = ada.new_link("fakebank_simple_xf").await;
    let visit = ada.visit(&late, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    finished(&world, &ada, &visit.session).await;
}

#[tokio::test]
async fn a_bank_is_linked_though_every_callback_is_lost() {
    let world = world(options()).await;
    lose_callbacks(&world, None);
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    finished(&world, &ada, &visit.session).await;
    let record = world.salt_edge.control().record();
    assert!(record.callbacks.iter().all(|callback| callback.deliveries.is_empty()));
}

#[tokio::test]
async fn the_due_index_finds_what_salt_edge_finished_after_the_browser_was_back() {
    let stages = [(StageName::FetchTransactions, 150_000)];
    let switches = Switches {
        return_when: ReturnWhen::Authorised,
        stage_millis_of: stages.into_iter().collect(),
        ..options().switches
    };
    let world = world(WorldOptions { switches, ..options() }).await;
    lose_callbacks(&world, None);
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    assert_eq!(ada.session(&visit.session).await["stage"], "asking");
    world.advance(minutes(2), minutes(1)).await;
    assert_eq!(ada.session(&visit.session).await["stage"], "asking");
    world.advance(minutes(2), minutes(1)).await;
    finished(&world, &ada, &visit.session).await;
}

#[tokio::test]
async fn doubled_reordered_and_late_callbacks_change_nothing() {
    for fault in
        [CallbackFaultKind::Doubled, CallbackFaultKind::Reordered, CallbackFaultKind::Late(90)]
    {
        let world = world(options()).await;
        let all = CallbackFault { fault, kind: None, times: Some(40) };
        world.salt_edge.control().add_callback_fault(all);
        let ada = user(&world, TENANT, "ada");
        let session = ada.new_link(BANK).await;
        let visit = ada.visit(&session, &Walk::default()).await;
        ada.confirm(&visit).await.expect(200);
        world.advance(minutes(3), minutes(1)).await;
        finished(&world, &ada, &visit.session).await;
        assert_eq!(journal_keys(&world).await.len(), 1, "{fault:?}");
        world.salt_edge.control().clear_faults();
    }
}

#[tokio::test]
async fn one_to_three_equal_successes_are_one_read() {
    for successes in 1..=3 {
        let switches = Switches { success_callbacks: successes, ..options().switches };
        let world = world(WorldOptions { switches, ..options() }).await;
        let ada = user(&world, TENANT, "ada");
        let session = ada.new_link(BANK).await;
        let visit = ada.visit(&session, &Walk::default()).await;
        world.cloud.tap().reset();
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        finished(&world, &ada, &visit.session).await;
        // Two accounts, each with its booked, pending and duplicated rows.
        assert_eq!(calls(&world, "GET /transactions"), 6, "{successes} successes");
        assert_eq!(journal_keys(&world).await.len(), 1, "{successes} successes");
        let sent = world.salt_edge.control().record().callbacks;
        let sent = sent.iter().filter(|sent| sent.kind == CallbackKind::Success).count();
        assert_eq!(sent, usize::from(successes));
    }
}
