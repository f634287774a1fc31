//! What was given up is taken up again: the schedule finds everything that is due, however long ago.

use e2e::{TENANT, minutes, options, user, world};
use local_cloud::{Effect, Fault, World};
use simulator::Walk;

const BANK: &str = "fakebank_oauth_xf";

/// Until ten to the hour after next, none of a function's messages can be processed: those that are no
/// dead letters by then become some with their next delivery.
async fn all_messages_die(world: &World, function: &str) {
    let tap = world.cloud.tap();
    tap.arm(Fault { times: u32::MAX, ..Fault::at(function, 1, Effect::KillBefore) });
    world.settle().await;
    let past = world.cloud.clock().now().as_second().rem_euclid(3_600) / 60;
    world.advance(minutes(60 - past + 60 + 50), minutes(1)).await;
    tap.disarm();
    let queued = world.cloud.queued();
    let dying = queued.iter().all(|(_, message)| message.received >= 5);
    assert!(dying, "somebody would still come by: {queued:?}");
    assert!(!world.cloud.take_dead_letters().is_empty(), "nothing was given up");
}

#[tokio::test]
async fn schedule_takes_up_a_revocation_whose_messages_all_died() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    ada.revoke(&connection).await.expect(202);
    all_messages_die(&world, "revoke").await;
    assert_eq!(ada.stands(&connection).await.0, "revoking");
    world.advance(minutes(15), minutes(1)).await;
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
    world.cloud.take_dead_letters();
}

#[tokio::test]
async fn schedule_takes_up_a_link_whose_messages_all_died() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    all_messages_die(&world, "sync").await;
    assert_eq!(ada.session(&visit.session).await["stage"], "confirmed");
    world.advance(minutes(15), minutes(1)).await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
    world.cloud.take_dead_letters();
}
