//! A customer is erased: what they and the operator see, until nothing is left but a receipt.

use e2e::{
    OTHER, RETURN_TO, TENANT, User,
    erasing::{counts, naming},
    hours, minutes, options,
    oracle::newest,
    raw::{raw, stored},
    user, world,
};
use local_cloud::{Effect, Fault, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{ApiFault, ApiFaultKind, BankAt, ClientKind, NewRow, Walk};
use store::inventory::kind;

use crate::t1_statements::choose;

const BANK: &str = "fakebank_oauth_xf";
const SECOND: &str = "fakebank_simple_xf";
const CANARY: &str = "CANARY OF ADA 4711";
/// The bank's own reference of a row, and the SaaS's of an account.
const REFERENCE: &str = "END-TO-END-4711";
const LEDGER: &str = "LEDGER 4711 OF ADA";
/// More steps than an erasure has.
const STEPS: u32 = 140;

pub(crate) async fn client_world() -> World {
    world(WorldOptions { kind: ClientKind::Client, ..options() }).await
}

/// A bank with a canary in it, a reference, statements, and visits that came to nothing.
async fn a_life(ada: &User<'_>) -> Value {
    let row = NewRow::booked("-47.11".parse().unwrap(), CANARY).with_reference(REFERENCE);
    ada.world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    let connection = ada.link(BANK).await;
    let account = connection["accounts"][0]["id"].as_str().unwrap();
    choose(ada, account, "daily").await;
    let bearer = format!("Bearer {}", ada.token());
    let headers =
        [("authorization", &*bearer), ("content-type", "application/json"), ("if-match", "*")];
    let body = json!({"reference": LEDGER}).to_string();
    let path = format!("/v1/accounts/{account}");
    raw(ada.world, "PATCH", &path, &headers, body.as_bytes()).await;
    ada.world.advance(hours(48), hours(4)).await;
    ada.new_link(SECOND).await;
    let session = ada.new_link(SECOND).await;
    ada.open(&session).await;
    connection
}

/// Everything that says who somebody is, or what they did: as we show it, and as the bank has it, whole.
fn names(world: &World, sub: &str, connection: &Value) -> Vec<String> {
    let mut names = vec![format!("#{sub}"), format!("\"{sub}\"")];
    names.extend([CANARY, REFERENCE, LEDGER, "ada@example.com"].map(str::to_owned));
    names.push(connection["id"].as_str().unwrap().to_owned());
    for account in connection["accounts"].as_array().unwrap() {
        let texts = ["id", "name", "iban"].map(|name| account[name].as_str().map(str::to_owned));
        names.extend(texts.into_iter().flatten());
    }
    let (control, remote) = (world.salt_edge.control(), newest(world));
    for account in control.accounts(remote) {
        names.push(account.name);
        let told = ["iban", "account_number", "account_name", "client_name"];
        let told =
            told.map(|name| account.extra.get(name).and_then(Value::as_str).map(str::to_owned));
        names.extend(told.into_iter().flatten());
    }
    names.extend(control.transactions(remote).into_iter().map(|row| row.description));
    names.sort();
    names.dedup();
    names
}

#[tokio::test]
async fn p4_a_customer_is_erased_and_a_receipt_that_names_nobody_stays() {
    let world = client_world().await;
    let ada = user(&world, TENANT, "ada");
    let connection = a_life(&ada).await;
    let names = names(&world, "ada", &connection);
    assert!(names.len() > 20, "{names:?}");
    for name in &names {
        let met = naming(&world, std::slice::from_ref(name)).await;
        assert!(!met.is_empty(), "the search is blind for {name}");
    }
    let kinds = stored(&world)
        .await
        .into_iter()
        .filter(|item| item.text.contains("#ada") || item.text.contains("\"ada\""));
    let kinds: Vec<_> = kinds.filter_map(|item| kind(&item.key.0, &item.key.1)).collect();

    let asked = ada.erase().await;
    assert_eq!((&asked["status"], &asked["erased"]), (&json!("revoking"), &json!([])));
    assert_eq!(ada.erase().await["id"], asked["id"], "a second request is the first");
    let body = json!({
        "intent": "link", "institution_id": BANK, "email": "ada@example.com",
        "phone": "+84 912 345 678", "return_to": RETURN_TO,
    });
    let refused = ada.post("/v1/link-sessions", &body).await;
    assert_eq!(refused.problem(409), "being_erased");
    world.settle().await;
    world.advance(minutes(10), minutes(1)).await;
    assert_eq!(ada.stands(&connection).await.1, "removed_proven");
    let waits = ada.erasure(&asked).await;
    assert_eq!(
        waits["status"], "revoking",
        "the visit that was opened may still come to something"
    );
    assert_eq!(waits["waiting_for"], json!({"connections": 0, "visits": 1}));
    assert!(!ada.statement(&connection).await.is_empty(), "nothing is deleted before the proofs");

    world.advance(hours(25), hours(1)).await;
    let receipt = ada.erased(&asked).await;
    let counts = counts(&receipt);
    for kind in kinds {
        let alone = ["visits_counted", "tokens", "answers"].contains(&kind.name);
        assert!(alone || counts.contains_key(kind.name), "{} in {counts:?}", kind.name);
    }
    assert_eq!((counts["connections"], counts["sessions"]), (1, 3), "{counts:?}");
    assert_eq!(receipt["connections"], json!({"removed_proven": 1, "left_with_owner": 0}));
    assert!(receipt["backups_until"].as_str() > receipt["erased_at"].as_str());
    assert_eq!(naming(&world, &names).await, Vec::<String>::new());
    let record = world.salt_edge.control().record();
    assert_eq!((record.revocations.len(), record.deletions.len()), (1, 1));
    for stranger in [user(&world, TENANT, "bob"), user(&world, OTHER, "ada")] {
        let path = format!("/v1/erasure-requests/{}", asked["id"].as_str().unwrap());
        assert_eq!(stranger.call("GET", &path, None).await.problem(404), "erasure_not_found");
    }
    let again = ada.link(BANK).await;
    assert_ne!(again["id"], connection["id"], "who comes again begins anew");
}

#[tokio::test]
async fn p4_nobody_elses_items_go_and_nobody_else_may_ask() {
    let world = client_world().await;
    world.salt_edge.control().add_login(&BankAt::login(BANK, "bob"), "bobs secret").unwrap();
    let (ada, bob) = (user(&world, TENANT, "ada"), user(&world, TENANT, "bob"));
    ada.link(BANK).await;
    let own = Walk { login: "bob".into(), password: "bobs secret".into(), ..Walk::default() };
    let his = bob.link_with(BANK, &own).await;
    let rows = bob.statement(&his).await;

    let body = json!({"customer_id": "ada"});
    let stranger = bob.post("/v1/erasure-requests", &body).await;
    assert_eq!(stranger.problem(404), "customer_not_found");
    let wrong = bob.post("/v1/erasure-requests", &json!({"customer_id": "a#b"})).await;
    assert_eq!(wrong.problem(400), "invalid_field");
    let empty = bob.post("/v1/erasure-requests", &json!({})).await;
    assert_eq!(empty.problem(400), "missing_field", "nobody is erased by an empty body");
    let tenant = user(&world, TENANT, "backend").with_scope("halite:tenant");
    let asked = tenant.post("/v1/erasure-requests", &body).await.expect(202);
    let receipt = tenant.erased(&asked).await;
    assert_eq!(counts(&receipt)["connections"], 1);
    assert_eq!(bob.statement(&his).await, rows);
    assert_eq!(bob.stands(&his).await.0, "active");
}

#[tokio::test]
async fn p4_in_partner_mode_the_receipt_says_what_is_left_with_the_owner() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let names = names(&world, "ada", &connection);
    let asked = ada.erase().await;
    let receipt = ada.erased(&asked).await;
    assert_eq!(receipt["connections"], json!({"removed_proven": 0, "left_with_owner": 1}));
    let left = json!({"count": 1, "url": world.salt_edge.dashboard_url()});
    assert_eq!(receipt["left_in_dashboard"], left);
    assert_eq!(naming(&world, &names).await, Vec::<String>::new());
}

#[tokio::test]
async fn p4_nothing_is_called_erased_while_salt_edge_does_not_answer() {
    let world = client_world().await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let down = ApiFault::next(ApiFaultKind::HtmlNotFound, "GET", "/api/v6/con*");
    world.salt_edge.control().add_api_fault(ApiFault { times: 10_000, ..down });
    let asked = ada.erase().await;
    world.advance(hours(24 * 8), hours(6)).await;
    let waits = ada.erasure(&asked).await;
    assert_eq!((&waits["status"], &waits["erased"]), (&json!("revoking"), &json!([])));
    assert_eq!(waits["waiting_for"]["connections"], 1);
    assert!(!ada.statement(&connection).await.is_empty());
    world.salt_edge.control().clear_faults();
    world.advance(hours(30), hours(1)).await;
    ada.erased(&asked).await;
}

/// A customer's items are deleted, whatever happens at one of the function's requests. What the receipt counts, and
/// whether it happened.
async fn erased_in_spite(ada: &User<'_>, fault: Option<Fault>, names: &[String]) -> (Value, bool) {
    let (world, case) = (ada.world, format!("{fault:?}"));
    let (tap, before) = (world.cloud.tap(), world.cloud.tap().fired());
    if let Some(fault) = fault {
        tap.arm(fault);
    }
    let mut asked = ada.ask_to_be_erased().await;
    if asked.status != 202 {
        asked = ada.ask_to_be_erased().await;
    }
    let asked = asked.expect(202);
    world.advance(minutes(195), minutes(65)).await;
    let met = tap.fired() > before;
    tap.disarm();
    let mut receipt = ada.erasure(&asked).await;
    for _ in 0..3 {
        if receipt["status"] == "erased" {
            break;
        }
        world.advance(minutes(65), minutes(65)).await;
        receipt = ada.erasure(&asked).await;
    }
    assert_eq!(receipt["status"], "erased", "{case}: {receipt:#}");
    assert_eq!(naming(world, names).await, [""; 0], "{case}");
    assert!(world.cloud.dead_letters().is_empty(), "{case}");
    (receipt["erased"].clone(), met)
}

#[tokio::test]
async fn p4_an_erasure_killed_at_each_of_its_steps_comes_to_the_same_receipt() {
    let world = client_world().await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let names = names(&world, "ada", &connection);
    let folder = tempfile::tempdir().unwrap();
    let before = world.mark(folder.path()).unwrap();
    let (wanted, _) = erased_in_spite(&ada, None, &names).await;
    for step in 1..STEPS {
        world.go_back(&before).unwrap();
        // One after the other: deletion is the same few requests many times over.
        let effects = [Effect::KillBefore, Effect::KillAfter, Effect::LoseAnswer];
        let fault = Fault::at("revoke", step, effects[step as usize % 3]);
        let (counts, met) = erased_in_spite(&ada, Some(fault), &names).await;
        assert_eq!(counts, wanted, "{step}");
        if !met {
            eprintln!("an erasure has {} steps", step - 1);
            assert!(step > 40, "an erasure has more steps than {step}");
            return;
        }
    }
    panic!("an erasure does not end");
}
