//! What a user does while a revocation is under way: every other step is answered by what it is, in
//! every phase, and a reconnect that meets it comes to nothing.

use std::collections::BTreeSet;

use e2e::{
    RETURN_TO, TENANT, User, hours, minutes,
    oracle::{journal_keys, newest},
    quiet_world,
    revoking::{delete_in_dashboard, reads_since},
    user,
};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::{ApiFault, ApiFaultKind, ClientKind, ConsentStatus, Walk};

const BANK: &str = "fakebank_oauth_xf";
/// More steps than a visit has.
const STEPS: usize = 120;

/// Salt Edge does not do this until the faults are cleared.
fn stuck(world: &World, method: &str, path: &str) {
    let fault = ApiFault::next(ApiFaultKind::HtmlNotFound, method, path);
    world.salt_edge.control().add_api_fault(ApiFault { times: 1000, ..fault });
}

/// What each step is answered with, in one phase: the problem's next action, or that it begins.
async fn assert_answered(ada: &User<'_>, connection: &Value, action: &str, reopens: bool) {
    let now = ada.again(connection).await;
    let phase = format!("{} {}", now["status"], now["phase"]);
    assert!(now["display_message"].is_string() || now["status"] == "revoked", "{phase}: {now:#}");
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let (visit, present) =
        (json!({"return_to": RETURN_TO}), json!({"return_to": RETURN_TO, "present": true}));
    for (verb, body, begins) in [
        ("refresh", &json!({}), false),
        ("refresh", &present, false),
        ("fetch-accounts", &visit, false),
        ("renew", &visit, reopens),
        ("reconnect", &visit, reopens),
    ] {
        let answer = ada.post(&format!("{path}/{verb}"), body).await;
        if begins {
            answer.expect(201);
            continue;
        }
        assert_eq!(answer.problem(409), "wrong_state", "{phase}: {verb}");
        let told = &answer.json["next_action"];
        assert_eq!(told["code"], action, "{phase}: {verb}: {:#}", answer.json);
        let at_dashboard = action == "delete_in_dashboard";
        assert_eq!(told["url"].is_string(), at_dashboard, "{phase}: {verb}: {:#}", answer.json);
    }
    // It is asked once more, and that changes nothing.
    assert_eq!(ada.revoke(connection).await.expect(202)["status"], now["status"], "{phase}");
}

/// What was delivered is read as before.
async fn assert_readable(ada: &User<'_>, connection: &Value, before: &(Vec<Value>, usize)) {
    assert_eq!(ada.statement(connection).await, before.0);
    assert_eq!(ada.feed(connection, None).await.added.len(), before.1);
}

#[tokio::test]
async fn c4_each_step_is_answered_in_each_phase_under_an_own_licence() {
    let world = quiet_world(ClientKind::Client).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let before = (ada.statement(&first).await, ada.feed(&first, None).await.added.len());
    let calls = world.salt_edge.control().record().calls.len();
    for (method, path, phase) in [
        ("GET", "/api/v6/consents*", "requested"),
        ("DELETE", "/api/v6/connections/*", "consent_revoked"),
        ("GET", "/api/v6/connections/*", "removed"),
    ] {
        stuck(&world, method, path);
        if phase == "requested" {
            ada.revoke(&first).await.expect(202);
        }
        world.settle().await;
        world.advance(minutes(2), minutes(1)).await;
        assert_eq!(ada.stands(&first).await, ("revoking".into(), phase.into()));
        assert_answered(&ada, &first, "being_revoked", false).await;
        assert_readable(&ada, &first, &before).await;
        // What the next phase is stuck at comes before this one goes on.
        let next = match phase {
            "requested" => Some(("DELETE", "/api/v6/connections/*")),
            "consent_revoked" => Some(("GET", "/api/v6/connections/*")),
            _ => None,
        };
        world.salt_edge.control().clear_faults();
        if let Some((method, path)) = next {
            stuck(&world, method, path);
        }
        // The pauses have grown meanwhile: it goes on within a day.
        world.advance(hours(25), hours(1)).await;
    }
    assert_eq!(ada.stands(&first).await.0, "revoked");
    assert_answered(&ada, &first, "start_again", false).await;
    assert_readable(&ada, &first, &before).await;
    assert_eq!(reads_since(&world, calls), Vec::<String>::new(), "nothing is read afterwards");
    assert_eq!(world.salt_edge.control().record().deletions.len(), 1);
}

#[tokio::test]
async fn c4_each_step_is_answered_in_each_phase_for_a_partner() {
    let world = quiet_world(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let before = (ada.statement(&first).await, ada.feed(&first, None).await.added.len());
    let calls = world.salt_edge.control().record().calls.len();
    stuck(&world, "GET", "/api/v6/consents*");
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    assert_eq!(ada.stands(&first).await, ("revoking".into(), "requested".into()));
    assert_answered(&ada, &first, "being_revoked", false).await;
    assert_readable(&ada, &first, &before).await;
    world.salt_edge.control().clear_faults();
    world.advance(minutes(20), minutes(5)).await;
    assert_eq!(ada.stands(&first).await.0, "left_with_owner");
    assert_answered(&ada, &first, "delete_in_dashboard", true).await;
    assert_readable(&ada, &first, &before).await;
    delete_in_dashboard(&world, "ada@example.com", newest(&world)).await;
    world.advance(minutes(20), minutes(5)).await;
    assert_eq!(ada.stands(&first).await.0, "revoked");
    assert_answered(&ada, &first, "start_again", false).await;
    assert_readable(&ada, &first, &before).await;
    assert_eq!(reads_since(&world, calls), Vec::<String>::new(), "nothing is read afterwards");
    assert_eq!(world.salt_edge.control().record().revocations.len(), 1);
}

#[tokio::test]
async fn c4_a_link_while_its_bank_is_being_revoked_ends_well() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = quiet_world(kind).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        let held = ada.statement(&first).await.len();
        stuck(&world, "GET", "/api/v6/consents*");
        ada.revoke(&first).await.expect(202);
        world.settle().await;
        let visit = ada.visit(&ada.new_link(BANK).await, &Walk::default()).await;
        if visit.code.is_some() {
            ada.confirm(&visit).await.expect(200);
        }
        world.settle().await;
        world.salt_edge.control().clear_faults();
        world.advance(minutes(400), minutes(20)).await;
        let session = ada.session(&visit.session).await;
        assert_eq!(session["stage"], "finished", "{kind:?}: {session:#}");
        assert!(!ada.stands(&first).await.0.contains("revoking"), "{kind:?}: it goes on");
        let last = ada.link(BANK).await;
        assert_eq!(last["status"], "active", "{kind:?}");
        assert_eq!(ada.statement(&last).await.len(), held, "{kind:?}: nothing twice");
    }
}

/// A revocation comes when a reconnect, from the click to its end, has made its k-th request, for every
/// third k.
async fn races_a_reconnect(kind: ClientKind) {
    for step in (1..STEPS).step_by(3) {
        let world = quiet_world(kind).await;
        let ada = user(&world, TENANT, "ada");
        let first = ada.link(BANK).await;
        world.advance(minutes(61), minutes(61)).await;
        let path = format!("/v1/connections/{}/reconnect", first["id"].as_str().unwrap());
        let session = ada.post(&path, &json!({"return_to": RETURN_TO})).await.expect(201);
        let tap = world.cloud.tap();
        tap.reset();
        let done = std::cell::Cell::new(false);
        let reconnect = async {
            let visit = ada.visit(&session, &Walk::default()).await;
            if visit.code.is_some() {
                ada.confirm(&visit).await;
            }
            world.settle().await;
            done.set(true);
        };
        let revoke = async {
            while tap.log().len() < step && !done.get() {
                tokio::task::yield_now().await;
            }
            let past = done.get();
            ada.revoke(&first).await.expect(202);
            (past, journal_keys(&world).await)
        };
        let ((), (past, tombstone)) = tokio::join!(reconnect, revoke);
        assert_nothing_in_force(&ada, &first, &session, step).await;
        assert_eq!(journal_keys(&world).await, tombstone, "step {step}: after the tombstone");
        if past {
            assert!(step > 24, "a reconnect has more steps than {step}");
            return;
        }
    }
    panic!("a reconnect does not end");
}

async fn assert_nothing_in_force(ada: &User<'_>, first: &Value, session: &Value, step: usize) {
    let world = ada.world;
    world.settle().await;
    world.advance(hours(26), hours(1)).await;
    let status = ada.stands(first).await.0;
    assert!(["revoked", "left_with_owner"].contains(&status.as_str()), "step {step}: {status}");
    let consents = world.salt_edge.control().ledger().consents;
    let active = consents.iter().filter(|one| one.status == ConsentStatus::Active).count();
    assert_eq!(active, 0, "step {step}: {consents:#?}");
    let ends = world.salt_edge.control().record().revocations;
    let ended: BTreeSet<_> = ends.iter().map(|end| end.consent_id.to_string()).collect();
    assert_eq!(ended.len(), ends.len(), "step {step}: each consent ends once: {ends:?}");
    let session = ada.session(session["id"].as_str().unwrap()).await;
    let (stage, action) = (&session["stage"], &session["next_action"]["code"]);
    assert!(stage == "finished" || action == "start_again", "step {step}: {session:#}");
    assert!(world.cloud.dead_letters().is_empty(), "step {step}");
}

#[tokio::test]
async fn c4_revoke_races_a_reconnect_at_each_of_its_steps_for_a_partner() {
    races_a_reconnect(ClientKind::Partner).await;
}

#[tokio::test]
async fn c4_revoke_races_a_reconnect_at_each_of_its_steps_under_an_own_licence() {
    races_a_reconnect(ClientKind::Client).await;
}
