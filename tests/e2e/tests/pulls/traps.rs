//! Traps that integrators of Salt Edge fell into, each under its number in `tests/traps.md`: those that lie in when things
//! happen and who makes them happen.

use std::collections::BTreeMap;

use e2e::{
    TENANT, hours, lose_callbacks, minutes, options, oracle, revoking::reads_since, user, world,
};
use serde_json::Value;
use simulator::StageName;

use crate::{BANK, add, ask, row, wait_until_allowed};

fn ids(connection: &Value) -> Vec<String> {
    let accounts = connection["accounts"].as_array().unwrap().iter();
    accounts.map(|account| account["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn trap_26_what_was_deleted_at_salt_edge_keeps_its_rows_and_is_linked_again_as_itself() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let rows = ada.statement(&connection).await;
    lose_callbacks(&world, None);
    world.salt_edge.control().delete_connection(oracle::newest(&world)).unwrap();
    world.advance(hours(7), minutes(30)).await;
    assert_eq!(ada.stands(&connection).await.0, "revoked");
    assert_eq!(ada.statement(&connection).await, rows, "what was delivered stays");
    let again = ada.link(BANK).await;
    assert_eq!((&again["id"], ids(&again)), (&connection["id"], ids(&connection)));
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
    oracle::assert_no_holes(&world).await;
}

#[tokio::test]
async fn trap_28_after_a_revocation_no_data_flows_though_the_connection_stands_at_salt_edge() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let control = world.salt_edge.control();
    let remote = oracle::newest(&world);
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    world.advance(minutes(3), minutes(1)).await;
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");
    assert!(control.connection(remote).is_some(), "a partner cannot delete it");
    let (rows, calls) = (ada.statement(&connection).await, control.record().calls.len());
    let consents = control.ledger().consents;
    assert!(consents.iter().all(|consent| consent.revoked_at.is_some()), "{consents:?}");
    add(&world, row("-4.00", "AFTER THE END"));
    world.advance(hours(24), minutes(60)).await;
    assert_eq!(reads_since(&world, calls), Vec::<String>::new());
    assert_eq!(ada.statement(&connection).await, rows);
}

#[tokio::test]
async fn trap_39_a_bank_that_takes_three_quarters_of_an_hour_is_waited_for_and_read_once() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    lose_callbacks(&world, None);
    world.advance(hours(2), minutes(60)).await;
    wait_until_allowed(&ada, &connection).await;
    let control = world.salt_edge.control();
    let slow = BTreeMap::from([(StageName::FetchAccounts, 45 * 60_000)]);
    control.switch(|switches| switches.stage_millis_of = slow);
    add(&world, row("-4.00", "SLOW"));
    let (asks, entries) =
        (control.record().background_refreshes.len(), oracle::journal_keys(&world).await.len());
    ask(&ada, &connection).await;
    world.advance(minutes(40), minutes(1)).await;
    assert_eq!(oracle::journal_keys(&world).await.len(), entries, "nothing is there yet");
    world.advance(minutes(20), minutes(1)).await;
    assert_eq!(control.record().background_refreshes.len(), asks + 1, "one ask is enough");
    assert_eq!(oracle::journal_keys(&world).await.len(), entries + 1);
    oracle::assert_equal(&ada, &connection, oracle::newest(&world)).await;
}
