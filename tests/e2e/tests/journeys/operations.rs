//! What an operator can see: from an answer or an entry to every line that belongs to it, and counts.

use domain::id::{ConnectionId, TenantId};
use e2e::{
    RETURN_TO, TENANT, User, a_day_passes,
    logs::{DEPLOYMENT, Logs},
    lose_callbacks, minutes, options,
    raw::{Raw, fresh_key, raw},
    user, world,
};
use local_cloud::{Effect, Fault, World};
use serde_json::{Value, json};
use simulator::{BankAt, NewRow, Walk};

const BANK: &str = "fakebank_oauth_xf";

/// A call of this user, with all headers of the answer.
async fn call(ada: &User<'_>, method: &str, path: &str, body: &Value) -> Raw {
    let bearer = format!("Bearer {}", ada.token());
    let key = fresh_key();
    let mut headers = vec![("authorization", bearer.as_str())];
    if method == "POST" {
        headers.extend([("content-type", "application/json"), ("idempotency-key", &key)]);
    }
    let text = if body.is_null() { String::new() } else { body.to_string() };
    raw(ada.world, method, path, &headers, text.as_bytes()).await
}

/// The id under which each entry of the journal was written.
async fn entries(world: &World, connection: &str) -> Vec<String> {
    let (client, name) = world.cloud.table();
    let table = store::Table::new(client.clone(), name);
    let (tenant, id): (TenantId, ConnectionId) =
        (TENANT.parse().unwrap(), connection.parse().unwrap());
    let journal = table.journal(&tenant, &id).await.unwrap().unwrap();
    journal.entries.iter().map(|entry| entry.correlation.as_ref().unwrap().to_string()).collect()
}

/// The sentences that were logged under an id.
fn said(logs: &Logs, id: &str) -> Vec<String> {
    let lines = logs.lines().into_iter().filter(|line| line["correlation"] == id);
    lines.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn o6_one_id_leads_from_the_call_to_the_entry_and_back() {
    let logs = Logs::at("info");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    let path = format!("/v1/link-sessions/{}/confirm", visit.session);
    let confirmed = call(&ada, "POST", &path, &json!({"code": visit.code})).await;
    world.settle().await;
    let id = ada.session(&visit.session).await["connection_id"].as_str().unwrap().to_owned();

    let asked = &confirmed.headers["request-id"];
    assert_eq!(&entries(&world, &id).await[0], asked, "the first entry names the confirmation");
    let sentences = said(&logs, asked);
    for sentence in ["Salt Edge answered", "a read was committed", "a connection was looked at"] {
        assert!(sentences.iter().any(|one| one == sentence), "{sentence} is not in {sentences:?}");
    }

    let revoked = call(&ada, "DELETE", &format!("/v1/connections/{id}"), &Value::Null).await;
    world.settle().await;
    let asked = &revoked.headers["request-id"];
    assert_eq!(entries(&world, &id).await.last(), Some(asked), "so does the tombstone");
    assert!(said(&logs, asked).contains(&"a revocation went on".to_owned()), "and what follows");
    a_day_passes(&world).await;
}

#[tokio::test]
async fn o6_what_the_schedule_began_is_traced_to_its_minute() {
    let logs = Logs::at("info");
    let mut options = options();
    options.switches.nightly_refresh = false;
    let world = world(options).await;
    lose_callbacks(&world, None);
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let row = NewRow::booked("-2.50".parse().unwrap(), "NEWS");
    world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    world.advance(minutes(24 * 60), minutes(30)).await;

    let entries = entries(&world, connection["id"].as_str().unwrap()).await;
    let ticked = entries.last().unwrap();
    assert!(ticked.starts_with("tick-"), "{entries:?}");
    let sentences = said(&logs, ticked);
    assert!(sentences.contains(&"what is due is on the queues".to_owned()), "{sentences:?}");
    assert!(sentences.contains(&"a read was committed".to_owned()), "{sentences:?}");
    assert!(logs.sum("callbacks_lost") >= 1, "and it is counted that no callback came");
}

#[tokio::test]
async fn o6_a_failed_calls_error_ref_finds_its_line() {
    let logs = Logs::at("info");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    // As often as the SDK tries.
    let fault = Fault { times: 9, ..Fault::at("connect", 1, Effect::FailBefore) };
    world.cloud.tap().arm(fault);
    let body = json!({"intent": "link", "institution_id": BANK, "email": "ada@example.com",
        "return_to": RETURN_TO});
    let failed = call(&ada, "POST", "/v1/link-sessions", &body).await;
    world.cloud.tap().disarm();
    assert_eq!(failed.status, 503, "{}", failed.text);
    let reference = failed.json()["error_ref"].as_str().unwrap().to_owned();
    assert_eq!(failed.headers["request-id"], reference);
    let sentences = said(&logs, &reference);
    assert!(sentences.iter().any(|one| one.contains("did not do")), "{sentences:?}");
}

#[tokio::test]
async fn o6_metrics_count_what_happened_and_name_nobody() {
    let logs = Logs::at("off");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let rows = ada.statement(&connection).await.iter().filter(|r| r["status"] != "pending").count();
    raw(&world, "POST", "/hooks/saltedge/success", &[("signature", "forged")], b"{}").await;
    ada.revoke(&connection).await.expect(202);
    world.settle().await;

    assert_eq!(logs.sum("rows_added"), u64::try_from(rows).unwrap());
    for metric in ["ticks", "pulls", "callbacks", "salt_edge_calls", "revocation_steps"] {
        assert!(logs.sum(metric) > 0, "{metric} was not counted");
    }
    let refused = |line: &Value| line["outcome"] == "signature_refused";
    assert_eq!(logs.lines().into_iter().filter(refused).count(), 1);
    let id = connection["id"].as_str().unwrap();
    for line in logs.lines() {
        let [directive] = &line["_aws"]["CloudWatchMetrics"].as_array().unwrap()[..] else {
            panic!("one directive a line: {line}")
        };
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_u64(), "{metric} in {line}");
        }
        let sets = directive["Dimensions"].as_array().unwrap();
        for name in sets.iter().flat_map(|set| set.as_array().unwrap()) {
            let value = line[name.as_str().unwrap()].as_str().unwrap();
            let plain =
                value.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-".contains(&byte));
            assert!(plain && value != id, "{name} is {value} in {line}");
        }
        assert_eq!(line["deployment"], DEPLOYMENT);
    }
}
