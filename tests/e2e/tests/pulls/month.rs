//! What a month of one connection costs: every unit and request of it counted, beside a table with a row for each transaction.

use std::collections::BTreeMap;

use domain::connection::Connection;
use e2e::{TENANT, counted, options, user, world};
use jiff::{SignedDuration, Timestamp};
use local_cloud::{Io, Service, World, WorldOptions};
use simulator::{BankFault, ErrorClass, RowEdit};
use store::Table;

use crate::{BANK, add, bank, row};

/// Pulls of the month: four a day.
const PULLS: u32 = 120;
/// Rows that the bank books between two of them.
const ROWS: u32 = 5;
/// Pulls in which the bank is out of order.
const OUTAGES: [u32; 2] = [40, 81];
/// Pulls before which nothing is booked; before the next one twice as much is.
const QUIET: [u32; 3] = [10, 50, 100];
/// Seconds between two slots.
const CYCLE: i64 = 6 * 60 * 60;
/// A write unit. Source: DynamoDB.
const UNIT: usize = 1024;

/// What the month costs.
#[derive(Debug, Default)]
struct Month {
    asks: u64,
    entries: u64,
    unchanged: u64,
    folds: u64,
    fold_units: u64,
    statements: u64,
    write_units: u64,
    read_half_units: u64,
    table_requests: u64,
    queue_requests: u64,
    salt_edge_requests: u64,
    bytes: usize,
}

/// Follows one connection.
struct Meter<'w> {
    world: &'w World,
    connection: Connection,
    month: Month,
    folds: BTreeMap<String, String>,
}

impl Meter<'_> {
    fn log(&self) -> Vec<Io> {
        let log = self.world.cloud.tap().log();
        self.world.cloud.tap().reset();
        log.into_iter().filter(|io| io.function == "sync").collect()
    }

    /// Counts what the function that pulls has asked for.
    async fn count(&mut self) {
        for io in self.log() {
            match io.service {
                Service::DynamoDb => {
                    self.month.table_requests += 1;
                    self.month.write_units += io.write_half_units / 2;
                    self.month.read_half_units += io.read_half_units;
                }
                Service::SaltEdge => {
                    self.month.salt_edge_requests += 1;
                    let asks = io.operation.starts_with("POST") && io.operation.contains("refresh");
                    self.month.asks += u64::from(asks);
                }
                Service::Sqs => self.month.queue_requests += 1,
                Service::Secrets | Service::Kms => {}
            }
        }
        self.count_folds().await;
    }

    /// Folds are written over: those that are other than before were written.
    async fn count_folds(&mut self) {
        for (sk, item) in items(self.world, &self.connection).await {
            let Some(version) = item.version.filter(|_| sk.starts_with('F')) else { continue };
            if self.folds.insert(sk, version.clone()) != Some(version) {
                self.month.folds += 1;
                self.month.fold_units += item.size.div_ceil(UNIT) as u64;
            }
        }
    }

    /// Goes on to an instant with one tick. The nightly copy of the catalogue is nobody's connection's.
    async fn to(&mut self, instant: Timestamp) {
        let day = 24 * 60 * 60;
        let night = |at: Timestamp| (at.as_second() - 2 * 60 * 60).div_euclid(day);
        let now = self.world.cloud.clock().now();
        if night(now) != night(instant) {
            let at = Timestamp::from_second(night(instant) * day + 2 * 60 * 60).unwrap();
            self.jump(at).await;
            let copied = self.log();
            assert!(!copied.iter().any(|io| io.operation.contains("transactions")), "a pull");
        }
        self.jump(instant).await;
        self.count().await;
    }

    /// The slot asks, the callback brings the read, the look after ten minutes finds it done.
    async fn cycle(&mut self, slot: i64) {
        for later in [0, 300, 660] {
            self.to(Timestamp::from_second(slot + later).unwrap()).await;
        }
    }

    async fn jump(&self, instant: Timestamp) {
        let by = instant.duration_since(self.world.cloud.clock().now());
        if by > SignedDuration::ZERO {
            self.world.advance(by, by).await;
        }
    }
}

/// An item without what it holds.
struct Held {
    size: usize,
    version: Option<String>,
}

/// A connection's items by their sort keys.
async fn items(world: &World, connection: &Connection) -> BTreeMap<String, Held> {
    let (client, table) = world.cloud.table();
    let mut found = BTreeMap::new();
    let mut pages = client.scan().table_name(table).into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page.unwrap().items.unwrap_or_default() {
            if !item["pk"].as_s().unwrap().ends_with(connection.id.as_str()) {
                continue;
            }
            // Source: DynamoDB's "Item sizes and formats".
            let mut size = 0;
            for (name, value) in &item {
                let text = value.as_s().map(String::len);
                let bytes = value.as_b().map(|bytes| bytes.as_ref().len());
                let number = value.as_n().map(|digits| digits.len().div_ceil(2) + 1);
                size += name.len() + text.or(bytes).or(number).unwrap();
            }
            let version = item.get("v").map(|v| v.as_n().unwrap().clone());
            found.insert(item["sk"].as_s().unwrap().clone(), Held { size, version });
        }
    }
    world.cloud.tap().reset();
    found
}

#[tokio::test]
async fn a_month_costs_an_ask_and_an_entry_for_each_pull_and_what_is_published() {
    let world = world(month_options()).await;
    let mut meter = linked(&world).await;
    let slot = i64::from(meter.connection.slot()) * 60;
    let now = world.cloud.clock().now().as_second();
    let mut at = (now - slot).div_euclid(CYCLE) * CYCLE + slot + CYCLE;
    meter.cycle(at).await;
    let before = items(&world, &meter.connection).await;
    meter.month = Month::default();
    let mut booked: Vec<(i64, String)> = Vec::new();
    for pull in 0..PULLS {
        at += CYCLE;
        book(&world, pull, at, &mut booked);
        if OUTAGES.contains(&pull) {
            let class = ErrorClass::ProviderError;
            let fault = BankFault { class, provider: None, connection: None, times: 1 };
            world.salt_edge.control().add_bank_fault(fault);
        }
        meter.cycle(at).await;
    }
    let after = items(&world, &meter.connection).await;
    let mut month = meter.month;
    let new = |prefix: &str| {
        after.keys().filter(|sk| sk.starts_with(prefix) && !before.contains_key(*sk)).count() as u64
    };
    (month.entries, month.statements) = (new("J#"), new("S#"));
    let stored = |items: &BTreeMap<_, Held>| items.values().map(|item| item.size).sum::<usize>();
    month.bytes = stored(&after) - stored(&before);
    month.unchanged = QUIET.len() as u64;
    println!("{month:?}");
    assert_counts(&month);
    let rows = Rows::of(&booked.iter().map(|(at, _)| *at).collect::<Vec<_>>());
    println!("a row for each transaction: {rows:?}");
    assert!(10 * month.write_units < rows.blind_writes, "ten times as dear, if nothing is read");
    assert!(2 * month.write_units < rows.window_writes, "twice as dear, if the window is read");
    assert!(month.read_half_units < rows.window_read_half_units, "and that window costs more");
    assert!(4 * month.bytes < rows.bytes);
}

fn month_options() -> WorldOptions {
    let mut options = options();
    options.switches.nightly_refresh = false;
    options.switches.success_callbacks = 1;
    options.switches.notify_callbacks = false;
    options.parameters.insert("CadenceHours".into(), "6".into());
    // So its slot is far from the minute at which the catalogue is copied.
    options.entropy = counted();
    options
}

async fn linked(world: &World) -> Meter<'_> {
    let shown = user(world, TENANT, "ada").link(BANK).await;
    let (client, name) = world.cloud.table();
    let table = Table::new(client.clone(), name);
    let (tenant, id) = (TENANT.parse().unwrap(), shown["id"].as_str().unwrap().parse().unwrap());
    let connection = table.connection(&tenant, &id).await.unwrap().unwrap();
    Meter { world, connection, month: Month::default(), folds: BTreeMap::new() }
}

/// Books what the next pull finds; 5 % are edited a pull later.
fn book(world: &World, pull: u32, at: i64, booked: &mut Vec<(i64, String)>) {
    let rows = match pull {
        _ if QUIET.contains(&pull) => 0,
        _ if QUIET.contains(&pull.wrapping_sub(1)) => 2 * ROWS,
        _ => ROWS,
    };
    for n in 0..rows {
        let number = booked.len();
        let text = format!("CARD PAYMENT {:06}", number * 7_907 % 999_983);
        booked.push((at, add(world, row(&format!("-{}.{:02}", number % 90 + 1, n), &text))));
        if number % 20 == 10 {
            let description = Some(format!("{text} SETTLED"));
            let edit = RowEdit { description, ..RowEdit::default() };
            world.salt_edge.control().edit_row(&bank(), &booked[number - 6].1, edit).unwrap();
        }
    }
}

fn assert_counts(month: &Month) {
    let (pulls, outages, quiet) = (u64::from(PULLS), OUTAGES.len() as u64, QUIET.len() as u64);
    assert_eq!(month.asks, pulls);
    assert_eq!(month.entries, pulls - outages - quiet);
    // March of both accounts.
    assert_eq!(month.statements, 2);
    // Each ask, entry, unchanged read, version and item of the folds is one unit.
    let ones = month.asks + month.entries + month.unchanged + month.statements;
    assert_eq!(month.write_units, ones + month.folds, "{month:?}");
    assert_eq!(month.fold_units, month.folds, "{month:?}");
    assert!(month.folds <= 24, "{month:?}");
    // The slot's look, the ask, the callback's look; of an outage the look at the deadline too. A read is the accounts,
    // and of both three lists.
    let reads = month.entries + month.unchanged;
    assert_eq!(month.salt_edge_requests, 3 * pulls + outages + 7 * reads, "{month:?}");
    assert!(month.read_half_units <= 24 * pulls, "{month:?}");
    assert!(month.table_requests <= 18 * pulls && month.queue_requests == 0, "{month:?}");
    assert!(month.bytes <= 64 * UNIT, "{month:?}");
}

/// The same month with one item for each transaction, whose fourteen days are fetched with each pull.
#[derive(Debug, Default)]
struct Rows {
    /// Everything that is fetched is put, on a condition that costs as much where it fails; new rows are in one index
    /// too; the cursor; the asks.
    blind_writes: u64,
    /// The window is queried, and what is new or other is put; the index, the cursor, the asks.
    window_writes: u64,
    window_read_half_units: u64,
    bytes: usize,
}

impl Rows {
    /// Bytes of one row's item. Source: quality.md B3: 11.4 read units for a window of 145.
    const ROW: usize = 640;

    fn of(booked: &[i64]) -> Self {
        let mut rows = Self { bytes: booked.len() * Self::ROW, ..Self::default() };
        let mut seen = 0;
        let mut pulls: Vec<i64> = booked.to_vec();
        pulls.dedup();
        for at in pulls {
            let told = booked.iter().filter(|booked| **booked <= at).count();
            let window = booked.iter().filter(|one| (at - 14 * 86_400..=at).contains(*one)).count();
            let new = (told - seen) as u64;
            let edited = (seen..told).filter(|number| number % 20 == 10).count() as u64;
            rows.blind_writes += window as u64 + new + 2;
            rows.window_writes += 2 * new + edited + 2;
            rows.window_read_half_units += (window * Self::ROW).div_ceil(4 * UNIT) as u64;
            seen = told;
        }
        rows
    }
}
