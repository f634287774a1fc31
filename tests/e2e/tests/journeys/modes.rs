//! Who a user is at Salt Edge: each way in which a partner creates customers, and an own licence.

use e2e::{OTHER, RETURN_TO, TENANT, User, options, refusals::LINKS, user, world};
use local_cloud::{Effect, Fault, Service, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{ClientKind, PartnerCustomers, SameEmail, SameLogin, Switches, Walk};

use crate::link::same_money;

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";

/// A world whose Salt Edge takes these customers, for a deployment that tries these practices.
fn partner(takes: PartnerCustomers, practices: &str) -> WorldOptions {
    let mut options = options();
    options.switches = Switches { partner_customers: takes, ..options.switches };
    options.parameters.insert("PartnerCustomer".into(), practices.into());
    options
}

/// Requests of `connect` to Salt Edge for one operation.
fn calls(world: &World, operation: &str) -> usize {
    let log = world.cloud.tap().log();
    let own = log.iter().filter(|io| io.function == "connect" && io.service == Service::SaltEdge);
    own.filter(|io| io.operation == operation).count()
}

/// The bodies that customers were created with, in order.
fn created(world: &World) -> Vec<Value> {
    let calls = world.salt_edge.control().record().calls;
    let created =
        calls.iter().filter(|call| call.method == "POST" && call.path.ends_with("/customers"));
    created
        .map(|call| serde_json::from_str::<Value>(call.body.as_deref().unwrap()).unwrap())
        .map(|body| body["data"].clone())
        .collect()
}

async fn link_as(who: &User<'_>, bank: &str, email: &str) -> Value {
    let body = json!({
        "intent": "link", "institution_id": bank, "email": email, "return_to": RETURN_TO,
    });
    let session = who.post(LINKS, &body).await.expect(201);
    let visit = who.visit(&session, &Walk::default()).await;
    who.confirm(&visit).await.expect(200);
    who.world.settle().await;
    let session = who.session(&visit.session).await;
    assert_eq!(session["stage"], "finished", "{session:#}");
    who.get(&format!("/v1/connections/{}", session["connection_id"].as_str().unwrap())).await
}

#[tokio::test]
async fn modes_each_practice_alone_links_twice_and_creates_one_customer() {
    for (practice, takes, keys) in [
        ("email_and_identifier", PartnerCustomers::Email, ["email", "identifier"].as_slice()),
        ("identifier", PartnerCustomers::Identifier, &["identifier"]),
        ("email_as_identifier", PartnerCustomers::Identifier, &["identifier"]),
    ] {
        let world = world(partner(takes, practice)).await;
        let ada = user(&world, TENANT, "ada");
        for bank in [OAUTH, SIMPLE] {
            let connection = ada.link(bank).await;
            assert_eq!(connection["status"], "active", "{practice} {connection:#}");
            same_money(&world, &ada, &connection).await;
        }
        let created = created(&world);
        assert_eq!(created.len(), 1, "{practice}: {created:?}");
        let sent: Vec<_> = created[0].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(sent, keys, "{practice}");
        let is_email = created[0]["identifier"] == "ada@example.com";
        assert_eq!(is_email, practice == "email_as_identifier");
    }
}

#[tokio::test]
async fn modes_the_order_of_the_setting_is_the_order_that_is_tried() {
    for (practices, takes, tried) in [
        ("identifier,email_and_identifier", PartnerCustomers::Email, 2),
        ("email_and_identifier,identifier", PartnerCustomers::Email, 1),
        ("email_as_identifier,email_and_identifier", PartnerCustomers::Either, 1),
    ] {
        let world = world(partner(takes, practices)).await;
        let ada = user(&world, TENANT, "ada");
        ada.link(OAUTH).await;
        assert_eq!(created(&world).len(), tried, "{practices}");
        let first = &created(&world)[0];
        assert_eq!(first["email"].is_string(), practices.starts_with("email_and"), "{first}");
    }
}

#[tokio::test]
async fn modes_a_customer_whose_creation_got_lost_is_found_again() {
    let client = WorldOptions { kind: ClientKind::Client, ..options() };
    let worlds = [
        ("an own licence", client),
        ("both", partner(PartnerCustomers::Email, "email_and_identifier")),
        ("identifier", partner(PartnerCustomers::Identifier, "identifier")),
        ("e-mail", partner(PartnerCustomers::Identifier, "email_as_identifier")),
    ];
    for (case, options) in worlds {
        for shown_by_name in [true, false] {
            let mut options = options.clone();
            options.switches.customer_by_identifier = shown_by_name;
            let world = world(options).await;
            let ada = user(&world, TENANT, "ada");
            world.cloud.tap().arm(Fault {
                function: Some(String::from("connect")),
                service: Some(Service::SaltEdge),
                operation: Some(String::from("POST /customers")),
                nth: 1,
                times: 1,
                effect: Effect::LoseAnswer,
            });
            let lost = ada.new_link(OAUTH).await;
            let back = ada.browse(lost["connect_url"].as_str().unwrap()).await;
            assert!(back.location.unwrap().starts_with("https://app.acme.example/"), "{case}");
            world.cloud.tap().reset();
            assert_eq!(ada.link(OAUTH).await["status"], "active", "{case}");
            let listed = calls(&world, "GET /customers");
            assert_eq!(listed, usize::from(!shown_by_name), "{case}: the list is the last resort");
            world.cloud.tap().reset();
            assert_eq!(ada.link(SIMPLE).await["status"], "active", "{case}");
            let asked = calls(&world, "POST /customers") + calls(&world, "GET /customers");
            assert_eq!(asked, 0, "{case}: who is known is not asked for");
        }
    }
}

#[tokio::test]
async fn modes_a_customer_that_salt_edge_forgot_is_created_again() {
    let world = world(WorldOptions { kind: ClientKind::Client, ..options() }).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link(OAUTH).await;
    ada.open(&session).await;
    let control = world.salt_edge.control();
    let known = control.ledger().customers.pop().expect("a customer");
    control.delete_customer(known.id).unwrap();
    assert_eq!(ada.link(SIMPLE).await["status"], "active");
    assert_eq!(created(&world).len(), 2);
}

#[tokio::test]
async fn modes_an_e_mail_of_another_tenants_user_takes_nothing_over() {
    for (same_email, same_login, practices) in [
        (SameEmail::SameCustomer, SameLogin::NewConnection, "email_and_identifier"),
        (SameEmail::Duplicated, SameLogin::NewConnection, "email_and_identifier,identifier"),
        (SameEmail::Duplicated, SameLogin::NewConnection, "email_as_identifier,identifier"),
    ] {
        let mut options = partner(PartnerCustomers::Either, practices);
        options.switches = Switches { same_email, same_login, ..options.switches };
        let world = world(options).await;
        let ada = user(&world, TENANT, "ada");
        let hers = link_as(&ada, OAUTH, "ada@example.com").await;
        let path = format!("/v1/connections/{}", hers["id"].as_str().unwrap());
        let account = format!("/v1/accounts/{}", hers["accounts"][0]["id"].as_str().unwrap());
        for eve in
            [user(&world, OTHER, "eve"), user(&world, TENANT, "eve"), user(&world, OTHER, "ada")]
        {
            let own = link_as(&eve, SIMPLE, "ada@example.com").await;
            assert_ne!(own["id"], hers["id"], "{practices}");
            let listed = eve.get("/v1/connections").await;
            assert_eq!(listed["connections"].as_array().map(Vec::len), Some(1), "{listed:#}");
            for (method, path) in [
                ("GET", path.clone()),
                ("GET", account.clone()),
                ("GET", format!("{path}/transactions/sync")),
                ("POST", format!("{path}/refresh")),
                ("DELETE", path.clone()),
            ] {
                let refused = eve.call(method, &path, Some(&json!({}))).await;
                assert_eq!(refused.status, 404, "{practices}: {method} {path}: {}", refused.json);
            }
            eve.revoke(&own).await.expect(202);
            world.settle().await;
        }
        let stands = ada.get(&path).await;
        assert_eq!(stands["status"], "active", "{practices}: {stands:#}");
        assert_eq!(stands["consent"]["status"], "active", "{practices}: {stands:#}");
        same_money_of(&world, &ada, &stands).await;
    }
}

/// The newest connection at the bank is hers: nobody else linked that bank.
async fn same_money_of(world: &World, ada: &User<'_>, connection: &Value) {
    same_money(world, ada, connection).await;
}

#[tokio::test]
async fn modes_an_e_mail_that_only_names_one_customer_is_refused_to_the_second_user() {
    let world = world(partner(PartnerCustomers::Identifier, "email_as_identifier")).await;
    user(&world, TENANT, "ada").link(OAUTH).await;
    let eve = user(&world, OTHER, "eve");
    let session = eve.new_link(SIMPLE).await;
    let back = eve.browse(session["connect_url"].as_str().unwrap()).await.location.unwrap();
    assert!(back.starts_with("https://app.acme.example/") && !back.contains("code="), "{back}");
    let shown = eve.session(session["id"].as_str().unwrap()).await;
    assert_eq!(shown["stage"], "failed", "{shown:#}");
    assert_eq!(created(&world).len(), 1, "Salt Edge is not even asked");
    let other = link_as(&eve, SIMPLE, "eve@example.com").await;
    assert_eq!(other["status"], "active", "another e-mail is a way on");
}

#[tokio::test]
async fn modes_who_mistyped_an_e_mail_gets_another_account_with_the_right_one() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    link_as(&ada, OAUTH, "adda@example.com").await;
    link_as(&ada, SIMPLE, "ada@example.com").await;
    let emails: Vec<_> = created(&world).iter().map(|body| body["email"].clone()).collect();
    assert_eq!(emails, ["adda@example.com", "ada@example.com"]);
    let listed = ada.get("/v1/connections").await;
    assert_eq!(
        listed["connections"].as_array().map(Vec::len),
        Some(2),
        "both are hers: {listed:#}"
    );
}
