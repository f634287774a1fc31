//! Nothing about a person, and no secret, is in a log, whether it goes well or not.

use e2e::{RETURN_TO, TENANT, User, logs::Logs, minutes, options, raw::raw, user, world};
use local_cloud::{APP_ID, Effect, Fault, SECRET};
use serde_json::{Value, json};
use simulator::{ApiFault, ApiFaultKind, BankAt, NewRow, TEST_CLIENT_PRIVATE_KEY, Walk};

const BANK: &str = "fakebank_oauth_xf";
/// As loud as an operator may turn it: our own rooms at their loudest, everybody else's as deployed.
const LOUD: &str = "info,connect=trace,webhook=trace,schedule=trace,sync=trace,revoke=trace,\
    statements=trace,shell=trace,store=trace,salt_edge=trace,domain=trace";

#[tokio::test]
async fn nothing_secret_is_logged_from_the_link_to_the_revocation() {
    let logs = Logs::at(LOUD);
    let world = world(options()).await;
    let control = world.salt_edge.control();
    let canary = NewRow::booked("-4711.37".parse().unwrap(), "CANARY DESCRIPTION");
    control.add_row(&BankAt::of(BANK), "account-1", canary.with_reference("CANARY-REF")).unwrap();
    let ada = user(&world, TENANT, "ada");

    bad_requests(&ada).await;
    for kind in [ApiFaultKind::ServerError, ApiFaultKind::Truncated, ApiFaultKind::Reset] {
        control.add_api_fault(ApiFault::next(kind, "GET", "/api/v6/transactions*"));
    }
    let session = ada.new_link(BANK).await;
    let opening = session["connect_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    world.advance(minutes(60), minutes(5)).await;
    let connection = json!({"id": ada.session(&visit.session).await["connection_id"]});
    let rows = ada.statement(&connection).await;
    assert!(rows.iter().any(|row| row["description"] == "CANARY DESCRIPTION"));
    world.cloud.tap().arm(Fault::at("statements", 1, Effect::FailBefore));
    ada.call("GET", "/v1/connections?cursor=CANARYCURSOR", None).await;
    world.cloud.tap().disarm();
    control.add_api_fault(ApiFault::next(ApiFaultKind::Truncated, "GET", "/api/v6/consents*"));
    ada.revoke(&connection).await.expect(202);
    world.settle().await;
    world.advance(minutes(10), minutes(1)).await;
    assert_eq!(ada.stands(&connection).await.0, "left_with_owner");

    let mut secrets = about_the_person(&ada, &rows);
    secrets.extend([opening, visit.code.unwrap(), ada.token()]);
    let logged = logs.text();
    for heard in ["a read was committed", "a revocation went on", "a callback was refused"] {
        assert!(logged.contains(heard), "nobody said that {heard}");
    }
    for secret in secrets {
        let line = logged.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret:?} is in the log");
    }
}

/// Requests that are refused, each with personal data in reach.
async fn bad_requests(ada: &User<'_>) {
    let bearer = format!("Bearer {}", ada.token());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "CANARYKEY"),
    ];
    let bad = json!({
        "intent": "link", "institution_id": BANK, "email": "eve@@canary.example",
        "phone": "+84 555 000 111", "return_to": RETURN_TO, "canary_field": "CANARY VALUE",
    });
    let bad = bad.to_string();
    let refused = raw(ada.world, "POST", "/v1/link-sessions", &headers, bad.as_bytes()).await;
    assert_eq!(refused.status, 400);
    let forged = [("signature", "CANARYSIGNATURE"), ("signature-key-version", "6.0")];
    raw(ada.world, "POST", "/hooks/saltedge/success", &forged, b"{\"data\":\"CANARY BODY\"}").await;
}

/// What no log may hold: of the person, of their bank, of the operator.
fn about_the_person(ada: &User<'_>, rows: &[Value]) -> Vec<String> {
    let typed = ["ada@example.com", "canary.example", "912 345 678", "555 000 111"];
    let told = ["4711.37", "CANARY", "CANARYKEY", "canary_field", APP_ID, SECRET];
    let mut secrets: Vec<String> = typed.into_iter().chain(told).map(str::to_owned).collect();
    secrets.extend(TEST_CLIENT_PRIVATE_KEY.lines().skip(1).take(3).map(str::to_owned));
    let book = ada.world.salt_edge.control().book(&BankAt::of(BANK)).unwrap();
    secrets.push(book.holder.clone());
    for account in &book.accounts {
        let end = account.iban[account.iban.len() - 8..].to_owned();
        secrets.extend([account.iban.clone(), end, account.name.clone()]);
    }
    for row in rows {
        secrets.push(row["description"].as_str().unwrap().to_owned());
        let amount = row["amount"].as_str().unwrap().trim_start_matches('-').to_owned();
        secrets.extend(Some(amount).filter(|amount| amount.len() > 5));
    }
    secrets
}
