//! The addresses of a link: the one that opens it once, and the one that the browser comes back to.

use e2e::{Answer, TENANT, User, a_day_passes, minutes, options, user, world};
use local_cloud::{Effect, Fault, Service, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{ApiFault, ApiFaultKind, Browser, ClientKind, ErrorClass, NextConnect, Walk};

const BANK: &str = "fakebank_oauth_xf";

/// Clicks the session's address.
async fn click(ada: &User<'_>, session: &Value) -> Answer {
    ada.browse(session["connect_url"].as_str().unwrap()).await
}

/// The value of `name` in the query of an address.
fn query(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// Walks Salt Edge's pages; the address at which the browser comes back to us.
async fn come_back(ada: &User<'_>, session: &Value, walk: &Walk) -> String {
    let opened = click(ada, session).await;
    assert_eq!(opened.status, 303, "{}", opened.json);
    let page = Browser::new().unwrap().walk(&opened.location.unwrap(), walk).await.unwrap();
    assert!(page.left, "{} {}", page.url, page.html);
    page.url
}

#[tokio::test]
async fn a_link_opens_once_and_for_an_hour() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let used = ada.new_link(BANK).await;
    assert_eq!(click(&ada, &used).await.status, 303);
    assert_eq!(click(&ada, &used).await.problem(410), "link_token_spent");

    let (kept, old) = (ada.new_link(BANK).await, ada.new_link(BANK).await);
    world.advance(minutes(59), minutes(59)).await;
    assert_eq!(click(&ada, &kept).await.status, 303);
    world.advance(minutes(2), minutes(1)).await;
    assert_eq!(click(&ada, &old).await.problem(410), "link_token_spent");
    let shown = ada.session(old["id"].as_str().unwrap()).await;
    assert_eq!(shown["stage"], "expired", "{shown:#}");
    assert_eq!(shown["next_action"]["code"], "start_again", "{shown:#}");

    let api = world.cloud.api_url();
    for address in ["/connect/nobody-made-this", "/connect/return?state=nobody-made-this"] {
        let answer = ada.browse(&format!("{api}{address}")).await;
        assert_eq!(answer.problem(404), "link_token_not_found", "{address}");
    }
    for nowhere in ["/connect/return", "/connect/return?state="] {
        let answer = ada.browse(&format!("{api}{nowhere}")).await;
        assert_eq!(answer.problem(404), "link_token_not_found", "{nowhere}");
    }
    let calls = world.salt_edge.control().record().calls;
    let opened = calls.iter().filter(|call| call.path == "/api/v6/connections/connect").count();
    assert_eq!(opened, 2, "what was spent or unknown never reached Salt Edge");
}

#[tokio::test]
async fn two_clicks_at_once_open_one_session_at_salt_edge() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let (first, second) = tokio::join!(click(&ada, &session), click(&ada, &session));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    assert_eq!(world.salt_edge.control().open_sessions().len(), 1);
}

#[tokio::test]
async fn the_way_back_gives_one_code_however_often_it_is_gone() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let back = come_back(&ada, &session, &Walk::default()).await;
    let first = ada.browse(&back).await.location.unwrap();
    assert!(first.starts_with("https://app.acme.example/bank?from=halite&"), "{first}");
    assert!(query(&first, "code").is_some(), "{first}");
    let second = ada.browse(&back).await.location.unwrap();
    assert_eq!(query(&second, "code"), None, "{second}");
    assert_eq!(query(&second, "link_session_id"), query(&first, "link_session_id"));
    let path = format!("/v1/link-sessions/{}/confirm", session["id"].as_str().unwrap());
    ada.post(&path, &json!({"code": query(&first, "code")})).await.expect(200);
    world.settle().await;
    let after = ada.browse(&back).await.location.unwrap();
    assert_eq!(query(&after, "code"), None, "{after}");
    assert_eq!(ada.session(session["id"].as_str().unwrap()).await["stage"], "finished");
}

#[tokio::test]
async fn a_browser_that_comes_back_after_a_day_is_told_to_start_again() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let back = come_back(&ada, &session, &Walk::default()).await;
    a_day_passes(&world).await;
    assert_eq!(ada.browse(&back).await.problem(404), "link_token_not_found");
    let shown = ada.session(session["id"].as_str().unwrap()).await;
    assert!(shown["stage"] == "failed" || shown["stage"] == "expired", "{shown:#}");
    assert_eq!(shown["next_action"]["code"], "start_again", "{shown:#}");
    assert!(world.salt_edge.control().connections().is_empty(), "what it brought is taken back");
}

#[tokio::test]
async fn a_connection_that_the_browser_names_is_not_believed() {
    let world = world(options()).await;
    let bob = user(&world, TENANT, "bob");
    let body = json!({
        "intent": "link", "institution_id": "fakebank_simple_xf", "email": "bob@example.com",
        "return_to": e2e::RETURN_TO,
    });
    let his = bob.post("/v1/link-sessions", &body).await.expect(201);
    let visit = bob.visit(&his, &Walk::default()).await;
    bob.confirm(&visit).await.expect(200);
    world.settle().await;
    let his = world.salt_edge.control().connections().pop().unwrap();

    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let opened = click(&ada, &session).await;
    assert_eq!(opened.status, 303);
    // She never goes through the pages, and comes back with what is his.
    let fields = world.salt_edge.control().record().calls;
    let asked = fields.iter().rfind(|call| call.path == "/api/v6/connections/connect").unwrap();
    let asked: Value = serde_json::from_str(asked.body.as_deref().unwrap()).unwrap();
    let return_to = asked["data"]["attempt"]["return_to"].as_str().unwrap();
    let forged = format!("{return_to}&connection_id={}", his.id);
    let back = ada.browse(&forged).await.location.unwrap();
    let path = format!("/v1/link-sessions/{}/confirm", session["id"].as_str().unwrap());
    ada.post(&path, &json!({"code": query(&back, "code")})).await.expect(200);
    world.advance(minutes(70), minutes(10)).await;
    let shown = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(shown["stage"], "failed", "{shown:#}");
    assert_eq!(shown["next_action"]["code"], "start_again", "{shown:#}");
    assert_eq!(shown["connection_id"], Value::Null);
    assert_eq!(ada.get("/v1/connections").await["connections"], json!([]));
    assert_eq!(bob.get("/v1/connections").await["connections"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_session_that_was_cancelled_stays_cancelled_and_is_taken_back() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let id = session["id"].as_str().unwrap();
    let opened = click(&ada, &session).await.location.unwrap();
    let path = format!("/v1/link-sessions/{id}/cancel");
    for _ in 0..2 {
        let shown = ada.post(&path, &json!({})).await.expect(200);
        assert_eq!(shown["stage"], "cancelled", "{shown:#}");
        assert_eq!(shown["next_action"]["code"], "start_again", "{shown:#}");
    }
    let page = Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
    let back = ada.browse(&page.url).await.location.unwrap();
    assert_eq!(query(&back, "code"), None, "{back}");
    world.settle().await;
    assert_eq!(ada.session(id).await["stage"], "cancelled");
    assert_eq!(world.salt_edge.control().connections().len(), 1);
    a_day_passes(&world).await;
    assert!(world.salt_edge.control().connections().is_empty());
    assert_eq!(ada.session(id).await["stage"], "cancelled");
    assert_eq!(ada.get("/v1/connections").await["connections"], json!([]));
}

/// A click that Salt Edge does not serve brings the browser back to the SaaS, which knows why.
async fn turned_away(world: &World, story: &str, action: &str) {
    let ada = user(world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let answer = click(&ada, &session).await;
    assert_eq!(answer.status, 303, "{story}: {}", answer.json);
    let back = answer.location.unwrap();
    assert!(back.starts_with("https://app.acme.example/bank?from=halite&"), "{story}: {back}");
    assert_eq!(query(&back, "link_session_id").as_deref(), session["id"].as_str(), "{story}");
    assert_eq!(query(&back, "code"), None, "{story}: {back}");
    let shown = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(shown["stage"], "failed", "{story}: {shown:#}");
    assert_eq!(shown["next_action"]["code"], action, "{story}: {shown:#}");
    let sentence = shown["display_message"].as_str().expect("a sentence");
    assert!(!sentence.contains("by ourselves"), "nobody does, {story}: {sentence}");
}

#[tokio::test]
async fn salt_edge_may_refuse_to_open() {
    let world = world(options()).await;
    // First: a customer is created once only.
    for operation in ["POST /customers", "POST /connections/connect"] {
        world.cloud.tap().arm(Fault {
            function: Some(String::from("connect")),
            service: Some(Service::SaltEdge),
            operation: Some(operation.to_owned()),
            nth: 1,
            times: 1,
            effect: Effect::LoseAnswer,
        });
        turned_away(&world, operation, "start_again_later").await;
        assert_eq!(world.cloud.tap().waiting(), 0, "{operation}");
    }
    for (fault, action) in [
        (ApiFaultKind::TooManyRequests, "start_again_later"),
        (ApiFaultKind::ServerError, "start_again_later"),
        (ApiFaultKind::BadGateway, "start_again_later"),
        (ApiFaultKind::HtmlNotFound, "start_again_later"),
        (ApiFaultKind::Truncated, "start_again_later"),
        (ApiFaultKind::Reset, "start_again_later"),
        (ApiFaultKind::Error(ErrorClass::ProviderInactive), "choose_other_bank"),
        (ApiFaultKind::Error(ErrorClass::ClientDisabled), "fix_contract"),
        (ApiFaultKind::Error(ErrorClass::ApiKeyNotFound), "fix_keys"),
        (ApiFaultKind::Error(ErrorClass::ConnectionDisabled), "contact_support"),
    ] {
        let at_the_pages = ApiFault::next(fault, "POST", "/api/v6/connections/connect");
        world.salt_edge.control().add_api_fault(at_the_pages);
        turned_away(&world, &format!("{fault:?}"), action).await;
    }
    let ada = user(&world, TENANT, "ada");
    assert_eq!(ada.link(BANK).await["status"], "active", "once it serves again");
}

#[tokio::test]
async fn a_connect_address_that_salt_edge_let_run_out_ends_by_itself() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    world.salt_edge.control().next_connect(NextConnect::Expired);
    let session = ada.new_link(BANK).await;
    let opened = click(&ada, &session).await.location.unwrap();
    let page = Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
    assert!(!page.left, "Salt Edge keeps the browser: {}", page.url);
    a_day_passes(&world).await;
    let shown = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(shown["stage"], "expired", "{shown:#}");
    assert_eq!(shown["next_action"]["code"], "start_again", "{shown:#}");
}
