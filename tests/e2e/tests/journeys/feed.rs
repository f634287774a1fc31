//! What the feed costs: a page reads what it tells, however long the journal is.

use e2e::{TENANT, options, oracle, user, world};
use local_cloud::WorldOptions;

/// Entries of the journal of a first link, and read units (in halves) of the feed's first page.
async fn first_page(n_transactions: usize) -> (usize, u64) {
    let world = world(WorldOptions { n_transactions, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_with_n_transactions_xf").await;
    let entries = oracle::journal_keys(&world).await.len();
    world.cloud.tap().reset();
    let path = format!(
        "/v1/connections/{}/transactions/sync?limit=100",
        connection["id"].as_str().unwrap()
    );
    let page = ada.get(&path).await;
    let told = page["added"].as_array().map(Vec::len);
    assert_eq!((told, &page["has_more"]), (Some(100), &true.into()), "of {entries} entries");
    (entries, world.cloud.tap().half_units("statements").0)
}

#[tokio::test]
async fn feed_pages_do_not_read_the_journal_behind_them() {
    let (few, cheap) = first_page(1_500).await;
    let (many, dear) = first_page(7_500).await;
    assert!(many >= few * 3, "{few} and {many} entries");
    // Parts are not of one size, so not to the unit.
    assert!(dear < cheap * 2, "{cheap} half units of {few} entries, {dear} of {many}");
}
