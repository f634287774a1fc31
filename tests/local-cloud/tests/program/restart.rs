//! Ctrl-C, and the same data once more.

use serde_json::{Value, json};

use crate::LINES;
use crate::processes::{Running, cloud};
use crate::user::{User, control};

const BANK: &str = "fakebank_oauth_xf";
const TEXT: &str = "AFTER THE RESTART";

#[tokio::test]
async fn what_was_linked_is_served_refreshed_and_revoked_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(cloud(folder.path()), LINES.len());
    let user = User::of(&running);
    let session = user.link(BANK).await;
    let connection = user.finished(&session).await;
    let rows = user.rows(&connection).await;
    assert!(!rows.is_empty());
    let hour = json!({ "advance_seconds": 3_600 });
    let moved = control(&running["control"], "clock", Some(hour)).await;
    assert!(running.interrupt());

    let running = Running::start(cloud(folder.path()), LINES.len());
    let (user, behind) = (User::of(&running), &running["control"]);
    let clock = control(behind, "clock", None).await;
    assert!(clock["now"].as_str() >= moved["now"].as_str(), "time does not go back: {clock}");
    let (_, list) = user.call("GET", "/v1/connections", None).await;
    let found = list["connections"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{list}");
    assert_eq!(found[0]["id"], connection.as_str());
    assert_eq!(found[0]["status"], "active", "{list}");
    assert_eq!(user.rows(&connection).await, rows);

    refreshes(&user, behind, &connection).await;
    let record = control(behind, "record", None).await;
    let callbacks = record["callbacks"].as_array().unwrap();
    // Salt Edge may be at the bank again by now: what it has not delivered yet is of the last start as well.
    let mut delivered = 0;
    for callback in callbacks {
        let url = callback["url"].as_str().unwrap();
        assert!(url.starts_with(&running["api"]), "{url} is of the last start");
        if let Some(first) = callback["deliveries"].as_array().unwrap().first() {
            assert_eq!(first["status"], 200, "{callback}");
            delivered += 1;
        }
    }
    assert!(delivered > 0, "{record}");

    let path = format!("/v1/connections/{connection}");
    let (status, asked) = user.call("DELETE", &path, None).await;
    assert_eq!(status, 202, "{asked}");
    user.until(&path, |_, connection| connection["status"] == "left_with_owner").await;
    let ledger = control(behind, "ledger", None).await;
    assert_eq!(ledger["consents"][0]["status"], "revoked");
    assert!(running.interrupt());
}

/// A row that the bank books now arrives with the next look of the schedule.
async fn refreshes(user: &User, behind: &str, connection: &str) {
    let row = json!({
        "provider": BANK, "account": "account-1", "row": { "amount": "-7.25", "description": TEXT },
    });
    control(behind, "bank/rows", Some(row)).await;
    let day_half = json!({ "advance_seconds": 13 * 3_600 });
    control(behind, "clock", Some(day_half)).await;
    let path = format!("/v1/connections/{connection}");
    let (_, shown) = user.call("GET", &path, None).await;
    let account = shown["accounts"].as_array().unwrap().iter().find(|a| a["name"] == "Everyday");
    let account = account.unwrap_or(&shown["accounts"][0])["id"].as_str().unwrap();
    let rows = format!("/v1/accounts/{account}/transactions?limit=100");
    let newest = |page: &Value| {
        page["transactions"]
            .as_array()
            .is_some_and(|rows| rows.iter().any(|row| row["description"] == TEXT))
    };
    user.until(&rows, |_, page| newest(page)).await;
}
