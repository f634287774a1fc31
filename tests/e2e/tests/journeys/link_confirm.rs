//! Nothing is readable before the SaaS confirms with its user's token; what nobody confirms is taken back.

use e2e::{OTHER, TENANT, hours, minutes, options, oracle::journal_keys, user, world};
use local_cloud::WorldOptions;
use serde_json::{Value, json};
use simulator::{ClientKind, ConsentStatus, RevokeReason, Walk};

const BANK: &str = "fakebank_oauth_xf";

#[tokio::test]
async fn what_the_saas_never_confirms_is_taken_back_after_a_day() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = world(WorldOptions { kind, ..options() }).await;
        let ada = user(&world, TENANT, "ada").with_scope("halite:tenant");
        let session = ada.new_link(BANK).await;
        let visit = ada.visit(&session, &Walk::default()).await;
        world.advance(hours(23), hours(23)).await;
        let shown = ada.session(&visit.session).await;
        assert_eq!(shown["stage"], "returned", "{shown:#}");
        assert_eq!(shown["connection_id"], Value::Null, "{shown:#}");
        assert_eq!(ada.get("/v1/connections").await["connections"], json!([]));
        assert_eq!(world.salt_edge.control().record().revocations.len(), 0);

        world.advance(minutes(70), minutes(65)).await;
        world.advance(minutes(10), minutes(1)).await;
        let shown = ada.session(&visit.session).await;
        assert_eq!(shown["stage"], "failed", "{shown:#}");
        assert_eq!(shown["next_action"]["code"], "start_again", "{shown:#}");
        assert_eq!(shown["connection_id"], Value::Null, "{shown:#}");
        assert_eq!(ada.get("/v1/connections").await["connections"], json!([]));
        assert_eq!(ada.confirm(&visit).await.problem(409), "wrong_state");

        let ledger = world.salt_edge.control().ledger();
        let record = world.salt_edge.control().record();
        let reasons: Vec<_> = record.revocations.iter().map(|end| end.reason).collect();
        assert_eq!(reasons, [RevokeReason::Client]);
        assert!(ledger.consents.iter().all(|consent| consent.status != ConsentStatus::Active));
        let removed: Vec<_> = record.deletions.iter().map(|end| end.by.as_str()).collect();
        if kind == ClientKind::Client {
            assert_eq!((removed, ledger.connections.len()), (vec!["api"], 0));
        } else {
            assert_eq!((removed, ledger.connections.len()), (vec![], 1));
        }
        assert_eq!(ada.link(BANK).await["status"], "active");
    }
}

#[tokio::test]
async fn only_who_began_a_link_confirms_it() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    let strangers = [
        (user(&world, TENANT, "bob"), 404, "link_session_not_found"),
        (user(&world, TENANT, "eve").with_scope("halite:tenant"), 403, "not_the_creator"),
        (user(&world, OTHER, "ada"), 404, "link_session_not_found"),
        (user(&world, OTHER, "ada").with_scope("halite:tenant"), 404, "link_session_not_found"),
    ];
    for (stranger, status, code) in &strangers {
        assert_eq!(stranger.confirm(&visit).await.problem(*status), *code);
    }
    world.settle().await;
    for (reader, ..) in &strangers {
        assert_eq!(reader.get("/v1/connections").await["connections"], json!([]));
    }
    assert_eq!(ada.session(&visit.session).await["stage"], "returned");
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
}

#[tokio::test]
async fn a_wrong_code_does_nothing_and_the_right_one_may_come_twice() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let path = format!("/v1/link-sessions/{}/confirm", session["id"].as_str().unwrap());
    let guess = json!({"code": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"});
    assert_eq!(ada.post(&path, &guess).await.problem(400), "invalid_code", "before the click");
    let visit = ada.visit(&session, &Walk::default()).await;
    assert_eq!(ada.post(&path, &guess).await.problem(400), "invalid_code", "after the return");
    assert_eq!(ada.post(&path, &json!({"code": ""})).await.problem(400), "invalid_code");
    assert_eq!(ada.session(&visit.session).await["stage"], "returned");

    let first = ada.confirm(&visit).await.expect(200);
    let second = ada.confirm(&visit).await.expect(200);
    assert_eq!(first, second);
    world.settle().await;
    let finished = ada.session(&visit.session).await;
    assert_eq!(finished["stage"], "finished");
    assert_eq!(ada.confirm(&visit).await.expect(200), finished);
    let cancel = path.replace("/confirm", "/cancel");
    assert_eq!(ada.post(&cancel, &json!({})).await.problem(409), "wrong_state", "too late");
    world.settle().await;
    let listed = ada.get("/v1/connections").await;
    assert_eq!(listed["connections"].as_array().map(Vec::len), Some(1), "{listed:#}");
    assert_eq!(journal_keys(&world).await.len(), 1);
}
