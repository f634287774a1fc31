//! Reconnect and renew: our ids stay, the old consent is used until the new one is active, and no gap stays.

use e2e::{
    RETURN_TO, TENANT, User, hours, minutes,
    oracle::{assert_equal, assert_no_holes},
    quiet, user, world,
};
use jiff::ToSpan;
use local_cloud::{Effect, Fault, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{BankAt, ClientKind, NewRow, RevokeReason, Walk};

use crate::{link::remote, link_visits::visited};

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";
const KINDS: [ClientKind; 2] = [ClientKind::Partner, ClientKind::Client];

fn path(connection: &Value) -> String {
    format!("/v1/connections/{}", connection["id"].as_str().unwrap())
}

fn add(world: &World, bank: &str, text: &str, days_ago: i64) -> String {
    let today = world.cloud.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let row = NewRow::booked("-3.20".parse().unwrap(), text);
    let row = row.made_on(today.checked_sub(days_ago.days()).unwrap());
    world.salt_edge.control().add_row(&BankAt::of(bank), "account-1", row).unwrap()
}

async fn renewal(ada: &User<'_>, connection: &Value) -> Value {
    let body = json!({"return_to": RETURN_TO});
    ada.post(&format!("{}/renew", path(connection)), &body).await.expect(201)
}

fn texts(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["description"].as_str().unwrap()).collect()
}

async fn rows(ada: &User<'_>, connection: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    for account in connection["accounts"].as_array().unwrap() {
        all.extend(ada.rows(account["id"].as_str().unwrap()).await);
    }
    all
}

#[tokio::test]
async fn l5_a_renewal_keeps_every_id_and_the_old_consent_until_it_is_done() {
    for kind in KINDS {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(OAUTH).await;
        let consent = connection["consent"]["id"].clone();
        let begun = renewal(&ada, &connection).await;
        assert_eq!(begun["intent"], "renew", "{begun:#}");
        ada.open(&begun).await;
        // The user is away for long; the bank goes on being asked.
        add(&world, OAUTH, "MEANWHILE", 0);
        world.advance(hours(25), hours(1)).await;
        let now = ada.get(&path(&connection)).await;
        assert_eq!(
            (&now["status"], &now["consent"]["id"]),
            (&json!("active"), &consent),
            "{kind:?}"
        );
        assert!(texts(&rows(&ada, &now).await).contains(&"MEANWHILE"), "{kind:?}");

        // One that is given up on its pages changes nothing.
        for walk in [
            Walk { cancels_at: Some(0), ..Walk::default() },
            Walk { ticks: false, ..Walk::default() },
        ] {
            visited(&ada, &connection, "renew", &walk).await;
            add(&world, OAUTH, "AFTER IT WAS GIVEN UP", 0);
            world.advance(hours(25), hours(1)).await;
            let now = ada.get(&path(&connection)).await;
            assert_eq!(now["status"], "active", "{kind:?}: {now:#}");
            assert!(texts(&rows(&ada, &now).await).contains(&"AFTER IT WAS GIVEN UP"), "{kind:?}");
        }

        let before = rows(&ada, &connection).await;
        let session = visited(&ada, &connection, "renew", &Walk::default()).await;
        assert_eq!(session["stage"], "finished", "{kind:?}: {session:#}");
        let now = ada.get(&path(&connection)).await;
        assert_ne!(now["consent"]["id"], consent, "{now:#}");
        assert_eq!(now["consent"]["status"], "active");
        let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
        assert_eq!(ids(&rows(&ada, &now).await), ids(&before), "{kind:?}");
        assert_equal(&ada, &now, remote(&world, &connection).id).await;
        assert_no_holes(&world).await;
    }
}

#[tokio::test]
async fn l5_a_gap_of_six_weeks_is_closed_and_the_days_before_it_are_as_they_are_by_now() {
    for kind in KINDS {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        world.salt_edge.control().switch(|switches| switches.removal_reaches_copy = true);
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(OAUTH).await;
        let taken_back = add(&world, OAUTH, "TAKEN BACK LATER", 3);
        world.advance(hours(25), hours(1)).await;
        let held = rows(&ada, &connection).await;
        assert!(texts(&held).contains(&"TAKEN BACK LATER"));
        let control = world.salt_edge.control();
        control.end_consent_of(remote(&world, &connection).id, RevokeReason::Expired).unwrap();
        world.advance(hours(24 * 42), hours(6)).await;
        assert_eq!(ada.get(&path(&connection)).await["next_action"]["code"], "renew_consent");
        for days_ago in [40, 20, 1] {
            add(&world, OAUTH, &format!("{days_ago} DAYS AGO"), days_ago);
        }
        control.remove_row(&BankAt::of(OAUTH), &taken_back).unwrap();

        let session = visited(&ada, &connection, "renew", &Walk::default()).await;
        assert_eq!(session["stage"], "finished", "{kind:?}: {session:#}");
        let now = ada.get(&path(&connection)).await;
        let shown = rows(&ada, &now).await;
        for days_ago in [40, 20, 1] {
            let text = format!("{days_ago} DAYS AGO");
            assert!(texts(&shown).contains(&text.as_str()), "{kind:?}: {text}");
        }
        assert!(!texts(&shown).contains(&"TAKEN BACK LATER"), "{kind:?}");
        assert_equal(&ada, &now, remote(&world, &connection).id).await;
        assert_no_holes(&world).await;
    }
}

#[tokio::test]
async fn l5_another_login_is_told_to_use_the_first() {
    for kind in KINDS {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        let ada = user(&world, TENANT, "ada");
        world.salt_edge.control().add_login(&BankAt::login(SIMPLE, "other"), "secret").unwrap();
        let connection = ada.link(SIMPLE).await;
        for verb in ["renew", "reconnect"] {
            world.advance(minutes(61), minutes(61)).await;
            let other = Walk { login: "other".into(), ..Walk::default() };
            let session = visited(&ada, &connection, verb, &other).await;
            assert_eq!(session["next_action"]["code"], "use_same_login", "{kind:?}: {session:#}");
            let session = visited(&ada, &connection, verb, &Walk::default()).await;
            assert_eq!(session["stage"], "finished", "{kind:?}: {session:#}");
        }
        assert_equal(&ada, &connection, remote(&world, &connection).id).await;
    }
}

/// A renewal that dies at the k-th request of `sync`, for every k.
async fn killed_at_each(kind: ClientKind, effect: Effect) {
    let world = world(WorldOptions { kind, ..quiet() }).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(OAUTH).await;
    let mut events = vec!["given"];
    for k in 1.. {
        events.push("renewed");
        world.advance(minutes(61), minutes(61)).await;
        add(&world, OAUTH, &format!("STEP {k}"), 0);
        let fired = world.cloud.tap().fired();
        let begun = renewal(&ada, &connection).await;
        let visit = ada.visit(&begun, &Walk::default()).await;
        world.cloud.tap().arm(Fault::at("sync", k, effect));
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        let hit = world.cloud.tap().fired() > fired;
        world.cloud.tap().disarm();
        world.advance(minutes(39), minutes(13)).await;
        let session = ada.session(&visit.session).await;
        assert_eq!(session["stage"], "finished", "{effect:?} at {k}: {session:#}");
        assert_equal(&ada, &connection, remote(&world, &connection).id).await;
        if !hit {
            assert!(k > 8, "{effect:?}: only {k} requests");
            break;
        }
    }
    assert_eq!(ada.consent_events(&connection).await, events, "{effect:?}: a receipt each, once");
    assert_no_holes(&world).await;
}

#[tokio::test]
async fn l5_a_renewal_killed_before_each_of_its_requests_is_finished() {
    killed_at_each(ClientKind::Partner, Effect::KillBefore).await;
}

#[tokio::test]
async fn l5_a_renewal_killed_after_each_of_its_requests_is_finished() {
    killed_at_each(ClientKind::Client, Effect::KillAfter).await;
}

#[tokio::test]
async fn l5_a_renewal_that_loses_any_answer_is_finished() {
    killed_at_each(ClientKind::Partner, Effect::LoseAnswer).await;
}

#[tokio::test]
async fn l5_a_renewal_that_is_refused_anything_is_finished() {
    killed_at_each(ClientKind::Client, Effect::FailBefore).await;
}
