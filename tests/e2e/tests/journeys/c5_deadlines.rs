//! Nothing waits for ever: each state that waits for somebody ends, or a person is told, on a clock that is moved.

use domain::deadline::{Then, Waiting};
use e2e::{
    TENANT, hours,
    logs::Logs,
    minutes,
    raw::{lose, stored},
    user, world,
};
use jiff::SignedDuration;
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{
    ApiFault, ApiFaultKind, CallbackFault, CallbackFaultKind, ClientKind, Switches, Walk,
};

const BANK: &str = "fakebank_oauth_xf";
const SECOND: &str = "fakebank_simple_xf";

/// Salt Edge does not answer on this path from now on.
fn no_answer(world: &World, method: &str, path: &str) {
    let down = ApiFault::next(ApiFaultKind::ServerError, method, path);
    world.salt_edge.control().add_api_fault(ApiFault { times: 100_000, ..down });
}

async fn quiet() -> World {
    let options = e2e::options();
    let switches = Switches { nightly_refresh: false, ..options.switches };
    world(WorldOptions { kind: ClientKind::Client, switches, ..options }).await
}

/// So long, and the minutes in which what it made due goes on. Two steps, so that no slot's minute is met twice.
async fn later(world: &World, within: SignedDuration) {
    world.advance(within, within / 2).await;
    world.advance(minutes(4), minutes(2)).await;
}

async fn stage(world: &World, session: &Value) -> String {
    let shown = user(world, TENANT, "ada").session(session["id"].as_str().unwrap()).await;
    shown["stage"].as_str().unwrap().to_owned()
}

/// Brings a world into this state, lets its time go by, and says whether it is over. A state without a scene does
/// not compile.
async fn over(waiting: Waiting, world: &World, within: SignedDuration) -> bool {
    let ada = user(world, TENANT, "ada");
    match waiting {
        Waiting::Address => {
            let session = ada.new_link(BANK).await;
            later(world, within).await;
            stage(world, &session).await == "expired"
        }
        Waiting::Visit => {
            let session = ada.new_link(BANK).await;
            ada.open(&session).await;
            later(world, within).await;
            stage(world, &session).await == "expired"
        }
        Waiting::Confirmation => {
            let session = ada.new_link(BANK).await;
            ada.visit(&session, &Walk::default()).await;
            later(world, within).await;
            stage(world, &session).await == "failed"
        }
        Waiting::Session => {
            let session = ada.new_link(BANK).await;
            let visit = ada.visit(&session, &Walk::default()).await;
            no_answer(world, "GET", "/api/v6/con*");
            ada.confirm(&visit).await.expect(200);
            later(world, within).await;
            world.advance(hours(1), minutes(20)).await;
            stage(world, &session).await == "failed"
        }
        Waiting::Ask => {
            let connection = ada.link(BANK).await;
            world.cloud.clock().advance(minutes(70));
            let lost = CallbackFault { fault: CallbackFaultKind::Lost, kind: None, times: None };
            world.salt_edge.control().add_callback_fault(lost);
            let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
            let asked = ada.post(&path, &json!({})).await.expect(202);
            world.cloud.settle().await;
            later(world, within).await;
            asked["status"] == "active" && ada.again(&connection).await["asking"] == false
        }
        Waiting::Revocation | Waiting::Retention | Waiting::Erasure | Waiting::Orphan => {
            ended(waiting, world, within).await
        }
    }
}

/// The same of what waits behind a connection's end.
async fn ended(waiting: Waiting, world: &World, within: SignedDuration) -> bool {
    let ada = user(world, TENANT, "ada");
    match waiting {
        Waiting::Address
        | Waiting::Visit
        | Waiting::Confirmation
        | Waiting::Session
        | Waiting::Ask => false,
        Waiting::Revocation => {
            let connection = ada.link(BANK).await;
            no_answer(world, "GET", "/api/v6/consents*");
            ada.revoke(&connection).await.expect(202);
            world.advance(within + minutes(10), minutes(5)).await;
            ada.stands(&connection).await.0 != "revoking"
        }
        Waiting::Retention => {
            let connection = ada.link(BANK).await;
            ada.revoke(&connection).await.expect(202);
            world.settle().await;
            later(world, within).await;
            world.advance(hours(3), hours(1)).await;
            let id = connection["id"].as_str().unwrap();
            stored(world).await.iter().all(|item| !item.key.0.contains(id))
        }
        Waiting::Erasure => {
            ada.link(BANK).await;
            no_answer(world, "GET", "/api/v6/consents*");
            let asked = ada.erase().await;
            world.advance(within + hours(2), hours(17)).await;
            world.advance(hours(2), hours(1)).await;
            ada.erasure(&asked).await["status"] == "erased"
        }
        Waiting::Orphan => {
            let lost = ada.link(BANK).await;
            lose(world, lost["id"].as_str().unwrap()).await;
            no_answer(world, "DELETE", "/api/v6/connections/*");
            // From nine to right behind the minute of the comparison; then night by night.
            world.advance(minutes(18 * 60 + 2), minutes(18 * 60 + 2)).await;
            world.advance(within + hours(24), hours(24)).await;
            world.salt_edge.control().connections().is_empty()
        }
    }
}

#[tokio::test]
async fn c5_each_state_that_waits_ends_or_tells_a_person() {
    let logs = Logs::at("warn");
    for waiting in Waiting::ALL {
        let world = quiet().await;
        let (within, then) = waiting.deadline();
        let over = over(*waiting, &world, within).await;
        match then {
            Then::Ends => assert!(over, "{waiting:?} is not over"),
            Then::Told(alarm) => {
                assert!(!over, "{waiting:?}: nobody answered");
                assert!(logs.alarms(alarm) > 0, "{waiting:?}: nobody is told");
            }
        }
        world.cloud.take_dead_letters();
        world.cloud.abandon();
    }
}

#[tokio::test]
async fn c5_a_hundred_and_eighty_one_days_later() {
    let begun = std::time::Instant::now();
    let world = quiet().await;
    let (ada, bob, eve) =
        (user(&world, TENANT, "ada"), user(&world, TENANT, "bob"), user(&world, TENANT, "eve"));
    let kept = ada.link(BANK).await;
    let revoked = bob.link(SECOND).await;
    bob.revoke(&revoked).await.expect(202);
    let left = eve.new_link(SECOND).await;
    eve.open(&left).await;
    let erased = eve.erase().await;
    world.advance(hours(24 * 181), hours(24 * 3)).await;

    let shown = ada.again(&kept).await;
    assert_eq!(shown["status"], "needs_reconnect", "{shown:#}");
    assert_eq!(shown["consent"]["status"], "expired");
    assert_eq!(shown["next_action"]["code"], "renew_consent");
    let path = format!("/v1/connections/{}", revoked["id"].as_str().unwrap());
    assert_eq!(bob.call("GET", &path, None).await.problem(404), "connection_not_found");
    assert_eq!(eve.erasure(&erased).await["status"], "erased");
    assert!(world.cloud.dead_letters().is_empty());
    eprintln!("181 days in {} ms", begun.elapsed().as_millis());
}
