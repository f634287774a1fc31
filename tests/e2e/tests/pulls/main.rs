//! Pulls: asking and reading, on the parts that are the real ones.

#![expect(clippy::unwrap_used, reason = "a journey that cannot go on is a failed test")]

mod books;
mod catalogue;
mod crash;
mod hostile;
mod imports;
mod late;
mod links;
mod month;
mod paging;
mod past;
mod rows;
mod schedule;
mod traps;
mod units;

use e2e::{User, hours, minutes};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::{BankAt, NewRow};

const BANK: &str = "fakebank_oauth_xf";

fn bank() -> BankAt {
    BankAt::of(BANK)
}

fn add(world: &World, row: NewRow) -> String {
    world.salt_edge.control().add_row(&bank(), "account-1", row).unwrap()
}

fn row(amount: &str, text: &str) -> NewRow {
    NewRow::booked(amount.parse().unwrap(), text)
}

/// As soon as it is allowed the bank is asked, because a user wants it; what came is read.
async fn refresh(user: &User<'_>, connection: &Value) {
    user.world.advance(hours(2), minutes(60)).await;
    wait_until_allowed(user, connection).await;
    ask(user, connection).await;
    user.world.settle().await;
}

async fn ask(user: &User<'_>, connection: &Value) {
    let path = format!("/v1/connections/{}/refresh", connection["id"].as_str().unwrap());
    user.post(&path, &json!({})).await.expect(202);
}

/// Lets the gap that banks want between two asks go by.
async fn wait_until_allowed(user: &User<'_>, connection: &Value) {
    let path = format!("/v1/connections/{}", connection["id"].as_str().unwrap());
    while !user.get(&path).await["next_refresh_allowed_at"].is_null() {
        user.world.cloud.clock().advance(minutes(15));
    }
}
