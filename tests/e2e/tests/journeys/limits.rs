//! How many visits may be begun in an hour, what the answer says then, and what counting costs.

use e2e::{
    OTHER, RETURN_TO, TENANT, hours, minutes, options,
    raw::{items, raw},
    refusals::{BANK, LINKS, assert_problem, link, link_with, send},
    user, world,
};
use local_cloud::{Service, World, WorldOptions};
use serde_json::{Value, json};

fn limited(user: u32, tenant: u32) -> WorldOptions {
    let mut options = options();
    options.parameters.insert("UserVisitsPerHour".into(), user.to_string());
    options.parameters.insert("TenantVisitsPerHour".into(), tenant.to_string());
    options
}

/// Seconds from now to an instant of an answer.
fn seconds_to(world: &World, instant: &Value) -> i64 {
    let at: jiff::Timestamp = instant.as_str().unwrap().parse().unwrap();
    at.duration_since(world.cloud.clock().now()).as_secs()
}

#[tokio::test]
async fn limits_a_user_begins_so_many_visits_in_an_hour() {
    let world = world(limited(3, 1_000)).await;
    let (ada, bob) = (user(&world, TENANT, "ada"), user(&world, TENANT, "bob"));
    for _ in 0..3 {
        ada.new_link(BANK).await;
    }
    let before = items(&world).await;
    let refused = send(&world, "POST", LINKS, link().to_string().as_bytes()).await;
    assert_eq!(refused.said(), (429, "too_many_link_sessions".into()));
    assert_problem(&refused, "over the limit");
    let body = refused.json();
    assert_eq!(body["next_action"]["code"], "slow_down");
    assert_eq!(body["retryable"], true);
    let wait = seconds_to(&world, &body["next_allowed_at"]);
    assert!((1..=3_600).contains(&wait), "{wait}");
    assert_eq!(refused.headers["retry-after"], wait.max(1).to_string());
    let vi = ada.speaking("vi").post(LINKS, &link()).await;
    assert_ne!(vi.json["display_message"], body["display_message"]);
    assert_eq!(items(&world).await, before, "a refusal leaves nothing");

    bob.new_link(BANK).await;
    user(&world, OTHER, "ada").new_link(BANK).await;
    world.advance(minutes(61), minutes(61)).await;
    user(&world, TENANT, "ada").new_link(BANK).await;
}

#[tokio::test]
async fn limits_of_a_user_hold_for_them_alone_also_where_a_backend_begins_their_visits() {
    let world = world(limited(3, 1_000)).await;
    let (ada, bob) = (user(&world, TENANT, "ada"), user(&world, TENANT, "bob"));
    let backend = user(&world, TENANT, "backend").with_scope("halite:tenant");
    let reconnect = |connection: &Value| {
        format!("/v1/connections/{}/reconnect", connection["id"].as_str().unwrap())
    };
    let [adas, bobs] = [reconnect(&ada.link(BANK).await), reconnect(&bob.link(BANK).await)];
    let visit = json!({"return_to": RETURN_TO});
    for _ in 0..2 {
        backend.post(&adas, &visit).await.expect(201);
    }
    assert_eq!(backend.post(&adas, &visit).await.problem(429), "too_many_link_sessions");
    assert_eq!(ada.post(&adas, &visit).await.problem(429), "too_many_link_sessions");
    backend.post(&bobs, &visit).await.expect(201);
}

#[tokio::test]
async fn limits_a_search_over_the_limit_reads_no_journal() {
    let world = world(limited(3, 1_000)).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let account = connection["accounts"][0]["id"].as_str().unwrap();
    let path = format!("/v1/accounts/{account}/missing-searches");
    let days = json!({"from": "2026-02-01", "to": "2026-02-28"});
    let mut requests = Vec::new();
    for status in [200, 200, 429] {
        world.cloud.tap().reset();
        assert_eq!(ada.post(&path, &days).await.status, status);
        let log = world.cloud.tap().log();
        requests.push(log.iter().filter(|io| io.operation == "Query").count());
    }
    assert!(requests[0] > 0 && requests[2] == 0, "{requests:?}");
}

#[tokio::test]
async fn limits_a_tenant_begins_so_many_visits_in_an_hour() {
    let world = world(limited(1_000, 3)).await;
    for name in ["ada", "bob", "eve"] {
        user(&world, TENANT, name).new_link(BANK).await;
    }
    let refused = user(&world, TENANT, "zoe").post(LINKS, &link()).await;
    assert_eq!(refused.problem(429), "too_many_link_sessions");
    assert!(refused.json["next_allowed_at"].is_string());
    user(&world, OTHER, "zoe").new_link(BANK).await;
    world.advance(hours(1), hours(1)).await;
    user(&world, TENANT, "zoe").new_link(BANK).await;
}

#[tokio::test]
async fn limits_hold_for_every_kind_of_visit_and_for_requests_at_once() {
    let world = world(limited(4, 1_000)).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let visit = json!({"return_to": RETURN_TO});
    let (reconnect, fetch) = (format!("{path}/reconnect"), format!("{path}/fetch-accounts"));
    let present = json!({"return_to": RETURN_TO, "present": true});
    let refresh = format!("{path}/refresh");
    let link = link();
    let answers = <[_; 5]>::from(tokio::join!(
        ada.post(&reconnect, &visit),
        ada.post(&fetch, &visit),
        ada.post(&refresh, &present),
        ada.post(LINKS, &link),
        ada.post(&reconnect, &visit),
    ));
    let mut statuses = answers.map(|answer| answer.status);
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 201, 201, 429, 429]);
    let asked = ada.post(&refresh, &json!({})).await;
    assert_eq!(asked.problem(429), "refresh_not_yet", "an ask is no visit");
}

#[tokio::test]
async fn limits_count_what_was_begun_and_nothing_else() {
    let world = world(limited(1, 1_000)).await;
    for (name, value) in [("email", json!("nobody")), ("return_to", json!("https://evil.example"))]
    {
        let refused = send(&world, "POST", LINKS, &link_with(name, value)).await;
        assert_eq!(refused.status, 400);
    }
    let bearer = format!("Bearer {}", user(&world, TENANT, "ada").token());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "once"),
    ];
    for _ in 0..3 {
        let answer = raw(&world, "POST", LINKS, &headers, link().to_string().as_bytes()).await;
        assert_eq!(answer.status, 201, "a repeated request is one: {}", answer.text);
    }
    let next = user(&world, TENANT, "ada").post(LINKS, &link()).await;
    assert_eq!(next.problem(429), "too_many_link_sessions");
}

/// Exact: so that a dearer way to begin a visit fails here.
#[tokio::test]
async fn limits_and_all_a_visit_is_begun_for_eleven_write_units() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    for (case, reads, writes) in [("the first of the hour", 4, 11), ("the next", 4, 11)] {
        world.cloud.tap().reset();
        ada.new_link(BANK).await;
        let (read, written) = world.cloud.tap().half_units("connect");
        let only = world.cloud.tap().log().iter().all(|io| io.service == Service::DynamoDb);
        assert!(only, "nothing but the table is asked");
        // A count each for user and tenant; session, token, answer and line twice, for the transaction; the due index.
        assert!(read <= reads, "{case}: {read} half units read");
        assert_eq!(written / 2, writes, "{case}");
    }
}
