//! What two years of a connection cost to read, and that folds are a cache.

use domain::connection::Connection;
use e2e::{
    TENANT, User, counted, options,
    script::{PULLS, Script, pause},
    user, world,
};
use local_cloud::{World, WorldOptions};
use serde_json::Value;
use store::Table;

use crate::{BANK, books::Months};

/// Read units, in halves, of one function since the last reset.
pub(crate) fn read(world: &World, function: &str) -> u64 {
    let halves = world.cloud.tap().half_units(function).0;
    world.cloud.tap().reset();
    halves
}

/// A connection that was linked, and the table.
async fn linked(world: &World, ada: &User<'_>) -> (Table, Connection) {
    let shown = ada.link(BANK).await;
    let (client, name) = world.cloud.table();
    let table = Table::new(client.clone(), name);
    let id = shown["id"].as_str().unwrap().parse().unwrap();
    let connection = table.connection(&TENANT.parse().unwrap(), &id).await.unwrap().unwrap();
    (table, connection)
}

#[tokio::test]
async fn two_years_of_pulls_are_listed_proven_and_published_in_few_units() {
    let world = world(WorldOptions { entropy: counted(), ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let (table, connection) = linked(&world, &ada).await;
    let months = 24;
    let pulls = months * PULLS;
    let mut now = world.cloud.clock().now();
    let mut script = Script::new();
    let (mut tail_units, mut tail, mut folds, mut fold_units) = (0, 0, 0, 0);
    script.begin(&table, &connection).await;
    let mut months_told = Months::of(Script::account(&connection, 0));
    for pull in 0..pulls {
        now += pause();
        world.cloud.tap().reset();
        let pulled = script.pull(&table, &connection, now).await;
        folds += pulled.folds;
        let units = world.cloud.tap().half_units("test").1 / 2;
        assert!(pulled.folds > 0 || units == 1, "pull {pull} takes {units} write units");
        fold_units += units - 1;
        months_told.a_month_may_be_over(&world, (&table, &connection), &script, now).await;
        if pull % 97 == 0 || pulled.folds > 0 {
            world.cloud.tap().reset();
            let found = table.tail(&connection.tenant, &connection.id).await.unwrap().unwrap();
            assert!(found.entries == script.tail());
            tail_units = tail_units.max(read(&world, "test"));
            tail = tail.max(found.entries.len());
        }
    }
    println!(
        "tail: {tail_units} half units, {tail} entries; folds: {folds} items, {fold_units} write units"
    );
    world.cloud.clock().advance(now.duration_since(world.cloud.clock().now()));
    months_told.assert_cost(&ada).await;
    for account in [0, 1] {
        let id = Script::account(&connection, account);
        let path = format!("/v1/accounts/{id}/transactions?limit=100&status=booked");
        let (rows, dearest) = pages(&ada, &path).await;
        println!("account {account}: {} rows, dearest page {dearest} half units", rows.len());
        assert_rows(&script, account, &rows);
        assert!(dearest <= 24, "a page of account {account} takes {dearest} half units");
        let last_year = format!("{path}&to=2027-06-15");
        let (old, dearest) = pages(&ada, &last_year).await;
        assert!(dearest <= 24, "a page of last year takes {dearest} half units");
        let want = rows.iter().skip_while(|row| row["made_on"].as_str().unwrap() > "2027-06-15");
        assert!(old.iter().eq(want), "also the balances behind them");
    }
    assert_eq!(fold_units, folds as u64, "each item of the folds is one unit");
    assert!(fold_units <= 40 * months, "the folds of a month take {}", fold_units / months);
    assert!(tail_units <= 8, "the tail of {tail} entries takes {tail_units} half units");
    world.cloud.abandon();
}

/// All rows, and the read units, in halves, of the dearest page.
async fn pages(user: &User<'_>, path: &str) -> (Vec<Value>, u64) {
    let (mut next, mut rows, mut dearest) = (path.to_owned(), Vec::new(), 0);
    loop {
        user.world.cloud.tap().reset();
        let page = user.get(&next).await;
        dearest = dearest.max(read(user.world, "statements"));
        rows.extend(page["transactions"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("{path}&cursor={cursor}"),
            None => return (rows, dearest),
        }
    }
}

#[tokio::test]
async fn folds_that_are_lost_or_written_meanwhile_change_no_answer() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let (table, connection) = linked(&world, &ada).await;
    let (mut script, mut now) = (Script::new(), world.cloud.clock().now());
    script.begin(&table, &connection).await;
    let mut pulls = 0;
    while pulls < 100 {
        now += pause();
        script.pull(&table, &connection, now).await;
        pulls += 1;
    }
    let id = Script::account(&connection, 0);
    let path = format!("/v1/accounts/{id}/transactions?limit=100");
    let (rows, _) = pages(&ada, &path).await;
    let first = ada.get(&path).await;
    // The folds go beyond the moment of the first page; the pages behind it stay of that moment.
    loop {
        now += pause();
        if script.pull(&table, &connection, now).await.folds > 0 {
            break;
        }
    }
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = ada.get(&format!("{path}&cursor={cursor}")).await;
    assert_eq!(second["transactions"].as_array().unwrap()[..], rows[100..200]);
    let (rows, _) = pages(&ada, &path).await;
    for lost in ["F#M#", "F#", "F"] {
        assert!(delete(&world, lost).await > 0, "{lost}");
        let (again, _) = pages(&ada, &path).await;
        assert!(again == rows, "without the items {lost}");
    }
    // A pull writes them again.
    now += pause();
    assert!(script.pull(&table, &connection, now).await.folds > 0);
    let (rows, _) = pages(&ada, &format!("{path}&status=booked")).await;
    assert_rows(&script, 0, &rows);
}

/// Each item is put alone: a writer may die behind the months of the index, or behind nothing but rows.
#[tokio::test]
async fn a_writer_of_folds_who_died_changes_no_answer() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let (table, connection) = linked(&world, &ada).await;
    let (mut script, mut now) = (Script::new(), world.cloud.clock().now());
    script.begin(&table, &connection).await;
    let (client, name) = world.cloud.table();
    for unlisted in ["F", "F#M#"] {
        let before = loop {
            let found = client.scan().table_name(name).send().await.unwrap();
            assert!(found.last_evaluated_key.is_none(), "one page");
            now += pause();
            let pulled = script.pull(&table, &connection, now).await;
            let items = found.items.unwrap_or_default();
            if pulled.folds > 0 && items.iter().any(|item| item["sk"].as_s().unwrap() == "F") {
                break items;
            }
        };
        for item in before {
            let sk = item["sk"].as_s().unwrap();
            if sk == "F" || sk.starts_with("F#M#") && unlisted == "F#M#" {
                client.put_item().table_name(name).set_item(Some(item)).send().await.unwrap();
            }
        }
        assert_told(&ada, &connection, &script).await;
        now += pause();
        assert!(script.pull(&table, &connection, now).await.folds > 0, "the next one writes them");
        assert_told(&ada, &connection, &script).await;
    }
}

/// The lists are the bank's.
async fn assert_told(ada: &User<'_>, connection: &Connection, script: &Script) {
    for account in [0, 1] {
        let id = Script::account(connection, account);
        let list = format!("/v1/accounts/{id}/transactions?limit=100&status=booked");
        let (rows, _) = pages(ada, &list).await;
        assert_rows(script, account, &rows);
    }
}

/// Deletes the items whose sort key begins like this; how many.
async fn delete(world: &World, prefix: &str) -> usize {
    let (client, table) = world.cloud.table();
    let mut deleted = 0;
    let found = client.scan().table_name(table).send().await.unwrap();
    assert!(found.last_evaluated_key.is_none(), "one page");
    for item in found.items.unwrap_or_default() {
        if item["sk"].as_s().unwrap().starts_with(prefix) {
            let delete = client.delete_item().table_name(table);
            let delete = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone());
            delete.send().await.unwrap();
            deleted += 1;
        }
    }
    deleted
}

/// The rows are the bank's, none lost, none twice, newest day first.
fn assert_rows(script: &Script, account: usize, told: &[Value]) {
    let mut want: Vec<_> = script
        .rows(account)
        .iter()
        .map(|row| {
            let facts = &row.facts;
            (facts.made_on.to_string(), facts.money.text(), facts.description.reveal().to_owned())
        })
        .collect();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let have: Vec<_> = told
        .iter()
        .map(|row| (text(row, "made_on"), text(row, "amount"), text(row, "description")))
        .collect();
    assert!(have.windows(2).all(|two| two[0].0 >= two[1].0), "newest day first");
    let mut have = have;
    have.sort();
    want.sort();
    assert!(have == want, "{} rows told, {} at the bank", have.len(), want.len());
}
