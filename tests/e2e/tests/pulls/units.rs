//! What a pull costs: exact counts of the table's units, so that a dearer pull fails here.

use std::collections::BTreeSet;

use domain::journal::Body;
use e2e::{
    TENANT, calling_once, counted, hours, minutes, oracle,
    thousand::{ROWS, Thousand},
    user, world,
};
use local_cloud::{Effect, Fault, Service, World, WorldOptions};
use serde_json::{Value, json};

use crate::{BANK, add, ask, row, wait_until_allowed};

#[derive(Debug, PartialEq, Eq)]
struct Cost {
    write_units: u64,
    read_half_units: u64,
    table_requests: usize,
    salt_edge_requests: usize,
}

fn cost(world: &World) -> Cost {
    let log = world.cloud.tap().log();
    let sync = log.iter().filter(|io| io.function == "sync");
    let (mut writes, mut reads, mut table, mut salt_edge) = (0, 0, 0, 0);
    for io in sync {
        match io.service {
            Service::DynamoDb => {
                table += 1;
                writes += io.write_half_units;
                reads += io.read_half_units;
            }
            Service::SaltEdge => salt_edge += 1,
            Service::Sqs | Service::Secrets | Service::Kms => {}
        }
    }
    Cost {
        write_units: writes / 2,
        read_half_units: reads,
        table_requests: table,
        salt_edge_requests: salt_edge,
    }
}

/// Twelve hours, from nine in the morning to nine in the evening: the catalogue is copied at night. One ask by the connection's slot, and one read of what it brought.
async fn half_a_day(world: &World) -> Cost {
    world.cloud.tap().reset();
    world.advance(hours(12), minutes(5)).await;
    let cost = cost(world);
    world.advance(hours(12), minutes(5)).await;
    cost
}

#[tokio::test]
async fn an_ask_is_one_write_unit_and_so_is_a_read() {
    let world = world(calling_once()).await;
    let ada = user(&world, TENANT, "ada");
    ada.link(BANK).await;
    half_a_day(&world).await;
    let unchanged = half_a_day(&world).await;
    add(&world, row("-2.50", "NEWS"));
    let changed = half_a_day(&world).await;
    let accounts = 2;
    // Two slots look, one asks, the callback's look, the accounts, three lists of each.
    let salt_edge_requests = 5 + 3 * accounts;
    // Ask: one unit. Read that found nothing: one unit. Read that found something: one entry, one unit.
    assert_eq!(unchanged.write_units, 2, "{unchanged:?}");
    assert_eq!(changed.write_units, 2, "{changed:?}");
    assert!(unchanged.read_half_units <= 20 && changed.read_half_units <= 20, "{changed:?}");
    assert_eq!(unchanged.salt_edge_requests, salt_edge_requests, "{unchanged:?}");
    assert_eq!(changed.salt_edge_requests, salt_edge_requests, "{changed:?}");
    println!("pull, nothing new: {unchanged:?}");
    println!("pull, one new row: {changed:?}");
}

#[test]
fn a_thousand_known_rows_shown_again_write_nothing() {
    let page = Thousand::new();
    for changed in [0, 5, ROWS] {
        let delta = page.plan(&page.shown(changed));
        let told: usize = delta.accounts.iter().map(|account| account.modified.len()).sum();
        let others = delta.accounts.iter().any(|account| {
            !account.added.is_empty() || !account.removed.is_empty() || !account.aliases.is_empty()
        });
        assert_eq!((delta.changed, told, others), (changed > 0, changed, false), "{changed}");
    }
}

#[tokio::test]
async fn a_first_read_of_twenty_thousand_rows_goes_out_in_parts_and_on_where_it_was_killed() {
    let rows = 20_000;
    let world =
        world(WorldOptions { n_transactions: rows, entropy: counted(), ..calling_once() }).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link("fakebank_oauth_with_n_transactions_xf").await;
    let visit = ada.visit(&session, &simulator::Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.cloud.tap().reset();
    let put = Some(String::from("PutItem"));
    world.cloud.tap().arm(Fault { operation: put, ..Fault::at("sync", 20, Effect::KillAfter) });
    world.settle().await;
    assert_eq!(world.cloud.tap().fired(), 1, "it was killed behind one of its parts");
    world.advance(minutes(15), minutes(5)).await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
    let first = cost(&world);
    let entries = oracle::journal_keys(&world).await.len();
    assert!((38..=42).contains(&entries), "{entries} entries");
    oracle::assert_no_holes(&world).await;
    assert_eq!(held(&world, &ada.session(&visit.session).await).await, rows, "each row once");
    // Each row twice: once in its entry, once in its fold.
    assert!(first.write_units <= 850, "{first:?}");
    // The next tail holds the overlap only: it stops where the big read's earlier parts begin.
    let session = ada.session(&visit.session).await;
    let connection = json!({ "id": session["connection_id"] });
    wait_until_allowed(&ada, &connection).await;
    world.cloud.tap().reset();
    ask(&ada, &connection).await;
    world.settle().await;
    let next = cost(&world);
    assert!(next.salt_edge_requests > 6, "a pull: {next:?}");
    assert!(next.read_half_units <= 40, "{next:?}");
    println!("first read of {rows} rows: {entries} entries, {first:?}; the next pull: {next:?}");
}

/// How many rows a connection's journal adds up to; none of them is added twice.
async fn held(world: &World, session: &Value) -> usize {
    let (client, name) = world.cloud.table();
    let id = session["connection_id"].as_str().unwrap().parse().unwrap();
    let (table, tenant) = (store::Table::new(client.clone(), name), TENANT.parse().unwrap());
    let entries = table.journal(&tenant, &id).await.unwrap().unwrap().entries;
    let accounts = entries.iter().flat_map(|entry| match &entry.body {
        Body::Read(read) => read.accounts.as_slice(),
        Body::Tombstone(_) => &[],
    });
    let added: Vec<_> = accounts.flat_map(|account| &account.added).map(|row| &row.id).collect();
    let once: BTreeSet<_> = added.iter().collect();
    assert_eq!(once.len(), added.len(), "none is added twice");
    added.len()
}
