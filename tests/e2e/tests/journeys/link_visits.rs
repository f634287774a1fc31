//! Visits to a connection that is there: reconnect, fetch accounts, refresh. Our ids never change.

use std::collections::BTreeSet;

use e2e::{RETURN_TO, TENANT, User, a_day_passes, hours, minutes, options, quiet, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{BankAt, NewAccount, NewRow, RevokeReason, SameLogin, Switches, Walk};

use crate::link::{remote, same_money};

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";

fn path(connection: &Value) -> String {
    format!("/v1/connections/{}", connection["id"].as_str().unwrap())
}

/// Begins a visit, and goes through its pages and the confirmation; the session as it ended.
pub(crate) async fn visited(ada: &User<'_>, connection: &Value, verb: &str, walk: &Walk) -> Value {
    let mut body = json!({"return_to": RETURN_TO});
    if verb == "refresh" {
        body["present"] = json!(true);
    }
    let session = ada.post(&format!("{}/{verb}", path(connection)), &body).await.expect(201);
    assert_eq!(session["connection_id"], connection["id"], "{session:#}");
    let visit = ada.visit(&session, walk).await;
    if visit.code.is_some() {
        ada.confirm(&visit).await.expect(200);
    }
    ada.world.settle().await;
    ada.session(&visit.session).await
}

/// Ids of accounts and of all their rows.
async fn ids(ada: &User<'_>, connection: &Value) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for account in connection["accounts"].as_array().unwrap() {
        let id = account["id"].as_str().unwrap();
        ids.insert(id.to_owned());
        let rows = ada.rows(id).await;
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
    }
    ids
}

fn coffee(world: &World, bank: &str) {
    let row = NewRow::booked("-3.20".parse().unwrap(), "COFFEE");
    world.salt_edge.control().add_row(&BankAt::of(bank), "account-1", row).unwrap();
}

#[tokio::test]
async fn no_visit_changes_an_id_and_each_brings_what_is_new() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    for bank in [OAUTH, "fakebank_interactive_xf"] {
        let connection = ada.link(bank).await;
        let mut before = ids(&ada, &connection).await;
        for verb in ["reconnect", "fetch-accounts", "refresh"] {
            world.advance(minutes(61), minutes(61)).await;
            coffee(&world, bank);
            let session = visited(&ada, &connection, verb, &Walk::default()).await;
            assert_eq!(session["stage"], "finished", "{verb} at {bank}: {session:#}");
            assert_eq!(session["connection_id"], connection["id"]);
            let now = ada.get(&path(&connection)).await;
            assert_eq!(now["status"], "active", "{now:#}");
            let after = ids(&ada, &now).await;
            assert!(before.is_subset(&after), "{verb} at {bank}");
            assert_eq!(after.len(), before.len() + 1, "{verb} at {bank}");
            same_money(&world, &ada, &now).await;
            before = after;
        }
        let listed = ada.get("/v1/connections").await;
        let same = |listed: &&Value| listed["institution"]["id"] == bank;
        assert_eq!(listed["connections"].as_array().unwrap().iter().filter(same).count(), 1);
        assert_eq!(world.salt_edge.control().record().background_refreshes.len(), 0, "present");
    }
}

#[tokio::test]
async fn an_account_that_was_opened_later_is_fetched() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(OAUTH).await;
    let before = ids(&ada, &connection).await;
    let at = BankAt::of(OAUTH);
    let control = world.salt_edge.control();
    let account = NewAccount {
        name: "Holiday".into(),
        nature: "savings".into(),
        currency: "USD".into(),
        opening: None,
        iban: None,
    };
    let key = control.open_account(&at, account).unwrap();
    let row = NewRow::booked("250.00".parse().unwrap(), "FIRST DEPOSIT");
    control.add_row(&at, &key, row).unwrap();

    world.advance(minutes(61), minutes(61)).await;
    let session = visited(&ada, &connection, "fetch-accounts", &Walk::default()).await;
    assert_eq!(session["stage"], "finished", "{session:#}");
    let now = ada.get(&path(&connection)).await;
    let named = now["accounts"].as_array().unwrap().iter().map(|held| held["name"].as_str());
    let named: BTreeSet<_> = named.flatten().collect();
    assert_eq!(named, BTreeSet::from(["Everyday", "Holiday", "Rainy days"]));
    assert!(before.is_subset(&ids(&ada, &now).await));
    same_money(&world, &ada, &now).await;
}

#[tokio::test]
async fn a_reconnect_that_fails_leaves_what_was_read() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    world.salt_edge.control().add_login(&BankAt::login(SIMPLE, "other"), "secret").unwrap();
    let connection = ada.link(SIMPLE).await;
    let before = ids(&ada, &connection).await;
    for (walk, action) in [
        (Walk { password: "wrong".into(), ..Walk::default() }, "reconnect"),
        (Walk { login: "other".into(), ..Walk::default() }, "use_same_login"),
        (Walk { cancels_at: Some(0), ..Walk::default() }, "consent_not_granted"),
    ] {
        world.advance(minutes(61), minutes(61)).await;
        let session = visited(&ada, &connection, "reconnect", &walk).await;
        assert_eq!(session["stage"], "failed", "{action}: {session:#}");
        assert_eq!(session["next_action"]["code"], action, "{session:#}");
        assert_eq!(session["connection_id"], connection["id"], "{session:#}");
        let now = ada.get(&path(&connection)).await;
        assert_eq!(ids(&ada, &now).await, before, "{action}");
        assert!(now["status"] == "active" || now["next_action"]["code"].is_string(), "{now:#}");
    }
    let session = visited(&ada, &connection, "reconnect", &Walk::default()).await;
    assert_eq!(session["stage"], "finished", "{session:#}");
    let now = ada.get(&path(&connection)).await;
    assert_eq!(now["status"], "active", "{now:#}");
    assert_eq!(ids(&ada, &now).await, before);
    a_day_passes(&world).await;
    assert_eq!(world.salt_edge.control().record().revocations.len(), 0, "nothing is taken back");
    assert_eq!(ada.get(&path(&connection)).await["status"], "active");
}

#[tokio::test]
async fn a_consent_that_ended_is_renewed_in_place() {
    for (reason, bank) in [(RevokeReason::Expired, OAUTH), (RevokeReason::Saltedge, SIMPLE)] {
        let world = world(quiet()).await;
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(bank).await;
        let before = ids(&ada, &connection).await;
        let control = world.salt_edge.control();
        control.end_consent_of(remote(&world, &connection).id, reason).unwrap();
        world.advance(hours(13), hours(1)).await;
        let now = ada.get(&path(&connection)).await;
        assert_eq!(now["status"], "needs_reconnect", "{reason:?}: {now:#}");
        assert_eq!(now["next_action"]["code"], "renew_consent", "{reason:?}: {now:#}");
        assert!(now["display_message"].is_string());
        assert_eq!(ids(&ada, &now).await, before, "what was read stays readable");
        let refused = ada.post(&format!("{}/refresh", path(&connection)), &json!({})).await;
        assert_eq!(refused.problem(409), "wrong_state");
        assert_eq!(refused.json["next_action"]["code"], "renew_consent", "{}", refused.json);

        coffee(&world, bank);
        let session = visited(&ada, &connection, "reconnect", &Walk::default()).await;
        assert_eq!(session["stage"], "finished", "{reason:?}: {session:#}");
        let now = ada.get(&path(&connection)).await;
        assert_eq!(now["status"], "active", "{now:#}");
        assert_eq!(now["consent"]["status"], "active", "{now:#}");
        assert_ne!(now["consent"]["id"], connection["consent"]["id"], "{now:#}");
        assert_eq!(now["next_action"], Value::Null);
        assert_eq!(ids(&ada, &now).await.len(), before.len() + 1);
        same_money(&world, &ada, &now).await;
    }
}

#[tokio::test]
async fn a_refresh_without_the_user_brings_new_rows_and_is_not_to_be_had_twice() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(OAUTH).await;
    let refresh = format!("{}/refresh", path(&connection));
    let early = ada.post(&refresh, &json!({})).await;
    assert_eq!(early.problem(429), "refresh_not_yet", "just linked");
    let allowed = early.json["next_allowed_at"].as_str().unwrap().to_owned();
    let now = world.cloud.clock().now().to_string();
    assert!(allowed > now, "{allowed} is not after {now}");
    assert_eq!(early.json["next_action"]["code"], "wait_until", "{}", early.json);

    world.advance(minutes(61), minutes(61)).await;
    coffee(&world, OAUTH);
    let accepted = ada.post(&refresh, &json!({})).await.expect(202);
    assert_eq!(accepted["id"], connection["id"]);
    world.settle().await;
    same_money(&world, &ada, &ada.get(&path(&connection)).await).await;
    let again = ada.post(&refresh, &json!({})).await;
    assert_eq!(again.problem(429), "refresh_not_yet");
    assert_eq!(again.json["next_action"]["code"], "wait_until", "{}", again.json);
    assert_eq!(again.json["retryable"], true);
    assert!(again.json["next_allowed_at"].is_string(), "{}", again.json);

    for _ in 0..3 {
        world.advance(minutes(61), minutes(61)).await;
        ada.post(&refresh, &json!({})).await.expect(202);
        world.settle().await;
    }
    world.advance(minutes(61), minutes(61)).await;
    let spent = ada.post(&refresh, &json!({})).await;
    assert_eq!(spent.problem(429), "refresh_not_yet", "four a day");
    assert_eq!(spent.json["next_action"]["code"], "wait_budget", "{}", spent.json);
    let session = visited(&ada, &connection, "refresh", &Walk::default()).await;
    assert_eq!(session["stage"], "finished", "a present user is not counted: {session:#}");
    let id = remote(&world, &connection).id;
    let record = world.salt_edge.control().record();
    assert_eq!(record.background_in_day(id, world.cloud.clock().now()), 4);
}

#[tokio::test]
async fn a_second_link_that_salt_edge_takes_for_a_reconnect_is_the_same_connection() {
    let switches = Switches { same_login: SameLogin::Reconnect, ..quiet().switches };
    let world = world(WorldOptions { switches, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    for bank in [OAUTH, "fakebank_interactive_xf"] {
        let first = ada.link(bank).await;
        let before = ids(&ada, &first).await;
        world.advance(minutes(61), minutes(61)).await;
        let second = ada.link(bank).await;
        assert_eq!(second["id"], first["id"], "{second:#}");
        assert_eq!(ids(&ada, &second).await, before);
        same_money(&world, &ada, &second).await;

        world.advance(minutes(61), minutes(61)).await;
        let given_up = ada.new_link(bank).await;
        ada.visit(&given_up, &Walk::default()).await;
        a_day_passes(&world).await;
        let still = ada.get(&path(&first)).await;
        assert_eq!(still["status"], "active", "nobody revoked it: {still:#}");
        assert_eq!(world.salt_edge.control().record().revocations.len(), 0);
    }
}
