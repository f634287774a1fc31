//! Several links at once never cross, and a page that polls costs next to nothing.

use e2e::{OTHER, TENANT, User, Visit, a_day_passes, logs::Logs, options, user, world};
use local_cloud::{Effect, Fault, Service, World, WorldOptions};
use serde_json::{Value, json};
use simulator::{BankAt, Browser, NewRow, SameEmail, SameLogin, Switches, Walk};

use crate::link::same_money;

/// The connection of a session that must have finished.
async fn finished(ada: &User<'_>, session: &str) -> Value {
    let shown = ada.session(session).await;
    assert_eq!(shown["stage"], "finished", "{shown:#}");
    ada.get(&format!("/v1/connections/{}", shown["connection_id"].as_str().unwrap())).await
}

#[tokio::test]
async fn two_links_of_one_user_at_once_never_cross() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let (one, two) =
        (ada.new_link("fakebank_oauth_xf").await, ada.new_link("fakebank_interactive_xf").await);
    let usual = Walk::default();
    let (one, two) = tokio::join!(ada.visit(&one, &usual), ada.visit(&two, &usual));
    let crossed = Visit { code: two.code.clone(), ..one.clone() };
    assert_eq!(ada.confirm(&crossed).await.problem(400), "invalid_code");
    let (first, second) = tokio::join!(ada.confirm(&two), ada.confirm(&one));
    assert_eq!((first.status, second.status), (200, 200));
    world.settle().await;
    for (visit, bank) in [(one, "fakebank_oauth_xf"), (two, "fakebank_interactive_xf")] {
        let connection = finished(&ada, &visit.session).await;
        assert_eq!(connection["institution"]["id"], bank);
        same_money(&world, &ada, &connection).await;
    }
}

#[tokio::test]
async fn two_logins_at_one_bank_at_once_keep_their_own_rows() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let control = world.salt_edge.control();
    let bank = "fakebank_simple_xf";
    control.add_login(&BankAt::login(bank, "second"), "secret").unwrap();
    for (login, text) in [("username", "OF THE FIRST"), ("second", "OF THE SECOND")] {
        let row = NewRow::booked("-1.50".parse().unwrap(), text);
        control.add_row(&BankAt::login(bank, login), "account-1", row).unwrap();
    }
    let (one, two) = (ada.new_link(bank).await, ada.new_link(bank).await);
    let other = Walk { login: "second".into(), ..Walk::default() };
    let usual = Walk::default();
    let (one, two) = tokio::join!(ada.visit(&one, &usual), ada.visit(&two, &other));
    ada.confirm(&two).await.expect(200);
    ada.confirm(&one).await.expect(200);
    world.settle().await;
    for (visit, own, foreign) in
        [(one, "OF THE FIRST", "OF THE SECOND"), (two, "OF THE SECOND", "OF THE FIRST")]
    {
        let connection = finished(&ada, &visit.session).await;
        let account = connection["accounts"][0]["id"].as_str().unwrap();
        let mut texts = Vec::new();
        for account in connection["accounts"].as_array().unwrap() {
            texts.extend(ada.rows(account["id"].as_str().unwrap()).await);
        }
        let holds = |text: &str| texts.iter().any(|row| row["description"] == text);
        assert!(holds(own) && !holds(foreign), "{account}");
    }
}

#[tokio::test]
async fn a_page_that_polls_a_session_costs_one_read_unit_at_most() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let session = ada.new_link("fakebank_oauth_xf").await;
    let visit = ada.visit(&session, &Walk::default()).await;
    for confirmed in [false, true] {
        if confirmed {
            ada.confirm(&visit).await.expect(200);
            world.settle().await;
        }
        world.cloud.tap().reset();
        ada.session(&visit.session).await;
        let (reads, writes) = world.cloud.tap().half_units("connect");
        assert!(reads <= 2 && writes == 0, "{reads} half units read, {writes} written");
        assert_eq!(world.cloud.tap().log().len(), 1, "nothing but the table is asked");
    }
}

#[tokio::test]
async fn users_who_share_an_e_mail_keep_their_own_connections() {
    for same_email in [SameEmail::SameCustomer, SameEmail::Duplicated] {
        let switches = Switches { same_email, ..options().switches };
        let world = world(WorldOptions { switches, ..options() }).await;
        // The harness gives every user the same address.
        let users = [
            (user(&world, TENANT, "ada"), "fakebank_simple_xf"),
            (user(&world, TENANT, "bob"), "fakebank_oauth_xf"),
            (user(&world, OTHER, "ada"), "fakebank_select_xf"),
        ];
        for (who, bank) in &users {
            who.link(bank).await;
        }
        for (who, bank) in &users {
            let listed = who.get("/v1/connections").await;
            let listed = listed["connections"].as_array().unwrap().clone();
            assert_eq!(listed.len(), 1, "{same_email:?} {listed:#?}");
            assert_eq!(listed[0]["institution"]["id"], *bank);
            same_money(&world, who, &listed[0]).await;
        }
    }
}

#[tokio::test]
async fn a_link_that_leads_to_another_users_connection_is_none() {
    let same_customer = SameEmail::SameCustomer;
    let same_login = SameLogin::Reconnect;
    let switches = Switches { same_email: same_customer, same_login, ..options().switches };
    let world = world(WorldOptions { switches, ..options() }).await;
    let bank = "fakebank_oauth_xf";
    let ada = user(&world, TENANT, "ada");
    let own = ada.link(bank).await;
    let logs = Logs::at("info");
    for (other, told) in [(user(&world, TENANT, "bob"), 1), (user(&world, OTHER, "ada"), 2)] {
        let session = other.new_link(bank).await;
        let visit = other.visit(&session, &Walk::default()).await;
        other.confirm(&visit).await.expect(200);
        world.settle().await;
        let shown = other.session(&visit.session).await;
        assert_eq!(shown["stage"], "failed", "{shown:#}");
        assert_eq!(shown["next_action"]["code"], "contact_support", "{shown:#}");
        assert_eq!(logs.alarms("foreign_connection"), told);
        assert_eq!(other.get("/v1/connections").await["connections"], json!([]));
    }
    a_day_passes(&world).await;
    let stands = ada.get(&format!("/v1/connections/{}", own["id"].as_str().unwrap())).await;
    assert_eq!(stands["status"], "active", "what is another's is not taken back: {stands:#}");
    same_money(&world, &ada, &stands).await;
}

/// A put of `connect` whose answer gets lost: the SDK sends it again, and its own first try is there.
fn lose_a_put(world: &World) {
    world.cloud.tap().arm(Fault {
        function: Some(String::from("connect")),
        service: Some(Service::DynamoDb),
        operation: Some(String::from("PutItem")),
        nth: 1,
        times: 1,
        effect: Effect::LoseAnswer,
    });
}

#[tokio::test]
async fn neither_a_callback_nor_a_lost_answer_stands_in_the_browsers_way() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    for round in 0..6 {
        let session = ada.new_link("fakebank_simple_xf").await;
        let opened = ada.browse(session["connect_url"].as_str().unwrap()).await.location.unwrap();
        let page = Browser::new().unwrap().walk(&opened, &Walk::default()).await.unwrap();
        if round % 2 == 0 {
            lose_a_put(&world);
        }
        // The callbacks of the attempt arrive at the moment at which the browser is back.
        let (back, _) = tokio::join!(ada.browse(&page.url), world.settle());
        let landed = back.location.unwrap_or_else(|| panic!("kept here: {}", back.json));
        let (_, code) = landed.split_once("code=").expect("a code");
        let id = session["id"].as_str().unwrap().to_owned();
        let visit = Visit { session: id, code: Some(code.into()), landed: landed.clone() };
        if round % 2 == 1 {
            lose_a_put(&world);
        }
        let (one, two) = tokio::join!(ada.confirm(&visit), ada.confirm(&visit));
        assert_eq!((one.status, two.status), (200, 200), "{} {}", one.json, two.json);
        world.settle().await;
        finished(&ada, &visit.session).await;
        assert_eq!(world.cloud.tap().waiting(), 0);
    }
}
