//! What a Salt Edge must do for us: asked of the simulator, and of the real sandbox with credentials.
#![expect(clippy::unwrap_used, reason = "a walk that fails is a test that fails")]

use std::{
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{Failure, Finding, Ground, Linked, musts, print, questions, revocation};
use jiff::{SignedDuration, Timestamp};
use salt_edge::Mode;
use secrecy::ExposeSecret;
use shell::{Clock, Env};
use simulator::{
    Browser, Client, ClientKind, ClientState, Options, RevokeRoute, SignatureRule, Simulator,
    Switches, TEST_CLIENT_PRIVATE_KEY, TEST_CLIENT_PUBLIC_KEY, Walk,
};

/// A simulator with these answers to the open questions, and one linked bank.
async fn simulated(mode: Mode, switches: Switches) -> (Simulator, Ground) {
    let time = Arc::new(Mutex::new(Options::default().clock.now()));
    let read = time.clone();
    let now = move || *read.lock().unwrap_or_else(PoisonError::into_inner);
    let kind = match mode {
        Mode::Partner => ClientKind::Partner,
        Mode::Client => ClientKind::Client,
    };
    let account = Client::new("app", "secret", kind).with_key(TEST_CLIENT_PUBLIC_KEY);
    let salt_edge = Simulator::start(Options {
        clock: simulator::Clock::given(Arc::new(now.clone())),
        switches,
        ..Options::for_clients(vec![account.in_state(ClientState::Live)])
    });
    let salt_edge = salt_edge.await.unwrap();
    let keys = ("app", "secret", TEST_CLIENT_PRIVATE_KEY);
    let mut ground = Ground::new(&salt_edge.api_url(), keys, mode, Clock::new(now)).unwrap();
    let control = salt_edge.control().clone();
    ground.later = Some(Box::new(move |pause: SignedDuration| {
        let (control, time) = (control.clone(), time.clone());
        Box::pin(async move {
            let moved = |now: &mut Timestamp| *now += pause;
            moved(&mut time.lock().unwrap_or_else(PoisonError::into_inner));
            control.pump().await;
        })
    }));
    ground.linked = Some(link(&salt_edge, &ground).await);
    (salt_edge, ground)
}

/// Walks through the pages as an end user does.
async fn link(salt_edge: &Simulator, ground: &Ground) -> Linked {
    let now = ground.clock.now();
    let email = (ground.mode == Mode::Partner).then(|| "ada@example.com".into());
    let customer =
        domain::bank::NewCustomer { identifier: "ada".to_owned(), email, email_since: None };
    let customer = ground.client.customer(&customer, now).await.unwrap();
    let pages = ground.client.open(&ground.pages(customer).unwrap(), now).await.unwrap();
    let browser = Browser::new().unwrap();
    let page = browser.walk(pages.url.expose_secret(), &Walk::default()).await.unwrap();
    assert!(page.left, "the browser ended on {}", page.url);
    salt_edge.pump().await;
    let url: url::Url = page.url.parse().unwrap();
    let names = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    let connection = page.query("connection_id").unwrap().parse().unwrap();
    Linked { connection, returned: Some(names) }
}

/// Everything, in the order that spoils nothing.
async fn everything(ground: &Ground) -> Result<Vec<Finding>, Failure> {
    let mut findings = questions(ground).await?;
    findings.extend(musts(ground).await?);
    findings.extend(revocation(ground).await?);
    Ok(findings)
}

fn broken(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.holds == Some(false)).collect()
}

fn answer<'a>(findings: &'a [Finding], what: &str) -> &'a str {
    findings.iter().find(|finding| finding.what.contains(what)).map(|one| &*one.answer).unwrap()
}

#[tokio::test]
async fn the_simulator_does_what_a_salt_edge_must() {
    for mode in [Mode::Partner, Mode::Client] {
        let (_salt_edge, ground) = simulated(mode, Switches::default()).await;
        let findings = everything(&ground).await.unwrap();
        print(&format!("the simulator ({})", mode.as_str()), &findings).unwrap();
        assert_eq!(broken(&findings), Vec::<&Finding>::new());
        let musts = findings.iter().filter(|finding| finding.holds.is_some()).count();
        assert!(musts >= 18, "only {musts} things were asked");
    }
}

#[tokio::test]
async fn the_musts_hold_whatever_the_open_questions_answer() {
    for (name, switches) in [
        ("numbers as ids", Switches { numeric_ids: true, ..Switches::default() }),
        ("PUT only", Switches { revoke_route: RevokeRoute::PutOnly, ..Switches::default() }),
        ("POST only", Switches { revoke_route: RevokeRoute::PostOnly, ..Switches::default() }),
        ("small pages", Switches { default_per_page: 3, ..Switches::default() }),
        ("lenient", Switches { strict_grammar: false, ..Switches::default() }),
        (
            "identifiers only",
            Switches {
                partner_customers: simulator::PartnerCustomers::Identifier,
                ..Switches::default()
            },
        ),
        (
            "stable pending ids",
            Switches { pending_ids: simulator::PendingIds::Stable, ..Switches::default() },
        ),
    ] {
        let (_salt_edge, ground) = simulated(Mode::Partner, switches).await;
        let findings = everything(&ground).await.unwrap();
        assert_eq!(broken(&findings), Vec::<&Finding>::new(), "{name}");
    }
}

#[tokio::test]
async fn the_answers_to_the_open_questions_are_the_services_own() {
    let (_salt_edge, ground) = simulated(Mode::Partner, Switches::default()).await;
    let findings = everything(&ground).await.unwrap();
    assert_eq!(answer(&findings, "3  PUT"), "200");
    assert!(answer(&findings, "a key that nobody knows").contains("WrongRequestFormat"));
    assert_eq!(answer(&findings, "11 body"), "200: the connection");

    let (_salt_edge, ground) = simulated(
        Mode::Partner,
        Switches {
            revoke_route: RevokeRoute::PutOnly,
            strict_grammar: false,
            default_per_page: 2,
            connect_token_minutes: 7,
            background_answer: simulator::BackgroundAnswer::ConnectUrl,
            pending_ids: simulator::PendingIds::Stable,
            ..Switches::default()
        },
    )
    .await;
    let turned = everything(&ground).await.unwrap();
    assert_eq!(answer(&turned, "3  PUT"), "200");
    assert_eq!(answer(&turned, "3  POST"), "404 without JSON");
    assert_eq!(answer(&turned, "a key that nobody knows"), "200");
    assert_eq!(answer(&turned, "rows of a page"), "2");
    assert_eq!(answer(&turned, "lifetime"), "7 minutes");
    assert_eq!(answer(&turned, "11 body"), "200: connect_url");
    assert_ne!(answer(&turned, "13 ids"), answer(&findings, "13 ids"));
}

#[tokio::test]
async fn a_service_that_looks_at_no_signature_is_told() {
    let switches = Switches { signature: SignatureRule::Never, ..Switches::default() };
    let (_salt_edge, ground) = simulated(Mode::Partner, switches).await;
    let findings = musts(&ground).await.unwrap();
    let broken: Vec<_> = broken(&findings).iter().map(|finding| finding.what).collect();
    assert_eq!(broken, ["a body that was not signed is refused"]);
}

#[tokio::test]
async fn a_wrong_key_is_told_apart_from_a_service_that_fails_us() {
    let (salt_edge, _) = simulated(Mode::Partner, Switches::default()).await;
    let clock = salt_edge.control().now();
    let keys = ("app", "wrong", TEST_CLIENT_PRIVATE_KEY);
    let ground = Ground::new(&salt_edge.api_url(), keys, Mode::Partner, Clock::new(move || clock));
    let findings = musts(&ground.unwrap()).await.unwrap();
    let broken = broken(&findings);
    assert!(broken.iter().any(|finding| finding.what == "our keys are accepted"), "{broken:?}");
}

#[tokio::test]
async fn the_real_sandbox_does_what_a_salt_edge_must() {
    let env = Env::of_process();
    let Some(ground) = Ground::of_environment(&env).unwrap() else {
        let names = "SALTEDGE_APP_ID, SALTEDGE_SECRET, SALTEDGE_PRIVATE_KEY";
        writeln!(std::io::stderr(), "\nthe real sandbox: skipped: no {names}").unwrap();
        return;
    };
    let findings = everything(&ground).await.unwrap();
    print("the real sandbox", &findings).unwrap();
    assert_eq!(broken(&findings), Vec::<&Finding>::new());
}
