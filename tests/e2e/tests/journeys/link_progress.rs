//! L3: a visit as a resource: its stages are true, asking for it costs next to nothing, and one that its
//! user gave up ends right whatever happens at the same moment.

use e2e::{TENANT, User, a_day_passes, lose_callbacks, minutes, options, raw::raw, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{Browser, ClientKind, ConsentStatus, ReturnWhen, StageName, Switches, Walk};

const BANK: &str = "fakebank_oauth_xf";
const STAGES: [&str; 7] =
    ["created", "redirected", "returned", "confirmed", "asking", "reading", "finished"];

fn licence() -> WorldOptions {
    WorldOptions { kind: ClientKind::Client, ..options() }
}

fn rank(session: &Value) -> usize {
    let stage = session["stage"].as_str().unwrap();
    STAGES.iter().position(|name| *name == stage).unwrap_or_else(|| panic!("{session:#}"))
}

#[tokio::test]
async fn l3_asking_for_a_visit_costs_half_a_read_unit_and_says_when_to_look_again() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let id = session["id"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", ada.token());
    let look = async || {
        world.cloud.tap().reset();
        let headers = [("authorization", bearer.as_str())];
        let answer = raw(&world, "GET", &format!("/v1/link-sessions/{id}"), &headers, b"").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(world.cloud.tap().half_units("connect"), (1, 0), "{}", answer.text);
        assert_eq!(world.cloud.tap().log().len(), 1, "nothing but the table is asked");
        let pause = answer.headers.get("retry-after").cloned();
        (answer.json()["stage"].as_str().unwrap().to_owned(), pause)
    };
    let again = Some(String::from("2"));
    assert_eq!(look().await, ("created".into(), again.clone()));
    let visit = ada.visit(&session, &Walk::default()).await;
    assert_eq!(look().await, ("returned".into(), again.clone()));
    ada.confirm(&visit).await.expect(200);
    assert_eq!(look().await, ("confirmed".into(), again));
    world.settle().await;
    assert_eq!(look().await, ("finished".into(), None));
}

#[tokio::test]
async fn l3_the_stages_are_true_and_never_go_back() {
    let mut switches = Switches { return_when: ReturnWhen::Authorised, ..options().switches };
    switches.stage_millis_of = [(StageName::FetchAccounts, 70_000)].into();
    let world = world(WorldOptions { switches, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(BANK).await;
    let id = session["id"].as_str().unwrap().to_owned();
    let mut seen = vec![ada.session(&id).await];
    let opened = ada.open(&session).await;
    seen.push(ada.session(&id).await);
    let visit = ada.walk(&session, opened, &Walk::default()).await;
    seen.push(ada.session(&id).await);
    assert_eq!(seen[2]["next_action"]["code"], "confirm", "{:#}", seen[2]);
    ada.confirm(&visit).await.expect(200);
    for _ in 0..12 {
        seen.push(ada.session(&id).await);
        world.settle().await;
        seen.push(ada.session(&id).await);
        world.advance(minutes(1), minutes(1)).await;
    }
    let ranks: Vec<usize> = seen.iter().map(rank).collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
    for stage in ["created", "redirected", "returned", "confirmed", "asking", "finished"] {
        assert!(seen.iter().any(|one| one["stage"] == stage), "{stage} was never shown");
    }
    for one in &seen {
        let told = one["connection_id"].is_string();
        assert!(!told || rank(one) >= 3, "nothing is told before the confirmation: {one:#}");
        assert_eq!(one["retry_url"], Value::Null, "{one:#}");
    }
}

/// Where the browser and the callbacks are when the user gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    NotOpened,
    Opened,
    AtTheBank,
    LoggedIn,
    CalledBack,
    Returned,
    ReturnedAndCalledBack,
}

const STEPS: [Step; 7] = [
    Step::NotOpened,
    Step::Opened,
    Step::AtTheBank,
    Step::LoggedIn,
    Step::CalledBack,
    Step::Returned,
    Step::ReturnedAndCalledBack,
];

async fn cancel(ada: &User<'_>, id: &str) -> Value {
    let shown = ada.post(&format!("/v1/link-sessions/{id}/cancel"), &json!({})).await.expect(200);
    assert_eq!(shown["stage"], "cancelled", "{shown:#}");
    shown
}

/// The user gives up at this step; whoever is under way goes on all the same.
async fn gives_up(ada: &User<'_>, step: Step) -> String {
    let world = ada.world;
    let session = ada.new_link(BANK).await;
    let id = session["id"].as_str().unwrap().to_owned();
    if step == Step::NotOpened {
        cancel(ada, &id).await;
        let late = ada.browse(session["connect_url"].as_str().unwrap()).await;
        assert_eq!(late.problem(410), "link_token_spent");
        return id;
    }
    let opened = ada.open(&session).await;
    let browser = Browser::new().unwrap();
    if step == Step::Opened {
        cancel(ada, &id).await;
    }
    if step == Step::AtTheBank {
        browser.open(&opened).await.unwrap();
        cancel(ada, &id).await;
    }
    let page = browser.walk(&opened, &Walk::default()).await.unwrap();
    if step == Step::LoggedIn {
        cancel(ada, &id).await;
    }
    if step == Step::CalledBack || step == Step::ReturnedAndCalledBack {
        world.settle().await;
    }
    if step == Step::CalledBack {
        cancel(ada, &id).await;
    }
    let back = ada.browse(&page.url).await;
    assert_eq!(back.status, 303, "{step:?}: {}", back.json);
    let has_code = back.location.unwrap().contains("code=");
    let returned = step == Step::Returned || step == Step::ReturnedAndCalledBack;
    assert_eq!(has_code, returned, "{step:?}");
    if returned {
        cancel(ada, &id).await;
    }
    id
}

#[tokio::test]
async fn l3_given_up_at_any_step_nothing_stays_at_salt_edge_after_minutes() {
    for kind in [ClientKind::Client, ClientKind::Partner] {
        for step in STEPS {
            let world = world(WorldOptions { kind, ..options() }).await;
            let ada = user(&world, TENANT, "ada");
            let id = gives_up(&ada, step).await;
            world.settle().await;
            world.advance(minutes(5), minutes(1)).await;
            nothing_stays(&world, kind, &format!("{step:?}"));
            assert_eq!(ada.session(&id).await["stage"], "cancelled", "{step:?}");
            assert_eq!(ada.get("/v1/connections").await["connections"], json!([]), "{step:?}");
            a_day_passes(&world).await;
            nothing_stays(&world, kind, &format!("{step:?}, a day later"));
            assert_eq!(ada.session(&id).await["stage"], "cancelled", "{step:?}");
            assert!(world.cloud.dead_letters().is_empty(), "{step:?}");
            assert_eq!(
                ada.link(BANK).await["status"],
                "active",
                "{step:?}: and the next link works"
            );
        }
    }
}

/// A partner's user keeps the connection in their own account, without a consent.
fn nothing_stays(world: &World, kind: ClientKind, when: &str) {
    let ledger = world.salt_edge.control().ledger();
    let given = ledger.consents.iter().filter(|consent| consent.status == ConsentStatus::Active);
    assert_eq!(given.count(), 0, "{when}: a consent stands");
    if kind == ClientKind::Client {
        assert!(ledger.connections.is_empty(), "{when}: {:#?}", ledger.connections);
    }
}

#[tokio::test]
async fn l3_given_up_while_the_callbacks_arrive_it_ends_right() {
    let world = world(licence()).await;
    let ada = user(&world, TENANT, "ada");
    for round in 0..6 {
        let session = ada.new_link(BANK).await;
        let id = session["id"].as_str().unwrap().to_owned();
        let opened = ada.open(&session).await;
        let page = Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
        let path = format!("/v1/link-sessions/{id}/cancel");
        let body = json!({});
        let (cancelled, _, back) = if round % 2 == 0 {
            tokio::join!(ada.post(&path, &body), world.settle(), ada.browse(&page.url))
        } else {
            let (back, _, cancelled) =
                tokio::join!(ada.browse(&page.url), world.settle(), ada.post(&path, &body));
            (cancelled, 0, back)
        };
        assert_eq!(back.status, 303, "{round}: {}", back.json);
        assert_eq!(cancelled.status, 200, "{round}: {}", cancelled.json);
        world.settle().await;
        // A callback that lost the race is delivered again after the queue's pause.
        world.advance(minutes(30), minutes(1)).await;
        assert_eq!(ada.session(&id).await["stage"], "cancelled", "{round}");
        nothing_stays(&world, ClientKind::Client, &format!("round {round}"));
    }
    assert!(world.cloud.dead_letters().is_empty());
}

#[tokio::test]
async fn l3_given_up_without_any_callback_it_is_taken_back_all_the_same() {
    let world = world(licence()).await;
    let ada = user(&world, TENANT, "ada");
    lose_callbacks(&world, None);
    let session = ada.new_link(BANK).await;
    let id = session["id"].as_str().unwrap().to_owned();
    let opened = ada.open(&session).await;
    cancel(&ada, &id).await;
    world.advance(minutes(3), minutes(1)).await;
    // Looked at already, and nothing was there: the login comes after that.
    Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
    world.settle().await;
    a_day_passes(&world).await;
    nothing_stays(&world, ClientKind::Client, "a day later");
    assert_eq!(ada.session(&id).await["stage"], "cancelled");
}
