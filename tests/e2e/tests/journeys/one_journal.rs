//! An account belongs to one journal, whoever links it, however often, and at whatever moment.

use std::collections::BTreeSet;

use e2e::{
    TENANT, User, Visit, hours, lose_callbacks, minutes,
    oracle::in_force,
    oracle::{assert_equal, assert_no_holes, newest},
    quiet, user, world,
};
use local_cloud::{Effect, Fault, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{
    ApiFault, ApiFaultKind, BankAt, ClientKind, ConsentStatus, NewAccount, NewRow, Switches, Walk,
};

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";

async fn gone_through(ada: &User<'_>, bank: &str, walk: &Walk) -> Visit {
    let session = ada.new_link(bank).await;
    ada.visit(&session, walk).await
}

/// Both sessions ended in one connection, which has each row once.
async fn assert_one(ada: &User<'_>, visits: [&Visit; 2], name: &str) {
    let mut ids = BTreeSet::new();
    for visit in visits {
        let session = ada.session(&visit.session).await;
        assert_eq!(session["stage"], "finished", "{name}: {session:#}");
        ids.insert(session["connection_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1, "{name}: two journals");
    let listed = ada.get("/v1/connections").await;
    let listed = listed["connections"].as_array().unwrap();
    assert_eq!(listed.len(), 1, "{name}: {listed:#?}");
    let read = *in_force(ada.world).last().unwrap();
    assert_equal(ada, &listed[0], read).await;
    assert_no_holes(ada.world).await;
}

#[tokio::test]
async fn l7_two_first_links_at_one_moment_make_one_journal() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        let ada = user(&world, TENANT, "ada");
        let usual = Walk::default();
        let one = gone_through(&ada, OAUTH, &usual).await;
        let two = gone_through(&ada, OAUTH, &usual).await;
        world.settle().await;
        let (a, b) = tokio::join!(ada.confirm(&one), ada.confirm(&two));
        assert_eq!((a.status, b.status), (200, 200));
        world.settle().await;
        assert_one(&ada, [&one, &two], &format!("{kind:?}")).await;
        // The one that lost is retired; and what is booked later is there once.
        world.advance(minutes(70), minutes(1)).await;
        let row = NewRow::booked("-1.23".parse().unwrap(), "AFTERWARDS");
        world.salt_edge.control().add_row(&BankAt::of(OAUTH), "account-1", row).unwrap();
        world.advance(hours(25), hours(1)).await;
        assert_one(&ada, [&one, &two], &format!("{kind:?}, a day later")).await;
        assert_eq!(in_force(&world).len(), 1, "{kind:?}");
    }
}

/// Two first links at one moment, of which `sync` meets a fault at its k-th request, for every k.
async fn at_each_request(effect: Effect) {
    for k in 1.. {
        let world = world(quiet()).await;
        let ada = user(&world, TENANT, "ada");
        let usual = Walk::default();
        let one = gone_through(&ada, OAUTH, &usual).await;
        let two = gone_through(&ada, OAUTH, &usual).await;
        world.settle().await;
        world.cloud.tap().arm(Fault::at("sync", k, effect));
        let (a, b) = tokio::join!(ada.confirm(&one), ada.confirm(&two));
        assert_eq!((a.status, b.status), (200, 200));
        world.settle().await;
        let hit = world.cloud.tap().fired() > 0;
        world.cloud.tap().disarm();
        world.advance(minutes(39), minutes(13)).await;
        assert_one(&ada, [&one, &two], &format!("{effect:?} at {k}")).await;
        assert!(world.cloud.dead_letters().is_empty(), "{effect:?} at {k}");
        if !hit {
            assert!(k > 20, "{effect:?}: only {k} requests");
            break;
        }
    }
}

#[tokio::test]
async fn l7_two_first_links_killed_before_each_request_make_one_journal() {
    at_each_request(Effect::KillBefore).await;
}

#[tokio::test]
async fn l7_two_first_links_killed_after_each_request_make_one_journal() {
    at_each_request(Effect::KillAfter).await;
}

#[tokio::test]
async fn l7_two_first_links_that_lose_any_answer_make_one_journal() {
    at_each_request(Effect::LoseAnswer).await;
}

/// Two logins of one bank which both see one account; its number.
fn shared_account(world: &World) -> String {
    let control = world.salt_edge.control();
    let second = BankAt::login(SIMPLE, "second");
    control.add_login(&second, "secret").unwrap();
    let iban = String::from("XF9100000000000000004711");
    for at in [&BankAt::of(SIMPLE), &second] {
        let account = NewAccount {
            name: "Household".into(),
            nature: "checking".into(),
            currency: "EUR".into(),
            opening: None,
            iban: Some(iban.clone()),
        };
        control.open_account(at, account).unwrap();
        let row = NewRow::booked("-40.00".parse().unwrap(), "SHARED GROCERIES");
        control.add_row(at, &iban, row).unwrap();
    }
    iban
}

fn household(connection: &Value) -> Value {
    let accounts = connection["accounts"].as_array().unwrap().iter();
    accounts.clone().find(|one| one["name"] == "Household").expect("the account").clone()
}

fn ids_of(connection: &Value, which: impl Fn(&Value) -> bool) -> BTreeSet<String> {
    let accounts = connection["accounts"].as_array().unwrap().iter();
    accounts.filter(|one| which(one)).map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// How often the shared row is told, in each of these connections.
async fn told(ada: &User<'_>, connections: [&Value; 2]) -> [usize; 2] {
    let mut counts = [0; 2];
    for (count, connection) in counts.iter_mut().zip(connections) {
        let rows = ada.statement(connection).await;
        *count = rows.iter().filter(|row| row["description"] == "SHARED GROCERIES").count();
    }
    counts
}

#[tokio::test]
async fn l7_two_logins_that_share_an_account_have_it_once() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        let ada = user(&world, TENANT, "ada");
        shared_account(&world);
        let first = ada.link(SIMPLE).await;
        let other = Walk { login: "second".into(), ..Walk::default() };
        let visit = gone_through(&ada, SIMPLE, &other).await;
        ada.confirm(&visit).await.expect(200);
        world.settle().await;
        let session = ada.session(&visit.session).await;
        let shared: Vec<_> = session["accounts"].as_array().unwrap().iter().collect();
        let shared: Vec<_> =
            shared.iter().filter(|one| one["change"] == "held_elsewhere").collect();
        assert_eq!(shared.len(), 1, "{kind:?}: {session:#}");
        assert_eq!(shared[0]["held_by"], first["id"], "{session:#}");
        let id = session["connection_id"].as_str().unwrap();
        assert_ne!(id, first["id"], "other accounts are another connection's");
        let second = ada.get(&format!("/v1/connections/{id}")).await;
        let held = household(&second);
        assert_eq!((&held["held_by"], &held["balance"]), (&first["id"], &Value::Null), "{held:#}");
        assert_eq!(told(&ada, [&first, &second]).await, [1, 0], "{kind:?}");
        world.advance(hours(25), hours(1)).await;
        assert_eq!(told(&ada, [&first, &second]).await, [1, 0], "{kind:?}: after a day of pulls");

        // The first is revoked: the second takes the account over with its next read.
        ada.revoke(&first).await.expect(202);
        world.settle().await;
        world.advance(hours(25), hours(1)).await;
        let second = ada.again(&second).await;
        let held = household(&second);
        assert_eq!(held["held_by"], Value::Null, "{kind:?}: {second:#}");
        assert!(held["balance"].is_object(), "{held:#}");
        assert_eq!(told(&ada, [&first, &second]).await[1], 1, "{kind:?}");
        // And the first, linked again, does not take it back.
        let again = ada.link(SIMPLE).await;
        assert_eq!(again["id"], first["id"]);
        assert_eq!(household(&again)["held_by"], second["id"], "{again:#}");
        world.advance(hours(25), hours(1)).await;
        assert_eq!(told(&ada, [&first, &second]).await[1], 1, "{kind:?}");
        assert_no_holes(&world).await;
    }
}

#[tokio::test]
async fn l7_a_second_login_does_not_go_on_in_what_the_first_had() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let world = world(WorldOptions { kind, ..quiet() }).await;
        let ada = user(&world, TENANT, "ada");
        shared_account(&world);
        let first = ada.link(SIMPLE).await;
        let own = ids_of(&first, |one| one["name"] != "Household");
        ada.revoke(&first).await.expect(202);
        world.settle().await;
        world.advance(minutes(61), minutes(1)).await;
        let other = Walk { login: "second".into(), ..Walk::default() };
        let second = ada.link_with(SIMPLE, &other).await;
        assert_ne!(second["id"], first["id"], "{kind:?}: another login is another link");
        assert_eq!(household(&second)["held_by"], Value::Null, "{second:#}");
        assert_eq!(told(&ada, [&first, &second]).await[1], 1, "{kind:?}");
        // The first login again: its own accounts go on where they were, the shared one stays.
        let again = ada.link(SIMPLE).await;
        assert_eq!(again["id"], first["id"], "{kind:?}");
        assert_eq!(household(&again)["held_by"], second["id"], "{again:#}");
        assert_eq!(ids_of(&again, |one| one["name"] != "Household"), own, "{kind:?}");
        world.advance(hours(25), hours(1)).await;
        assert_eq!(told(&ada, [&first, &second]).await[1], 1, "{kind:?}");
        assert_no_holes(&world).await;
    }
}

#[tokio::test]
async fn l7_an_account_that_the_first_login_no_longer_shows_is_taken_over() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let iban = shared_account(&world);
    let first = ada.link(SIMPLE).await;
    let other = Walk { login: "second".into(), ..Walk::default() };
    let second = ada.link_with(SIMPLE, &other).await;
    world.salt_edge.control().set_closed(&BankAt::of(SIMPLE), &iban, true).unwrap();
    world.advance(hours(49), hours(1)).await;
    let (first, second) = (ada.again(&first).await, ada.again(&second).await);
    assert_eq!(household(&first)["gone"], true, "{first:#}");
    assert_eq!(household(&second)["held_by"], Value::Null, "{second:#}");
    assert_eq!(told(&ada, [&first, &second]).await[1], 1);
}

#[tokio::test]
async fn l7_an_account_that_comes_back_while_it_is_taken_over_is_read_once() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let iban = shared_account(&world);
    let first = ada.link(SIMPLE).await;
    let other = Walk { login: "second".into(), ..Walk::default() };
    let second = ada.link_with(SIMPLE, &other).await;
    let (control, at) = (world.salt_edge.control(), BankAt::of(SIMPLE));
    let refresh = async |connection: &Value| {
        let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
        ada.post(&path, &json!({})).await.expect(202);
    };
    control.set_closed(&at, &iban, true).unwrap();
    world.advance(minutes(61), minutes(61)).await;
    refresh(&first).await;
    world.settle().await;
    assert_eq!(household(&ada.again(&first).await)["gone"], true);
    control.set_closed(&at, &iban, false).unwrap();
    world.advance(minutes(61), minutes(61)).await;
    // The first has found it, and is at its rows when the second looks whether the account is free.
    let stuck = ApiFault::next(ApiFaultKind::ServerError, "GET", "/api/v6/transactions*");
    control.add_api_fault(ApiFault { times: 1000, ..stuck });
    refresh(&first).await;
    world.settle().await;
    control.clear_faults();
    refresh(&second).await;
    world.settle().await;
    assert_eq!(household(&ada.again(&second).await)["held_by"], first["id"]);
    world.advance(hours(25), hours(1)).await;
    let (first, second) = (ada.again(&first).await, ada.again(&second).await);
    let held = [&first, &second].map(|one| household(one)["held_by"].is_string());
    assert_eq!(held, [false, true], "{first:#} {second:#}");
    assert_eq!(told(&ada, [&first, &second]).await, [1, 0]);
}

/// A link whose callbacks are all lost, confirmed the next morning, after a night without our mark.
async fn the_next_morning(kind: ClientKind, links: usize) -> (World, Vec<Visit>) {
    let switches = Switches { nightly_keeps_custom_fields: false, ..quiet().switches };
    let switches = Switches { nightly_refresh: true, ..switches };
    let world = world(WorldOptions { kind, switches, ..quiet() }).await;
    lose_callbacks(&world, None);
    let mut visits = Vec::new();
    {
        let ada = user(&world, TENANT, "ada");
        let sessions = [ada.new_link(OAUTH).await, ada.new_link(OAUTH).await];
        let opened = [ada.open(&sessions[0]).await, ada.open(&sessions[1]).await];
        for (session, at) in sessions.iter().zip(opened).take(links) {
            visits.push(ada.walk(session, at, &Walk::default()).await);
        }
    }
    world.advance(hours(20), minutes(30)).await;
    assert!(!world.salt_edge.control().record().background_refreshes.is_empty(), "a night passed");
    (world, visits)
}

#[tokio::test]
async fn l7_a_link_whose_callbacks_were_lost_is_found_after_its_night() {
    for kind in [ClientKind::Partner, ClientKind::Client] {
        let (world, visits) = the_next_morning(kind, 1).await;
        let ada = user(&world, TENANT, "ada");
        ada.confirm(&visits[0]).await.expect(200);
        world.settle().await;
        let session = ada.session(&visits[0].session).await;
        assert_eq!(session["stage"], "finished", "{kind:?}: {session:#}");
        let connection = json!({"id": session["connection_id"]});
        assert_equal(&ada, &connection, newest(&world)).await;
    }
}

#[tokio::test]
async fn l7_of_two_that_it_may_be_none_is_believed() {
    let (world, visits) = the_next_morning(ClientKind::Partner, 2).await;
    let ada = user(&world, TENANT, "ada");
    ada.confirm(&visits[0]).await.expect(200);
    world.advance(minutes(70), minutes(10)).await;
    let session = ada.session(&visits[0].session).await;
    assert_eq!(session["stage"], "failed", "{session:#}");
    assert_eq!(session["next_action"]["code"], "start_again", "{session:#}");
    assert_eq!(ada.get("/v1/connections").await["connections"], json!([]));
}

#[tokio::test]
async fn l7_a_link_whose_callbacks_were_lost_and_that_nobody_confirms_is_taken_back() {
    let (world, _) = the_next_morning(ClientKind::Client, 1).await;
    world.advance(hours(6), minutes(10)).await;
    assert!(world.salt_edge.control().connections().is_empty());
}

#[tokio::test]
async fn l7_a_revocation_does_not_wait_for_what_was_there_before() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(OAUTH).await;
    let consents = || world.salt_edge.control().ledger().consents;
    let before = consents()[0].id;
    let path = format!("/api/v6/consents/{before}*");
    let fault = ApiFault::next(ApiFaultKind::ServerError, "POST", &path);
    world.salt_edge.control().add_api_fault(ApiFault { times: 9, ..fault });
    assert_eq!(ada.link(OAUTH).await["id"], connection["id"]);
    world.advance(minutes(2), minutes(1)).await;
    assert_eq!(in_force(&world).len(), 2, "the first login cannot be ended");
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    let left: Vec<_> =
        consents().into_iter().filter(|one| one.status == ConsentStatus::Active).collect();
    assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [before]);
    world.advance(hours(24 * 8), hours(1)).await;
    assert_eq!(in_force(&world), [], "and it is tried on until it is ended too");
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
}
