//! A pull that dies at any of its requests, and two that meet.

use e2e::{TENANT, minutes, options, oracle, user, world};
use local_cloud::{Effect, Fault, World};
use simulator::RowEdit;

use crate::{BANK, add, ask, bank, refresh, row, wait_until_allowed};

/// Visibility of the queue is 12 minutes: after that what died is delivered again.
pub(crate) async fn recover(world: &World) {
    world.cloud.tap().disarm();
    world.advance(minutes(39), minutes(13)).await;
}

/// A bank with news of every kind, and everything that was read before.
async fn news(world: &World, user: &e2e::User<'_>) -> serde_json::Value {
    let connection = user.link(BANK).await;
    let changed = add(world, row("-5.00", "CHANGES").with_reference("R-5"));
    let removed = add(world, row("-6.00", "GOES"));
    refresh(user, &connection).await;
    let control = world.salt_edge.control();
    control.switch(|switches| switches.removal_reaches_copy = true);
    let edit = RowEdit { description: Some("CHANGED".into()), ..RowEdit::default() };
    control.edit_row(&bank(), &changed, edit).unwrap();
    control.remove_row(&bank(), &removed).unwrap();
    add(world, row("-7.00", "NEW"));
    connection
}

/// Plays the fault at the first request, the second, and so on, until a pull makes no more of them.
async fn each_request(effect: Effect) {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = news(&world, &ada).await;
    let remote = oracle::newest(&world);
    let mut met = 0;
    for k in 1.. {
        add(&world, row("-1.00", &format!("BEFORE {k}")));
        world.advance(minutes(24 * 60), minutes(240)).await;
        add(&world, row("-2.00", &format!("STEP {k}")));
        wait_until_allowed(&ada, &connection).await;
        let fired = world.cloud.tap().fired();
        world.cloud.tap().arm(Fault::at("sync", k, effect));
        ask(&ada, &connection).await;
        world.settle().await;
        let hit = world.cloud.tap().fired() > fired;
        recover(&world).await;
        oracle::assert_equal(&ada, &connection, remote).await;
        if !hit {
            break;
        }
        met += 1;
    }
    oracle::assert_no_holes(&world).await;
    assert!(met >= 8, "{effect:?} met only {met} requests");
    assert!(world.cloud.dead_letters().is_empty(), "{effect:?}");
}

#[tokio::test]
async fn a_pull_killed_before_each_of_its_requests_loses_nothing_and_doubles_nothing() {
    each_request(Effect::KillBefore).await;
}

#[tokio::test]
async fn a_pull_killed_after_each_of_its_requests_loses_nothing_and_doubles_nothing() {
    each_request(Effect::KillAfter).await;
}

#[tokio::test]
async fn a_pull_that_loses_any_answer_loses_nothing_and_doubles_nothing() {
    each_request(Effect::LoseAnswer).await;
}

#[tokio::test]
async fn a_pull_that_is_refused_anything_loses_nothing_and_doubles_nothing() {
    each_request(Effect::FailBefore).await;
}

#[tokio::test]
async fn a_big_first_read_killed_between_its_parts_goes_on_behind_the_last() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link("fakebank_oauth_with_n_transactions_xf").await;
    let visit = ada.visit(&session, &simulator::Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    for nth in [2, 1, 1] {
        let put = Some(String::from("PutItem"));
        let fault = Fault::at("sync", nth, Effect::KillAfter);
        world.cloud.tap().arm(Fault { operation: put, ..fault });
        world.advance(minutes(15), minutes(1)).await;
        world.cloud.tap().disarm();
    }
    recover(&world).await;
    let session = ada.session(&visit.session).await;
    assert_eq!(session["stage"], "finished", "{session}");
    let path = format!("/v1/connections/{}", session["connection_id"].as_str().unwrap());
    let connection = ada.get(&path).await;
    assert_eq!(connection["history"], "complete");
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
    oracle::assert_no_holes(&world).await;
}

#[tokio::test]
async fn two_pulls_that_meet_write_one_entry() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = news(&world, &ada).await;
    world.advance(minutes(120), minutes(60)).await;
    let before = oracle::journal_keys(&world).await.len();
    // The refresh is one message, the three callbacks are others, and ticks come in between.
    ask(&ada, &connection).await;
    ask(&ada, &connection).await;
    let (_, tick, _) = tokio::join!(world.settle(), world.cloud.tick(), world.settle());
    tick.unwrap();
    world.settle().await;
    assert_eq!(oracle::journal_keys(&world).await.len(), before + 1);
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
    oracle::assert_no_holes(&world).await;
}

#[tokio::test]
async fn a_pull_that_puts_what_a_later_one_has_seen_go_looks_again() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let remote = oracle::newest(&world);
    let control = world.salt_edge.control();
    let salt_edge_calls = async || {
        world.cloud.clock().advance(minutes(1));
        control.visit_bank(remote).unwrap();
        control.pump().await;
    };
    // The first has fetched a row and is about to put it; the second finds the row gone, so nothing new.
    let taken_back = add(&world, row("-8.00", "FOR A MOMENT"));
    salt_edge_calls().await;
    let put = Some(String::from("PutItem"));
    let fault = Fault { operation: put, ..Fault::at("sync", 1, Effect::HoldBefore) };
    world.cloud.tap().arm(fault);
    let mut first = Box::pin(world.cloud.deliver("sync"));
    tokio::select! {
        _ = &mut first => panic!("it was not held"),
        () = world.cloud.tap().holds(1) => {}
    }
    control.switch(|switches| switches.removal_reaches_copy = true);
    control.remove_row(&bank(), &taken_back).unwrap();
    salt_edge_calls().await;
    assert!(world.cloud.deliver("sync").await);
    assert!(world.cloud.tap().release());
    assert!(first.await);
    world.settle().await;
    oracle::assert_equal(&ada, &connection, remote).await;
    oracle::assert_no_holes(&world).await;
}
