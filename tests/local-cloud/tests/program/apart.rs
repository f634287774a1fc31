//! Another Salt Edge, in a process of its own, that cannot call back.

use jiff::SignedDuration;
use local_cloud::{Clock, LocalCloud, Options, SaltEdge, TENANT, USER};
use serde_json::{Value, json};

use crate::processes::{Running, cloud, salt_edge};
use crate::user::{User, control};

const BANK: &str = "fakebank_oauth_xf";

/// Salt Edge was asked with signatures only, and wanted to call back but did not know where to.
async fn nothing_but_signed_calls(behind: &str, api: &str) {
    let record = control(behind, "record", None).await;
    let calls = record["calls"].as_array().unwrap();
    assert!(!calls.is_empty());
    assert!(calls.iter().all(|call| call["signed"] == true), "{calls:#?}");
    let callbacks = record["callbacks"].as_array().unwrap();
    assert!(!callbacks.is_empty());
    assert!(callbacks.iter().all(|callback| callback["url"] == Value::Null));
    let unsigned = crate::user::http().get(format!("{api}/countries"));
    let unsigned = unsigned.header("App-id", "app").header("Secret", "secret");
    let refused = unsigned.send().await.unwrap().text().await.unwrap();
    assert!(refused.contains("\"class\":\"MissingExpiresAt\""), "{refused}");
}

async fn copied(behind: &str) -> usize {
    control(behind, "ledger", None).await["transactions"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_two_programs_link_a_bank_without_callbacks() {
    let salt_edge = Running::start(salt_edge(), 3);
    assert_eq!(salt_edge.order, ["salt-edge", "dashboard", "control"]);
    let folder = tempfile::tempdir().unwrap();
    let mut program = cloud(folder.path());
    program
        .args(["--salt-edge", &salt_edge["salt-edge"]])
        .env("SALTEDGE_APP_ID", "app")
        .env("SALTEDGE_SECRET", "secret")
        .env("SALTEDGE_PRIVATE_KEY", simulator::TEST_CLIENT_PRIVATE_KEY.replace('\n', "\\n"));
    let running = Running::start(program, 5);
    assert_eq!(running.order, ["page", "api", "token", "tenant token", "salt-edge"]);

    let user = User::of(&running);
    let connection = user.finished(&user.link(BANK).await).await;
    let rows = user.rows(&connection).await.len();
    assert!(rows > 0);
    assert_eq!(rows, copied(&salt_edge["control"]).await);
    nothing_but_signed_calls(&salt_edge["control"], &salt_edge["salt-edge"]).await;
    assert!(running.interrupt());
    assert!(salt_edge.interrupt());
}

/// Our side in this process, so that the test can move both clocks alike.
async fn our_side(salt_edge: &Running) -> LocalCloud {
    let mut options = Options::new(SaltEdge {
        url: salt_edge["salt-edge"].clone(),
        app_id: "app".to_owned(),
        secret: "secret".to_owned(),
        private_key: simulator::TEST_CLIENT_PRIVATE_KEY.to_owned(),
        callback_key: None,
        dashboard: None,
        tapped: false,
    });
    options.clock = Clock::running(shell::Clock::system());
    LocalCloud::start(options).await.unwrap()
}

/// Time passes here and there.
async fn minutes(cloud: &LocalCloud, behind: &str, minutes: i64) {
    let step = SignedDuration::from_mins(minutes);
    control(behind, "clock", Some(json!({ "advance_seconds": step.as_secs() }))).await;
    control(behind, "pump", Some(json!({}))).await;
    cloud.advance(step, step).await;
}

#[tokio::test]
async fn without_callbacks_the_schedule_brings_everything() {
    let salt_edge = Running::start(salt_edge(), 3);
    let behind = &salt_edge["control"];
    // The browser is back, and confirms, while the bank is still being read.
    let millis =
        json!({ "start": 0, "connect": 0, "interactive": 0, "fetch_transactions": 90_000 });
    let early = json!({ "return_when": "authorised", "stage_millis_of": millis });
    control(behind, "switches", Some(early)).await;
    let cloud = our_side(&salt_edge).await;
    cloud.tick().await.unwrap();
    cloud.settle().await;
    let token = cloud.token(TENANT, USER, &["halite:read", "halite:write"]);
    let user = User::at(cloud.page_url(), cloud.api_url(), &token);

    let session = user.link(BANK).await;
    cloud.settle().await;
    assert_eq!(user.call("GET", &session, None).await.1["stage"], "asking");
    assert_eq!(copied(behind).await, 0, "nothing is read when the user has confirmed");
    for _ in 0..4 {
        minutes(&cloud, behind, 1).await;
    }
    let connection = user.finished(&session).await;
    assert_eq!(user.rows(&connection).await.len(), copied(behind).await);

    let row = json!({ "amount": "-7.25", "description": "BROUGHT BY THE SCHEDULE" });
    let booked = json!({ "provider": BANK, "account": "account-1", "row": row });
    control(behind, "bank/rows", Some(booked)).await;
    // Half a day, up to the next slot of the connection, and until the ask has brought it.
    for _ in 0..(12 + 6 + 1) * 2 {
        minutes(&cloud, behind, 30).await;
    }
    let rows = user.rows(&connection).await;
    assert_eq!(rows.iter().filter(|text| *text == "BROUGHT BY THE SCHEDULE").count(), 1);
    nothing_but_signed_calls(behind, &salt_edge["salt-edge"]).await;
}
