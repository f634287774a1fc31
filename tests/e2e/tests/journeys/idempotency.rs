//! `Idempotency-Key`: a request that is repeated gets the answer it had, and there is one session.

use e2e::{
    OTHER, RETURN_TO, TENANT, hours, options,
    raw::{Raw, items, raw},
    refusals::{BANK, LINKS, assert_problem, link, link_with},
    user, world,
};
use local_cloud::{Effect, Fault, Service, World};
use serde_json::{Value, json};
use simulator::{ProviderStatus, Walk};

/// A POST of this user with exactly this key, or none.
async fn post(world: &World, who: (&str, &str), path: &str, key: &str, body: &Value) -> Raw {
    let bearer = format!("Bearer {}", user(world, who.0, who.1).token());
    let mut headers =
        vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
    headers.extend(Some(("idempotency-key", key)).filter(|(_, key)| !key.is_empty()));
    raw(world, "POST", path, &headers, body.to_string().as_bytes()).await
}

const ADA: (&str, &str) = (TENANT, "ada");

async fn begun(world: &World, key: &str, body: &Value) -> Raw {
    post(world, ADA, LINKS, key, body).await
}

/// Sessions in the table.
async fn sessions(world: &World) -> usize {
    items(world).await.keys().filter(|(_, sk)| sk == "L").count()
}

#[tokio::test]
async fn idempotency_the_same_answer_comes_again_byte_for_byte() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let first = begun(&world, "\"one\"", &link()).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let session = first.json();
    for (moment, key) in
        [("at once", "\"one\""), ("bare", "one"), ("with a parameter", "\"one\";v=1")]
    {
        let again = begun(&world, key, &link()).await;
        assert_eq!((again.status, &again.text), (201, &first.text), "{moment}");
    }
    let spaced = link().to_string().replace("\":", "\" :  ").replace(",\"", " , \"");
    let again = begun(&world, "one", &serde_json::from_str(&spaced).unwrap()).await;
    assert_eq!(again.text, first.text, "spaces are no other payload");

    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    let again = begun(&world, "one", &link()).await;
    assert_eq!((again.status, &again.text), (201, &first.text), "when the visit is over");
    assert_eq!(again.headers["cache-control"], "no-store");
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
    assert_eq!(sessions(&world).await, 1);
}

#[tokio::test]
async fn idempotency_every_post_that_begins_a_visit_needs_a_key() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let visit = json!({"return_to": RETURN_TO});
    let long = "k".repeat(256);
    let before = items(&world).await;
    for (route, body) in [
        (LINKS.to_owned(), link()),
        (format!("{path}/reconnect"), visit.clone()),
        (format!("{path}/fetch-accounts"), visit.clone()),
        (format!("{path}/refresh"), json!({"return_to": RETURN_TO, "present": true})),
    ] {
        let refused = post(&world, ADA, &route, "", &body).await;
        assert_eq!(refused.said(), (400, "missing_idempotency_key".into()), "{route}");
        assert_problem(&refused, &route);
        assert_eq!(refused.json()["errors"][0]["pointer"], "Idempotency-Key", "{route}");
        for key in ["\"\"", "\"half", "one, two", "a b", "\"é\"", &long] {
            let refused = post(&world, ADA, &route, key, &body).await;
            assert_eq!(refused.said(), (400, "invalid_idempotency_key".into()), "{route} {key}");
            assert_problem(&refused, key);
        }
        assert_eq!(items(&world).await, before, "{route} left something");
    }
    let bearer = format!("Bearer {}", ada.token());
    let twice =
        [("authorization", bearer.as_str()), ("idempotency-key", "a"), ("idempotency-key", "a")];
    let refused = raw(&world, "POST", LINKS, &twice, link().to_string().as_bytes()).await;
    assert_eq!(refused.status, 400, "{}", refused.text);

    world.advance(hours(2), hours(1)).await;
    let asked = post(&world, ADA, &format!("{path}/refresh"), "", &json!({})).await;
    assert_eq!(asked.status, 202, "an ask without the user needs no key: {}", asked.text);
    world.settle().await;
    for route in ["reconnect", "fetch-accounts", "refresh"] {
        let mut body = visit.clone();
        if route == "refresh" {
            body["present"] = json!(true);
        }
        let route = format!("{path}/{route}");
        let first = post(&world, ADA, &route, "visit", &body).await;
        let again = post(&world, ADA, &route, "visit", &body).await;
        assert_eq!((first.status, again.status), (201, 201), "{route}: {}", first.text);
        assert_eq!(first.text, again.text, "{route}");
    }
    assert_eq!(sessions(&world).await, 4);
}

#[tokio::test]
async fn idempotency_a_key_is_its_users_and_its_routes() {
    let world = world(options()).await;
    let mut ids = std::collections::BTreeSet::new();
    for who in [ADA, (TENANT, "bob"), (OTHER, "ada"), (OTHER, "bob")] {
        let made = post(&world, who, LINKS, "shared", &link()).await;
        assert_eq!(made.status, 201, "{who:?}: {}", made.text);
        ids.insert(made.json()["id"].to_string());
    }
    assert_eq!(ids.len(), 4, "nobody is given what is another's");
    let connection = user(&world, TENANT, "ada").link(BANK).await;
    let route = format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap());
    let made = post(&world, ADA, &route, "shared", &json!({"return_to": RETURN_TO})).await;
    assert_eq!(made.status, 201, "another route: {}", made.text);
}

#[tokio::test]
async fn idempotency_a_key_with_another_payload_is_refused() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let [one, two] = [ada.link(BANK).await, ada.link("fakebank_simple_xf").await];
    let path = |connection: &Value| {
        format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap())
    };
    let visit = json!({"return_to": RETURN_TO});
    assert_eq!(post(&world, ADA, &path(&one), "k", &visit).await.status, 201);
    assert_eq!(begun(&world, "k", &link()).await.status, 201);
    let before = items(&world).await;
    let other: Value =
        serde_json::from_slice(&link_with("institution_id", json!("fakebank_simple_xf"))).unwrap();
    let bad: Value = serde_json::from_slice(&link_with("email", json!("nobody"))).unwrap();
    for (case, route, body) in [
        ("another bank", LINKS.to_owned(), &other),
        ("a body that is wrong besides", LINKS.to_owned(), &bad),
        ("another connection", path(&two), &visit),
    ] {
        let refused = post(&world, ADA, &route, "k", body).await;
        assert_eq!(refused.said(), (422, "idempotency_key_reused".into()), "{case}");
        assert_problem(&refused, case);
        assert_eq!(refused.json()["next_action"]["code"], "fix_request", "{case}");
    }
    assert_eq!(items(&world).await, before);
}

#[tokio::test]
async fn idempotency_a_refusal_is_not_kept() {
    let world = world(options()).await;
    let control = world.salt_edge.control();
    control.set_provider_status(BANK, ProviderStatus::Inactive).unwrap();
    world.settle().await;
    let bad: Value = serde_json::from_slice(&link_with("email", json!("nobody"))).unwrap();
    assert_eq!(begun(&world, "k", &bad).await.said(), (400, "invalid_email".into()));
    assert_eq!(begun(&world, "k", &link()).await.said(), (409, "institution_unavailable".into()));
    control.set_provider_status(BANK, ProviderStatus::Active).unwrap();
    world.settle().await;
    assert_eq!(begun(&world, "k", &link()).await.status, 201);
    assert_eq!(sessions(&world).await, 1);
}

#[tokio::test]
async fn idempotency_a_key_is_kept_for_a_day_also_when_the_table_deletes_late() {
    let world = world(options()).await;
    let first = begun(&world, "k", &link()).await;
    world.cloud.clock().advance(hours(24) - jiff::SignedDuration::from_secs(1));
    assert_eq!(begun(&world, "k", &link()).await.text, first.text);
    world.cloud.clock().advance(jiff::SignedDuration::from_secs(1));
    let second = begun(&world, "k", &link()).await;
    assert_eq!(second.status, 201, "{}", second.text);
    assert_ne!(second.json()["id"], first.json()["id"], "its day is over");
    assert_eq!(begun(&world, "k", &link()).await.text, second.text);
    assert_eq!(sessions(&world).await, 2);
}

#[tokio::test]
async fn idempotency_requests_at_once_make_one_session() {
    let world = world(options()).await;
    let body = link();
    for round in 0..5 {
        let key = format!("k{round}");
        let one = || begun(&world, &key, &body);
        let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
        let answers = [a, b, c, d];
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert!(!made.is_empty());
        assert!(made.iter().all(|answer| answer.text == made[0].text), "{answers:#?}");
        for refused in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(refused.said(), (409, "idempotency_key_in_use".into()));
        }
        assert_eq!(sessions(&world).await, round + 1);
    }
}

#[tokio::test]
async fn idempotency_while_it_is_being_answered_the_key_is_in_use() {
    let world = world(options()).await;
    world.cloud.tap().arm(Fault {
        function: Some(String::from("connect")),
        service: Some(Service::DynamoDb),
        operation: Some(String::from("TransactWriteItems")),
        nth: 1,
        times: 1,
        effect: Effect::Contend,
    });
    let refused = begun(&world, "k", &link()).await;
    assert_eq!(refused.said(), (409, "idempotency_key_in_use".into()), "{}", refused.text);
    assert_problem(&refused, "in use");
    assert_eq!(refused.headers["retry-after"], "5");
    assert_eq!(refused.json()["retryable"], true);
    assert_eq!(begun(&world, "k", &link()).await.status, 201);
    assert_eq!(sessions(&world).await, 1);
}

#[tokio::test]
async fn idempotency_killed_at_each_step_and_sent_again_it_makes_one_session() {
    let mut met = 0;
    for effect in [Effect::KillBefore, Effect::KillAfter, Effect::LoseAnswer, Effect::FailBefore] {
        let world = world(options()).await;
        for step in 1.. {
            let (key, fired) = (format!("k{step}"), world.cloud.tap().fired());
            world.cloud.tap().arm(Fault::at("connect", step, effect));
            let first = begun(&world, &key, &link()).await;
            let hit = world.cloud.tap().fired() > fired;
            world.cloud.tap().disarm();
            let again = begun(&world, &key, &link()).await;
            assert_eq!(again.status, 201, "{effect:?} at {step}: {}", again.text);
            if first.status == 201 {
                assert_eq!(first.text, again.text, "{effect:?} at {step}");
            }
            assert_eq!(sessions(&world).await, step as usize, "{effect:?} at {step}");
            let opened = user(&world, TENANT, "ada").open(&again.json()).await;
            assert!(opened.starts_with("http"), "{opened}");
            if !hit {
                break;
            }
            met += 1;
        }
    }
    assert!(met >= 12, "only {met} requests were met");
}
