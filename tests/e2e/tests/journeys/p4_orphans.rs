//! What a customer has at Salt Edge that nothing here leads to, and its grace is not over: it ends with their erasure.

use e2e::{
    TENANT, User, erasing::naming, hours, logs::Logs, lose_callbacks, minutes, options, raw::lose,
    user, world,
};
use local_cloud::{World, WorldOptions};
use serde_json::json;
use simulator::{ApiFault, ApiFaultKind, ClientKind, SameEmail, Switches, Walk};

const BANK: &str = "fakebank_oauth_xf";
const SECOND: &str = "fakebank_simple_xf";

/// Ada has two banks, and bob one. One of hers is forgotten here, and listed by the first comparison. Its id, and hers.
async fn one_is_lost<'a>(world: &'a World, ada: &User<'a>) -> [String; 2] {
    user(world, TENANT, "bob").link(BANK).await;
    ada.link(SECOND).await;
    let lost = ada.link(BANK).await;
    lose(world, lost["id"].as_str().unwrap()).await;
    world.advance(minutes(18 * 60 + 2), minutes(18 * 60 + 2)).await;
    let orphan = world.salt_edge.control().connections().pop().expect("the newest");
    let ids = [orphan.id.to_string(), orphan.customer_id.to_string()];
    assert!(!naming(world, &ids).await.is_empty(), "it is listed");
    ids
}

#[tokio::test]
async fn p4_a_connection_that_nothing_leads_to_ends_with_its_customers_erasure() {
    for (kind, connections, deleted) in [
        (ClientKind::Client, json!({"removed_proven": 2, "left_with_owner": 0}), 2),
        (ClientKind::Partner, json!({"removed_proven": 0, "left_with_owner": 2}), 0),
    ] {
        let logs = Logs::at("info");
        let world = world(WorldOptions { kind, ..options() }).await;
        let ada = user(&world, TENANT, "ada");
        let ids = one_is_lost(&world, &ada).await;
        let asked = ada.erase().await;
        let receipt = ada.erased(&asked).await;
        let record = world.salt_edge.control().record();
        assert_eq!((record.revocations.len(), record.deletions.len()), (2, deleted), "{kind:?}");
        assert_eq!(receipt["connections"], connections, "{kind:?}");
        let bobs = user(&world, TENANT, "bob").get("/v1/connections").await;
        assert_eq!(bobs["connections"][0]["status"], "active", "{bobs:#}");
        // Nights later too: what is left in the dashboard is seen again, and nobody says whose it is.
        world.advance(hours(24 * 9), hours(24)).await;
        let of_her = naming(&world, &ids[1..]).await;
        assert_eq!(of_her, Vec::<String>::new(), "{kind:?}");
        assert!(!logs.text().contains(&ids[1]), "{kind:?}: and no line does");
        let left = usize::from(kind == ClientKind::Partner);
        assert_eq!(naming(&world, &ids[..1]).await.len(), left, "{kind:?}");
    }
}

#[tokio::test]
async fn p4_nothing_is_called_erased_while_salt_edge_does_not_say_what_it_has() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let [_, hers] = one_is_lost(&world, &ada).await;
    let control = world.salt_edge.control();
    let list = format!("/api/v6/connections?*{hers}*");
    let down = ApiFault::next(ApiFaultKind::ServerError, "GET", &list);
    control.add_api_fault(ApiFault { times: 1_000, ..down });
    let asked = ada.erase().await;
    world.advance(hours(5), minutes(20)).await;
    let waits = ada.erasure(&asked).await;
    assert_eq!(waits["status"], "revoking", "{waits:#}");
    assert_eq!(waits["waiting_for"], json!({"connections": 1, "visits": 0}));
    control.clear_faults();
    // Salt Edge removes it, and the answer is lost.
    let reset = ApiFault::next(ApiFaultKind::Reset, "DELETE", "/api/v6/con*");
    control.add_api_fault(ApiFault { after_effect: true, ..reset });
    world.advance(hours(1), minutes(20)).await;
    let receipt = ada.erased(&asked).await;
    let connections = json!({"removed_proven": 2, "left_with_owner": 0});
    assert_eq!(receipt["connections"], connections, "each is counted once");
}

/// Two users with one e-mail have one customer at Salt Edge. What bob's visit has brought, and no callback told of, is no
/// part of ada's erasure.
#[tokio::test]
async fn p4_an_erasure_ends_nothing_of_who_has_the_same_e_mail() {
    let switches = Switches { same_email: SameEmail::SameCustomer, ..options().switches };
    let world = world(WorldOptions { switches, ..options() }).await;
    let (ada, bob) = (user(&world, TENANT, "ada"), user(&world, TENANT, "bob"));
    ada.link(BANK).await;
    lose_callbacks(&world, None);
    let visit = bob.visit(&bob.new_link(SECOND).await, &Walk::default()).await;
    let receipt = ada.erased(&ada.erase().await).await;
    assert_eq!(receipt["connections"], json!({"removed_proven": 0, "left_with_owner": 1}));
    bob.confirm(&visit).await.expect(200);
    world.settle().await;
    world.advance(minutes(20), minutes(5)).await;
    let session = bob.session(&visit.session).await;
    assert_eq!(session["stage"], "finished", "{session:#}");
}
