//! The feed (V1): what a page costs, and how long and for whom a cursor is good.

use e2e::{TENANT, hours, options, oracle, user, world};
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

#[tokio::test]
async fn v1_a_cursor_of_a_year_ago_goes_on_and_a_forged_one_is_refused() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link("fakebank_oauth_xf").await;
    let path =
        format!("/v1/connections/{}/transactions/sync?limit=9", connection["id"].as_str().unwrap());
    let first = ada.get(&path).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = ada.get(&format!("{path}&cursor={cursor}")).await;
    world.cloud.clock().advance(hours(24 * 366));
    assert_eq!(ada.get(&format!("{path}&cursor={cursor}")).await, next, "a year later");
    oracle::assert_feed(&ada, &connection).await;

    let mut forged: Vec<String> = (1..cursor.len()).map(|cut| cursor[..cut].to_owned()).collect();
    forged.extend((0..cursor.len()).map(|at| {
        let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &cursor[..at], &cursor[at + 1..])
    }));
    forged.push(format!("{cursor}{cursor}"));
    for forged in forged {
        let answer = ada.call("GET", &format!("{path}&cursor={forged}"), None).await;
        assert_eq!(answer.problem(400), "invalid_cursor", "{forged}");
    }
}
