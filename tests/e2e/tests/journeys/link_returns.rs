//! L2: the browser's way there and back: single use, hashed where it is kept, any browser of the user.

use std::io::Read;

use e2e::{TENANT, User, a_day_passes, hours, minutes, options, raw::raw, user, world};
use flate2::read::DeflateDecoder;
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{Browser, ClientKind, ReturnWhen, Switches, Walk};

const BANK: &str = "fakebank_oauth_xf";

/// Everything that the table holds, as text: records are JSON, deflated when they are long.
async fn kept(world: &World) -> String {
    let (client, table) = world.cloud.table();
    let mut text = String::new();
    for item in client.scan().table_name(table).send().await.unwrap().items.unwrap() {
        for value in item.values() {
            if let Ok(bytes) = value.as_b() {
                let (form, rest) = bytes.as_ref().split_first().unwrap();
                if *form == 1 {
                    text.push_str(std::str::from_utf8(rest).unwrap());
                } else {
                    DeflateDecoder::new(rest).read_to_string(&mut text).unwrap();
                }
            } else if let Ok(plain) = value.as_s() {
                text.push_str(plain);
            }
            text.push('\n');
        }
    }
    text
}

/// The state that Salt Edge was given for the newest session.
fn state(world: &World) -> String {
    let calls = world.salt_edge.control().record().calls;
    let call = calls.iter().rfind(|call| call.path.ends_with("/connections/connect")).unwrap();
    let body: Value = serde_json::from_str(call.body.as_deref().unwrap()).unwrap();
    let return_to = body["data"]["attempt"]["return_to"].as_str().unwrap().to_owned();
    return_to.split_once("state=").unwrap().1.to_owned()
}

fn last(url: &Value) -> String {
    url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn l2_token_state_and_code_are_long_hashed_and_never_one_for_another() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    let (token, state) = (last(&session["connect_url"]), state(&world));
    let code = visit.code.clone().unwrap();
    let kept = kept(&world).await;
    assert!(kept.contains(&visit.session), "the records are read");
    for secret in [&token, &state, &code] {
        assert!(secret.len() >= 51, "256 bits: {secret}");
        assert!(!kept.contains(secret.as_str()), "{secret} lies in the table");
    }
    let api = world.cloud.api_url();
    for secret in [&state, &code, &visit.session] {
        let opened = ada.browse(&format!("{api}/connect/{secret}")).await;
        assert_eq!(opened.problem(404), "link_token_not_found");
    }
    for secret in [&token, &code, &visit.session] {
        let back = ada.browse(&format!("{api}/connect/return?state={secret}")).await;
        assert_eq!(back.problem(404), "link_token_not_found");
    }
    let path = format!("/v1/link-sessions/{}/confirm", visit.session);
    for secret in [&token, &state] {
        let refused = ada.post(&path, &json!({"code": secret})).await;
        assert_eq!(refused.problem(400), "invalid_code");
    }
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
}

#[tokio::test]
async fn l2_another_browser_of_the_user_finishes_and_only_the_user_confirms() {
    let world = world(options()).await;
    let (ada, bob) = (user(&world, TENANT, "ada"), user(&world, TENANT, "bob"));
    let session = ada.new_link(BANK).await;
    // Three browsers without anything in common: one clicks, one is at the bank, one comes back.
    let opened = bob.browse(session["connect_url"].as_str().unwrap()).await.location.unwrap();
    let page = Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
    let third = user(&world, TENANT, "nobody");
    let home = third.browse(&page.url).await.location.unwrap();
    let visit = third.walk(&session, home, &Walk::default()).await;
    assert!(visit.code.is_some(), "no cookie is needed: {}", visit.landed);
    assert_eq!(bob.confirm(&visit).await.problem(404), "link_session_not_found");
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
}

#[tokio::test]
async fn l2_no_address_tells_the_next_host_or_a_cache_anything() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let path = |url: &str| url.strip_prefix(world.cloud.api_url()).unwrap().to_owned();
    let there = raw(&world, "GET", &path(session["connect_url"].as_str().unwrap()), &[], b"").await;
    let page = Browser::new().unwrap();
    let page = page.walk(&there.headers["location"], &Walk::default()).await.unwrap();
    let back = raw(&world, "GET", &path(&page.url), &[], b"").await;
    for (step, answer) in [("there", &there), ("back", &back)] {
        assert_eq!(answer.status, 303, "{step}: {}", answer.text);
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{step}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{step}");
        assert!(answer.text.is_empty(), "{step}: {}", answer.text);
    }
    let home: reqwest::Url = back.headers["location"].parse().unwrap();
    let names: Vec<String> = home.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["from", "link_session_id", "code"], "nothing of the person or the bank");
}

#[tokio::test]
async fn l2_a_browser_that_comes_back_late_still_finishes() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let opened = ada.open(&session).await;
    let page = Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
    world.advance(hours(23), hours(1)).await;
    let shown = ada.session(session["id"].as_str().unwrap()).await;
    assert_eq!(shown["stage"], "redirected", "{shown:#}");
    let home = ada.browse(&page.url).await.location.unwrap();
    let visit = ada.walk(&session, home, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
}

#[tokio::test]
async fn l2_a_browser_that_never_comes_back_leaves_nothing() {
    for (step, return_when) in
        [("at the bank", ReturnWhen::Fetched), ("on its way", ReturnWhen::Authorised)]
    {
        let switches = Switches { return_when, ..options().switches };
        let world = world(WorldOptions { kind: ClientKind::Client, switches, ..options() }).await;
        let ada = user(&world, TENANT, "ada");
        let session = ada.new_link(BANK).await;
        let opened = ada.open(&session).await;
        // The login is done and every callback comes; the last redirect is never followed.
        Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
        world.settle().await;
        world.advance(minutes(10), minutes(1)).await;
        assert_eq!(world.salt_edge.control().connections().len(), 1, "{step}");
        a_day_passes(&world).await;
        assert!(world.salt_edge.control().connections().is_empty(), "{step}");
        assert_eq!(ada.get("/v1/connections").await["connections"], json!([]), "{step}");
        let shown = ada.session(session["id"].as_str().unwrap()).await;
        assert_eq!(shown["next_action"]["code"], "start_again", "{step}: {shown:#}");
        starts_again(&ada, &shown).await;
    }
}

/// The address that the ended visit names begins it once more.
async fn starts_again(ada: &User<'_>, ended: &Value) {
    let url = ended["retry_url"].as_str().expect("a retry link");
    let path = url.strip_prefix(ada.world.cloud.api_url()).expect("an address of the API");
    let session = ada.post(path, &json!({})).await.expect(201);
    let visit = ada.visit(&session, &Walk::default()).await;
    ada.confirm(&visit).await.expect(200);
    ada.world.settle().await;
    assert_eq!(ada.session(&visit.session).await["stage"], "finished");
}
