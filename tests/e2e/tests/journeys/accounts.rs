//! Which account is which, and which ledger of the SaaS it is.

use e2e::{
    RETURN_TO, TENANT, User, hours, minutes, oracle, quiet,
    raw::{Raw, raw},
    revoking::reads_since,
    user, world,
};
use local_cloud::{Effect, Fault, Service, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{BankAt, ClientKind, NewAccount, NewRow, Walk};

use crate::link_visits::visited;

const BANK: &str = "fakebank_oauth_xf";

/// PATCH of an account as it goes over the wire.
async fn patch(ada: &User<'_>, account: &str, if_match: Option<&str>, body: &str) -> Raw {
    let bearer = format!("Bearer {}", ada.token());
    let mut headers =
        vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
    headers.extend(if_match.map(|tag| ("if-match", tag)));
    let path = format!("/v1/accounts/{account}");
    raw(ada.world, "PATCH", &path, &headers, body.as_bytes()).await
}

/// The account and its tag.
async fn account(ada: &User<'_>, id: &str) -> (Value, String) {
    let bearer = format!("Bearer {}", ada.token());
    let headers = [("authorization", bearer.as_str())];
    let answer = raw(ada.world, "GET", &format!("/v1/accounts/{id}"), &headers, b"").await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.json(), answer.headers["etag"].clone())
}

/// Maps an account, whatever was there.
pub(crate) async fn map(ada: &User<'_>, id: &str, reference: &str) {
    let (_, tag) = account(ada, id).await;
    let body = json!({"reference": reference}).to_string();
    let answer = patch(ada, id, Some(&tag), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

fn first_account(connection: &Value) -> String {
    connection["accounts"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn l6_a_reference_is_stored_by_who_has_seen_the_last_one() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let id = first_account(&connection);
    let (shown, tag) = account(&ada, &id).await;
    assert_eq!((&shown["reference"], tag.as_str()), (&Value::Null, "\"0\""));

    let said = |answer: &Raw| answer.said();
    let none = patch(&ada, &id, None, r#"{"reference":"1200"}"#).await;
    assert_eq!(said(&none), (428, "if_match_missing".into()));
    for (wrong, status, code) in [
        (r#"{"reference":""}"#, 400, "invalid_field"),
        (r#"{"reference":"a\u0007b"}"#, 400, "invalid_field"),
        (r#"{"reference":5}"#, 400, "invalid_field"),
        (r#"{"name":"x"}"#, 400, "unknown_field"),
        ("{", 400, "malformed_json"),
    ] {
        let answer = patch(&ada, &id, Some(&tag), wrong).await;
        assert_eq!(said(&answer), (status, code.into()), "{wrong}");
    }
    let set = patch(&ada, &id, Some(&tag), r#"{"reference":"Konto 1200 / ä"}"#).await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(set.json()["reference"], "Konto 1200 / ä");
    let next = set.headers["etag"].clone();
    assert_ne!(next, tag);
    let stale = patch(&ada, &id, Some(&tag), r#"{"reference":"9"}"#).await;
    assert_eq!(said(&stale), (412, "stale".into()));
    for weak in [format!("W/{next}"), String::from("nonsense"), String::new()] {
        let answer = patch(&ada, &id, Some(&weak), r#"{"reference":"9"}"#).await;
        assert_eq!(answer.status, 412, "{weak}: {}", answer.text);
    }
    let same = patch(&ada, &id, Some(&next), "{}").await;
    assert_eq!((same.status, &same.headers["etag"]), (200, &next), "what is absent stays");
    // Another account of the same connection does not stand in the way.
    map(&ada, connection["accounts"][1]["id"].as_str().unwrap(), "1300").await;
    let listed =
        patch(&ada, &id, Some(&format!("\"77\", {next}")), r#"{"reference":"1201"}"#).await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    let shown = ada.get(&format!("/v1/connections/{}", connection["id"].as_str().unwrap())).await;
    let told: Vec<_> = shown["accounts"].as_array().unwrap().iter().collect();
    assert!(told.iter().any(|one| one["reference"] == "1201"), "{shown:#}");
    assert!(told.iter().any(|one| one["reference"] == "1300"), "{shown:#}");

    let cleared = patch(&ada, &id, Some("*"), r#"{"reference":null}"#).await;
    assert_eq!(cleared.json()["reference"], Value::Null, "{}", cleared.text);
    let bob = user(&world, TENANT, "bob");
    let foreign = patch(&bob, &id, Some("*"), r#"{"reference":"1"}"#).await;
    assert_eq!(said(&foreign), (404, "account_not_found".into()));
    let nobody = format!("{}0", &id[..id.len() - 1]);
    let missing = patch(&ada, &nobody, Some("*"), r#"{"reference":"1"}"#).await;
    assert!(missing.status == 404 || nobody == id, "{}", missing.text);
}

#[tokio::test]
async fn l6_of_two_changes_at_once_one_is_told_that_it_is_late() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let id = first_account(&ada.link(BANK).await);
    let (_, tag) = account(&ada, &id).await;
    let (one, two) = tokio::join!(
        patch(&ada, &id, Some(&tag), r#"{"reference":"one"}"#),
        patch(&ada, &id, Some(&tag), r#"{"reference":"two"}"#),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{} {}", one.text, two.text);
    // A put whose answer is lost is sent again by the SDK, and meets itself.
    let (_, tag) = account(&ada, &id).await;
    let put = Some(String::from("PutItem"));
    world.cloud.tap().arm(Fault { operation: put, ..Fault::at("connect", 1, Effect::LoseAnswer) });
    let answer = patch(&ada, &id, Some(&tag), r#"{"reference":"three"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(world.cloud.tap().waiting(), 0);
    assert_eq!(account(&ada, &id).await.0["reference"], "three");
}

#[tokio::test]
async fn l6_a_reference_survives_pulls_reconnects_and_a_link_after_a_revocation() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(BANK).await;
        let id = first_account(&connection);
        map(&ada, &id, "1200").await;
        let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());

        let row = NewRow::booked("-3.20".parse().unwrap(), "COFFEE");
        world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
        world.advance(hours(25), hours(1)).await;
        assert_eq!(account(&ada, &id).await.0["reference"], "1200", "{kind:?}: a pull");
        let session =
            ada.post(&format!("{path}/reconnect"), &json!({"return_to": RETURN_TO})).await;
        let visit = ada.visit(&session.expect(201), &Walk::default()).await;
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        assert_eq!(account(&ada, &id).await.0["reference"], "1200", "{kind:?}: a reconnect");

        ada.revoke(&connection).await.expect(202);
        world.settle().await;
        world.advance(minutes(5), minutes(1)).await;
        let again = ada.link(BANK).await;
        assert_eq!(again["id"], connection["id"]);
        let (shown, tag) = account(&ada, &id).await;
        assert_eq!((&shown["reference"], tag.as_str()), (&json!("1200"), "\"1\""), "{kind:?}");
        assert_eq!(shown["matched_by"], "number", "Salt Edge's ids are new: {shown:#}");
    }
}

fn reopen(world: &World, currency: &str, iban: Option<String>, name: &str) -> String {
    let at = BankAt::of(BANK);
    let control = world.salt_edge.control();
    let account = NewAccount {
        name: name.into(),
        nature: "checking".into(),
        currency: currency.into(),
        opening: None,
        iban,
    };
    let key = control.open_account(&at, account).unwrap();
    let row = NewRow::booked("250.00".parse().unwrap(), "FIRST DEPOSIT");
    control.add_row(&at, &key, row).unwrap();
    key
}

#[tokio::test]
async fn l6_a_reference_is_proposed_for_the_account_that_comes_instead_and_never_taken() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let control = world.salt_edge.control();
    let book = control.book(&BankAt::of(BANK)).unwrap();
    let old = book.accounts[0].clone();
    let id = connection["accounts"].as_array().unwrap().iter();
    let id = id.clone().find(|one| one["name"] == old.name.as_str()).unwrap()["id"].clone();
    let id = id.as_str().unwrap().to_owned();
    map(&ada, &id, "1200").await;
    control.set_closed(&BankAt::of(BANK), &old.key, true).unwrap();
    reopen(&world, "USD", Some(old.iban.clone()), "In dollars");
    reopen(&world, "EUR", None, "Something else");
    world.advance(minutes(61), minutes(61)).await;
    visited(&ada, &connection, "fetch-accounts", &Walk::default()).await;

    let shown = ada.get(&path).await;
    let accounts = shown["accounts"].as_array().unwrap();
    let named = |name: &str| accounts.iter().find(|one| one["name"] == name).unwrap();
    let dollars = named("In dollars");
    let want = json!({"reference": "1200", "from_account_id": id, "because": "currency_changed",
        "confidence": "high"});
    assert_eq!(dollars["proposed_reference"], want, "{shown:#}");
    assert_eq!(dollars["reference"], Value::Null, "it is never taken by itself");
    assert_eq!(named("Something else")["proposed_reference"], Value::Null, "once: {shown:#}");
    let old = accounts.iter().find(|one| one["id"] == id.as_str()).unwrap();
    assert_eq!((&old["gone"], &old["reference"]), (&json!(true), &json!("1200")));

    let taker = dollars["id"].as_str().unwrap();
    assert_eq!(account(&ada, taker).await.0["proposed_reference"], want);
    map(&ada, taker, "1200").await;
    let shown = ada.get(&path).await;
    let left = shown["accounts"].as_array().unwrap().iter();
    let left: Vec<_> = left.filter(|one| !one["proposed_reference"].is_null()).collect();
    assert!(left.is_empty(), "it is in use: {left:#?}");
}

/// What became of each account, by its name.
fn changes(session: &Value) -> Vec<(String, String)> {
    assert_eq!(session["stage"], "finished", "{session:#}");
    let accounts = session["accounts"].as_array().unwrap().iter();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let mut told: Vec<_> = accounts.map(|one| (text(one, "name"), text(one, "change"))).collect();
    told.sort();
    told
}

fn told(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, change)| ((*name).to_owned(), (*change).to_owned())).collect()
}

#[tokio::test]
async fn l6_a_visit_says_what_became_of_each_account() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        let ada = user(&world, TENANT, "ada");
        let begun = ada.new_link(BANK).await;
        assert_eq!(begun["accounts"], Value::Null);
        let visit = ada.visit(&begun, &Walk::default()).await;
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        let session = ada.session(&visit.session).await;
        let (one, two) = ("Everyday", "Rainy days");
        assert_eq!(changes(&session), told(&[(one, "added"), (two, "added")]), "{kind:?}");
        let id = session["connection_id"].as_str().unwrap();
        let connection = ada.get(&format!("/v1/connections/{id}")).await;

        let at = BankAt::of(BANK);
        let control = world.salt_edge.control();
        let iban = control.book(&at).unwrap().accounts[0].iban.clone();
        let dollars = reopen(&world, "USD", Some(iban), "In dollars");
        let steps: [(&str, Vec<(&str, &str)>); 4] = [
            ("opened", vec![(one, "unchanged"), ("In dollars", "added"), (two, "unchanged")]),
            ("closed", vec![(one, "gone"), ("In dollars", "unchanged"), (two, "unchanged")]),
            ("back", vec![(one, "returned"), ("In dollars", "unchanged"), (two, "unchanged")]),
            (
                "in another currency",
                vec![
                    (one, "unchanged"),
                    ("In dollars", "currency_changed"),
                    ("In dollars", "gone"),
                    (two, "unchanged"),
                ],
            ),
        ];
        for (step, want) in steps {
            match step {
                "closed" => control.set_closed(&at, "account-1", true).unwrap(),
                "back" => control.set_closed(&at, "account-1", false).unwrap(),
                "in another currency" => control.set_currency(&at, &dollars, "CHF").unwrap(),
                _ => {}
            }
            world.advance(minutes(61), minutes(61)).await;
            let session = visited(&ada, &connection, "fetch-accounts", &Walk::default()).await;
            assert_eq!(changes(&session), told(&want), "{kind:?} {step}: {session:#}");
        }
        let now = ada.again(&connection).await;
        let listed = now["accounts"].as_array().unwrap();
        assert_eq!(listed.len(), 4, "one number in two currencies is two accounts: {now:#}");
    }
}

/// The bank shows an account with all that it has under another key: Salt Edge keeps what it had, dead, and copies a
/// second one.
fn shown_anew(world: &World, key: &str) -> String {
    let (control, at) = (world.salt_edge.control(), BankAt::of(BANK));
    let old = control.book(&at).unwrap().account(key).unwrap().clone();
    control.set_closed(&at, key, true).unwrap();
    let (name, nature, currency) = (old.name, old.nature, old.currency);
    let (opening, iban) = (Some(old.opening), Some(old.iban));
    let account = NewAccount { name, nature, currency, opening, iban };
    let anew = control.open_account(&at, account).unwrap();
    for row in old.rows {
        let row = NewRow {
            amount: row.amount,
            description: row.description,
            made_on: Some(row.made_on),
            status: row.status,
            reference: row.reference,
            posting_date: row.posting_date,
            mode: row.mode,
            category: row.category,
            extra: row.extra,
            early_id: false,
        };
        control.add_row(&at, &anew, row).unwrap();
    }
    anew
}

#[tokio::test]
async fn y4_an_account_that_salt_edge_shows_anew_beside_its_dead_entry_goes_on() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let before = ada.feed(&connection, None).await;
    let (one, two) = ("Everyday", "Rainy days");
    let unchanged = told(&[(one, "unchanged"), (two, "unchanged")]);
    let key = shown_anew(&world, "account-1");
    world.advance(minutes(61), minutes(61)).await;
    let session = visited(&ada, &connection, "fetch-accounts", &Walk::default()).await;
    assert_eq!(changes(&session), unchanged, "{session:#}");
    let dead = world.salt_edge.control().accounts(oracle::newest(&world))[0].clone();
    assert_eq!(dead.extra["updated_on_last_attempt"], false, "it is there: {dead:#?}");
    let calls = world.salt_edge.control().record().calls.len();
    let row = NewRow::booked("-3.20".parse().unwrap(), "COFFEE");
    world.salt_edge.control().add_row(&BankAt::of(BANK), &key, row).unwrap();
    world.advance(minutes(61), minutes(61)).await;
    let session = visited(&ada, &connection, "fetch-accounts", &Walk::default()).await;
    assert_eq!(changes(&session), unchanged, "{session:#}");
    let asked = format!("account_id={}", dead.id);
    let reads = reads_since(&world, calls);
    assert!(!reads.is_empty() && !reads.iter().any(|call| call.contains(&asked)), "{reads:#?}");
    // A fresh link brings ids that are all new, and the dead entry not any more.
    let again = ada.link(BANK).await;
    let ids = |shown: &Value| -> Vec<Value> {
        shown["accounts"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    assert_eq!(ids(&again), ids(&connection));
    assert!(again["accounts"].as_array().unwrap().iter().all(|one| one["gone"] == false));
    let news = ada.feed(&connection, before.cursor.as_deref()).await;
    assert_eq!((news.added.len(), news.removed.len()), (1, 0), "{news:#?}");
    assert_eq!(news.added[0]["description"], "COFFEE");
    oracle::assert_equal(&ada, &again, oracle::newest(&world)).await;
}

#[tokio::test]
async fn l6_the_difference_is_the_same_wherever_sync_is_killed() {
    for k in 1.. {
        // What a read asks the table for grows with the accounts: each k has a world of its own.
        let world = world(quiet()).await;
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(BANK).await;
        let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
        let name = format!("Number {k}");
        reopen(&world, "EUR", None, &name);
        world.advance(minutes(61), minutes(61)).await;
        let fired = world.cloud.tap().fired();
        let body = json!({"return_to": RETURN_TO});
        let session = ada.post(&format!("{path}/fetch-accounts"), &body).await.expect(201);
        let visit = ada.visit(&session, &Walk::default()).await;
        let service = Some(Service::DynamoDb);
        world.cloud.tap().arm(Fault { service, ..Fault::at("sync", k, Effect::KillAfter) });
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        let hit = world.cloud.tap().fired() > fired;
        world.cloud.tap().disarm();
        world.advance(minutes(39), minutes(13)).await;
        let session = ada.session(&visit.session).await;
        let added: Vec<_> =
            changes(&session).into_iter().filter(|(_, change)| change == "added").collect();
        assert_eq!(added, told(&[(name.as_str(), "added")]), "killed at {k}");
        if !hit {
            assert!(k > 8, "only {k} requests");
            break;
        }
    }
}
