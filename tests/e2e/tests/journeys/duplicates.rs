//! A login that Salt Edge has already: never a dead end.

use e2e::{
    TENANT, User, a_day_passes, lose_callbacks, minutes,
    oracle::{assert_equal, assert_no_holes, newest},
    quiet,
    revoking::delete_in_dashboard,
    user, world,
};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{
    ApiFault, ApiFaultKind, BankAt, BankFault, CallbackKind, ClientKind, ErrorClass, SameEmail,
    SameLogin, Switches, Walk,
};

use crate::link_visits::visited;

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";

async fn refusing(kind: ClientKind) -> World {
    let switches = Switches { same_login: SameLogin::Duplicated, ..quiet().switches };
    world(WorldOptions { kind, switches, ..quiet() }).await
}

/// A link that Salt Edge refuses as a duplicate; the session as it ended.
async fn refused(ada: &User<'_>, bank: &str) -> Value {
    refused_with(ada, bank, &Walk::default()).await
}

async fn refused_with(ada: &User<'_>, bank: &str, walk: &Walk) -> Value {
    let session = ada.new_link(bank).await;
    let visit = ada.visit(&session, walk).await;
    assert_eq!(visit.code, None, "{visit:?}");
    ada.world.settle().await;
    let session = ada.session(&visit.session).await;
    assert_eq!(session["stage"], "failed", "{session:#}");
    session
}

#[tokio::test]
async fn l7_a_duplicate_of_ours_leads_to_a_reconnect_at_once() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = refusing(kind).await;
        let ada = user(&world, TENANT, "ada");
        for bank in [OAUTH, SIMPLE] {
            let first = ada.link(bank).await;
            let remote = newest(&world);
            // Told by the way back; by the callback alone; by Salt Edge's refusal to open its pages.
            for how in ["return", "callback", "error"] {
                world.advance(minutes(61), minutes(61)).await;
                let session = match how {
                    "error" => {
                        let duplicated = ApiFaultKind::Error(ErrorClass::ConnectionDuplicated);
                        let fault =
                            ApiFault::next(duplicated, "POST", "/api/v6/connections/connect");
                        world.salt_edge.control().add_api_fault(fault);
                        let session = ada.new_link(bank).await;
                        ada.open(&session).await;
                        ada.session(session["id"].as_str().unwrap()).await
                    }
                    "callback" => {
                        let session = ada.new_link(bank).await;
                        let at = ada.open(&session).await;
                        simulator::Browser::new()
                            .unwrap()
                            .walk(&at, &Walk::default())
                            .await
                            .unwrap();
                        world.settle().await;
                        ada.session(session["id"].as_str().unwrap()).await
                    }
                    _ => refused(&ada, bank).await,
                };
                let told = &session["next_action"]["code"];
                assert_eq!(told, "reuse_connection", "{kind:?} {how}: {session:#}");
                assert_eq!(session["connection_id"], first["id"], "{kind:?} {how}: {session:#}");
                let again = visited(&ada, &first, "reconnect", &Walk::default()).await;
                assert_eq!(again["stage"], "finished", "{kind:?} {how}: {again:#}");
            }
            assert_equal(&ada, &first, remote).await;
        }
        a_day_passes(&world).await;
        let listed = ada.get("/v1/connections").await;
        let listed = listed["connections"].as_array().unwrap().clone();
        assert_eq!(listed.len(), 2);
        assert!(listed.iter().all(|one| one["status"] == "active"), "{kind:?}: {listed:#?}");
    }
}

#[tokio::test]
async fn l7_what_a_revocation_left_with_its_owner_is_reactivated() {
    let world = refusing(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(OAUTH).await;
    let remote = newest(&world);
    for round in 2..4 {
        ada.revoke(&first).await.expect(202);
        world.settle().await;
        world.advance(minutes(61), minutes(1)).await;
        assert_eq!(ada.stands(&first).await.0, "left_with_owner");
        let session = refused(&ada, OAUTH).await;
        assert_eq!(session["next_action"]["code"], "reuse_connection", "{session:#}");
        assert_eq!(session["connection_id"], first["id"], "{session:#}");

        let session = visited(&ada, &first, "reconnect", &Walk::default()).await;
        assert_eq!(session["stage"], "finished", "{session:#}");
        let accounts = session["accounts"].as_array().unwrap();
        assert!(accounts.iter().all(|one| one["change"] == "unchanged"), "{session:#}");
        assert_eq!(ada.stands(&first).await.0, "active");
        assert_equal(&ada, &first, remote).await;
        let keys = e2e::oracle::journal_keys(&world).await;
        assert!(keys.iter().any(|(_, sk)| sk.starts_with(&format!("J#{round:06}#"))), "{keys:?}");
    }
    assert_no_holes(&world).await;
    a_day_passes(&world).await;
    assert_eq!(ada.stands(&first).await.0, "active");
}

#[tokio::test]
async fn l7_a_reactivation_that_nobody_confirms_is_taken_back() {
    let world = refusing(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(OAUTH).await;
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    world.advance(minutes(61), minutes(1)).await;
    let path = format!("/v1/connections/{}/reconnect", first["id"].as_str().unwrap());
    let body = json!({"return_to": e2e::RETURN_TO});
    let session = ada.post(&path, &body).await.expect(201);
    ada.visit(&session, &Walk::default()).await;
    world.settle().await;
    let consents = || world.salt_edge.control().ledger().consents;
    let active =
        || consents().iter().filter(|one| one.status == simulator::ConsentStatus::Active).count();
    assert_eq!(active(), 1, "it was given");
    assert_eq!(
        ada.stands(&first).await.0,
        "left_with_owner",
        "nothing is read before the confirmation"
    );
    a_day_passes(&world).await;
    assert_eq!(active(), 0, "it is taken back");
    assert_eq!(ada.stands(&first).await.0, "left_with_owner");
    let session = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(session["stage"], "failed", "{session:#}");
}

#[tokio::test]
async fn l7_a_fresh_link_into_a_connection_that_ended_is_taken_back_where_nobody_confirms_it() {
    let switches = Switches { same_login: SameLogin::Reconnect, ..quiet().switches };
    let world = world(WorldOptions { kind: ClientKind::Partner, switches, ..quiet() }).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(OAUTH).await;
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    world.advance(minutes(61), minutes(1)).await;
    let session = ada.new_link(OAUTH).await;
    ada.visit(&session, &Walk::default()).await;
    world.settle().await;
    let consents = || world.salt_edge.control().ledger().consents;
    let active =
        || consents().iter().filter(|one| one.status == simulator::ConsentStatus::Active).count();
    assert_eq!(active(), 1, "it was given");
    a_day_passes(&world).await;
    assert_eq!(active(), 0, "it is taken back");
    let session = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(session["stage"], "failed", "{session:#}");
    assert_eq!(ada.stands(&first).await.0, "left_with_owner");
    // What its owner deletes is still known by its first name.
    delete_in_dashboard(&world, "ada@example.com", newest(&world)).await;
    world.settle().await;
    world.advance(minutes(1), minutes(1)).await;
    assert_eq!(ada.stands(&first).await.0, "revoked");
}

#[tokio::test]
async fn l7_a_reactivation_that_fails_leaves_no_consent_in_force() {
    let world = refusing(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(OAUTH).await;
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    world.advance(minutes(61), minutes(1)).await;
    let (provider, connection) = (None, None);
    let fault = BankFault { class: ErrorClass::FetchingTimeout, provider, connection, times: 1 };
    world.salt_edge.control().add_bank_fault(fault);
    let path = format!("/v1/connections/{}/reconnect", first["id"].as_str().unwrap());
    let session = ada.post(&path, &json!({"return_to": e2e::RETURN_TO})).await.expect(201);
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await;
    world.settle().await;
    let session = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(session["stage"], "failed", "{session:#}");
    a_day_passes(&world).await;
    let consents = world.salt_edge.control().ledger().consents;
    let given = consents.len();
    let active = |one: &&simulator::Consent| one.status == simulator::ConsentStatus::Active;
    assert_eq!((given, consents.iter().filter(active).count()), (2, 0), "given, and taken back");
    assert_eq!(ada.stands(&first).await.0, "left_with_owner");
}

#[tokio::test]
async fn l7_a_duplicate_of_somebody_elses_names_the_step_in_the_dashboard() {
    let base = quiet().switches;
    let (same_login, same_email) = (SameLogin::Duplicated, SameEmail::SameCustomer);
    let world =
        world(WorldOptions { switches: Switches { same_login, same_email, ..base }, ..quiet() })
            .await;
    // Another service's connection in the same Salt Edge account: here another user's who gave the same e-mail.
    user(&world, TENANT, "bob").link(OAUTH).await;
    let foreign = newest(&world);
    let ada = user(&world, TENANT, "ada");
    let session = refused(&ada, OAUTH).await;
    let action = &session["next_action"];
    assert_eq!(action["code"], "delete_duplicate", "{session:#}");
    assert_eq!(action["url"], world.salt_edge.dashboard_url(), "{session:#}");
    assert_eq!(session["connection_id"], Value::Null, "{session:#}");
    let sentence = session["display_message"].as_str().unwrap().to_owned();
    assert!(sentence.contains("dashboard") && sentence.contains("again"), "{sentence}");
    let an = user(&world, TENANT, "ada").speaking("vi");
    let vietnamese = an.session(session["id"].as_str().unwrap()).await;
    assert_ne!(vietnamese["display_message"], sentence.as_str());

    delete_in_dashboard(&world, "ada@example.com", foreign).await;
    world.settle().await;
    assert_eq!(ada.link(OAUTH).await["status"], "active", "the step leads on");
}

#[tokio::test]
async fn l7_a_foreign_duplicate_beside_a_connection_of_ours_is_no_dead_end() {
    let base = quiet().switches;
    let (same_login, same_email) = (SameLogin::Duplicated, SameEmail::SameCustomer);
    let world =
        world(WorldOptions { switches: Switches { same_login, same_email, ..base }, ..quiet() })
            .await;
    world.salt_edge.control().add_login(&BankAt::login(SIMPLE, "second"), "secret").unwrap();
    let second = Walk { login: "second".into(), ..Walk::default() };
    user(&world, TENANT, "bob").link_with(SIMPLE, &second).await;
    let foreign = newest(&world);
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(SIMPLE).await;
    for round in 0..2 {
        // Salt Edge does not say whose the login is: the connection at this bank may have it.
        let session = refused_with(&ada, SIMPLE, &second).await;
        assert_eq!(session["next_action"]["code"], "reuse_connection", "{round}: {session:#}");
        assert_eq!(session["connection_id"], first["id"], "{round}: {session:#}");
        world.advance(minutes(61), minutes(61)).await;
        let session = visited(&ada, &first, "reconnect", &second).await;
        assert_eq!(session["next_action"]["code"], "use_same_login", "{round}: {session:#}");
        // It has not: so it is somebody else's.
        let session = refused_with(&ada, SIMPLE, &second).await;
        assert_eq!(session["next_action"]["code"], "delete_duplicate", "{round}: {session:#}");
        assert_eq!(session["connection_id"], Value::Null, "{round}: {session:#}");
        // A visit with the first login makes it what it was.
        world.advance(minutes(61), minutes(61)).await;
        let session = visited(&ada, &first, "reconnect", &Walk::default()).await;
        assert_eq!(session["stage"], "finished", "{round}: {session:#}");
    }
    delete_in_dashboard(&world, "ada@example.com", foreign).await;
    world.settle().await;
    let linked = ada.link_with(SIMPLE, &second).await;
    assert_ne!(linked["id"], first["id"], "another login is another link");
    assert_equal(&ada, &linked, newest(&world)).await;
}

#[tokio::test]
async fn l7_a_second_link_says_what_it_left_in_the_dashboard() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(OAUTH).await;
    let old = newest(&world);
    assert_eq!(first["left_in_dashboard"], Value::Null);
    let again = ada.link(OAUTH).await;
    assert_eq!(again["id"], first["id"]);
    world.advance(minutes(5), minutes(1)).await;
    let now = ada.again(&first).await;
    let want = json!({"count": 1, "url": world.salt_edge.dashboard_url()});
    assert_eq!((&now["status"], &now["left_in_dashboard"]), (&json!("active"), &want), "{now:#}");
    delete_in_dashboard(&world, "ada@example.com", old).await;
    world.settle().await;
    let now = ada.again(&first).await;
    assert_eq!((&now["status"], &now["left_in_dashboard"]), (&json!("active"), &Value::Null));
    assert_equal(&ada, &now, newest(&world)).await;
}

#[tokio::test]
async fn l7_a_duplicate_is_told_also_when_no_callback_comes() {
    let world = refusing(ClientKind::Partner).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(SIMPLE).await;
    lose_callbacks(&world, Some(CallbackKind::Fail));
    let session = refused(&ada, SIMPLE).await;
    assert_eq!(session["connection_id"], first["id"], "{session:#}");
}
