//! L1: the daily copy of the banks: what it costs, and that it ends well wherever it dies.

use std::collections::BTreeMap;

use e2e::{TENANT, User, hours, lose_callbacks, minutes, options, user, world};
use local_cloud::{Effect, Fault, Service, World};
use simulator::{BankList, ProviderStatus};

/// Write units of sync since the last reset.
fn written(world: &World) -> u64 {
    let (_, halves) = world.cloud.tap().half_units("sync");
    world.cloud.tap().reset();
    halves / 2
}

/// A day passes, and with it two in the morning, when the banks are copied.
async fn a_night(world: &World) {
    world.advance(hours(24), hours(6)).await;
}

/// Status by bank, as the API shows it.
async fn offered(user: &User<'_>) -> BTreeMap<String, String> {
    let (mut banks, mut cursor) = (BTreeMap::new(), String::new());
    loop {
        let page = user.get(&format!("/v1/institutions?limit=100{cursor}")).await;
        for bank in page["institutions"].as_array().unwrap() {
            let text = |name: &str| bank[name].as_str().unwrap().to_owned();
            banks.insert(text("id"), text("status"));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return banks,
        }
    }
}

#[tokio::test]
async fn l1_an_unchanged_day_writes_next_to_nothing() {
    let mut options = options();
    options.banks = BankList::of(3_000);
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    let first = written(&world);
    a_night(&world).await;
    let unchanged = written(&world);
    let bank = offered(&ada).await.into_iter().find(|(_, status)| status == "active").unwrap().0;
    let control = world.salt_edge.control();
    world.cloud.tap().reset();
    control.set_provider_status(&bank, ProviderStatus::Inactive).unwrap();
    world.settle().await;
    let callback = written(&world);
    assert_eq!(offered(&ada).await[&bank], "inactive");
    lose_callbacks(&world, None);
    control.set_provider_status(&bank, ProviderStatus::Active).unwrap();
    world.cloud.tap().reset();
    a_night(&world).await;
    let changed = written(&world);
    assert_eq!(offered(&ada).await[&bank], "active", "what no callback said is found at night");
    println!(
        "write units: {first} first, {unchanged} unchanged, {callback} callback, {changed} one bank changed"
    );
    assert!(first <= 500 && unchanged <= 4, "{first} {unchanged}");
    assert!(callback <= 30 && changed <= 30, "{callback} {changed}");
}

#[tokio::test]
async fn l1_a_copy_that_dies_at_any_of_its_requests_ends_well() {
    let mut options = options();
    options.banks = BankList { banks: 120, countries: 3, seed: 7 };
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    lose_callbacks(&world, None);
    let mut want = offered(&ada).await;
    let mut met = BTreeMap::new();
    for effect in [Effect::KillBefore, Effect::KillAfter, Effect::LoseAnswer, Effect::FailBefore] {
        for k in 1.. {
            let before = want.clone();
            turn(&world, &mut want, usize::try_from(k).unwrap() % 7);
            world.advance(hours(16), hours(16)).await;
            let fired = world.cloud.tap().fired();
            world.cloud.tap().arm(Fault::at("sync", k, effect));
            // From one in the morning to five past two: the copy begins, and ends where it is told to.
            world.advance(minutes(65), minutes(65)).await;
            let hit = world.cloud.tap().fired() > fired;
            world.cloud.tap().disarm();
            let shown = offered(&ada).await;
            assert!(shown == before || shown == want, "{effect:?} {k}: half of it is shown");
            world.advance(minutes(415), minutes(83)).await;
            assert_eq!(offered(&ada).await, want, "{effect:?} {k}");
            if !hit {
                break;
            }
            *met.entry(format!("{effect:?}")).or_insert(0) += 1;
        }
    }
    assert!(met.len() == 4 && met.values().all(|met| *met >= 5), "{met:?}");
    assert!(world.cloud.dead_letters().is_empty());
}

/// Some banks go out of order, or come back.
fn turn(world: &World, banks: &mut BTreeMap<String, String>, from: usize) {
    for (id, status) in banks.iter_mut().skip(from).step_by(23) {
        let ill = status == "active";
        let next = if ill { ProviderStatus::Inactive } else { ProviderStatus::Active };
        world.salt_edge.control().set_provider_status(id, next).unwrap();
        if ill { "inactive" } else { "active" }.clone_into(status);
    }
}

#[tokio::test]
async fn l1_a_reader_sees_one_catalogue_or_the_other() {
    let mut options = options();
    options.banks = BankList { banks: 150, countries: 4, seed: 3 };
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    lose_callbacks(&world, None);
    let german = |banks: Vec<String>| -> Vec<String> {
        banks.into_iter().filter(|id| id.ends_with("_de")).collect()
    };
    let old = german(offered(&ada).await.into_keys().collect());
    for id in old.iter().step_by(5) {
        world.salt_edge.control().set_provider_status(id, ProviderStatus::Disabled).unwrap();
    }
    let new = german(
        old.iter().enumerate().filter(|(n, _)| n % 5 != 0).map(|(_, id)| id.clone()).collect(),
    );
    let reading = async {
        let mut seen = Vec::new();
        for _ in 0..80 {
            let page = ada.get("/v1/institutions?country=DE&limit=100").await;
            let banks = page["institutions"].as_array().unwrap().iter();
            let mut ids: Vec<_> =
                banks.map(|bank| bank["id"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            seen.push(ids);
        }
        seen
    };
    let ((), seen) = tokio::join!(a_night(&world), reading);
    assert!(seen.iter().all(|ids| *ids == old || *ids == new), "a mixture was shown");
    assert_eq!(german(offered(&ada).await.into_keys().collect()), new);
}

#[tokio::test]
async fn l1_the_copy_keeps_the_pace_that_salt_edge_allows() {
    let mut options = options();
    options.banks = BankList { banks: 300, countries: 9, seed: 5 };
    options.switches.providers_per_page = 20;
    let world = world(options).await;
    let calls = world.salt_edge.control().record().calls;
    let pages: Vec<_> = calls.iter().filter(|call| call.path.contains("/providers")).collect();
    assert_eq!(pages.len(), 16, "as many pages as it takes");
    assert!(pages.iter().all(|page| page.status == Some(200)), "none was too many");
    assert_eq!(offered(&user(&world, TENANT, "ada")).await.len(), 319);
}

#[tokio::test]
async fn l1_many_banks_that_change_at_once_are_all_read() {
    let mut options = options();
    options.banks = BankList { banks: 80, countries: 5, seed: 5 };
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    let banks: Vec<String> = offered(&ada).await.into_keys().step_by(5).collect();
    let control = world.salt_edge.control();
    for bank in &banks {
        control.set_provider_status(bank, ProviderStatus::Disabled).unwrap();
    }
    world.settle().await;
    world.advance(minutes(39), minutes(13)).await;
    let left = offered(&ada).await;
    assert!(banks.iter().all(|bank| !left.contains_key(bank)), "{left:?}");
    assert_eq!(left.len(), 99 - banks.len());
    let log = world.cloud.tap().log();
    assert!(log.iter().any(|io| io.service == Service::SaltEdge));
    assert!(world.cloud.dead_letters().is_empty());
}
