//! Links that do not come to their end: each says why and what to do next, in the user's language,
//! and the next link works.

use e2e::{TENANT, Visit, a_day_passes, minutes, options, user, world};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{
    Browser, CallbackFault, CallbackFaultKind, CallbackKind, ClientKind, FailedConnect,
    ProviderStatus, SameLogin, Switches, UntickedBox, Walk,
};

/// What the user does, at which bank, and which step is named to them.
type Ending = (&'static str, &'static str, Walk, &'static str);

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";
const INTERACTIVE: &str = "fakebank_interactive_xf";

fn cancels(page: usize) -> Walk {
    Walk { cancels_at: Some(page), ..Walk::default() }
}

fn shares(accounts: &[&str]) -> Walk {
    let accounts = accounts.iter().map(|&key| key.to_owned()).collect();
    Walk { accounts: Some(accounts), ..Walk::default() }
}

fn endings() -> Vec<Ending> {
    let usual = Walk::default;
    vec![
        ("box not ticked", OAUTH, Walk { ticks: false, ..usual() }, "consent_not_granted"),
        ("box not ticked", SIMPLE, Walk { ticks: false, ..usual() }, "consent_not_granted"),
        ("cancels at the consent", OAUTH, cancels(0), "consent_not_granted"),
        ("cancels at the bank", OAUTH, cancels(1), "consent_not_granted"),
        ("cancels at the accounts", OAUTH, cancels(2), "consent_not_granted"),
        ("cancels at the consent", INTERACTIVE, cancels(0), "consent_not_granted"),
        ("cancels at the login", INTERACTIVE, cancels(1), "consent_not_granted"),
        ("cancels at the code", INTERACTIVE, cancels(2), "consent_not_granted"),
        ("denies", OAUTH, Walk { denies: true, ..usual() }, "consent_not_granted"),
        ("no account", OAUTH, shares(&[]), "select_accounts"),
        ("no account", "fake_demobank_xf", shares(&[]), "select_accounts"),
        ("wrong login", SIMPLE, Walk { password: "no".into(), ..usual() }, "reconnect"),
        (
            "wrong code",
            INTERACTIVE,
            Walk { answers: Some(vec!["0".into()]), ..usual() },
            "reconnect",
        ),
    ]
}

/// The errors that a bank may end an attempt with.
const CLASSES: [(&str, &str); 8] = [
    ("InvalidCredentials", "reconnect"),
    ("InvalidInteractiveCredentials", "reconnect"),
    ("InteractiveTimeout", "retry_while_present"),
    ("ProviderAccessNotGranted", "consent_not_granted"),
    ("AllAccountsExcluded", "select_accounts"),
    ("ProviderError", "start_again_later"),
    ("FetchingTimeout", "start_again_later"),
    ("InternalServerError", "start_again_later"),
];

/// Walks to the end and checks what the user is told.
async fn ends(world: &World, (story, bank, walk, action): &Ending) {
    let ada = user(world, TENANT, "ada");
    let session = ada.new_link(bank).await;
    let visit = ada.visit(&session, walk).await;
    if visit.code.is_some() {
        ada.confirm(&visit).await.expect(200);
    }
    world.settle().await;
    let shown = ada.session(&visit.session).await;
    assert_eq!(shown["stage"], "failed", "{story} at {bank}: {shown:#}");
    assert_eq!(shown["next_action"]["code"], *action, "{story} at {bank}: {shown:#}");
    let english = shown["display_message"].as_str().unwrap_or_default().to_owned();
    let an = user(world, TENANT, "ada").speaking("vi-VN,vi;q=0.9");
    let vietnamese = an.session(&visit.session).await;
    let vietnamese = vietnamese["display_message"].as_str().unwrap_or_default().to_owned();
    assert!(english.len() > 20 && vietnamese.len() > 20, "{story}: {shown:#}");
    assert_ne!(english, vietnamese, "{story}");
    assert!(!english.contains("by ourselves") && !english.contains("We keep trying"), "{english}");
    assert!(visit.landed.contains(&format!("link_session_id={}", visit.session)));
}

/// After a day nothing is left at Salt Edge of links that failed; the good ones stay.
async fn only_these_are_left(world: &World, good: usize) {
    a_day_passes(world).await;
    let left = world.salt_edge.control().connections();
    assert_eq!(left.len(), good, "{left:#?}");
}

#[tokio::test]
async fn every_ending_names_its_next_step() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    for ending in endings() {
        ends(&world, &ending).await;
    }
    let ada = user(&world, TENANT, "ada");
    for bank in [OAUTH, SIMPLE, INTERACTIVE] {
        assert_eq!(ada.link(bank).await["status"], "active");
    }
    only_these_are_left(&world, 3).await;
}

#[tokio::test]
async fn every_error_of_a_bank_names_its_next_step() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    for (class, action) in CLASSES {
        let walk = Walk { error: Some(class.into()), ..Walk::default() };
        ends(&world, &(class, "fakebank_with_error_xf", walk, action)).await;
    }
    only_these_are_left(&world, 0).await;
}

#[tokio::test]
async fn an_empty_consent_box_is_named_whatever_salt_edge_makes_of_it() {
    for unticked_box in [UntickedBox::NothingShared, UntickedBox::AccessNotGranted] {
        let switches = Switches { unticked_box, ..options().switches };
        let world = world(WorldOptions { switches, ..options() }).await;
        let unticked = Walk { ticks: false, ..Walk::default() };
        ends(&world, &("box not ticked", OAUTH, unticked, "consent_not_granted")).await;
        let ada = user(&world, TENANT, "ada");
        assert_eq!(ada.link(OAUTH).await["status"], "active", "{unticked_box:?}");
    }
}

#[tokio::test]
async fn a_failed_connect_may_leave_nothing_behind() {
    let switches = Switches { failed_connect: FailedConnect::NoConnection, ..options().switches };
    let world = world(WorldOptions { switches, ..options() }).await;
    let left_early = ["cancels at the bank", "denies", "wrong login", "wrong code"];
    for ending in endings().into_iter().filter(|(story, ..)| left_early.contains(story)) {
        ends(&world, &ending).await;
    }
    a_day_passes(&world).await;
    assert!(world.cloud.dead_letters().is_empty());
}

#[tokio::test]
async fn who_tries_again_on_salt_edges_page_after_a_wrong_login_links_the_bank() {
    tries_again(None).await;
    // The fail callback of the first try arrives when the browser is back.
    let late = CallbackFaultKind::Late(120);
    let fail = Some(CallbackKind::Fail);
    tries_again(Some(CallbackFault { fault: late, kind: fail, times: Some(1) })).await;
}

async fn tries_again(late: Option<CallbackFault>) {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let is_late = late.is_some();
    if let Some(fault) = late {
        world.salt_edge.control().add_callback_fault(fault);
    }
    let session = ada.new_link(SIMPLE).await;
    let id = session["id"].as_str().unwrap();
    let opened = ada.browse(session["connect_url"].as_str().unwrap()).await.location.unwrap();
    let browser = Browser::new().unwrap();
    let page = browser.open(&opened).await.unwrap();
    let token = page.query("token").unwrap();
    let at = |path: &str| format!("{}{path}", world.salt_edge.base_url());
    let token = ("token", token.as_str());
    browser.post(&at("/connect/consent"), &[token, ("consent", "yes")]).await.unwrap();
    let wrong = [token, ("login", "username"), ("password", "wrong")];
    let page = browser.post(&at("/connect/credentials"), &wrong).await.unwrap();
    assert_eq!(page.error_class().as_deref(), Some("InvalidCredentials"), "{}", page.html);
    // The fail callback of the first try arrives while the user is still on the page, unless it is late.
    world.settle().await;
    let action = if is_late { "finish_at_bank" } else { "reconnect" };
    assert_eq!(ada.session(id).await["next_action"]["code"], action);
    browser.post(&at("/connect/retry"), &[token]).await.unwrap();
    let right = [token, ("login", "username"), ("password", "secret")];
    let page = browser.post(&at("/connect/credentials"), &right).await.unwrap();
    assert!(page.left, "{}", page.html);
    let landed = ada.browse(&page.url).await.location.unwrap();
    let (_, code) = landed.split_once("code=").expect("a code: the second try was right");
    let visit = Visit { session: id.into(), code: Some(code.into()), landed: landed.clone() };
    world.advance(minutes(4), minutes(1)).await;
    assert_eq!(ada.session(id).await["stage"], "returned");
    ada.confirm(&visit).await.expect(200);
    world.settle().await;
    let shown = ada.session(id).await;
    assert_eq!(shown["stage"], "finished", "{shown:#}");
    assert_eq!(shown["next_action"], Value::Null, "{shown:#}");
}

#[tokio::test]
async fn a_connection_that_is_gone_before_the_confirmation_is_no_link() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(OAUTH).await;
    let visit = ada.visit(&session, &Walk::default()).await;
    world.settle().await;
    let control = world.salt_edge.control();
    control.delete_connection(control.connections()[0].id).unwrap();
    ada.confirm(&visit).await.expect(200);
    world.advance(minutes(70), minutes(10)).await;
    let shown = ada.session(&visit.session).await;
    assert_eq!(shown["stage"], "failed", "{shown:#}");
    assert_eq!(shown["next_action"]["code"], "start_again", "{shown:#}");
    assert_eq!(ada.link(OAUTH).await["status"], "active");
}

#[tokio::test]
async fn a_bank_that_is_out_of_order_is_not_offered_a_link() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    for status in [ProviderStatus::Inactive, ProviderStatus::Disabled] {
        world.salt_edge.control().set_provider_status(SIMPLE, status).unwrap();
        world.settle().await;
        let body = json!({
            "intent": "link", "institution_id": SIMPLE, "email": "ada@example.com",
            "return_to": e2e::RETURN_TO,
        });
        let refused = ada.post("/v1/link-sessions", &body).await;
        assert!(refused.status == 409 || refused.status == 404, "{status:?}: {}", refused.json);
        let action = &refused.json["next_action"]["code"];
        assert!(action == "choose_other_bank" || refused.status == 404, "{}", refused.json);
    }
    world.salt_edge.control().set_provider_status(SIMPLE, ProviderStatus::Active).unwrap();
    world.settle().await;
    assert_eq!(ada.link(SIMPLE).await["status"], "active");
}

#[tokio::test]
async fn a_login_that_is_linked_already_leads_to_its_connection() {
    let switches = Switches { same_login: SameLogin::Duplicated, ..options().switches };
    let world = world(WorldOptions { switches, ..options() }).await;
    let first = user(&world, TENANT, "ada").link(SIMPLE).await;
    ends(&world, &("linked already", SIMPLE, Walk::default(), "reuse_connection")).await;
    let ada = user(&world, TENANT, "ada");
    a_day_passes(&world).await;
    let path = format!("/v1/connections/{}", first["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await["status"], "active");
}
