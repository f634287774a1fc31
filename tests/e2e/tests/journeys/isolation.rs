//! Two tenants, and two users of one tenant: what is another's is answered as what was never there.

use std::collections::BTreeSet;

use e2e::{OTHER, RETURN_TO, TENANT, User, hours, options, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{BankAt, ClientKind, NewRow, Walk};

use crate::t1_statements::choose;

const BANK: &str = "fakebank_oauth_xf";
const CANARY: &str = "CANARY OF ADA 4711";

struct Scene {
    world: World,
    connection: Value,
    account: String,
    session: String,
    statement: String,
    erasure: String,
}

/// Ada has a bank with a canary in it, a published statement, and an open session; Bob has another login of the same bank.
async fn scene() -> (Scene, Value) {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let control = world.salt_edge.control();
    control.add_login(&BankAt::login(BANK, "bob"), "bobs secret").unwrap();
    for text in [CANARY, "SECOND ROW"] {
        let row = NewRow::booked("-47.11".parse().unwrap(), text);
        control.add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    }
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    let account = connection["accounts"][0]["id"].as_str().unwrap().to_owned();
    let statement = published(&ada, &account).await;
    let session = ada.new_link(BANK).await["id"].as_str().unwrap().to_owned();
    let own = Walk { login: "bob".into(), password: "bobs secret".into(), ..Walk::default() };
    let second = user(&world, TENANT, "bob").link_with(BANK, &own).await;
    assert!(ada.statement(&connection).await.iter().any(|row| row["description"] == CANARY));
    let erasure = user(&world, TENANT, "carol").erase().await;
    let erasure = erasure["id"].as_str().unwrap().to_owned();
    world.settle().await;
    (Scene { world, connection, account, session, statement, erasure }, second)
}

/// The newest statement of an account, after some days.
async fn published(user: &User<'_>, account: &str) -> String {
    let path = format!("/v1/accounts/{account}");
    choose(user, account, "daily").await;
    user.world.advance(hours(72), hours(2)).await;
    let listed = user.get(&format!("{path}/statements")).await;
    listed["statements"][0]["id"].as_str().expect("a statement").to_owned()
}

/// Every route with an id, and a body that is right but for the id.
fn routes() -> Vec<(&'static str, &'static str, Option<Value>)> {
    let visit = || Some(json!({"return_to": RETURN_TO}));
    vec![
        ("GET", "/v1/link-sessions/{lnk}", None),
        ("POST", "/v1/link-sessions/{lnk}/cancel", Some(json!({}))),
        ("POST", "/v1/link-sessions/{lnk}/confirm", Some(json!({"code": "x"}))),
        ("POST", "/v1/link-sessions/{lnk}/retry", Some(json!({}))),
        ("POST", "/v1/connections/{con}/refresh", Some(json!({}))),
        (
            "POST",
            "/v1/connections/{con}/refresh",
            Some(json!({"present": true, "return_to": RETURN_TO})),
        ),
        ("POST", "/v1/connections/{con}/reconnect", visit()),
        ("POST", "/v1/connections/{con}/fetch-accounts", visit()),
        ("POST", "/v1/connections/{con}/renew", visit()),
        ("DELETE", "/v1/connections/{con}", None),
        ("GET", "/v1/connections/{con}", None),
        ("GET", "/v1/connections/{con}/transactions/sync", None),
        ("GET", "/v1/accounts/{acc}", None),
        ("PATCH", "/v1/accounts/{acc}", Some(json!({"reference": "x"}))),
        ("GET", "/v1/accounts/{acc}/transactions", None),
        ("GET", "/v1/accounts/{acc}/reconciliation", None),
        (
            "POST",
            "/v1/accounts/{acc}/missing-searches",
            Some(json!({"from": "2026-02-01", "to": "2026-03-01"})),
        ),
        ("GET", "/v1/accounts/{acc}/statements", None),
        ("GET", "/v1/statements/{stm}", None),
        ("GET", "/v1/erasure-requests/{era}", None),
        ("GET", "/v1/consents/{csn}/history", None),
        ("GET", "/v1/consents/{csn}/export", None),
    ]
}

#[test]
fn every_route_with_an_id_is_in_the_table() {
    let template = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml"));
    let after = |line: &str, word: &str| line.trim().strip_prefix(word).map(str::to_owned);
    let mut told = BTreeSet::new();
    let mut method = String::new();
    for line in template.lines() {
        method = after(line, "Method: ").unwrap_or(method);
        // Banks are nobody's.
        let owned = |path: &String| path.contains("{id}") && !path.starts_with("/v1/institutions/");
        if let Some(path) = after(line, "Path: ").filter(owned) {
            told.insert((method.clone(), path));
        }
    }
    let kinds = ["{lnk}", "{con}", "{acc}", "{stm}", "{era}", "{csn}"];
    let general =
        |path: &str| kinds.iter().fold(path.to_owned(), |path, kind| path.replace(kind, "{id}"));
    let tried: BTreeSet<_> =
        routes().iter().map(|(method, path, _)| ((*method).to_owned(), general(path))).collect();
    assert_eq!(tried, told);
}

/// What an answer says, without what names this one call.
fn bare(mut answer: e2e::Answer, path: &str) -> (u16, Value) {
    if answer.json["instance"] == path {
        answer.json["instance"] = Value::Null;
    }
    answer.json["error_ref"] = Value::Null;
    (answer.status, answer.json)
}

async fn assert_sees_nothing(stranger: &User<'_>, scene: &Scene, who: &str) {
    let con = scene.connection["id"].as_str().unwrap();
    let consent = scene.connection["consent"]["id"].as_str().unwrap();
    let made_up = |id: &str| format!("{}{}", &id[..4], "0".repeat(id.len() - 4));
    for (method, path, body) in routes() {
        let ids = [con, &scene.account, &scene.session, &scene.statement, &scene.erasure, consent];
        let with = |id: &dyn Fn(&str) -> String| {
            let names = ["{con}", "{acc}", "{lnk}", "{stm}", "{era}", "{csn}"];
            names
                .iter()
                .zip(ids)
                .fold(path.to_owned(), |path, (name, own)| path.replace(name, &id(own)))
        };
        let theirs = with(&str::to_owned);
        let nobodys = with(&made_up);
        let foreign = stranger.call(method, &theirs, body.as_ref()).await;
        let unknown = stranger.call(method, &nobodys, body.as_ref()).await;
        assert_eq!(foreign.status, 404, "{who}: {method} {path}: {}", foreign.json);
        assert!(!foreign.json.to_string().contains("CANARY"));
        assert_eq!(bare(foreign, &theirs), bare(unknown, &nobodys), "{who}: {method} {path}");
    }
    for id in [con.to_owned(), made_up(con)] {
        let body = json!({"intent": "reconnect", "connection_id": id, "return_to": RETURN_TO});
        let answer = stranger.post("/v1/link-sessions", &body).await;
        assert_eq!(answer.problem(404), "connection_not_found", "{who}");
    }
    let listed = stranger.get("/v1/connections?limit=100").await.to_string();
    for canary in [con, &scene.account, &scene.session, "CANARY", "\"ada\""] {
        assert!(!listed.contains(canary), "{who} sees {canary}");
    }
}

#[tokio::test]
async fn what_is_anothers_is_answered_as_what_was_never_there() {
    let (scene, _) = scene().await;
    let before = e2e::oracle::journal_keys(&scene.world).await;
    let strangers = [
        ("another user of the tenant", user(&scene.world, TENANT, "bob")),
        ("another tenant's user of the same name", user(&scene.world, OTHER, "ada")),
        (
            "another tenant's back end",
            user(&scene.world, OTHER, "boss").with_scope("halite:tenant"),
        ),
        ("a user whose name begins the same", user(&scene.world, TENANT, "ad")),
    ];
    for (who, stranger) in &strangers {
        assert_sees_nothing(stranger, &scene, who).await;
    }
    scene.world.settle().await;
    let ada = user(&scene.world, TENANT, "ada");
    assert_eq!(ada.stands(&scene.connection).await.0, "active");
    assert_eq!(ada.session(&scene.session).await["stage"], "created");
    assert_eq!(e2e::oracle::journal_keys(&scene.world).await, before);
}

#[tokio::test]
async fn the_tenants_back_end_sees_its_own_tenant_and_no_other() {
    let (scene, second) = scene().await;
    let eve = user(&scene.world, OTHER, "eve").link(BANK).await;
    let boss = user(&scene.world, TENANT, "boss").with_scope("halite:tenant");
    let listed = boss.get("/v1/connections").await;
    let ids: BTreeSet<_> = listed["connections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone().to_string())
        .collect();
    let want: BTreeSet<_> =
        [&scene.connection, &second].iter().map(|one| one["id"].to_string()).collect();
    assert_eq!(ids, want);
    assert!(boss.statement(&scene.connection).await.iter().any(|row| row["description"] == CANARY));
    let path = format!("/v1/connections/{}", eve["id"].as_str().unwrap());
    assert_eq!(boss.call("GET", &path, None).await.problem(404), "connection_not_found");
    let path = format!("/v1/link-sessions/{}/confirm", scene.session);
    let refused = boss.post(&path, &json!({"code": "x"})).await;
    assert_eq!(refused.problem(403), "not_the_creator", "seeing is not being");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_owner_and_its_list_only() {
    let (scene, second) = scene().await;
    let ada = user(&scene.world, TENANT, "ada");
    let bob = user(&scene.world, TENANT, "bob");
    let eve = user(&scene.world, OTHER, "ada");
    let boss = user(&scene.world, TENANT, "boss").with_scope("halite:tenant");
    let cursor = |page: Value| page["next_cursor"].as_str().expect("a cursor").to_owned();
    let rows = format!("/v1/accounts/{}/transactions?limit=1", scene.account);
    let feed = format!(
        "/v1/connections/{}/transactions/sync?limit=1",
        scene.connection["id"].as_str().unwrap()
    );
    let rows_cursor = cursor(ada.get(&rows).await);
    let feed_cursor = cursor(ada.get(&feed).await);
    let list_cursor = cursor(boss.get("/v1/connections?limit=1").await);
    let other_rows =
        format!("/v1/accounts/{}/transactions?", second["accounts"][0]["id"].as_str().unwrap());
    let other_feed =
        format!("/v1/connections/{}/transactions/sync?", second["id"].as_str().unwrap());
    for (who, path, cursor) in [
        (&bob, other_rows.as_str(), &rows_cursor),
        (&bob, &other_feed, &feed_cursor),
        (&bob, &other_rows, &feed_cursor),
        (&bob, "/v1/connections?", &list_cursor),
        (&eve, "/v1/connections?", &list_cursor),
        (&ada, "/v1/connections?", &list_cursor),
        (&ada, &format!("{rows}&"), &feed_cursor),
        (&ada, &format!("{feed}&"), &rows_cursor),
        (&ada, &format!("{rows}&status=booked&"), &rows_cursor),
    ] {
        let answer = who.call("GET", &format!("{path}cursor={cursor}"), None).await;
        assert_eq!(answer.problem(400), "invalid_cursor", "{path}");
        assert!(!answer.json.to_string().contains("CANARY"));
    }
    ada.get(&format!("{rows}&cursor={rows_cursor}")).await;
    ada.get(&format!("{feed}&cursor={feed_cursor}")).await;
    boss.get(&format!("/v1/connections?limit=1&cursor={list_cursor}")).await;
}
