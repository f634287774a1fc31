//! T1: what is due is published, also where the read dies before it, and whatever is revoked or erased meanwhile.

use e2e::{
    TENANT, User, calling_once, erasing::naming, hours, lose_callbacks, minutes, oracle::newest,
    raw::items, revoking::reads_since, user, world,
};
use jiff::civil::date;
use local_cloud::{Effect, Fault, World};
use serde_json::{Value, json};
use simulator::{BankAt, BankFault, CallbackKind, ErrorClass, NewRow};

use crate::{
    p4_erasure::client_world,
    t1_statements::{choose, follow_each_other},
};

const BANK: &str = "fakebank_oauth_xf";

/// The everyday account, by the day, and a first day over which everything is told.
async fn daily(user: &User<'_>) -> (Value, String) {
    let connection = user.link(BANK).await;
    let accounts = connection["accounts"].as_array().unwrap();
    let found = accounts.iter().find(|account| account["name"] == "Everyday").unwrap();
    let account = found["id"].as_str().unwrap().to_owned();
    choose(user, &account, "daily").await;
    a_day_later(user.world, false).await;
    user.world.settle().await;
    (connection, account)
}

async fn published(user: &User<'_>, account: &str) -> Vec<Value> {
    let page = user.get(&format!("/v1/accounts/{account}/statements?limit=100")).await;
    page["statements"].as_array().unwrap().clone()
}

fn book(world: &World) {
    let row = NewRow::booked("-1.0".parse().unwrap(), "A ROW");
    world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
}

/// Meets the `nth` put of a pull that nobody asked for.
fn put(nth: u32, effect: Effect) -> Fault {
    Fault { operation: Some(String::from("PutItem")), ..Fault::at("sync", nth, effect) }
}

/// A day later Salt Edge has been at the bank, and calls.
async fn a_day_later(world: &World, news: bool) {
    world.cloud.clock().advance(hours(24));
    if news {
        book(world);
    }
    let control = world.salt_edge.control();
    control.visit_bank(newest(world)).unwrap();
    control.pump().await;
}

#[tokio::test]
async fn t1_a_read_that_dies_before_it_publishes_is_made_up_for_by_the_next_look() {
    // The entry stands and nothing is published; or nothing is noted of a read that found nothing new.
    for (news, fault) in [
        (true, put(1, Effect::KillAfter)),
        (true, put(2, Effect::KillBefore)),
        (false, put(1, Effect::KillBefore)),
        (false, put(2, Effect::KillBefore)),
    ] {
        let world = world(calling_once()).await;
        let ada = user(&world, TENANT, "ada");
        let (_, account) = daily(&ada).await;
        let before = published(&ada, &account).await.len();
        a_day_later(&world, news).await;
        let fired = world.cloud.tap().fired();
        world.cloud.tap().arm(fault.clone());
        world.settle().await;
        world.cloud.tap().disarm();
        assert!(world.cloud.tap().fired() > fired, "{news} {fault:?} met nothing");
        let last = !news && fault.nth == 2;
        let died = published(&ada, &account).await.len();
        assert_eq!(died, before + usize::from(last), "{news} {fault:?}");
        // Salt Edge shows nothing new after that: what is made up for comes from what is held.
        let calls = world.salt_edge.control().record().calls.len();
        world.cloud.clock().advance(minutes(13));
        world.settle().await;
        let after = published(&ada, &account).await;
        assert_eq!(after.len(), before + 1, "{news} {fault:?}: {after:#?}");
        let read = reads_since(&world, calls);
        assert!(!news || read.is_empty(), "{read:?}");
    }
}

/// The message is lost with its reader: the look of the minute after an ask, or of the next slot, makes up for it.
#[tokio::test]
async fn t1_a_publication_is_made_up_for_also_when_its_message_never_comes_again() {
    let world = world(calling_once()).await;
    let ada = user(&world, TENANT, "ada");
    let (_, account) = daily(&ada).await;
    let before = published(&ada, &account).await.len();
    a_day_later(&world, true).await;
    let put = put(2, Effect::KillBefore);
    world.cloud.tap().arm(Fault { times: 5, ..put });
    for _ in 0..6 {
        world.settle().await;
        world.cloud.clock().advance(minutes(13));
    }
    assert_eq!(world.cloud.tap().fired(), 5, "each delivery died");
    world.cloud.tap().disarm();
    world.cloud.tick().await.unwrap();
    assert_eq!(world.cloud.take_dead_letters().len(), 1);
    assert_eq!(published(&ada, &account).await.len(), before);
    // The bank is out of order from now on, so nothing is read any more.
    let class = ErrorClass::ProviderError;
    let fault = BankFault { class, provider: None, connection: None, times: u32::MAX };
    world.salt_edge.control().add_bank_fault(fault);
    world.advance(hours(7), minutes(10)).await;
    let after = published(&ada, &account).await;
    assert_eq!(after.len(), before + 1, "{after:#?}");
}

/// The bank was away for so long that the tail is the read's own entry, and says of no day before it.
#[tokio::test]
async fn t1_a_first_statement_behind_a_gap_is_made_up_for_by_the_next_look() {
    let world = world(calling_once()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let account = connection["accounts"][0]["id"].as_str().unwrap();
    world.cloud.clock().advance(hours(24 * 45));
    book(&world);
    let control = world.salt_edge.control();
    control.visit_bank(newest(&world)).unwrap();
    control.pump().await;
    world.cloud.tap().arm(put(2, Effect::KillBefore));
    world.settle().await;
    assert_eq!(world.cloud.tap().fired(), 1, "it died behind its entry");
    world.cloud.tap().disarm();
    assert_eq!(published(&ada, account).await, Vec::<Value>::new());
    world.cloud.clock().advance(minutes(13));
    world.settle().await;
    let after = published(&ada, account).await;
    assert_eq!(after.len(), 1, "{after:#?}");
    assert_eq!((&after[0]["from"], &after[0]["version"]), (&json!("2026-03-01"), &json!(1)));
}

/// A row of the first of many days comes late, and the balance falls by it: that is more than one look puts.
#[tokio::test]
async fn t6_what_one_look_does_not_publish_again_the_next_one_does_and_nothing_new_before() {
    let world = world(calling_once()).await;
    let ada = user(&world, TENANT, "ada");
    let (_, account) = daily(&ada).await;
    world.cloud.clock().advance(hours(24 * 43));
    for _ in 0..2 {
        a_day_later(&world, false).await;
        world.settle().await;
    }
    let before = published(&ada, &account).await;
    follow_each_other(&before);
    let row = NewRow::booked("-5.0".parse().unwrap(), "LATE").made_on(date(2026, 3, 2));
    world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    for (again, new) in [(40, 0), (before.len(), 2)] {
        a_day_later(&world, false).await;
        world.settle().await;
        let after = published(&ada, &account).await;
        let restated = after.iter().filter(|one| one["version"] == 2).count();
        assert_eq!((restated, after.len()), (again, before.len() + again + new), "{again}");
    }
    follow_each_other(&published(&ada, &account).await);
}

/// The callback is lost, so the look at the deadline reads, and dies: it comes again only to see that nothing is outstanding.
#[tokio::test]
async fn t1_a_look_at_a_deadline_makes_up_for_what_it_has_not_published() {
    let world = world(calling_once()).await;
    let ada = user(&world, TENANT, "ada");
    let (connection, account) = daily(&ada).await;
    let before = published(&ada, &account).await.len();
    // A day's slots are worked off, and none of their messages is read.
    world.cloud.clock().advance(hours(24));
    world.cloud.tick().await.unwrap();
    world.cloud.tap().arm(Fault { times: 100, ..Fault::at("sync", 1, Effect::KillBefore) });
    for _ in 0..6 {
        world.settle().await;
        world.cloud.clock().advance(minutes(13));
    }
    world.cloud.tap().disarm();
    let slots = world.cloud.tap().fired();
    assert!(!world.cloud.take_dead_letters().is_empty() && world.cloud.queued().is_empty());
    book(&world);
    lose_callbacks(&world, Some(CallbackKind::Success));
    let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
    ada.post(&path, &json!({})).await.expect(202);
    world.settle().await;
    world.cloud.clock().advance(minutes(11));
    world.cloud.tap().arm(put(2, Effect::KillBefore));
    for _ in 0..2 {
        world.cloud.tick().await.unwrap();
        world.settle().await;
        if world.cloud.tap().fired() > slots {
            break;
        }
        world.cloud.clock().advance(minutes(11));
    }
    world.cloud.tap().disarm();
    assert_eq!(world.cloud.tap().fired(), slots + 1);
    assert_eq!(published(&ada, &account).await.len(), before);
    world.cloud.clock().advance(minutes(13));
    world.settle().await;
    assert_eq!(published(&ada, &account).await.len(), before + 1);
}

/// A pull whose publication is held at its put, and what happens meanwhile.
async fn held(
    ada: &User<'_>,
    account: &str,
    meanwhile: impl AsyncFnOnce(),
) -> (Vec<Value>, Vec<Value>) {
    let world = ada.world;
    let before = published(ada, account).await;
    a_day_later(world, true).await;
    let pull = async { while world.cloud.deliver("sync").await {} };
    let mut pull = Box::pin(pull);
    // The entry is the first put.
    world.cloud.tap().arm(put(2, Effect::HoldBefore));
    tokio::select! {
        () = &mut pull => panic!("nothing was published"),
        () = world.cloud.tap().holds(1) => {}
    }
    world.cloud.tap().disarm();
    meanwhile().await;
    assert!(world.cloud.tap().release());
    pull.await;
    (before, published_or_none(ada, account).await)
}

async fn published_or_none(user: &User<'_>, account: &str) -> Vec<Value> {
    let path = format!("/v1/accounts/{account}/statements?limit=100");
    let page = user.call("GET", &path, None).await;
    page.json["statements"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn t1_what_is_published_while_somebody_revokes_is_of_before_and_goes_with_the_rest() {
    let world = client_world().await;
    let ada = user(&world, TENANT, "ada");
    let (connection, account) = daily(&ada).await;
    let (before, after) = held(&ada, &account, async || {
        ada.revoke(&connection).await.expect(202);
        world.advance(minutes(60), minutes(10)).await;
        assert_eq!(ada.stands(&connection).await.0, "revoked");
    })
    .await;
    // It is readable as what it was made of is, and adds up; nothing stands behind the tombstone.
    assert_eq!(after.len(), before.len() + 1, "{after:#?}");
    let id = after[0]["id"].as_str().unwrap();
    let shown = ada.get(&format!("/v1/statements/{id}")).await;
    let lines = shown["transactions"].as_array().unwrap();
    assert_eq!(lines.len(), shown["statement"]["lines"], "{shown:#}");
    e2e::oracle::assert_no_holes(&world).await;
    world.advance(hours(24 * 32), hours(12)).await;
    let left: Vec<_> = items(&world).await.into_keys().collect();
    let of_it = |key: &&(String, String)| key.0.ends_with(connection["id"].as_str().unwrap());
    assert_eq!(left.iter().filter(of_it).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}

#[tokio::test]
async fn t1_what_is_published_during_an_erasure_is_erased() {
    // Before anything is deleted, and after all of it was.
    for until in ["waiting", "looking_again"] {
        let world = client_world().await;
        let ada = user(&world, TENANT, "ada");
        let (_, account) = daily(&ada).await;
        let mut asked = Value::Null;
        held(&ada, &account, async || {
            asked = ada.erase().await;
            for _ in 0..30 {
                world.advance(minutes(20), minutes(10)).await;
                if ada.erasure(&asked).await["status"] == until {
                    break;
                }
            }
            assert_eq!(ada.erasure(&asked).await["status"], until);
        })
        .await;
        let put = items(&world).await.into_keys().any(|(_, sk)| sk.starts_with("S#"));
        assert!(put, "{until}: nothing came late");
        ada.erased(&asked).await;
        let found = naming(&world, &[String::from("#ada"), String::from("\"ada\""), account]).await;
        assert_eq!(found, Vec::<String>::new(), "{until}");
    }
}
