//! The copy of the banks: a callback costs one bank, and a list without banks costs nothing.

use e2e::{TENANT, User, hours, logs::Logs, lose_callbacks, options, user, world};
use simulator::ProviderStatus;

const BANK: &str = "fakebank_simple_xf";

async fn offered(user: &User<'_>) -> Vec<String> {
    let shown = user.get("/v1/institutions?country=XF&limit=100").await;
    let banks = shown["institutions"].as_array().expect("a list");
    banks.iter().map(|bank| bank["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn l1_catalogue_callbacks_read_the_bank_that_they_name() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let control = world.salt_edge.control();
    control.clear_record();
    for (status, there) in [
        (ProviderStatus::Disabled, false),
        (ProviderStatus::Active, true),
        (ProviderStatus::Disabled, false),
        (ProviderStatus::Active, true),
    ] {
        control.set_provider_status(BANK, status).unwrap();
        world.settle().await;
        assert_eq!(offered(&ada).await.iter().any(|id| id == BANK), there, "{status:?}");
    }
    let calls = control.record().calls;
    let one = calls.iter().filter(|call| call.path.contains(&format!("/providers/{BANK}")));
    assert_eq!((one.count(), calls.len()), (4, 4), "nothing but this bank is read");
}

#[tokio::test]
async fn l1_catalogue_outlives_a_list_without_banks() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let before = offered(&ada).await;
    assert!(before.iter().any(|id| id == BANK), "{before:?}");
    let control = world.salt_edge.control();
    lose_callbacks(&world, None);
    for bank in &before {
        control.set_provider_status(bank, ProviderStatus::Disabled).unwrap();
    }
    let logs = Logs::at("info");
    world.advance(hours(24), hours(6)).await;
    assert_eq!(logs.alarms("catalogue_empty"), 1);
    assert_eq!(offered(&ada).await, before);
}
