//! The keys of another account at Salt Edge: valid, and everything of ours answers 404 to them. That
//! proves nothing.

use e2e::{TENANT, hours, logs::Logs, minutes, options, user, world};
use local_cloud::{APP_ID, WorldOptions};
use simulator::{ApiFault, ApiFaultKind, BankAt, ClientKind, ErrorClass, NewRow};

const KEPT: &str = "fakebank_oauth_xf";
const ENDED: &str = "fakebank_simple_xf";
const ELSEWHERE: &str = "another-account";

#[tokio::test]
async fn revoke_and_the_schedule_believe_nothing_that_keys_of_another_account_read() {
    for (kind, end) in [(ClientKind::Partner, "left_with_owner"), (ClientKind::Client, "revoked")] {
        let world = world(WorldOptions { kind, ..options() }).await;
        let control = world.salt_edge.control();
        let ada = user(&world, TENANT, "ada");
        let (kept, ended) = (ada.link(KEPT).await, ada.link(ENDED).await);
        let logs = Logs::at("info");
        control.hand_over(APP_ID, ELSEWHERE);
        ada.revoke(&ended).await.expect(202);
        world.settle().await;
        assert_eq!(logs.alarms("control_read_refused"), 1, "{kind:?}: somebody is told");
        // Its slot comes within six hours, and five deliveries take three more.
        world.advance(hours(12), minutes(30)).await;
        assert!(logs.alarms("control_read_refused") > 2, "{kind:?}: of every read");
        assert_eq!(ada.stands(&kept).await.0, "active", "{kind:?}");
        assert_eq!(ada.stands(&ended).await, ("revoking".into(), "requested".into()), "{kind:?}");

        let dead = world.cloud.take_dead_letters();
        assert!(!dead.is_empty(), "{kind:?}: a read that was refused is not forgotten");
        control.hand_over(ELSEWHERE, APP_ID);
        let row = NewRow::booked("-3.20".parse().unwrap(), "AFTERWARDS");
        control.add_row(&BankAt::of(KEPT), "account-1", row).unwrap();
        world.advance(hours(26), minutes(30)).await;
        assert_eq!(ada.stands(&kept).await.0, "active", "{kind:?}");
        let rows = ada.statement(&kept).await;
        assert!(rows.iter().any(|row| row["description"] == "AFTERWARDS"), "{kind:?} {rows:#?}");
        assert_eq!(ada.stands(&ended).await.0, end, "{kind:?}");
        // The slot after that may have been given up shortly before the keys were right again.
        world.cloud.take_dead_letters();
    }
}

#[tokio::test]
async fn revoke_looks_at_the_connection_where_its_consents_are_not_found() {
    for class in [ErrorClass::ConsentNotFound, ErrorClass::CustomerNotFound] {
        let world = world(options()).await;
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(KEPT).await;
        let spoilt = ApiFault::next(ApiFaultKind::Error(class), "GET", "/api/v6/consents*");
        world.salt_edge.control().add_api_fault(ApiFault { times: 2, ..spoilt });
        ada.revoke(&connection).await.expect(202);
        world.settle().await;
        assert_eq!(ada.stands(&connection).await, ("revoking".into(), "requested".into()));
        world.advance(minutes(10), minutes(1)).await;
        assert_eq!(ada.stands(&connection).await.0, "left_with_owner", "{class:?}");
        assert_eq!(world.salt_edge.control().record().revocations.len(), 1, "{class:?}");
    }
}
