//! Twins and duplicates.

use jiff::civil::date;
use serde_json::{Value, json};
use simulator::{BankAt, NewRow};

use crate::support::{Integrator, amount, described};

const BANK: &str = "fakebank_oauth_xf";

#[tokio::test]
async fn twins_are_both_kept_and_later_ones_are_suspected() {
    let us = Integrator::partner().await;
    let id = us.connected(BANK).await;
    let at = BankAt::of(BANK);
    let coffee = || NewRow::booked(amount("-3.2"), "TWIN").made_on(date(2026, 3, 1));
    let add = |row| us.salt_edge.control().add_row(&at, "account-1", row).unwrap();
    add(coffee());
    add(coffee());
    us.refreshed(id).await;
    add(coffee().with_reference("BK-T3"));
    us.refreshed(id).await;
    let rows = us.transactions(id).await;
    let suspected: Vec<Value> = described(&rows, "TWIN")
        .iter()
        .map(|row| row["extra"]["possible_duplicate"].clone())
        .collect();
    assert_eq!(suspected, [false, false, true], "only against an earlier attempt");
}

#[tokio::test]
async fn duplicates_are_flagged_by_the_client_or_later_by_salt_edge() {
    let us = Integrator::partner().await;
    let id = us.connected(BANK).await;
    let rows = us.transactions(id).await;
    let ids = [rows[0]["id"].clone(), rows[1]["id"].clone()];
    let flag = |ids: Value, on: bool| json!({ "connection_id": id.to_string(), "transaction_ids": ids, "duplicate": on });
    let done = us.put("/transactions", flag(json!(ids), true)).await.data();
    assert_eq!(done, json!({ "duplicated": true, "transaction_ids": ids }));
    let listed = us.all(&format!("/transactions?connection_id={id}&duplicated=true")).await;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|row| row["duplicated"] == true));
    assert_eq!(us.transactions(id).await.len(), rows.len() - 2);
    us.put("/transactions", flag(json!([ids[0]]), false)).await.data();
    let other = rows[2]["id"].as_str().unwrap().parse().unwrap();
    us.salt_edge.control().mark_duplicated(other, true).unwrap();
    assert_eq!(us.transactions(id).await.len(), rows.len() - 2, "one back, another away");
    for (data, class) in [
        (flag(json!(["1"]), true), "TransactionNotFound"),
        (flag(json!(vec!["1"; 101]), true), "BatchSizeLimitExceeded"),
        (json!({ "transaction_ids": [], "duplicate": true }), "WrongRequestFormat"),
    ] {
        assert_eq!(us.put("/transactions", data).await.class(), class);
    }
}

#[tokio::test]
async fn a_detected_duplicate_is_treated_by_the_strategy() {
    for (strategy, posted, flagged) in
        [("mark_as_duplicate", 1, 1), ("delete_duplicated", 1, 0), ("mark_as_pending", 2, 0)]
    {
        let us = Integrator::partner().await;
        let (control, at) = (us.salt_edge.control(), BankAt::of(BANK));
        control.switch(|s| s.detects_duplicates = true);
        let customer = us.customer("user").await;
        let mut data = Integrator::connect_data(&customer, BANK);
        data["attempt"]["unduplication_strategy"] = json!(strategy);
        let url = us.post("/connections/connect", data).await.data();
        let url = url["connect_url"].as_str().unwrap();
        let end = us.browser.walk(url, &simulator::Walk::default()).await.unwrap();
        let id = end.query("connection_id").unwrap().parse().unwrap();
        for _ in 0..2 {
            let row = NewRow::booked(amount("-3.21"), "SAME").made_on(date(2026, 3, 1));
            control.add_row(&at, "account-1", row).unwrap();
            us.refreshed(id).await;
        }
        let duplicated = us.all(&format!("/transactions?connection_id={id}&duplicated=true")).await;
        let found = (described(&us.transactions(id).await, "SAME").len(), duplicated.len());
        assert_eq!(found, (posted, flagged), "{strategy}");
    }
}
