//! A bank is linked again after it was revoked: the same connection goes on, and no row is there
//! twice.

use std::collections::BTreeSet;

use e2e::{
    Feed, TENANT, User, minutes, options,
    oracle::{assert_equal, assert_no_holes, journal_keys, newest},
    revoking::delete_in_dashboard,
    user, world,
};
use local_cloud::WorldOptions;
use serde_json::Value;
use simulator::{BankAt, ClientKind, NewRow, Switches};

const BANK: &str = "fakebank_oauth_xf";

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn accounts(connection: &Value) -> BTreeSet<String> {
    ids(connection["accounts"].as_array().unwrap())
}

fn booked(rows: Vec<Value>) -> Vec<Value> {
    rows.into_iter().filter(|row| row["status"] == "booked").collect()
}

/// Rows without a reference of the bank's, two of them the same in everything.
fn add_twins(ada: &User<'_>) {
    for _ in 0..2 {
        let twin = NewRow::booked("-4.20".parse().unwrap(), "TRAM TICKET");
        ada.world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", twin).unwrap();
    }
}

fn add_row(ada: &User<'_>, text: &str) {
    let row = NewRow::booked("19.99".parse().unwrap(), text);
    ada.world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
}

fn assert_no_row_twice(feed: &Feed) {
    assert_eq!(ids(&feed.added).len(), feed.added.len(), "a row is told twice");
    assert!(feed.removed.is_empty(), "{:?}", feed.removed);
}

async fn linked_again(kind: ClientKind, change: impl FnOnce(&mut Switches)) {
    let world = world(WorldOptions { kind, ..options() }).await;
    world.salt_edge.control().switch(change);
    let ada = user(&world, TENANT, "ada");
    add_twins(&ada);
    let first = ada.link(BANK).await;
    let mut held = ids(&booked(ada.statement(&first).await));
    let mut cursor = ada.feed(&first, None).await.cursor;

    for round in 1..=2 {
        ada.revoke(&first).await.expect(202);
        world.settle().await;
        world.advance(minutes(5), minutes(1)).await;
        assert_ne!(ada.stands(&first).await.0, "active");
        add_row(&ada, &format!("WHILE AWAY {round}"));
        let again = ada.link(BANK).await;
        assert_eq!(again["id"], first["id"], "the same connection");
        assert_eq!(accounts(&again), accounts(&first), "the same accounts");
        assert_eq!(again["status"], "active");
        let rows = ids(&booked(ada.statement(&again).await));
        assert!(rows.is_superset(&held), "a row has another id than before");
        assert_eq!(rows.len(), held.len() + 1, "{kind:?} {round}: one row is new");
        held = rows;
        assert_equal(&ada, &again, newest(&world)).await;
        assert_no_row_twice(&ada.feed(&again, None).await);
        let news = ada.feed(&again, cursor.as_deref()).await;
        let texts: Vec<_> = news.added.iter().map(|row| row["description"].clone()).collect();
        assert_eq!(texts, [format!("WHILE AWAY {round}")], "the feed goes on where it was");
        assert_no_row_twice(&news);
        cursor = news.cursor;
        let generation = format!("J#{:06}#", round + 1);
        assert!(journal_keys(&world).await.iter().any(|(_, sk)| sk.starts_with(&generation)));
    }
    add_row(&ada, "AFTERWARDS");
    world.advance(e2e::hours(26), minutes(10)).await;
    let news = ada.feed(&first, cursor.as_deref()).await;
    assert!(news.added.iter().any(|row| row["description"] == "AFTERWARDS"), "{news:#?}");
    assert_no_row_twice(&ada.feed(&first, None).await);
    assert_no_holes(&world).await;
    assert_eq!(ada.get("/v1/connections").await["connections"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn revoke_and_link_again_twice_in_partner_mode() {
    linked_again(ClientKind::Partner, |_| {}).await;
}

#[tokio::test]
async fn revoke_and_link_again_twice_under_an_own_licence() {
    linked_again(ClientKind::Client, |_| {}).await;
}

#[tokio::test]
async fn revoke_and_link_again_where_salt_edge_keeps_the_connection() {
    let same = |switches: &mut Switches| switches.same_login = simulator::SameLogin::Reconnect;
    linked_again(ClientKind::Partner, same).await;
}

#[tokio::test]
async fn the_end_of_the_old_connection_does_not_end_the_new_one() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let first = ada.link(BANK).await;
    let old = newest(&world);
    ada.revoke(&first).await.expect(202);
    world.settle().await;
    world.advance(minutes(5), minutes(1)).await;
    let again = ada.link(BANK).await;
    assert_ne!(newest(&world), old);
    delete_in_dashboard(&world, "ada@example.com", old).await;
    world.settle().await;
    world.advance(e2e::hours(26), e2e::hours(1)).await;
    assert_eq!(ada.stands(&again).await.0, "active");
    assert_eq!(ada.again(&again).await["id"], first["id"]);
}
