//! The scenes of `c5_deadlines`: somebody is waited for, and does not come. Each says whether it is over after its time.

use e2e::{
    TENANT, User, hours, lose_callbacks, minutes,
    oracle::newest,
    raw::{lose, stored},
    revoking::{delete_in_dashboard, reads_since},
    user,
};
use jiff::SignedDuration;
use local_cloud::World;
use serde_json::{Value, json};
use simulator::{
    ApiFault, ApiFaultKind, BankAt, NewRow, ProviderStatus, ReturnWhen, RevokeReason, StageName,
    Walk,
};

use crate::{
    link_visits::visited,
    t2_proof::{everyday, half_a_day},
};

const BANK: &str = "fakebank_oauth_xf";
const CONSENTS: &str = "/api/v6/consents*";
const CONNECTIONS: &str = "/api/v6/con*";

/// Salt Edge does not answer on this path from now on.
fn no_answer(world: &World, method: &str, path: &str) {
    let down = ApiFault::next(ApiFaultKind::ServerError, method, path);
    world.salt_edge.control().add_api_fault(ApiFault { times: 100_000, ..down });
}

/// So long, and the minutes in which what it made due goes on. Two steps, so that no slot's minute is met twice.
async fn later(world: &World, within: SignedDuration) {
    world.advance(within, within / 2).await;
    world.advance(minutes(4), minutes(2)).await;
}

/// Whether a session is at this stage after its time.
async fn ends(ada: &User<'_>, session: &Value, within: SignedDuration, stage: &str) -> bool {
    later(ada.world, within).await;
    ada.session(session["id"].as_str().unwrap()).await["stage"] == stage
}

pub(crate) async fn address(ada: &User<'_>, within: SignedDuration) -> bool {
    let session = ada.new_link(BANK).await;
    ends(ada, &session, within, "expired").await
}

pub(crate) async fn visit(ada: &User<'_>, within: SignedDuration) -> bool {
    let session = ada.new_link(BANK).await;
    ada.open(&session).await;
    ends(ada, &session, within, "expired").await
}

pub(crate) async fn confirmation(ada: &User<'_>, within: SignedDuration) -> bool {
    let session = ada.new_link(BANK).await;
    ada.visit(&session, &Walk::default()).await;
    ends(ada, &session, within, "failed").await
}

pub(crate) async fn attempt(ada: &User<'_>, within: SignedDuration) -> bool {
    ada.world.salt_edge.control().switch(|switches| {
        switches.return_when = ReturnWhen::Authorised;
        switches.stage_millis_of.insert(StageName::FetchTransactions, 30 * 24 * 3_600_000);
    });
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    ends(ada, &session, within, "failed").await
}

pub(crate) async fn session(ada: &User<'_>, within: SignedDuration) -> bool {
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    no_answer(ada.world, "GET", CONNECTIONS);
    ada.confirm(&visit).await.expect(200);
    later(ada.world, within).await;
    ends(ada, &session, hours(1), "failed").await
}

pub(crate) async fn taking_back(ada: &User<'_>, within: SignedDuration) -> bool {
    let session = ada.new_link(BANK).await;
    ada.visit(&session, &Walk::default()).await;
    no_answer(ada.world, "GET", CONNECTIONS);
    ada.world.advance(within, minutes(30)).await;
    !ada.world.salt_edge.control().record().revocations.is_empty()
}

pub(crate) async fn ask(ada: &User<'_>, within: SignedDuration) -> bool {
    let connection = ada.link(BANK).await;
    ada.world.cloud.clock().advance(minutes(70));
    lose_callbacks(ada.world, None);
    let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
    let asked = ada.post(&path, &json!({})).await.expect(202);
    ada.world.cloud.settle().await;
    later(ada.world, within).await;
    asked["status"] == "active" && ada.again(&connection).await["asking"] == false
}

/// A year later it says the same, and somebody comes by without asking or reading anything.
async fn a_year(ada: &User<'_>, connection: &Value, status: &str, action: &str) {
    let control = ada.world.salt_edge.control();
    ada.world.settle().await;
    ada.world.advance(hours(12), hours(6)).await;
    let calls = control.record().calls.len();
    ada.world.advance(hours(24 * 360), hours(24 * 60)).await;
    let now = ada.again(connection).await;
    assert_eq!((&now["status"], &now["next_action"]["code"]), (&json!(status), &json!(action)));
    assert_eq!(reads_since(ada.world, calls), [""; 0], "{status}: nothing is asked or read");
    assert!(control.record().calls.len() > calls, "{status}: it is looked at");
}

pub(crate) async fn user_needed(ada: &User<'_>) -> bool {
    let connection = ada.link(BANK).await;
    let control = ada.world.salt_edge.control();
    control.end_consent_of(newest(ada.world), RevokeReason::Provider).unwrap();
    a_year(ada, &connection, "needs_reconnect", "renew_consent").await;
    visited(ada, &connection, "renew", &Walk::default()).await;
    ada.stands(&connection).await.0 == "active"
}

pub(crate) async fn bank_closed(ada: &User<'_>) -> bool {
    let connection = ada.link(BANK).await;
    let control = ada.world.salt_edge.control();
    control.set_provider_status(BANK, ProviderStatus::Disabled).unwrap();
    ada.world.advance(hours(12), hours(6)).await;
    a_year(ada, &connection, "disabled", "choose_other_bank").await;
    control.set_provider_status(BANK, ProviderStatus::Active).unwrap();
    later(ada.world, hours(25)).await;
    ada.link(BANK).await;
    ada.stands(&connection).await.0 == "active"
}

pub(crate) async fn left_with_owner(ada: &User<'_>) -> bool {
    let connection = ada.link(BANK).await;
    ada.revoke(&connection).await.expect(202);
    a_year(ada, &connection, "left_with_owner", "delete_in_dashboard").await;
    delete_in_dashboard(ada.world, "ada@example.com", newest(ada.world)).await;
    later(ada.world, hours(25)).await;
    // Proven to be gone; its time was over long ago, so it is forgotten.
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    ada.call("GET", &path, None).await.status == 404
}

pub(crate) async fn import(ada: &User<'_>, within: SignedDuration) -> bool {
    let (world, connection) = (ada.world, ada.link(BANK).await);
    let account = everyday(&connection);
    let hidden = NewRow::booked("-1.0".parse().unwrap(), "HIDDEN").with_early_id();
    world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", hidden).unwrap();
    half_a_day(world).await;
    let mut search = json!({"from": "2025-12-20", "to": "2026-03-31", "import": []});
    let path = format!("/v1/accounts/{account}/missing-searches");
    let found = ada.post(&path, &search).await.expect(200);
    search["import"] = json!([found["missing"][0]["transaction"]["id"]]);
    ada.post(&path, &search).await.expect(202);
    no_answer(world, "GET", CONNECTIONS);
    world.settle().await;
    world.advance(within, minutes(12)).await;
    ada.rows(&account).await.iter().any(|row| row["description"] == "HIDDEN")
}

pub(crate) async fn notice(ada: &User<'_>, within: SignedDuration) -> bool {
    let connection = ada.link(BANK).await;
    later(ada.world, hours(24 * 149)).await;
    no_answer(ada.world, "GET", CONNECTIONS);
    later(ada.world, hours(24)).await;
    later(ada.world, within).await;
    ada.world.advance(hours(1), minutes(30)).await;
    let notices = ada.again(&connection).await["consent"]["notices"].clone();
    !notices.as_array().unwrap().is_empty()
}

pub(crate) async fn revocation(ada: &User<'_>, within: SignedDuration) -> bool {
    let connection = ada.link(BANK).await;
    no_answer(ada.world, "GET", CONSENTS);
    ada.revoke(&connection).await.expect(202);
    ada.world.advance(within + minutes(10), minutes(5)).await;
    ada.stands(&connection).await.0 != "revoking"
}

pub(crate) async fn retirement(ada: &User<'_>, within: SignedDuration) -> bool {
    ada.link(BANK).await;
    no_answer(ada.world, "DELETE", "/api/v6/connections/*");
    ada.link(BANK).await;
    ada.world.advance(within + minutes(10), minutes(5)).await;
    ada.world.salt_edge.control().connections().len() == 1
}

pub(crate) async fn retention(ada: &User<'_>, within: SignedDuration) -> bool {
    let connection = ada.link(BANK).await;
    ada.revoke(&connection).await.expect(202);
    ada.world.settle().await;
    later(ada.world, within).await;
    ada.world.advance(hours(3), hours(1)).await;
    let id = connection["id"].as_str().unwrap();
    stored(ada.world).await.iter().all(|item| !item.key.0.contains(id))
}

pub(crate) async fn erasure(ada: &User<'_>, within: SignedDuration) -> bool {
    ada.link(BANK).await;
    no_answer(ada.world, "GET", CONSENTS);
    let asked = ada.erase().await;
    ada.world.advance(within + hours(2), hours(17)).await;
    ada.world.advance(hours(2), hours(1)).await;
    ada.erasure(&asked).await["status"] == "erased"
}

/// From nine to right behind the minute of the comparison.
async fn first_night(world: &World) {
    world.advance(minutes(18 * 60 + 2), minutes(18 * 60 + 2)).await;
}

pub(crate) async fn comparison(ada: &User<'_>, within: SignedDuration) -> bool {
    user(ada.world, TENANT, "bob").link(BANK).await;
    no_answer(ada.world, "GET", "/api/v6/customers*");
    first_night(ada.world).await;
    ada.world.advance(within, hours(24)).await;
    let compared = stored(ada.world).await.into_iter().find(|item| item.key.0 == "COMPARISON");
    compared.expect("its place").text.contains("\"over\"")
}

pub(crate) async fn orphan(ada: &User<'_>, within: SignedDuration) -> bool {
    let lost = ada.link(BANK).await;
    lose(ada.world, lost["id"].as_str().unwrap()).await;
    no_answer(ada.world, "DELETE", "/api/v6/connections/*");
    first_night(ada.world).await;
    ada.world.advance(within + hours(24), hours(24)).await;
    ada.world.salt_edge.control().connections().is_empty()
}
