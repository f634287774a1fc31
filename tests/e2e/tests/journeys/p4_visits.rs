//! Visits that the SaaS's own token began to its user's connection: they are that user's, also when they are erased.

use std::collections::HashMap;

use e2e::{
    RETURN_TO, TENANT, a_day_passes, erasing::naming, hours, minutes, options, oracle::in_force,
    user, world,
};
use serde_json::json;
use simulator::Walk;

const BANK: &str = "fakebank_oauth_xf";

#[tokio::test]
async fn p4_a_visit_that_the_saas_began_for_a_customer_is_seen_by_their_erasure() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let backend = user(&world, TENANT, "backend").with_scope("halite:tenant");
    let connection = ada.link(BANK).await;
    let id = connection["id"].as_str().unwrap();
    let (path, body) = (format!("/v1/connections/{id}/reconnect"), json!({"return_to": RETURN_TO}));
    let session = backend.post(&path, &body).await.expect(201);
    let at = backend.open(&session).await;
    let asked = ada.erase().await;
    assert_eq!(backend.post(&path, &body).await.problem(409), "being_erased");
    world.settle().await;
    world.advance(minutes(10), minutes(1)).await;
    let waits = ada.erasure(&asked).await;
    assert_eq!(waits["status"], "revoking", "{waits:#}");
    assert_eq!(waits["waiting_for"], json!({"connections": 0, "visits": 1}));
    // The browser goes through with it, and comes back.
    let visit = backend.walk(&session, at, &Walk::default()).await;
    assert_eq!(in_force(&world).len(), 1, "Salt Edge has a new consent");
    assert_ne!(backend.confirm(&visit).await.status, 200);
    world.advance(hours(28), hours(1)).await;
    assert_eq!(ada.erasure(&asked).await["status"], "erased");
    assert_eq!(in_force(&world).len(), 0);
    assert_eq!(backend.get("/v1/connections").await["connections"], json!([]));
    let names = ["#ada".to_owned(), "\"ada\"".to_owned(), id.to_owned()];
    assert_eq!(naming(&world, &names).await, Vec::<String>::new());
}

#[tokio::test]
async fn p4_a_visit_to_a_connection_that_was_deleted_makes_no_other_and_is_taken_back() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let backend = user(&world, TENANT, "backend").with_scope("halite:tenant");
    let connection = ada.link(BANK).await;
    let id = connection["id"].as_str().unwrap();
    let path = format!("/v1/connections/{id}/reconnect");
    let session = backend.post(&path, &json!({"return_to": RETURN_TO})).await.expect(201);
    let visit = backend.visit(&session, &Walk::default()).await;
    let (client, table) = world.cloud.table();
    let items = client.scan().table_name(table).send().await.unwrap().items.unwrap();
    let own =
        |item: &&HashMap<String, _>| format!("{:?}", item["pk"]).contains(&format!("#C#{id}"));
    let item = items.iter().filter(own).find(|item| item["sk"].as_s().unwrap() == "K").unwrap();
    let gone = client.delete_item().table_name(table).key("pk", item["pk"].clone());
    gone.key("sk", item["sk"].clone()).send().await.unwrap();
    backend.confirm(&visit).await.expect(200);
    world.settle().await;
    let failed = backend.session(&visit.session).await;
    assert_eq!((&failed["stage"], &failed["connection_id"]), (&json!("failed"), &json!(null)));
    let retry = format!("/v1/link-sessions/{}/retry", visit.session);
    assert_eq!(backend.post(&retry, &json!({})).await.problem(404), "connection_not_found");
    for who in [&ada, &backend] {
        let listed = who.get("/v1/connections").await;
        assert_eq!(listed["connections"], json!([]));
    }
    a_day_passes(&world).await;
    assert_eq!(in_force(&world).len(), 0, "what it brought is taken back");
}
