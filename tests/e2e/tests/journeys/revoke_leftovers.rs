//! What a revocation could leave at Salt Edge: a consent of a visit that nobody confirms, an earlier login that cannot
//! be ended at once, a connection that another one takes the place of; and rows whose time is over while Salt Edge does
//! not answer.

use e2e::{
    RETURN_TO, TENANT, hours, lose_callbacks, minutes, oracle::in_force, oracle::newest,
    quiet_world, revoking::delete_in_dashboard, user,
};
use serde_json::{Value, json};
use simulator::{ApiFault, ApiFaultKind, ClientKind, Walk};

const BANK: &str = "fakebank_oauth_xf";

/// A reconnect is begun, the connection is revoked, the user goes through with it, and nobody ever confirms.
#[tokio::test]
async fn c4_a_visit_that_ends_after_the_revocation_and_is_never_confirmed_leaves_nothing_in_force()
{
    for (case, lost, within) in [("told", false, minutes(5)), ("not told", true, hours(26))] {
        let world = quiet_world(ClientKind::Partner).await;
        let control = world.salt_edge.control();
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        let path = format!("/v1/connections/{}/reconnect", first["id"].as_str().unwrap());
        let session = ada.post(&path, &json!({"return_to": RETURN_TO})).await.expect(201);
        let at = ada.open(&session).await;
        ada.revoke(&first).await.expect(202);
        world.settle().await;
        assert_eq!(ada.stands(&first).await.0, "left_with_owner", "{case}");
        if lost {
            lose_callbacks(&world, None);
        }
        assert!(ada.walk(&session, at, &Walk::default()).await.code.is_some(), "{case}");
        let given = control.ledger().consents.iter().any(|one| one.revoked_at.is_none());
        assert!(given, "{case}: the bank has a new consent");
        world.settle().await;
        world.advance(within, within.min(hours(1))).await;
        assert_eq!(in_force(&world), [], "{case}");
        assert_eq!(ada.stands(&first).await.0, "left_with_owner", "{case}");
        assert_eq!(ada.again(&first).await["consent"]["status"], "revoked", "{case}");
        assert!(world.cloud.dead_letters().is_empty(), "{case}");
    }
}

/// The bank was linked twice; the earlier login cannot be ended in the minute in which the connection is revoked.
#[tokio::test]
async fn c4_an_earlier_login_that_is_stuck_does_not_wait_for_retention() {
    let world = quiet_world(ClientKind::Client).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let old = newest(&world);
    let down =
        ApiFault::next(ApiFaultKind::ServerError, "GET", &format!("/api/v6/consents*{old}*"));
    world.salt_edge.control().add_api_fault(ApiFault { times: 1000, ..down });
    ada.link(BANK).await;
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    world.advance(minutes(10), minutes(1)).await;
    assert_eq!(ada.stands(&first).await.0, "revoked", "what is in force now is ended first");
    world.salt_edge.control().clear_faults();
    world.advance(hours(5), minutes(10)).await;
    assert_eq!(in_force(&world), [], "the earlier login");
    assert!(world.salt_edge.control().connections().is_empty(), "and removed");
}

/// A fresh link after a revocation does not forget what is still in the user's own Salt Edge account.
#[tokio::test]
async fn c4_a_link_after_a_revocation_says_what_is_left_in_the_dashboard() {
    let world = quiet_world(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    let again = ada.link(BANK).await;
    assert_eq!(again["id"], first["id"]);
    let want = json!({"count": 1, "url": world.salt_edge.dashboard_url()});
    let now = ada.again(&first).await;
    assert_eq!((&now["status"], &now["left_in_dashboard"]), (&json!("active"), &want), "{now:#}");
}

/// The owner deletes it in the dashboard and no callback says so: an active connection finds it at its slot, one that is
/// left itself with its daily look.
#[tokio::test]
async fn c4_what_was_deleted_in_the_dashboard_is_noticed_without_a_callback() {
    for ended in [false, true] {
        let world = quiet_world(ClientKind::Partner).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        let old = newest(&world);
        ada.link(BANK).await;
        world.advance(minutes(5), minutes(1)).await;
        if ended {
            ada.revoke(&first).await.expect(202);
            world.settle().await;
        }
        assert_eq!(ada.again(&first).await["left_in_dashboard"]["count"], 1, "{ended}");
        lose_callbacks(&world, None);
        delete_in_dashboard(&world, "ada@example.com", old).await;
        world.advance(hours(26), minutes(30)).await;
        assert_eq!(ada.again(&first).await["left_in_dashboard"], Value::Null, "{ended}");
        let status = if ended { "left_with_owner" } else { "active" };
        assert_eq!(ada.stands(&first).await.0, status, "{ended}");
    }
}

/// Rows go when their time is over, also while Salt Edge never says what became of the connection.
#[tokio::test]
async fn p4_retention_does_not_wait_for_salt_edge() {
    for (kind, method, path, status) in [
        (ClientKind::Partner, "GET", "/api/v6/connections/*", "left_with_owner"),
        (ClientKind::Client, "GET", "/api/v6/consents*", "revoking"),
    ] {
        let world = quiet_world(kind).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        assert!(!ada.statement(&first).await.is_empty());
        let down = ApiFault::next(ApiFaultKind::ServerError, method, path);
        world.salt_edge.control().add_api_fault(ApiFault { times: 10_000, ..down });
        ada.revoke(&first).await.expect(202);
        world.settle().await;
        world.advance(hours(24 * 29), hours(24)).await;
        assert!(!ada.statement(&first).await.is_empty(), "{status}: its time is not over");
        world.advance(hours(24 * 4), hours(24)).await;
        assert_eq!(ada.stands(&first).await.0, status, "nothing is said that was not seen");
        assert_eq!(ada.again(&first).await["accounts"], Value::Array(Vec::new()), "{status}");
    }
}
