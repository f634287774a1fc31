//! Y3: reads of a bank that books late compare more days.

use e2e::{TENANT, User, hours, options, oracle, quiet, user, world};
use jiff::{ToSpan, civil::Date};
use local_cloud::{World, WorldOptions};
use serde_json::Value;
use simulator::{BankAt, ClientKind, RowEdit, Walk};

use crate::{BANK, add, bank, refresh, row};

/// The bank's day, so many days ago.
pub(crate) fn ago(world: &World, days: i64) -> Date {
    let today = world.cloud.clock().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.checked_sub(days.days()).unwrap()
}

async fn days(user: &User<'_>, connection: &Value) -> i64 {
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    user.get(&path).await["compared_days"].as_i64().unwrap()
}

#[tokio::test]
async fn y3_the_overlap_grows_with_the_lateness_of_the_bank_and_for_all_its_connections() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let control = world.salt_edge.control();
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let remote = oracle::newest(&world);
    let old = add(&world, row("-1.00", "OLD").made_on(ago(&world, 18)));
    // What is late by less than the overlap, and what is older than any, teaches nothing.
    for late in [10, 80] {
        add(&world, row("-2.00", "LATE").made_on(ago(&world, late)));
    }
    let mut told = Vec::new();
    for late in [None, Some(25), Some(24), Some(50)] {
        if let Some(late) = late {
            add(&world, row("-3.00", "LATER").made_on(ago(&world, late)));
        }
        refresh(&ada, &connection).await;
        oracle::assert_equal(&ada, &connection, remote).await;
        refresh(&ada, &connection).await;
        told.push(days(&ada, &connection).await);
    }
    assert_eq!(
        told,
        [21, 28, 28, 56],
        "the row of 18 days, of 25, nothing, and no more than the cap"
    );
    // It is written once: what is read again and finds nothing more is no entry.
    let before = oracle::journal_keys(&world).await;
    refresh(&ada, &connection).await;
    assert_eq!(oracle::journal_keys(&world).await, before);
    // A row of the days that are compared now is found when it changes.
    let edit = RowEdit { description: Some("OLD, REWRITTEN".into()), ..RowEdit::default() };
    control.edit_row(&bank(), &old, edit).unwrap();
    refresh(&ada, &connection).await;
    oracle::assert_equal(&ada, &connection, remote).await;
    // What one connection has taught holds for another of the same bank.
    control.add_login(&BankAt::login(BANK, "bob"), "bobs secret").unwrap();
    let own = Walk { login: "bob".into(), password: "bobs secret".into(), ..Walk::default() };
    let bob = user(&world, TENANT, "bob");
    let second = bob.link_with(BANK, &own).await;
    assert_eq!(days(&bob, &second).await, 56);
}

#[tokio::test]
async fn y3_a_wider_overlap_finds_what_was_written_before_it_grew_and_doubles_nothing() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let remote = oracle::newest(&world);
    // Entries of which the tail holds none any more when the overlap grows.
    for _ in 0..5 {
        add(&world, row("-1.00", "EACH WEEK"));
        world.advance(e2e::hours(24 * 7), e2e::hours(24)).await;
    }
    add(&world, row("-3.00", "LATE").made_on(ago(&world, 27)));
    for _ in 0..3 {
        refresh(&ada, &connection).await;
        oracle::assert_equal(&ada, &connection, remote).await;
    }
    assert_eq!(days(&ada, &connection).await, 28);
    let rows = ada.feed(&connection, None).await;
    assert!(rows.removed.is_empty() && rows.modified.is_empty(), "{rows:#?}");
    oracle::assert_no_holes(&world).await;
}

#[tokio::test]
async fn y3_a_row_that_is_dated_ahead_is_compared_until_its_day_is_over() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let remote = oracle::newest(&world);
    let ahead = |text| row("-7.00", text).made_on(ago(&world, -24));
    let (replaced, taken_back) = (add(&world, ahead("RENT")), add(&world, ahead("PARKING")));
    for _ in 0..4 {
        add(&world, row("-1.00", "ALL SIX DAYS"));
        refresh(&ada, &connection).await;
        world.advance(hours(24 * 6), hours(24)).await;
    }
    let cursor = ada.feed(&connection, None).await.cursor;
    let control = world.salt_edge.control();
    let edit = RowEdit { new_id: true, ..RowEdit::default() };
    control.edit_row(&bank(), &replaced, edit).unwrap();
    control.switch(|switches| switches.removal_reaches_copy = true);
    control.remove_row(&bank(), &taken_back).unwrap();
    refresh(&ada, &connection).await;
    oracle::assert_equal(&ada, &connection, remote).await;
    let news = ada.feed(&connection, cursor.as_deref()).await;
    assert_eq!((news.added.len(), news.removed.len()), (0, 1), "{news:#?}");
}
