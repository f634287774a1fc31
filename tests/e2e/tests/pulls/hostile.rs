//! Bad input: what Salt Edge is not trusted with ends in an error with a name, or in a row that is kept apart; what was
//! read before stays, and the next read that is answered well is whole.

use domain::connection::Connection;
use e2e::{TENANT, logs::Logs, minutes, options, oracle, revoking::reads_since, user, world};
use local_cloud::World;
use serde_json::Value;
use simulator::{ApiFault, ApiFaultKind, Id, Spoilt};

use crate::{BANK, add, crash::recover, row};

/// Requests that one pull may make of an endless list, and some for the rest of it.
const MOST_CALLS: usize = 1_050;

async fn salt_edge_calls(world: &World, remote: Id) {
    world.cloud.clock().advance(minutes(1));
    let control = world.salt_edge.control();
    control.switch(|switches| (switches.success_callbacks, switches.notify_callbacks) = (1, false));
    control.visit_bank(remote).unwrap();
    control.pump().await;
}

#[tokio::test]
async fn bad_input_of_salt_edge_is_an_error_with_a_name_or_a_row_kept_apart() {
    let logs = Logs::at("info");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let (remote, control) = (oracle::newest(&world), world.salt_edge.control());
    for (spoilt, said) in [
        (Spoilt::Endless, Some("cannot be read: more pages than any list has")),
        (Spoilt::Circle, Some("cannot be read: the paging repeats itself")),
        (Spoilt::Huge, Some("no answer from Salt Edge: the answer is longer than 5 MB")),
        (Spoilt::Html, Some("Salt Edge answered HTTP 200 without JSON")),
        (Spoilt::WrongTypes, None),
        (Spoilt::NoDay, None),
        (Spoilt::NoCurrency, None),
    ] {
        let text = format!("BEFORE {spoilt:?}");
        add(&world, row("-1.00", &text));
        let (rows, entries) =
            (oracle::told(&ada, &connection, "booked").await, oracle::journal_keys(&world).await);
        let (calls, heard) = (control.record().calls.len(), logs.text().len());
        let fault = ApiFault::next(ApiFaultKind::Spoilt(spoilt), "GET", "/api/v6/transactions*");
        control.add_api_fault(ApiFault { times: u32::MAX, ..fault });
        salt_edge_calls(&world, remote).await;
        assert!(world.cloud.deliver("sync").await, "{spoilt:?}");
        assert!(control.record().calls.len() - calls < MOST_CALLS, "{spoilt:?}: it ends");
        let shown = ada.again(&connection).await;
        let held = oracle::told(&ada, &connection, "booked").await;
        assert_eq!(held, rows, "{spoilt:?}: what was read stays");
        if let Some(said) = said {
            assert!(logs.text()[heard..].contains(said), "{spoilt:?}: {}", &logs.text()[heard..]);
            assert_eq!(oracle::journal_keys(&world).await, entries, "{spoilt:?}");
        } else {
            assert!(shown["quarantined"].as_u64() > Some(0), "{spoilt:?}: {shown}");
        }
        control.clear_faults();
        recover(&world).await;
        salt_edge_calls(&world, remote).await;
        world.settle().await;
        oracle::assert_equal(&ada, &connection, remote).await;
        assert_eq!(ada.again(&connection).await["quarantined"], 0, "{spoilt:?}");
    }
    oracle::assert_no_holes(&world).await;
    assert!(world.cloud.dead_letters().is_empty());
}

#[tokio::test]
async fn bad_input_an_id_that_stands_twice_on_a_page_is_one_row_and_one_account() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let (remote, control) = (oracle::newest(&world), world.salt_edge.control());
    for list in ["/api/v6/transactions*", "/api/v6/accounts*"] {
        add(&world, row("-1.00", list));
        let twice = ApiFaultKind::Spoilt(Spoilt::Twice);
        let fault = ApiFault::next(twice, "GET", list);
        control.add_api_fault(ApiFault { times: 100, ..fault });
        let mut reads = Vec::new();
        for _ in 0..2 {
            let calls = control.record().calls.len();
            salt_edge_calls(&world, remote).await;
            world.settle().await;
            reads.push(reads_since(&world, calls).len());
            control.clear_faults();
            oracle::assert_equal(&ada, &connection, remote).await;
        }
        assert_eq!(reads[0], reads[1], "each account is fetched once");
    }
    let ids = |shown: &Value| -> Vec<Value> {
        shown["accounts"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
    };
    assert_eq!(ids(&ada.again(&connection).await), ids(&connection));
}

#[tokio::test]
async fn bad_input_an_attempt_of_the_next_century_is_read_and_hides_none_that_comes_after_it() {
    let logs = Logs::at("info");
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let (remote, control) = (oracle::newest(&world), world.salt_edge.control());
    let fault = ApiFaultKind::Spoilt(Spoilt::NextCentury);
    let fault = ApiFault::next(fault, "GET", "/api/v6/connections/*");
    control.add_api_fault(ApiFault { times: u32::MAX, ..fault });
    for text in ["SAID TO BE OF 2126", "AND OF TODAY"] {
        add(&world, row("-1.00", text));
        salt_edge_calls(&world, remote).await;
        world.settle().await;
        control.clear_faults();
        oracle::assert_equal(&ada, &connection, remote).await;
        let shown = ada.again(&connection).await;
        let of: jiff::Timestamp = shown["data_as_of"].as_str().unwrap().parse().unwrap();
        assert!(of <= world.cloud.clock().now(), "{text}: {shown}");
        for account in shown["accounts"].as_array().unwrap() {
            let path = format!("/v1/accounts/{}/statements", account["id"].as_str().unwrap());
            assert_eq!(ada.get(&path).await["statements"], serde_json::json!([]), "{text}");
        }
    }
    assert!(logs.text().contains("of the future: that is not believed"));
}

/// A release before has believed it.
#[tokio::test]
async fn bad_input_an_age_of_the_future_that_is_stored_hides_nothing_that_is_read_after_it() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let remote = oracle::newest(&world);
    let (client, name) = world.cloud.table();
    let (table, tenant) = (store::Table::new(client.clone(), name), TENANT.parse().unwrap());
    let id = connection["id"].as_str().unwrap().parse().unwrap();
    let stands = table.connection(&tenant, &id).await.unwrap().unwrap();
    let ahead = "2126-03-02T09:00:00Z".parse().ok();
    table.put_connection(&Connection { data_as_of: ahead, ..stands }).await.unwrap();
    add(&world, row("-1.00", "OF TODAY"));
    salt_edge_calls(&world, remote).await;
    world.settle().await;
    oracle::assert_equal(&ada, &connection, remote).await;
}
