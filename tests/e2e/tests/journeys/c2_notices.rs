//! C2: users are told before their consent ends, each time once; and when it ended elsewhere.

use e2e::{
    TENANT, User, hours, minutes, options, quiet, revoking::delete_in_dashboard, user, world,
};
use local_cloud::{Effect, Fault, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{ApiFault, ApiFaultKind, ConsentShape, RevokeReason, Walk};

use crate::{link::remote, link_visits::visited};

const BANK: &str = "fakebank_oauth_xf";
const DAY: i64 = 24;

/// So many days pass, at one step, and ten minutes more in which what they made due is done.
async fn days(world: &World, count: i64) {
    world.advance(hours(DAY * count), hours(DAY * count)).await;
    world.advance(minutes(2), minutes(1)).await;
}

/// What was told of a connection's consent: the event, the days before its end, what was left out.
async fn told(ada: &User<'_>, connection: &Value) -> Vec<Value> {
    let now = ada.again(connection).await;
    let notices = now["consent"]["notices"].as_array().expect("notices").clone();
    let told = notices.iter().map(|one| json!([one["event"], one["days"], one["skipped"]]));
    told.collect()
}

#[tokio::test]
async fn c2_each_notice_comes_once_and_the_last_one_with_the_end() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    assert_eq!(connection["consent"]["basis"], "provider");
    assert_eq!(connection["consent"]["days_left"], 180);
    days(&world, 149).await;
    assert_eq!(told(&ada, &connection).await, Vec::<Value>::new());
    let (mut seen, mut want) = (Vec::new(), Vec::new());
    for left in (0..=30).rev() {
        // Ticks repeat: each of these minutes comes twice.
        days(&world, 1).await;
        world.cloud.tick().await.unwrap();
        world.settle().await;
        if [30, 15, 7, 3, 1].contains(&left) {
            want.push(json!(["expiring", left, []]));
        }
        let now = told(&ada, &connection).await;
        if left > 0 {
            assert_eq!(now, want, "{left} days before the end");
            assert_eq!(ada.again(&connection).await["status"], "active");
        }
        seen = now;
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
    assert_eq!(seen[5][0], "expired");
    days(&world, 2).await;
    assert_eq!(told(&ada, &connection).await, seen, "nothing is told twice");
    let over = ada.again(&connection).await;
    assert_eq!(over["next_action"]["code"], "renew_consent", "{over:#}");
    assert_eq!(over["consent"]["days_left"], Value::Null);
}

#[tokio::test]
async fn c2_of_notices_that_are_late_the_newest_is_given_and_a_renewal_begins_anew() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    days(&world, 166).await;
    assert_eq!(told(&ada, &connection).await, [json!(["expiring", 15, [30]])]);
    let session = visited(&ada, &connection, "renew", &Walk::default()).await;
    assert_eq!(session["stage"], "finished", "{session:#}");
    assert_eq!(told(&ada, &connection).await, Vec::<Value>::new(), "another consent");
    days(&world, 30).await;
    let now = ada.again(&connection).await;
    assert_eq!((&now["status"], &now["consent"]["notices"]), (&json!("active"), &json!([])));
    days(&world, 121).await;
    assert_eq!(told(&ada, &connection).await, [json!(["expiring", 30, []])]);
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    days(&world, 40).await;
    assert_eq!(told(&ada, &connection).await.len(), 1, "whoever revoked is told nothing more");
}

#[tokio::test]
async fn c2_a_notice_that_salt_edge_does_not_answer_for_comes_when_it_does() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    days(&world, 149).await;
    for path in ["/api/v6/consents*", "/api/v6/connections*"] {
        let down = ApiFault::next(ApiFaultKind::ServerError, "GET", path);
        world.salt_edge.control().add_api_fault(ApiFault { times: 100_000, ..down });
    }
    world.advance(hours(DAY * 2), minutes(30)).await;
    assert_eq!(told(&ada, &connection).await, Vec::<Value>::new(), "nobody knows how it stands");
    world.salt_edge.control().clear_faults();
    world.advance(hours(2), minutes(10)).await;
    assert_eq!(told(&ada, &connection).await, [json!(["expiring", 30, []])]);
    // A pull that is not answered is a dead letter in the end; a notice is due until it is given.
    let dead = world.cloud.take_dead_letters();
    assert!(!dead.iter().any(|(_, message)| message.body.contains("notice")), "{dead:?}");
}

async fn killed_at_each(effect: Effect) {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    for k in 1.. {
        let before = hours(DAY * 150) - minutes(3);
        world.advance(before, before).await;
        let fired = world.cloud.tap().fired();
        world.cloud.tap().arm(Fault::at("sync", k, effect));
        world.advance(minutes(5), minutes(1)).await;
        let hit = world.cloud.tap().fired() > fired;
        world.cloud.tap().disarm();
        world.advance(minutes(39), minutes(13)).await;
        let told = told(&ada, &connection).await;
        assert_eq!(told, [json!(["expiring", 30, []])], "{effect:?} at {k}");
        if !hit {
            assert!(k > 1, "{effect:?} met nothing");
            break;
        }
        visited(&ada, &connection, "renew", &Walk::default()).await;
    }
}

#[tokio::test]
async fn c2_a_notice_that_is_killed_at_any_of_its_steps_comes_once() {
    killed_at_each(Effect::KillBefore).await;
    killed_at_each(Effect::KillAfter).await;
}

/// Who ends a consent, and how; what the receipt and the notice say of it.
const ENDINGS: [(&str, &str, &str); 5] = [
    ("time", "expired", "time"),
    ("bank", "revoked", "bank"),
    ("salt edge", "revoked", "salt_edge"),
    ("withdrawn in the dashboard", "revoked", "salt_edge"),
    ("deleted in the dashboard", "revoked", "owner"),
];

async fn end(world: &World, how: &str, connection: &Value) {
    let (control, remote) = (world.salt_edge.control(), remote(world, connection));
    let reason = match how {
        "time" => RevokeReason::Expired,
        "bank" => RevokeReason::Provider,
        "salt edge" => RevokeReason::Saltedge,
        "deleted in the dashboard" => {
            return delete_in_dashboard(world, "ada@example.com", remote.id).await;
        }
        _ => {
            let url = format!("{}/withdraw", world.salt_edge.dashboard_url());
            let id = remote.id.to_string();
            let fields = [("email", "ada@example.com"), ("connection_id", id.as_str())];
            simulator::Browser::new().unwrap().post(&url, &fields).await.expect("the dashboard");
            return;
        }
    };
    control.end_consent_of(remote.id, reason).unwrap();
}

#[tokio::test]
async fn c2_an_end_elsewhere_is_noticed_with_every_callback_and_with_none() {
    for shape in [
        ConsentShape::Reason,
        ConsentShape::ConsentStatus,
        ConsentShape::Status,
        ConsentShape::NotSent,
    ] {
        let world = world(WorldOptions { ..options() }).await;
        world.salt_edge.control().switch(|switches| switches.consent_callback = shape);
        let ada = user(&world, TENANT, "ada");
        let connection = ada.link(BANK).await;
        for (how, event, by) in ENDINGS {
            let case = format!("{shape:?}, {how}");
            end(&world, how, &connection).await;
            world.settle().await;
            let deleted = how == "deleted in the dashboard";
            if shape == ConsentShape::NotSent && !deleted {
                let unseen = ada.again(&connection).await;
                assert_eq!(unseen["consent"]["status"], "active", "{case}: nobody has said it");
                // Its slot comes within six hours.
                world.advance(hours(6), minutes(30)).await;
            }
            let now = ada.again(&connection).await;
            let (status, action) = if deleted {
                ("revoked", json!(null))
            } else {
                ("needs_reconnect", json!("renew_consent"))
            };
            assert_eq!(now["status"], status, "{case}: {now:#}");
            assert_eq!(now["next_action"]["code"], action, "{case}");
            assert_eq!(now["consent"]["status"], event, "{case}");
            let told = told(&ada, &connection).await;
            assert_eq!(told, [json!([event, null, []])], "{case}");
            let receipts = ada.receipts(&connection).await;
            let last = receipts.last().unwrap();
            assert_eq!((&last["event"], &last["by"]), (&json!(event), &json!(by)), "{case}");
            if !deleted {
                let session = visited(&ada, &connection, "renew", &Walk::default()).await;
                assert_eq!(session["stage"], "finished", "{case}: {session:#}");
            }
        }
    }
}
