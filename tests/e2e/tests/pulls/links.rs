//! The same bank linked again while it is linked: an account belongs to one journal.

use e2e::{TENANT, hours, minutes, options, oracle, quiet, user, world};
use local_cloud::{Effect, Fault, WorldOptions};
use simulator::ClientKind;

use crate::{BANK, add, late::ago, refresh, row};

#[tokio::test]
async fn l7_a_bank_that_is_linked_again_goes_on_under_its_old_ids() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = world(WorldOptions { kind, ..options() }).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        let old = oracle::newest(&world);
        let before = ada.feed(&first, None).await;
        let again = ada.link(BANK).await;
        assert_eq!(again["id"], first["id"], "{kind:?}");
        assert_eq!(again["accounts"][0]["id"], first["accounts"][0]["id"]);
        let remote = oracle::newest(&world);
        assert_ne!(remote, old, "Salt Edge made a second connection");
        let news = ada.feed(&first, before.cursor.as_deref()).await;
        assert!(news.added.is_empty() && news.removed.is_empty(), "{news:#?}");
        add(&world, row("-4.44", "AFTER"));
        refresh(&ada, &again).await;
        oracle::assert_equal(&ada, &again, remote).await;
        // Two ticks later the old connection at Salt Edge is retired.
        world.advance(minutes(5), minutes(1)).await;
        let record = world.salt_edge.control().record();
        assert!(record.revocations.iter().any(|one| one.connection_id == old), "{kind:?}");
        let removed = record.deletions.iter().any(|one| one.connection_id == old);
        assert_eq!(removed, kind == ClientKind::Client);
        assert_eq!(ada.get("/v1/connections").await["connections"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn l7_a_second_link_killed_at_each_of_its_requests_writes_no_row_twice() {
    for k in 1.. {
        let world = world(options()).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        let session = ada.new_link(BANK).await;
        let visit = ada.visit(&session, &simulator::Walk::default()).await;
        world.settle().await;
        world.cloud.tap().arm(Fault::at("sync", k, Effect::KillAfter));
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        let hit = world.cloud.tap().fired() > 0;
        world.cloud.tap().disarm();
        world.advance(minutes(39), minutes(13)).await;
        let session = ada.session(&visit.session).await;
        assert_eq!(session["stage"], "finished", "killed at {k}: {session}");
        assert_eq!(session["connection_id"], first["id"], "killed at {k}");
        oracle::assert_equal(&ada, &first, oracle::newest(&world)).await;
        oracle::assert_no_holes(&world).await;
        if !hit {
            assert!(k > 10, "only {k} requests");
            break;
        }
    }
}

#[tokio::test]
async fn l7_what_the_bank_tells_no_more_when_it_is_linked_again_stays() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let before = ada.statement(&first).await;
    let cursor = ada.feed(&first, None).await.cursor;
    world.salt_edge.control().delete_connection(oracle::newest(&world)).unwrap();
    world.settle().await;
    world.advance(hours(24 * 20), hours(24)).await;
    add(&world, row("-4.44", "THREE WEEKS LATER"));
    let again = ada.link(BANK).await;
    assert_eq!(again["id"], first["id"]);
    let copied = world.salt_edge.control().transactions(oracle::newest(&world)).len();
    let news = ada.feed(&again, cursor.as_deref()).await;
    assert_eq!((news.added.len(), news.removed.len()), (1, 0), "{news:#?}");
    let after = ada.statement(&again).await;
    assert_eq!(after.len(), before.len() + 1);
    assert!(copied < before.len(), "the new copy does not reach back to all of them: {copied}");
    // Nor does a look that compares everything take them away.
    add(&world, row("-3.00", "LATE").made_on(ago(&world, 20)));
    for _ in 0..2 {
        refresh(&ada, &again).await;
    }
    assert_eq!(ada.statement(&again).await.len(), after.len() + 1);
    assert!(ada.feed(&again, cursor.as_deref()).await.removed.is_empty());
}
