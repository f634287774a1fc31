//! The schedule alone brings everything: no callback, no nightly run of Salt Edge's own.

use e2e::{TENANT, hours, lose_callbacks, minutes, options, oracle, user, world};
use jiff::SignedDuration;
use simulator::{ApiFault, ApiFaultKind, BankAt, ErrorClass, NewRow};

#[tokio::test]
async fn y1_y2_trap_22_with_every_callback_lost_the_schedule_brings_new_rows_within_the_days_budget()
 {
    let mut options = options();
    options.switches.nightly_refresh = false;
    let world = world(options).await;
    lose_callbacks(&world, None);
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_xf").await;
    let remote = oracle::newest(&world);
    let bank = BankAt::of("fakebank_oauth_xf");
    for day in 0..7 {
        let row = NewRow::booked("-12.34".parse().unwrap(), &format!("COFFEE {day}"));
        world.salt_edge.control().add_row(&bank, "account-1", row).unwrap();
        world.advance(hours(24), minutes(30)).await;
        let rows = oracle::told(&ada, &connection, "booked").await.concat();
        assert!(rows.iter().any(|row| row.3 == format!("COFFEE {day}")), "day {day} is missing");
    }
    oracle::assert_equal(&ada, &connection, remote).await;
    let record = world.salt_edge.control().record();
    let asks: Vec<_> = record.background_refreshes.iter().map(|ask| ask.at).collect();
    let end = world.cloud.clock().now();
    for start in asks.iter().copied().filter(|at| *at + hours(24) <= end) {
        let day = asks.iter().filter(|at| **at >= start && **at < start + hours(24)).count();
        assert!((2..=4).contains(&day), "{day} asks in the day from {start}: {asks:?}");
    }
    assert!(asks.len() >= 13, "{asks:?}");
    oracle::assert_no_holes(&world).await;
}

#[tokio::test]
async fn y2_three_equal_callbacks_are_one_read() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_xf").await;
    let before = oracle::journal_keys(&world).await.len();
    let bank = BankAt::of("fakebank_oauth_xf");
    let row = NewRow::booked("-1.00".parse().unwrap(), "ONCE");
    world.salt_edge.control().add_row(&bank, "account-1", row).unwrap();
    world.advance(hours(2), minutes(10)).await;
    world.salt_edge.control().clear_record();
    let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
    ada.post(&path, &serde_json::json!({})).await.expect(202);
    world.settle().await;
    let record = world.salt_edge.control().record();
    let told = record.callbacks.iter().filter(|c| c.kind == simulator::CallbackKind::Success);
    assert_eq!(told.count(), 3);
    let lists = |path: &str| record.calls.iter().filter(|call| call.path.contains(path)).count();
    assert_eq!(lists("/accounts?"), 1, "{:#?}", record.calls);
    assert_eq!(oracle::journal_keys(&world).await.len(), before + 1);
}

#[tokio::test]
async fn a_tick_that_never_came_costs_time_and_nothing_else() {
    let mut options = options();
    options.switches.nightly_refresh = false;
    let world = world(options).await;
    lose_callbacks(&world, None);
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_xf").await;
    let bank = BankAt::of("fakebank_oauth_xf");
    let row = NewRow::booked("-7.00".parse().unwrap(), "LATE");
    world.salt_edge.control().add_row(&bank, "account-1", row).unwrap();
    // A day without a single tick, then one tick for all of it, then the ask's deadline.
    world.cloud.clock().advance(hours(24));
    world.cloud.tick().await.unwrap();
    world.settle().await;
    world.advance(SignedDuration::from_mins(15), minutes(1)).await;
    let rows = oracle::told(&ada, &connection, "booked").await.concat();
    assert!(rows.iter().any(|row| row.3 == "LATE"));
}

#[tokio::test]
async fn trap_23_a_bank_that_cannot_be_asked_is_read_all_the_same() {
    let mut options = options();
    options.switches.nightly_refresh = false;
    let world = world(options).await;
    lose_callbacks(&world, None);
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_xf").await;
    let remote = oracle::newest(&world);
    let control = world.salt_edge.control();
    let refused = ApiFaultKind::Error(ErrorClass::ConnectionCannotBeRefreshed);
    let ask = ApiFault::next(refused, "POST", "/api/v6/connections/*/background_refresh");
    control.add_api_fault(ApiFault { times: 100, ..ask });
    let bank = BankAt::of("fakebank_oauth_xf");
    control.add_row(&bank, "account-1", NewRow::booked("-3.30".parse().unwrap(), "NEWS")).unwrap();
    // What Salt Edge fetched by itself is there, and no call tells of it.
    world.cloud.clock().advance(minutes(1));
    control.visit_bank(remote).unwrap();
    world.advance(hours(7), minutes(10)).await;
    oracle::assert_equal(&ada, &connection, remote).await;
    assert_eq!(ada.again(&connection).await["status"], "active");
}

#[tokio::test]
async fn y1_a_connection_says_when_it_is_looked_at_next_and_why_or_why_not() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(crate::BANK).await;
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    let next = |shown: &serde_json::Value| {
        let at = shown["next_check_at"].as_str().map(|at| at.parse::<jiff::Timestamp>().unwrap());
        (at, shown["next_check_reason"].as_str().unwrap().to_owned())
    };
    let now = || world.cloud.clock().now();
    let (slot, why) = next(&connection);
    assert_eq!(why, "schedule");
    assert!(slot.is_some_and(|at| at > now() && at <= now() + hours(6)), "{slot:?}");
    // An ask whose callbacks are all lost: what came is looked for by its deadline, where no slot is sooner.
    lose_callbacks(&world, None);
    world.advance(slot.unwrap().duration_since(now()) + hours(2), minutes(60)).await;
    crate::wait_until_allowed(&ada, &connection).await;
    crate::ask(&ada, &connection).await;
    world.settle().await;
    let (deadline, why) = next(&ada.get(&path).await);
    assert_eq!(why, "ask_deadline");
    assert!(deadline.is_some_and(|at| at > now() && at <= now() + minutes(10)), "{deadline:?}");
    // Its user takes the consent back: the bank is not asked any more.
    let remote = e2e::oracle::newest(&world);
    world.salt_edge.control().end_consent_of(remote, simulator::RevokeReason::Expired).unwrap();
    world.advance(hours(8), minutes(60)).await;
    let shown = ada.get(&path).await;
    assert_eq!(shown["status"], "needs_reconnect", "{shown}");
    assert_eq!(next(&shown), (None, String::from("waits_for_user")));
    let asks = world.salt_edge.control().record().background_refreshes.len();
    world.advance(hours(48), minutes(120)).await;
    let after = world.salt_edge.control().record().background_refreshes.len();
    assert_eq!(after, asks, "a dead connection costs no ask");
    ada.call("DELETE", &path, None).await.expect(202);
    let shown = ada.get(&path).await;
    assert_eq!(next(&shown), (None, String::from("revoking")));
    world.settle().await;
}
