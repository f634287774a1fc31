//! L4 and S3: the consent box. Who left it empty reads one sentence, and one call begins the visit again.

use e2e::{
    RETURN_TO, TENANT, User, hours, options,
    refusals::{LINKS, link, link_with, send},
    user, world,
};
use local_cloud::WorldOptions;
use serde_json::{Value, json};
use simulator::{ClientKind, ProviderStatus, Switches, UntickedBox, Walk};

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";

fn unticked() -> Walk {
    Walk { ticks: false, ..Walk::default() }
}

/// Goes through a session's pages to its end.
async fn through(ada: &User<'_>, session: &Value, walk: &Walk) -> Value {
    let visit = ada.visit(session, walk).await;
    if visit.code.is_some() {
        ada.confirm(&visit).await.expect(200);
    }
    ada.world.settle().await;
    ada.session(&visit.session).await
}

/// The path of the one call that begins an ended visit again.
fn again(ada: &User<'_>, ended: &Value) -> String {
    let url = ended["retry_url"].as_str().unwrap_or_else(|| panic!("no way on: {ended:#}"));
    url.strip_prefix(ada.world.cloud.api_url()).expect("an address of the API").to_owned()
}

#[tokio::test]
async fn l4_an_empty_box_has_its_own_sentence_and_one_call_leads_on() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        for unticked_box in [UntickedBox::NothingShared, UntickedBox::AccessNotGranted] {
            let switches = Switches { unticked_box, ..options().switches };
            let world = world(WorldOptions { kind, switches, ..options() }).await;
            let ada = user(&world, TENANT, "ada");
            for bank in [OAUTH, SIMPLE] {
                let case = format!("{kind:?} {unticked_box:?} {bank}");
                let ended = through(&ada, &ada.new_link(bank).await, &unticked()).await;
                assert_eq!(ended["stage"], "failed", "{case}: {ended:#}");
                assert_eq!(ended["next_action"]["code"], "consent_not_granted", "{case}");
                let english = ended["display_message"].as_str().unwrap();
                assert!(english.contains("box"), "{case}: {english}");
                let vi = user(&world, TENANT, "ada").speaking("vi");
                let vietnamese = vi.session(ended["id"].as_str().unwrap()).await;
                let vietnamese = vietnamese["display_message"].as_str().unwrap();
                assert!(vietnamese.contains("ô đồng ý"), "{case}: {vietnamese}");

                let session = ada.post(&again(&ada, &ended), &json!({})).await.expect(201);
                assert_eq!(session["institution"]["id"], bank, "{case}");
                let finished = through(&ada, &session, &Walk::default()).await;
                assert_eq!(finished["stage"], "finished", "{case}: {finished:#}");
                assert_eq!(finished["retry_url"], Value::Null);
            }
            let listed = ada.get("/v1/connections").await;
            assert_eq!(listed["connections"].as_array().map(Vec::len), Some(2));
        }
    }
}

#[tokio::test]
async fn l4_a_visit_to_a_connection_is_begun_again_too() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(OAUTH).await;
    for verb in ["reconnect", "fetch-accounts"] {
        world.advance(hours(2), hours(1)).await;
        let path = format!("/v1/connections/{}/{verb}", connection["id"].as_str().unwrap());
        let session = ada.post(&path, &json!({"return_to": RETURN_TO})).await.expect(201);
        let ended = through(&ada, &session, &Walk { denies: true, ..Walk::default() }).await;
        assert_eq!(ended["stage"], "failed", "{verb}: {ended:#}");
        let next = ada.post(&again(&ada, &ended), &json!({"locale": "vi"})).await.expect(201);
        assert_eq!(next["intent"], ended["intent"], "{verb}");
        assert_eq!(next["connection_id"], connection["id"], "{verb}");
        let finished = through(&ada, &next, &Walk::default()).await;
        assert_eq!(finished["stage"], "finished", "{verb}: {finished:#}");
    }
}

#[tokio::test]
async fn l4_what_was_given_for_the_visit_is_not_asked_again() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let body: Value =
        serde_json::from_slice(&link_with("type_of_account", json!("shared"))).unwrap();
    let session = ada.post(LINKS, &body).await.expect(201);
    let ended = through(&ada, &session, &unticked()).await;
    let session = ada.post(&again(&ada, &ended), &json!({})).await.expect(201);
    ada.open(&session).await;
    let calls = world.salt_edge.control().record().calls;
    let newest = calls.iter().rfind(|call| call.path.ends_with("/connections/connect")).unwrap();
    let newest: Value = serde_json::from_str(newest.body.as_deref().unwrap()).unwrap();
    assert_eq!(newest["data"]["kyc"]["type_of_account"], "shared");
    let customers =
        calls.iter().filter(|call| call.method == "POST" && call.path.ends_with("/customers"));
    assert_eq!(customers.count(), 1, "the same customer");
}

#[tokio::test]
async fn l4_only_what_ended_badly_is_begun_again_and_only_by_its_creator() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let retry = |session: &Value| format!("{LINKS}/{}/retry", session["id"].as_str().unwrap());
    let created = ada.new_link(OAUTH).await;
    let redirected = ada.new_link(OAUTH).await;
    ada.open(&redirected).await;
    let returned = ada.new_link(OAUTH).await;
    let visit = ada.visit(&returned, &Walk::default()).await;
    for session in [&created, &redirected, &returned] {
        assert_eq!(ada.post(&retry(session), &json!({})).await.problem(409), "wrong_state");
    }
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    assert_eq!(ada.post(&retry(&returned), &json!({})).await.problem(409), "wrong_state");

    ada.post(&retry(&created).replace("retry", "cancel"), &json!({})).await.expect(200);
    for (who, status, code) in [
        (user(&world, TENANT, "bob"), 404, "link_session_not_found"),
        (user(&world, TENANT, "boss").with_scope("halite:tenant"), 403, "not_the_creator"),
        (user(&world, e2e::OTHER, "ada"), 404, "link_session_not_found"),
    ] {
        assert_eq!(who.post(&retry(&created), &json!({})).await.problem(status), code);
    }
    let extra = ada.post(&retry(&created), &json!({"return_to": RETURN_TO})).await;
    assert_eq!(extra.problem(400), "unknown_field");
    ada.post(&retry(&created), &json!({})).await.expect(201);
    world.advance(hours(2), hours(1)).await;
    let expired = send(&world, "POST", LINKS, link().to_string().as_bytes()).await.json();
    world.advance(hours(2), hours(1)).await;
    ada.post(&retry(&expired), &json!({})).await.expect(201);

    let control = world.salt_edge.control();
    control.set_provider_status(OAUTH, ProviderStatus::Disabled).unwrap();
    world.settle().await;
    let refused = ada.post(&retry(&created), &json!({})).await;
    assert_eq!(refused.problem(409), "institution_unavailable");
    assert_eq!(refused.json["next_action"]["code"], "choose_other_bank");
}
