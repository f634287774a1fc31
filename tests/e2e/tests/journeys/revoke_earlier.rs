//! A visit that is out while its bank is linked afresh ends at a login that the connection has left: nothing that it
//! allows there stays in force, and the connection goes on.

use e2e::{
    RETURN_TO, TENANT, User, hours, lose_callbacks, minutes, oracle,
    oracle::{assert_equal, newest},
    quiet_world, user,
};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::{ClientKind, Id, SameLogin, Walk};

const BANK: &str = "fakebank_oauth_xf";

/// The consents of one of Salt Edge's connections that are in force.
fn in_force(world: &World, remote: Id) -> usize {
    oracle::in_force(world).into_iter().filter(|one| *one == remote).count()
}

async fn reconnect(ada: &User<'_>, connection: &Value) -> Value {
    let path = format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap());
    ada.post(&path, &json!({"return_to": RETURN_TO})).await.expect(201)
}

/// The bank is linked afresh: Salt Edge's connection from now on.
async fn link_afresh(ada: &User<'_>, connection: &Value, old: Id) -> Id {
    assert_eq!(ada.link(BANK).await["id"], connection["id"]);
    ada.world.advance(minutes(3), minutes(1)).await;
    assert_eq!(in_force(ada.world, old), 0, "the earlier login is retired");
    newest(ada.world)
}

/// What happens beside a visit that nobody confirms.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    /// Nothing: its day passes.
    Nothing,
    /// Its user had given it up before they went on at the bank.
    GivenUp,
    /// The connection is revoked while it may still be confirmed.
    Revoked,
    /// The connection was revoked before they went on at the bank.
    RevokedBefore,
}

#[tokio::test]
async fn c4_a_visit_that_ends_at_an_earlier_login_leaves_nothing_in_force() {
    for (then, lost, within) in [
        (Then::Nothing, true, hours(26)),
        (Then::GivenUp, false, minutes(5)),
        (Then::GivenUp, true, hours(26)),
        (Then::Revoked, true, minutes(0)),
        (Then::RevokedBefore, false, minutes(5)),
        (Then::RevokedBefore, true, hours(26)),
    ] {
        let case = format!("{then:?}, callbacks lost: {lost}");
        let world = quiet_world(ClientKind::Partner).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        let old = newest(&world);
        let session = reconnect(&ada, &first).await;
        let at = ada.open(&session).await;
        let now = link_afresh(&ada, &first, old).await;
        if lost {
            lose_callbacks(&world, None);
        }
        match then {
            Then::GivenUp => {
                let path = format!("/v1/link-sessions/{}/cancel", session["id"].as_str().unwrap());
                ada.post(&path, &json!({})).await.expect(200);
                world.advance(minutes(3), minutes(1)).await;
            }
            Then::RevokedBefore => {
                ada.revoke(&first).await.expect(202);
                world.settle().await;
            }
            Then::Nothing | Then::Revoked => {}
        }
        ada.walk(&session, at, &Walk::default()).await;
        assert_eq!(in_force(&world, old), 1, "{case}: the bank has a new consent");
        if then == Then::Revoked {
            ada.revoke(&first).await.expect(202);
        }
        world.settle().await;
        world.advance(within, within.min(hours(1))).await;
        assert_eq!(in_force(&world, old), 0, "{case}");
        let stands = matches!(then, Then::Nothing | Then::GivenUp);
        assert_eq!(in_force(&world, now), usize::from(stands), "{case}: the connection's own");
        let shown = ada.again(&first).await;
        let status = if stands { "active" } else { "left_with_owner" };
        assert_eq!(shown["status"], status, "{case}");
        assert_eq!(shown["left_in_dashboard"]["count"], 1, "{case}");
        assert!(world.cloud.dead_letters().is_empty(), "{case}");
    }
}

#[tokio::test]
async fn c4_a_visit_to_an_earlier_login_is_not_begun_any_more() {
    let world = quiet_world(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let old = newest(&world);
    let session = reconnect(&ada, &first).await;
    let now = link_afresh(&ada, &first, old).await;
    assert!(ada.open(&session).await.starts_with(RETURN_TO), "Salt Edge is not opened");
    let refused = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(refused["stage"], "failed", "{refused:#}");
    assert_eq!(refused["next_action"]["code"], "start_again", "{refused:#}");
    // The next step leads to where the connection is now.
    let retry: reqwest::Url = refused["retry_url"].as_str().unwrap().parse().unwrap();
    let again = ada.post(retry.path(), &json!({})).await.expect(201);
    let visit = ada.visit(&again, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
    assert_eq!(in_force(&world, old), 0);
    assert_equal(&ada, &first, now).await;
}

/// Salt Edge makes a reconnect of the earlier login out of a fresh link, which nobody confirms.
#[tokio::test]
async fn c4_a_link_that_is_merged_into_an_earlier_login_and_never_confirmed_is_taken_back() {
    for (given_up, within) in [(false, hours(26)), (true, minutes(5))] {
        let world = quiet_world(ClientKind::Partner).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        let old = newest(&world);
        let now = link_afresh(&ada, &first, old).await;
        world.salt_edge.control().switch(|switches| switches.same_login = SameLogin::Reconnect);
        let visit = ada.visit(&ada.new_link(BANK).await, &Walk::default()).await;
        assert_eq!(in_force(&world, old), 1, "it is merged into the earlier login");
        world.settle().await;
        if given_up {
            ada.post(&format!("/v1/link-sessions/{}/cancel", visit.session), &json!({})).await;
        }
        world.advance(within, within.min(hours(1))).await;
        assert_eq!((in_force(&world, old), in_force(&world, now)), (0, 1), "{given_up}");
        assert_eq!(ada.stands(&first).await.0, "active", "{given_up}");
        assert!(world.cloud.dead_letters().is_empty(), "{given_up}");
    }
}

/// Who confirms such a visit has given the newest consent: the connection goes on there, and the other login is retired.
#[tokio::test]
async fn c4_a_visit_to_an_earlier_login_that_is_confirmed_brings_the_connection_back_to_it() {
    let world = quiet_world(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let old = newest(&world);
    let session = reconnect(&ada, &first).await;
    let at = ada.open(&session).await;
    let between = link_afresh(&ada, &first, old).await;
    let visit = ada.walk(&session, at, &Walk::default()).await;
    // Its callbacks come before the code does.
    world.settle().await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    world.advance(minutes(3), minutes(1)).await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
    assert_eq!((in_force(&world, old), in_force(&world, between)), (1, 0));
    assert_equal(&ada, &first, old).await;
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    assert_eq!((in_force(&world, old), in_force(&world, between)), (0, 0));
}
