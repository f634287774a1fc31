//! The local cloud as an embedder sees it: time, queues, faults, what is kept, and what is left over.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use jiff::SignedDuration;
use local_cloud::{Data, Effect, Fault, Service, TemplateText, World, WorldOptions};
use simulator::{Browser, Walk};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

struct User<'a> {
    world: &'a World,
    http: reqwest::Client,
}

impl<'a> User<'a> {
    fn of(world: &'a World) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { world, http }
    }

    async fn call(
        &self,
        method: &str,
        path: &str,
        body: serde_json::Value,
    ) -> (u16, serde_json::Value) {
        let token = self.world.cloud.token("demo", "ada", &["halite:read", "halite:write"]);
        let url = format!("{}{path}", self.world.cloud.api_url());
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(token);
        if method == "POST" {
            request = request.header("content-type", "application/json").body(body.to_string());
            request = request.header("idempotency-key", self.world.cloud.clock().now().to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// Links a bank up to the confirmation; the session.
    async fn link(&self) -> serde_json::Value {
        let return_to = format!("{}/return", self.world.cloud.page_url());
        let wish = serde_json::json!({
            "intent": "link", "institution_id": "fakebank_oauth_xf",
            "email": "ada@example.com", "return_to": return_to,
        });
        let (status, session) = self.call("POST", "/v1/link-sessions", wish).await;
        assert_eq!(status, 201, "{session}");
        let browser = Browser::new().unwrap();
        let opened = browser.open(session["connect_url"].as_str().unwrap()).await.unwrap();
        assert!(opened.left, "the redirect leads to Salt Edge: {opened:?}");
        let back = browser.walk(&opened.url, &Walk::default()).await.unwrap();
        let home = browser.open(&back.url).await.unwrap();
        assert!(home.url.starts_with(&return_to), "{home:?}");
        self.world.settle().await;
        let id = home.query("link_session_id").unwrap();
        let code = serde_json::json!({ "code": home.query("code") });
        let (status, session) =
            self.call("POST", &format!("/v1/link-sessions/{id}/confirm"), code).await;
        assert_eq!(status, 200, "{session}");
        self.world.settle().await;
        session
    }

    async fn connections(&self) -> Vec<serde_json::Value> {
        let (status, list) = self.call("GET", "/v1/connections", serde_json::Value::Null).await;
        assert_eq!(status, 200, "{list}");
        list["connections"].as_array().unwrap().clone()
    }
}

async fn world(data: Data) -> World {
    let world = World::start(WorldOptions { data, ..WorldOptions::default() }).await.unwrap();
    world.cloud.tick().await.unwrap();
    world.settle().await;
    world
}

#[tokio::test]
async fn a_bank_is_linked_through_gateway_queue_and_table() {
    let world = world(Data::Memory).await;
    let user = User::of(&world);
    user.link().await;
    world.advance(MINUTE * 3, MINUTE).await;
    let connections = user.connections().await;
    assert_eq!(connections.len(), 1, "{connections:?}");
    let counts = world.cloud.tap().counts();
    let asked = |service| counts.iter().any(|((_, one, _), _)| *one == service);
    for service in
        [Service::DynamoDb, Service::Kms, Service::Sqs, Service::Secrets, Service::SaltEdge]
    {
        assert!(asked(service), "{service:?} in {counts:?}");
    }
    assert!(world.cloud.tap().half_units("sync").1 > 0, "what sync writes is counted");
}

#[tokio::test]
async fn a_killed_function_gets_its_message_again_after_the_visibility_time_out() {
    for effect in [Effect::KillBefore, Effect::KillAfter] {
        let world = World::start(WorldOptions::default()).await.unwrap();
        world.cloud.tap().arm(Fault::at("sync", 2, effect));
        world.cloud.tick().await.unwrap();
        world.settle().await;
        assert_eq!(world.cloud.tap().fired(), 1);
        let queued = world.cloud.queued();
        assert_eq!(queued.len(), 1, "the message is hidden, not gone");
        assert_eq!(queued[0].1.received, 1);
        world.advance(MINUTE * 12, MINUTE * 12).await;
        assert!(world.cloud.queued().is_empty(), "{:?}", world.cloud.queued());
    }
}

#[tokio::test]
async fn a_lost_answer_and_a_refusal_are_survived_by_the_sdk() {
    for effect in [Effect::LoseAnswer, Effect::FailBefore] {
        let world = World::start(WorldOptions::default()).await.unwrap();
        let fault = Fault { service: Some(Service::DynamoDb), ..Fault::at("schedule", 1, effect) };
        world.cloud.tap().arm(fault);
        world.cloud.tick().await.unwrap();
        world.settle().await;
        assert_eq!(world.cloud.tap().fired(), 1, "{effect:?}");
    }
}

#[tokio::test]
async fn a_message_that_never_succeeds_becomes_a_dead_letter() {
    let world = World::start(WorldOptions::default()).await.unwrap();
    let fault = Fault { times: 1_000, ..Fault::at("sync", 1, Effect::FailBefore) };
    world.cloud.tap().arm(fault);
    world.cloud.tick().await.unwrap();
    for _ in 0..6 {
        world.settle().await;
        world.cloud.clock().advance(MINUTE * 12);
    }
    world.settle().await;
    world.cloud.tap().disarm();
    let dead = world.cloud.take_dead_letters();
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!((dead[0].0.as_str(), dead[0].1.received), ("SyncDeadLetters", 5));
}

#[tokio::test]
async fn a_right_that_the_template_does_not_give_is_missing_here_too() {
    let own = include_str!("../../../template.yaml");
    for (from, to) in [
        ("LeadingKeys: [CATALOGUE, TICK]", "LeadingKeys: [CATALOGUE]"),
        ("!Sub ${Table.Arn}/index/due", "!Sub ${Table.Arn}/index/slots"),
    ] {
        assert!(own.contains(from));
        let template = TemplateText::Text(own.replacen(from, to, 1));
        let world = World::start(WorldOptions { template, ..WorldOptions::default() });
        let world = world.await.unwrap();
        let refused = world.cloud.tick().await.unwrap_err().to_string();
        assert!(refused.contains("AccessDeniedException"), "{from}: {refused}");
    }
}

#[tokio::test]
async fn what_is_left_over_fails_the_test_that_leaves_it() {
    let world = World::start(WorldOptions::default()).await.unwrap();
    world.cloud.tick().await.unwrap();
    let dropped = tokio::spawn(async move { drop(world) }).await;
    assert!(dropped.is_err_and(|error| error.is_panic()), "a message was left on the queue");
}

#[tokio::test]
async fn started_again_the_data_is_still_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data::Folder(folder.path().to_owned());
    let first = world(data.clone()).await;
    User::of(&first).link().await;
    let before = User::of(&first).connections().await;
    first.cloud.tick().await.unwrap();
    first.cloud.stop().await.unwrap();
    let second = World::start(WorldOptions { data, ..WorldOptions::default() }).await.unwrap();
    let after = User::of(&second).connections().await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0]["id"], before[0]["id"]);
    second.cloud.abandon();
}
