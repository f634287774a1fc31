//! Salt Edge does not do what a revocation needs: nothing is said that was not seen, and it goes
//! on.

use e2e::{TENANT, hours, logs::Logs, minutes, options, user, world};
use jiff::Timestamp;
use local_cloud::{World, WorldOptions};
use simulator::{
    ApiFault, ApiFaultKind, ClientKind, ConsentSpelling, ErrorClass, RevokeRoute, Switches,
};

const BANK: &str = "fakebank_oauth_xf";

async fn world_of(kind: ClientKind, change: impl FnOnce(&mut Switches)) -> World {
    let world = world(WorldOptions { kind, ..options() }).await;
    world.salt_edge.control().switch(change);
    world
}

fn fault(fault: ApiFaultKind, method: &str, path: &str, times: u32) -> ApiFault {
    ApiFault { times, ..ApiFault::next(fault, method, path) }
}

/// When the calls were made that met a fault.
fn met(world: &World) -> Vec<Timestamp> {
    let calls = world.salt_edge.control().record().calls;
    calls.iter().filter(|call| call.fault.is_some()).map(|call| call.at).collect()
}

fn end_of(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Partner => "left_with_owner",
        ClientKind::Client => "revoked",
    }
}

/// Twice it goes wrong; the state says how far it came, and after that it ends well by itself.
async fn goes_on(kind: ClientKind, spoilt: ApiFaultKind, method: &str, path: &str, phase: &str) {
    let name = format!("{spoilt:?} on {method} {path}");
    let world = world_of(kind, |_| {}).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    world.salt_edge.control().add_api_fault(fault(spoilt, method, path, 2));
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    let want = (String::from("revoking"), phase.to_owned());
    assert_eq!(ada.stands(&connection).await, want, "{name}: only what was seen is said");
    world.advance(minutes(10), minutes(1)).await;
    assert_eq!(met(&world).len(), 2, "{name}");
    assert_eq!(ada.stands(&connection).await.0, end_of(kind), "{name}: it ends well");
    assert!(world.cloud.dead_letters().is_empty(), "{name}");
}

#[tokio::test]
async fn revoke_believes_no_page_that_says_404() {
    let html = ApiFaultKind::HtmlNotFound;
    let (partner, client) = (ClientKind::Partner, ClientKind::Client);
    goes_on(partner, html, "GET", "/api/v6/consents*", "requested").await;
    goes_on(client, html, "DELETE", "/api/v6/connections/*", "consent_revoked").await;
    goes_on(client, html, "GET", "/api/v6/connections/*", "removed").await;
    goes_on(client, html, "GET", "/api/v6/customers/*", "removed").await;
}

#[tokio::test]
async fn revoke_is_tried_again_after_every_kind_of_failure() {
    let (partner, client) = (ClientKind::Partner, ClientKind::Client);
    for spoilt in [
        ApiFaultKind::ServerError,
        ApiFaultKind::TooManyRequests,
        ApiFaultKind::BadGateway,
        ApiFaultKind::Reset,
        ApiFaultKind::Truncated,
    ] {
        goes_on(partner, spoilt, "GET", "/api/v6/consents*", "requested").await;
    }
    goes_on(partner, ApiFaultKind::ServerError, "POST", "/api/v6/consents/*", "requested").await;
    goes_on(client, ApiFaultKind::Reset, "DELETE", "/api/v6/connections/*", "consent_revoked")
        .await;
    goes_on(client, ApiFaultKind::TooManyRequests, "GET", "/api/v6/customers/*", "removed").await;
}

#[tokio::test]
async fn revoke_waits_longer_each_time_and_a_person_is_told() {
    let world = world_of(ClientKind::Partner, |_| {}).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let logs = Logs::at("info");
    let spoilt = fault(ApiFaultKind::ServerError, "GET", "/api/v6/consents*", 6);
    world.salt_edge.control().add_api_fault(spoilt);
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    world.advance(minutes(24), minutes(1)).await;
    world.advance(hours(30), minutes(20)).await;
    let times = met(&world);
    let pauses: Vec<i64> =
        times.windows(2).map(|two| two[1].duration_since(two[0]).as_mins()).collect();
    assert_eq!(pauses.len(), 5);
    for (pause, at_least) in pauses.iter().zip([1, 5, 15, 60, 240]) {
        assert!((at_least..=at_least + 20).contains(pause), "{pauses:?}");
    }
    assert_eq!(logs.alarms("revocation_stuck"), 1);
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
}

#[tokio::test]
async fn revoke_takes_already_revoked_for_done_only_after_a_second_look() {
    for spelling in [ConsentSpelling::Plain, ConsentSpelling::Aisp] {
        let world = world_of(ClientKind::Partner, |switches| switches.consent_errors = spelling);
        let world = world.await;
        let control = world.salt_edge.control();
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(BANK).await;
        // It is said, and it is not so.
        let said = ApiFaultKind::Error(ErrorClass::ConsentAlreadyRevoked);
        control.add_api_fault(fault(said, "POST", "/api/v6/consents/*", 2));
        ada.revoke(&connection).await.expect(202);
        world.settle().await;
        assert_eq!(ada.stands(&connection).await.1, "requested", "{spelling:?}");
        world.advance(minutes(10), minutes(1)).await;
        assert_eq!(ada.stands(&connection).await.0, "left_with_owner", "{spelling:?}");
        assert_eq!(control.record().revocations.len(), 1, "{spelling:?}");
    }
}

#[tokio::test]
async fn revoke_whose_answer_is_lost_is_found_done() {
    let world = world_of(ClientKind::Partner, |_| {}).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let lost = ApiFault::next(ApiFaultKind::Reset, "POST", "/api/v6/consents/*");
    world.salt_edge.control().add_api_fault(ApiFault { after_effect: true, ..lost });
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    assert_eq!(ada.stands(&connection).await.1, "requested", "nobody has seen it yet");
    world.advance(minutes(10), minutes(1)).await;
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
    assert_eq!(world.salt_edge.control().record().revocations.len(), 1);
}

#[tokio::test]
async fn revoke_works_by_either_method() {
    for route in [RevokeRoute::PostOnly, RevokeRoute::PutOnly] {
        let world = world_of(ClientKind::Partner, |switches| switches.revoke_route = route).await;
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(BANK).await;
        ada.revoke(&connection).await.expect(202);
        world.settle().await;
        assert_eq!(ada.stands(&connection).await.0, "left_with_owner", "{route:?}");
    }
}

#[tokio::test]
async fn revoke_with_wrong_keys_proves_nothing_and_goes_on_with_the_right_ones() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        for class in [ErrorClass::ApiKeyNotFound, ErrorClass::SignatureNotMatch] {
            let world = world_of(kind, |_| {}).await;
            let control = world.salt_edge.control();
            let ada = user(&world, TENANT, "ada");
            let connection = ada.link(BANK).await;
            let logs = Logs::at("info");
            let wrong = ApiFault::next(ApiFaultKind::Error(class), "GET", "*");
            control.add_api_fault(ApiFault { method: None, times: 1_000, ..wrong });
            ada.revoke(&connection).await.expect(202);
            world.settle().await;
            assert!(logs.alarms("revocation_stuck") >= 1, "somebody is told at once");
            world.advance(hours(8), minutes(30)).await;
            let stands = ada.stands(&connection).await;
            assert_eq!(stands, ("revoking".into(), "requested".into()), "{kind:?} {class:?}");
            control.clear_faults();
            world.advance(hours(26), hours(1)).await;
            assert_eq!(ada.stands(&connection).await.0, end_of(kind), "{kind:?} {class:?}");
        }
    }
}

#[tokio::test]
async fn revoke_removed_is_not_proven_while_the_keys_are_refused() {
    let world = world_of(ClientKind::Client, |_| {}).await;
    let control = world.salt_edge.control();
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let refused = ApiFaultKind::Error(ErrorClass::ApiKeyNotFound);
    control.add_api_fault(fault(refused, "GET", "/api/v6/customers/*", 1_000));
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    world.advance(hours(8), minutes(30)).await;
    assert_eq!(ada.stands(&connection).await, ("revoking".into(), "removed".into()));
    control.clear_faults();
    world.advance(hours(26), hours(1)).await;
    assert_eq!(ada.stands(&connection).await, ("revoked".into(), "removed_proven".into()));
}
