//! The world that every story is played in: a bank is linked once, and each story begins just after.
//!
//! Starting a world and linking cost some hundred times what a pull costs, so that is done once a thread; every
//! story puts table, queues, Salt Edge and clock back, byte by byte, to how they stood then.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use domain::id::{ConnectionId, TenantId};
use e2e::{TENANT, User, hours, minutes, options, oracle, user};
use local_cloud::{Mark, TemplateText, World, WorldOptions};
use serde_json::Value;
use simulator::{BankAt, Id};
use store::Table;

use crate::{bank::BANK, random::Random};

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) connection: Value,
    pub(crate) remote: Id,
    pub(crate) tenant: TenantId,
    pub(crate) id: ConnectionId,
    mark: Mark,
    entropy: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let entropy = Arc::new(AtomicU64::new(0));
        let world = e2e::world(quiet(&entropy)).await;
        let control = world.salt_edge.control();
        control.set_closed(&BankAt::of(BANK), "account-2", true).unwrap();
        let connection = user(&world, TENANT, "ada").link(BANK).await;
        let id: ConnectionId = connection["id"].as_str().unwrap().parse().unwrap();
        let tenant: TenantId = TENANT.parse().unwrap();
        let remote = oracle::newest(&world);
        // Two minutes before the connection's slot, with a cadence gone by since the link.
        let (client, table) = world.cloud.table();
        let table = Table::new(client.clone(), table);
        let linked = table.newest(&tenant, &id).await.unwrap().unwrap().connection;
        let clock = world.cloud.clock();
        let slot = linked.next_slot(clock.now() + hours(13));
        clock.advance(slot.duration_since(clock.now()) - minutes(2));
        table.set_ticked(clock.now()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mark = world.mark(folder.path()).unwrap();
        Self { world, connection, remote, tenant, id, mark, entropy, _folder: folder }
    }

    /// Puts everything back, for the story of `seed`.
    pub(crate) fn begin(&self, seed: u64) {
        self.world.go_back(&self.mark).unwrap();
        self.world.cloud.tap().keep_pages();
        self.entropy.store(seed, Ordering::Relaxed);
    }

    pub(crate) fn user(&self) -> User<'_> {
        user(&self.world, TENANT, "ada")
    }

    pub(crate) fn table(&self) -> Table {
        let (client, name) = self.world.cloud.table();
        Table::new(client.clone(), name)
    }
}

/// Nothing happens but what a story says, one message at a time, and all randomness comes of the seed.
fn quiet(entropy: &Arc<AtomicU64>) -> WorldOptions {
    let mut options = options();
    options.switches.nightly_refresh = false;
    options.switches.notify_callbacks = false;
    options.switches.success_callbacks = 1;
    options.switches.removal_reaches_copy = true;
    let TemplateText::File(template) = TemplateText::own() else { return options };
    let template = std::fs::read_to_string(template).unwrap();
    let one_by_one = template.replace("BatchSize: 10", "BatchSize: 1");
    options.template = TemplateText::Text(one_by_one.replace("BatchSize: 5", "BatchSize: 1"));
    let entropy = entropy.clone();
    options.entropy = shell::Entropy::new(move |bytes| {
        for byte in bytes {
            let mut random = Random::new(entropy.fetch_add(1, Ordering::Relaxed));
            *byte = random.next().to_le_bytes()[0];
        }
    });
    options
}
