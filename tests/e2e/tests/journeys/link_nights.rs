//! A night lies between a link and its confirmation: Salt Edge asks by itself, and what it begins by
//! itself may not carry our mark.

use e2e::{TENANT, User, Visit, a_day_passes, hours, minutes, options, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::json;
use simulator::{ClientKind, ConsentStatus, Switches, Walk};

const BANK: &str = "fakebank_oauth_xf";

async fn world_of(nightly_keeps_custom_fields: bool) -> World {
    let switches = Switches { nightly_keeps_custom_fields, ..options().switches };
    world(WorldOptions { kind: ClientKind::Client, switches, ..options() }).await
}

/// A link whose browser came back, and whose night is over; nobody has confirmed it.
async fn a_night_later(ada: &User<'_>) -> Visit {
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.world.settle().await;
    ada.world.advance(hours(22), minutes(30)).await;
    let asked = ada.world.salt_edge.control().record().background_refreshes;
    assert!(!asked.is_empty(), "Salt Edge has asked by itself");
    visit
}

#[tokio::test]
async fn a_link_that_is_confirmed_the_next_morning_is_finished() {
    for keeps in [true, false] {
        let world = world_of(keeps).await;
        let ada = user(&world, TENANT, "ada");
        let visit = a_night_later(&ada).await;
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        let shown = ada.session(&visit.session).await;
        assert_eq!(shown["stage"], "finished", "{keeps}: {shown:#}");
        a_day_passes(&world).await;
        let listed = ada.get("/v1/connections").await;
        assert_eq!(listed["connections"][0]["status"], "active", "{keeps}: {listed:#}");
    }
}

#[tokio::test]
async fn a_link_that_is_never_confirmed_is_taken_back_after_its_night() {
    for keeps in [true, false] {
        let world = world_of(keeps).await;
        let ada = user(&world, TENANT, "ada");
        let visit = a_night_later(&ada).await;
        world.advance(hours(3), minutes(10)).await;
        assert_eq!(ada.session(&visit.session).await["stage"], "failed", "{keeps}");
        let ledger = world.salt_edge.control().ledger();
        let left = ledger.consents.iter().filter(|one| one.status == ConsentStatus::Active).count();
        assert_eq!((left, ledger.connections.len()), (0, 0), "{keeps}");
    }
}

#[tokio::test]
async fn a_visit_to_a_connection_that_is_confirmed_the_next_morning_is_finished() {
    for keeps in [true, false] {
        for verb in ["reconnect", "renew", "fetch-accounts"] {
            let world = world_of(keeps).await;
            let ada = user(&world, TENANT, "ada");
            let connection = ada.link(BANK).await;
            world.advance(minutes(61), minutes(61)).await;
            let path = format!("/v1/connections/{}/{verb}", connection["id"].as_str().unwrap());
            let begun = ada.post(&path, &json!({"return_to": e2e::RETURN_TO})).await.expect(201);
            let visit = ada.visit(&begun, &Walk::default()).await;
            world.settle().await;
            world.advance(hours(22), minutes(30)).await;
            ada.confirm(&visit).await.expect(200);
            world.settle().await;
            let shown = ada.session(&visit.session).await;
            assert_eq!(shown["stage"], "finished", "{verb} {keeps}: {shown:#}");
            assert_eq!(ada.again(&connection).await["status"], "active", "{verb} {keeps}");
        }
    }
}

#[tokio::test]
async fn a_visit_that_nobody_went_through_is_not_finished_by_a_night() {
    let world = world_of(false).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    world.advance(minutes(61), minutes(61)).await;
    let path = format!("/v1/connections/{}/renew", connection["id"].as_str().unwrap());
    let begun = ada.post(&path, &json!({"return_to": e2e::RETURN_TO})).await.expect(201);
    let gave_up = Walk { cancels_at: Some(0), ..Walk::default() };
    let visit = ada.visit(&begun, &gave_up).await;
    world.advance(hours(22), minutes(30)).await;
    if visit.code.is_some() {
        ada.confirm(&visit).await;
        world.advance(minutes(61), minutes(5)).await;
    }
    assert_ne!(ada.session(&visit.session).await["stage"], "finished");
    assert_eq!(ada.again(&connection).await["status"], "active");
}
