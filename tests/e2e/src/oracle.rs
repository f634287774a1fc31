//! The simulator knows what is true: its own ledger against what the API shows.

use std::collections::BTreeMap;

use domain::money::Money;
use local_cloud::World;
use serde_json::Value;
use simulator::{ConsentStatus, Id, RowStatus};

use crate::User;

/// A row as both sides tell it: day, amount, currency, text.
pub type Told = (String, String, String, String);

/// The rows of a status that Salt Edge shows, by the last four letters of the account's number.
pub fn shown(world: &World, connection: Id, status: RowStatus) -> BTreeMap<String, Vec<Told>> {
    let control = world.salt_edge.control();
    let rows = control.transactions(connection);
    let mut accounts = BTreeMap::new();
    for account in control.accounts(connection) {
        let mut told: Vec<Told> = rows
            .iter()
            .filter(|row| row.account_id == account.id && row.status == status && !row.duplicated)
            .map(|row| {
                let currency = row.currency_code.parse().unwrap();
                let money = Money::read(&row.amount.to_string(), currency).unwrap().money;
                let made_on = row.made_on.to_string();
                (made_on, money.text(), row.currency_code.clone(), row.description.clone())
            })
            .collect();
        told.sort();
        accounts.insert(account.id.to_string(), told);
    }
    accounts
}

/// The rows of a status that the API shows, account by account.
pub async fn told(user: &User<'_>, connection: &Value, status: &str) -> Vec<Vec<Told>> {
    let id = connection["id"].as_str().unwrap();
    let connection = user.get(&format!("/v1/connections/{id}")).await;
    let mut accounts = Vec::new();
    for account in connection["accounts"].as_array().unwrap() {
        let rows = user.rows(account["id"].as_str().unwrap()).await;
        let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let mut told: Vec<Told> = rows
            .iter()
            .filter(|row| row["status"] == status)
            .map(|row| {
                (
                    text(row, "made_on"),
                    text(row, "amount"),
                    text(row, "currency"),
                    text(row, "description"),
                )
            })
            .collect();
        told.sort();
        accounts.push(told);
    }
    accounts.sort();
    accounts
}

/// The newest connection that Salt Edge has.
pub fn newest(world: &World) -> Id {
    world.salt_edge.control().connections().last().expect("a connection").id
}

/// Booked and announced rows are Salt Edge's, none lost, none twice; and the feed from zero adds up to them.
pub async fn assert_equal(user: &User<'_>, connection: &Value, remote: Id) {
    for (status, name) in [(RowStatus::Booked, "booked"), (RowStatus::Pending, "pending")] {
        let mut want: Vec<_> = shown(user.world, remote, status).into_values().collect();
        want.sort();
        let have = told(user, connection, name).await;
        assert_eq!(have, want, "{name} rows differ from Salt Edge's");
    }
    assert_feed(user, connection).await;
}

/// The feed from zero, page by page, is the booked rows as the API lists them, on small pages and on large ones.
pub async fn assert_feed(user: &User<'_>, connection: &Value) {
    let id = connection["id"].as_str().unwrap();
    let shown = user.get(&format!("/v1/connections/{id}")).await;
    let mut want = BTreeMap::new();
    for account in shown["accounts"].as_array().unwrap() {
        let rows = user.rows(account["id"].as_str().unwrap()).await;
        let booked = rows.into_iter().filter(|row| row["status"] == "booked");
        want.extend(booked.map(|row| (id_of(&row), plain(&row))));
    }
    for limit in [7, 500] {
        let have = replayed(user, id, limit).await;
        assert!(have == want, "pages of {limit}: {} rows of {}", have.len(), want.len());
    }
}

/// What a program holds that applies the feed from zero. What a change says of before must be so.
async fn replayed(user: &User<'_>, connection: &str, limit: usize) -> BTreeMap<String, Value> {
    let mut held = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/connections/{connection}/transactions/sync?limit={limit}{cursor}");
        let page = user.get(&path).await;
        let list = |name: &str| page[name].as_array().unwrap().clone();
        let news: usize =
            ["added", "modified", "removed"].map(|name| list(name).len()).iter().sum();
        assert!(news <= limit, "{news} on a page of {limit}");
        for row in list("removed") {
            assert!(held.remove(&id_of(&row)).is_some(), "{row} was not there");
        }
        for change in list("modified") {
            let was = held.insert(id_of(&change["to"]), plain(&change["to"]));
            assert_eq!(was, Some(plain(&change["from"])), "it was otherwise");
        }
        for row in list("added") {
            assert_eq!(held.insert(id_of(&row), plain(&row)), None, "it was there");
        }
        if page["has_more"] == false {
            return held;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
    }
}

fn id_of(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

/// A row without the balance after it, which the feed does not tell.
fn plain(row: &Value) -> Value {
    let mut row = row.clone();
    row["balance_after"] = Value::Null;
    row
}

/// The numbers of a connection's entries, oldest first, from the table itself: without holes.
pub async fn assert_no_holes(world: &World) {
    let keys = journal_keys(world).await;
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for (partition, entry) in keys {
        let (generation, number) = entry[2..].split_once('#').unwrap();
        let count = seen.entry(format!("{partition}#{generation}")).or_default();
        *count += 1;
        assert_eq!(number.parse::<u64>().unwrap(), *count, "a hole before {partition} {entry}");
    }
}

/// Every journal entry's key in the table.
pub async fn journal_keys(world: &World) -> Vec<(String, String)> {
    let (client, table) = world.cloud.table();
    let mut keys = Vec::new();
    let mut pages = client.scan().table_name(table).into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page.expect("a scan").items.unwrap_or_default() {
            let text = |name: &str| item[name].as_s().unwrap().clone();
            if text("sk").starts_with("J#") {
                keys.push((text("pk"), text("sk")));
            }
        }
    }
    keys.sort();
    keys
}

/// Connections at Salt Edge whose consent is in force.
pub fn in_force(world: &World) -> Vec<Id> {
    let consents = world.salt_edge.control().ledger().consents;
    let active = consents.into_iter().filter(|one| one.status == ConsentStatus::Active);
    active.map(|one| one.connection_id).collect()
}
