//! T5: an import that dies at any of its requests, comes twice, or meets a pull or a revocation.

use e2e::{TENANT, User, lose_callbacks, minutes, options, oracle, quiet, user, world};
use local_cloud::{Effect, Fault, World};
use serde_json::{Value, json};

use crate::{BANK, add, ask, crash::recover, row, wait_until_allowed};

/// A bank that hides a row from every read.
struct Bed<'w> {
    world: &'w World,
    ada: &'w User<'w>,
    connection: Value,
    account: String,
}

impl<'w> Bed<'w> {
    async fn new(world: &'w World, ada: &'w User<'w>) -> Self {
        let connection = ada.link(BANK).await;
        let accounts = connection["accounts"].as_array().unwrap();
        let account = accounts.iter().find(|one| one["name"] == "Everyday").unwrap();
        let account = account["id"].as_str().unwrap().to_owned();
        Self { world, ada, connection, account }
    }

    async fn salt_edge_calls(&self) {
        self.world.cloud.clock().advance(minutes(1));
        self.world.salt_edge.control().visit_bank(oracle::newest(self.world)).unwrap();
        self.world.salt_edge.control().pump().await;
    }

    async fn search(&self, import: &[&str]) -> Value {
        let path = format!("/v1/accounts/{}/missing-searches", self.account);
        let body = json!({"from": "2026-01-01", "to": "2026-12-31", "import": import});
        let found = self.ada.post(&path, &body).await;
        found.expect(if import.is_empty() { 200 } else { 202 })
    }

    /// The bank has a row more that is held by nobody.
    async fn hidden(&self) -> String {
        let text = format!("HIDDEN AT {}", self.world.cloud.clock().now());
        let day = "2026-01-10".parse().unwrap();
        add(self.world, row("-3.00", &text).made_on(day).with_early_id());
        self.salt_edge_calls().await;
        self.world.settle().await;
        let found = self.search(&[]).await;
        assert_eq!(found["missing"][0]["transaction"]["description"], text, "{found}");
        found["missing"][0]["transaction"]["id"].as_str().unwrap().to_owned()
    }

    /// The same, and its import is on the queue.
    async fn import(&self) -> String {
        let id = self.hidden().await;
        self.search(&[&id]).await;
        id
    }

    async fn holds_what_salt_edge_shows(&self) {
        oracle::assert_equal(self.ada, &self.connection, oracle::newest(self.world)).await;
        oracle::assert_no_holes(self.world).await;
        assert!(self.world.cloud.dead_letters().is_empty());
    }
}

/// Plays the fault at the first request of an import, the second, and so on, until it makes no more of them. Killed before
/// a request is killed after the one before it.
async fn each_request(effect: Effect) {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let bed = Bed::new(&world, &ada).await;
    let mut met = 0;
    for k in 1.. {
        bed.import().await;
        let fired = world.cloud.tap().fired();
        world.cloud.tap().arm(Fault::at("sync", k, effect));
        world.settle().await;
        let hit = world.cloud.tap().fired() > fired;
        recover(&world).await;
        bed.holds_what_salt_edge_shows().await;
        if !hit {
            break;
        }
        met += 1;
    }
    assert!(met >= 8, "{effect:?} met only {met} requests");
}

#[tokio::test]
async fn t5_an_import_killed_at_each_of_its_requests_brings_the_row_once() {
    each_request(Effect::KillAfter).await;
}

#[tokio::test]
async fn t5_an_import_that_loses_any_answer_brings_the_row_once() {
    each_request(Effect::LoseAnswer).await;
}

/// An import of a bed, held at its k-th request while something else happens; whether there is such a request.
async fn held(bed: &Bed<'_>, k: u32, meanwhile: impl AsyncFnOnce()) -> bool {
    let cloud = &bed.world.cloud;
    cloud.tap().arm(Fault::at("sync", k, Effect::HoldBefore));
    let mut import = Box::pin(cloud.deliver("sync"));
    let held = tokio::select! {
        biased;
        _ = &mut import => false,
        () = cloud.tap().holds(1) => true,
    };
    meanwhile().await;
    if held {
        assert!(cloud.tap().release());
        import.await;
    }
    recover(bed.world).await;
    assert!(held || k > 8, "it was held at {k} requests only");
    held
}

#[tokio::test]
async fn t5_two_imports_of_one_row_and_a_pull_that_meet_bring_each_row_once() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let bed = Bed::new(&world, &ada).await;
    for k in 1.. {
        let id = bed.import().await;
        let meanwhile = async || {
            bed.search(&[&id]).await;
            add(&world, row("-4.00", &format!("NEWS AT {}", world.cloud.clock().now())));
            bed.salt_edge_calls().await;
            world.settle().await;
        };
        let held = held(&bed, k, meanwhile).await;
        bed.holds_what_salt_edge_shows().await;
        if !held {
            break;
        }
    }
}

#[tokio::test]
async fn t5_an_import_that_meets_a_revocation_writes_nothing_behind_the_tombstone() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    for k in 1.. {
        let bed = Bed::new(&world, &ada).await;
        bed.import().await;
        let mut ended = Vec::new();
        let meanwhile = async || {
            ada.revoke(&bed.connection).await.expect(202);
            ended = oracle::journal_keys(&world).await;
        };
        let held = held(&bed, k, meanwhile).await;
        assert_eq!(oracle::journal_keys(&world).await, ended, "request {k}");
        oracle::assert_no_holes(&world).await;
        if !held {
            break;
        }
    }
}

#[tokio::test]
async fn t5_an_import_between_an_ask_and_its_answer_keeps_the_deadline() {
    let world = world(quiet()).await;
    let ada = user(&world, TENANT, "ada");
    let bed = Bed::new(&world, &ada).await;
    let id = bed.hidden().await;
    wait_until_allowed(&ada, &bed.connection).await;
    add(&world, row("-4.00", "NEWS"));
    ask(&ada, &bed.connection).await;
    assert!(world.cloud.deliver("sync").await, "Salt Edge is sent to the bank");
    bed.search(&[&id]).await;
    assert!(world.cloud.deliver("sync").await, "a row is imported meanwhile");
    assert!(ada.rows(&bed.account).await.iter().any(|row| row["id"] == id.as_str()));
    // Nobody tells of the answer: only the deadline looks for it.
    lose_callbacks(&world, None);
    world.advance(minutes(15), minutes(5)).await;
    bed.holds_what_salt_edge_shows().await;
}
