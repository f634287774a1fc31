//! Callbacks that Salt Edge did not send, or not like this: refused alike, and nothing comes of them.

use e2e::{
    TENANT,
    logs::Logs,
    minutes, options,
    oracle::newest,
    raw::{Raw, items, raw},
    user, world,
};
use local_cloud::{Effect, Fault, Service, World};
use serde_json::{Value, json};
use simulator::{
    CallbackKind, Signer, TEST_CLIENT_PRIVATE_KEY, TEST_PRIVATE_KEY, callback_message,
};

const BANK: &str = "fakebank_oauth_xf";
const ROUTE: &str = "/hooks/saltedge/success";

/// The signature of Salt Edge for a body at a registered address.
fn signed(world: &World, route: &str, body: &[u8]) -> String {
    let url = format!("{}{route}", world.cloud.api_url());
    Signer::from_pem(TEST_PRIVATE_KEY).unwrap().sign(&callback_message(&url, body)).unwrap()
}

async fn send(world: &World, route: &str, body: &[u8]) -> Raw {
    let signature = signed(world, route, body);
    let headers = [
        ("content-type", "application/json"),
        ("signature", signature.as_str()),
        ("signature-key-version", "6.0"),
    ];
    raw(world, "POST", route, &headers, body).await
}

fn told_of(connection: &str) -> Vec<u8> {
    let data = json!({"connection_id": connection, "customer_id": "11", "stage": "finish"});
    json!({"data": data, "meta": {"version": "6", "time": "2026-03-02T09:00:00Z"}})
        .to_string()
        .into_bytes()
}

/// What a stranger can tell apart: everything but the reference of this one call.
fn visible(answer: &Raw) -> (u16, Value, Vec<String>) {
    let mut body = answer.json();
    body["error_ref"] = Value::Null;
    (answer.status, body, answer.headers.keys().cloned().collect())
}

#[tokio::test]
async fn every_forged_signature_gets_one_and_the_same_answer() {
    let world = world(options()).await;
    let connection = user(&world, TENANT, "ada").link(BANK).await;
    assert_eq!(connection["status"], "active");
    let body = told_of(&newest(&world).to_string());
    let good = signed(&world, ROUTE, &body);
    let api = world.cloud.api_url();
    let by = |key: &str, message: &[u8]| Signer::from_pem(key).unwrap().sign(message).unwrap();
    let over = |text: &str| by(TEST_PRIVATE_KEY, &callback_message(text, &body));
    let last = good.trim_end_matches('=').len() - 1;
    let mut loose = good.clone();
    loose.replace_range(last..=last, if &good[last..=last] == "B" { "C" } else { "B" });
    let forged: Vec<(&str, Vec<(&str, String)>)> = vec![
        ("nothing", vec![]),
        ("no version", vec![("signature", good.clone())]),
        ("no signature", vec![("signature-key-version", "6.0".into())]),
        ("an unknown version", version(&good, "7.0")),
        ("the version of another key", version(&good, "5.0")),
        ("an older way to write it", version(&good, "6")),
        ("an empty version", version(&good, "")),
        ("an empty signature", version("", "6.0")),
        (
            "another's key",
            version(
                &by(TEST_CLIENT_PRIVATE_KEY, &callback_message(&format!("{api}{ROUTE}"), &body)),
                "6.0",
            ),
        ),
        ("another kind's address", version(&over(&format!("{api}/hooks/saltedge/fail")), "6.0")),
        ("another host", version(&over(&format!("https://evil.example{ROUTE}")), "6.0")),
        ("an address with a slash", version(&over(&format!("{api}{ROUTE}/")), "6.0")),
        ("no address", version(&by(TEST_PRIVATE_KEY, &body), "6.0")),
        (
            "doubled",
            vec![
                ("signature", good.clone()),
                ("signature", good.clone()),
                ("signature-key-version", "6.0".into()),
            ],
        ),
        ("joined", version(&format!("{good},{good}"), "6.0")),
        (
            "two versions",
            vec![
                ("signature", good.clone()),
                ("signature-key-version", "6.0".into()),
                ("signature-key-version", "6.0".into()),
            ],
        ),
        ("base64 for addresses", version(&good.replace('+', "-").replace('/', "_"), "6.0")),
        ("no padding", version(good.trim_end_matches('='), "6.0")),
        ("more padding", version(&format!("{good}="), "6.0")),
        ("a space inside", version(&format!("{} {}", &good[..80], &good[80..]), "6.0")),
        ("loose bits at the end", version(&loose, "6.0")),
        ("cut", version(&good[..good.len() - 4], "6.0")),
        ("hex", version(&"ab".repeat(256), "6.0")),
        ("zeros", version(&"A".repeat(344), "6.0")),
    ];
    // The body is Salt Edge's, and was changed afterwards.
    let text = String::from_utf8(body.clone()).unwrap();
    let changed = [
        ("a space more", text.replace(':', ": ")),
        ("a line more", format!("{text}\n")),
        ("a key twice", text.replacen('{', "{\"data\":{},", 1)),
        ("cut", text[..text.len() / 2].to_owned()),
        ("empty", String::new()),
    ];
    let before = items(&world).await;
    let mut answers = Vec::new();
    for (case, headers) in &forged {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        answers.push((*case, raw(&world, "POST", ROUTE, &headers, &body).await));
    }
    for (case, text) in &changed {
        let headers = [("signature", good.as_str()), ("signature-key-version", "6.0")];
        answers.push((*case, raw(&world, "POST", ROUTE, &headers, text.as_bytes()).await));
    }
    let first = visible(&answers[0].1);
    assert_eq!((first.0, &first.1["code"]), (401, &json!("invalid_signature")));
    for (case, answer) in &answers {
        // base64 without `+` or `/` is the same text in either alphabet; this one has some.
        assert_eq!(visible(answer), first, "{case}");
    }
    assert!(world.cloud.queued().is_empty(), "a message lies on a queue");
    assert_eq!(items(&world).await, before);
}

fn version<'a>(signature: &str, version: &str) -> Vec<(&'a str, String)> {
    vec![("signature", signature.to_owned()), ("signature-key-version", version.to_owned())]
}

#[tokio::test]
async fn a_signed_body_that_is_of_no_use_is_taken_once_and_dropped() {
    let world = world(options()).await;
    let before = items(&world).await;
    let logs = Logs::at("info");
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let useless = [
        ("not JSON", "hello".to_owned()),
        ("no data", "{}".to_owned()),
        ("data of another kind", r#"{"data":[]}"#.to_owned()),
        ("deep", format!(r#"{{"data":{{"custom_fields":{}}}}}"#, deep(40))),
        ("very deep", deep(30_000)),
        ("no id", r#"{"data":{"connection_id":"../1"}}"#.to_owned()),
        ("a long id", format!(r#"{{"data":{{"connection_id":"{}"}}}}"#, "1".repeat(21))),
    ];
    for (case, body) in &useless {
        let answer = send(&world, ROUTE, body.as_bytes()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{case}");
    }
    assert_eq!(logs.alarms("callback_unreadable"), useless.len());
    let large = format!(r#"{{"data":{{"x":"{}"}}}}"#, "y".repeat(65 * 1024));
    assert_eq!(send(&world, ROUTE, large.as_bytes()).await.said(), (413, "body_too_large".into()));
    assert!(world.cloud.queued().is_empty());
    assert_eq!(items(&world).await, before);
}

#[tokio::test]
async fn a_callback_is_no_oracle_for_ids_and_does_not_care_for_host_names() {
    let world = world(options()).await;
    user(&world, TENANT, "ada").link(BANK).await;
    let journal = e2e::oracle::journal_keys(&world).await;
    let known = newest(&world).to_string();
    let unknown = "1700780000000009999";
    let mut seen = Vec::new();
    for id in [known.as_str(), unknown] {
        let text = told_of(id);
        let answer = send(&world, ROUTE, &text).await;
        let number = String::from_utf8(text).unwrap().replace(&format!("\"{id}\""), id);
        assert_eq!(send(&world, ROUTE, number.as_bytes()).await.status, 200, "ids may be numbers");
        seen.push(visible(&answer));
    }
    assert_eq!(seen[0], seen[1]);
    let body = told_of(&known);
    let signature = signed(&world, ROUTE, &body);
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "ftp"),
    ] {
        let headers =
            [("signature", signature.as_str()), ("signature-key-version", "6.0"), (name, value)];
        assert_eq!(raw(&world, "POST", ROUTE, &headers, &body).await.status, 200, "{name}");
    }
    world.settle().await;
    assert!(world.cloud.dead_letters().is_empty());
    assert_eq!(e2e::oracle::journal_keys(&world).await, journal);
}

#[tokio::test]
async fn a_callback_is_answered_well_only_when_it_is_on_the_queue() {
    let world = world(options()).await;
    let body = told_of("1700780000000009999");
    let tap = world.cloud.tap();
    let broken = Fault {
        function: Some("webhook".into()),
        service: Some(Service::Sqs),
        operation: None,
        nth: 1,
        times: 20,
        effect: Effect::FailBefore,
    };
    tap.arm(broken);
    assert_eq!(send(&world, ROUTE, &body).await.said(), (503, "unavailable".into()));
    tap.disarm();
    assert!(world.cloud.queued().is_empty());
    for (effect, messages) in [(Effect::KillBefore, 0), (Effect::KillAfter, 1)] {
        tap.arm(Fault::at("webhook", 1, effect));
        assert_eq!(send(&world, ROUTE, &body).await.status, 500, "{effect:?}");
        assert_eq!(world.cloud.queued().len(), messages, "{effect:?}");
    }
    assert_eq!(send(&world, ROUTE, &body).await.status, 200);
    assert_eq!(world.cloud.queued().len(), 2);
    world.settle().await;
}

#[tokio::test]
async fn fifty_replays_after_a_revocation_bring_nothing_back() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let control = world.salt_edge.control();
    let true_ones: Vec<(CallbackKind, Value)> =
        control.record().callbacks.into_iter().map(|one| (one.kind, one.body)).collect();
    let success = true_ones.iter().find(|(kind, _)| *kind == CallbackKind::Success).unwrap();
    let body = success.1.to_string();
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    world.advance(minutes(3), minutes(1)).await;
    let rows = ada.statement(&connection).await;
    let journal = e2e::oracle::journal_keys(&world).await;
    let calls = control.record().calls.len();
    for _ in 0..50 {
        assert_eq!(send(&world, ROUTE, body.as_bytes()).await.status, 200);
    }
    world.settle().await;
    world.advance(minutes(3), minutes(1)).await;
    assert_eq!(e2e::revoking::reads_since(&world, calls), Vec::<String>::new());
    assert!(control.record().calls.len() - calls < 10, "replays make no work at Salt Edge");
    assert_eq!(e2e::oracle::journal_keys(&world).await, journal);
    assert_eq!(ada.statement(&connection).await, rows);
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
    assert!(world.cloud.dead_letters().is_empty());
}

#[tokio::test]
async fn trap_17_trap_20_callbacks_that_come_again_out_of_turn_or_for_nobody_make_nothing() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let control = world.salt_edge.control();
    // Each stage and all three successes, as they came while there was no connection yet.
    let mut sent: Vec<(&str, Value)> = control
        .record()
        .callbacks
        .into_iter()
        .map(|one| {
            let success = one.kind == CallbackKind::Success;
            (if success { "success" } else { "notify" }, one.body)
        })
        .collect();
    let body = sent[0].1.clone();
    let told = |changes: Value| {
        let mut body = body.clone();
        for (name, value) in changes.as_object().unwrap() {
            body["data"][name] = value.clone();
        }
        body
    };
    let failed = json!({"connection_id": null, "error_class": "InvalidCredentials"});
    let nobody =
        json!({"connection_id": "1300450000000009999", "customer_id": "999", "custom_fields": {}});
    sent.push(("fail", told(failed)));
    sent.push(("success", told(nobody)));
    let before = (e2e::oracle::journal_keys(&world).await, ada.statement(&connection).await);
    for (route, body) in sent.iter().chain(sent.iter().rev()) {
        let route = format!("/hooks/saltedge/{route}");
        assert_eq!(send(&world, &route, body.to_string().as_bytes()).await.status, 200, "{route}");
    }
    world.settle().await;
    world.advance(minutes(3), minutes(1)).await;
    let after = (e2e::oracle::journal_keys(&world).await, ada.statement(&connection).await);
    assert_eq!(after, before);
    assert_eq!(ada.stands(&connection).await.0, "active");
    assert_eq!(ada.get("/v1/connections").await["connections"].as_array().unwrap().len(), 1);
    assert!(world.cloud.dead_letters().is_empty());
}
