//! What goes to Salt Edge of what a caller sends: each field is checked, named when it is wrong, and small.

use e2e::{
    TENANT, options,
    raw::items,
    refusals::{BANK, LINKS, assert_problem, link_with, send},
    user, world,
};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};

/// What is wrong, the member that is changed, its value, the code, where.
const REFUSED: &str = r#"
    an unknown type         | type_of_account | "own"                       | invalid_field | /type_of_account
    a type in capitals      | type_of_account | "Personal"                  | invalid_field | /type_of_account
    a number for a type     | type_of_account | 1                           | invalid_field | /type_of_account
    an object for a type    | type_of_account | {"a": 1}                    | invalid_field | /type_of_account
    custom fields           | custom_fields   | {"a": "b"}                  | unknown_field | /custom_fields
    letters before the @    | email           | "nguyễn@example.vn"         | invalid_email | /email
    a quoted local part     | email           | "\"a b\"@example.com"       | invalid_email | /email
    a domain with a control | email           | "ada@exam\u0001ple.com"     | invalid_email | /email
    a domain of a number    | email           | "ada@192.0.2.1"             | invalid_email | /email
    an escaped domain       | email           | "ada@example%2ecom"         | invalid_email | /email
    right to left           | email           | "ada@\u202eexample.com"     | invalid_email | /email
"#;

/// The newest body of a call to Salt Edge.
fn sent(world: &World, path: &str) -> Value {
    let calls = world.salt_edge.control().record().calls;
    let call =
        calls.iter().rfind(|call| call.method == "POST" && call.path.ends_with(path)).unwrap();
    serde_json::from_str::<Value>(call.body.as_deref().unwrap()).unwrap()["data"].clone()
}

#[tokio::test]
async fn modes_a_field_that_salt_edge_would_not_take_is_named() {
    let world = world(options()).await;
    let before = items(&world).await;
    for line in REFUSED.lines().filter(|line| !line.trim().is_empty()) {
        let [case, member, value, code, pointer] =
            *line.split('|').map(str::trim).collect::<Vec<_>>()
        else {
            panic!("a row has five parts: {line}");
        };
        let value: Value = serde_json::from_str(value).unwrap();
        let answer = send(&world, "POST", LINKS, &link_with(member, value)).await;
        assert_eq!(answer.said(), (400, code.to_owned()), "{case}: {}", answer.text);
        assert_problem(&answer, case);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{case}");
    }
    assert_eq!(items(&world).await, before);
    let connection = user(&world, TENANT, "ada").link(BANK).await;
    let visit = json!({
        "intent": "reconnect", "connection_id": connection["id"], "return_to": e2e::RETURN_TO,
        "type_of_account": "personal",
    });
    let refused = user(&world, TENANT, "ada").post(LINKS, &visit).await;
    assert_eq!(refused.problem(400), "invalid_field");
    assert_eq!(refused.json["errors"][0]["pointer"], "/type_of_account");
}

#[tokio::test]
async fn modes_an_e_mail_in_another_script_is_sent_as_every_mail_system_takes_it() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    let body = link_with("email", json!("Ada@Bücher.example"));
    let body: Value = serde_json::from_slice(&body).unwrap();
    let session = ada.post(LINKS, &body).await.expect(201);
    ada.open(&session).await;
    assert_eq!(sent(&world, "/customers")["email"], "Ada@xn--bcher-kva.example");
}

#[tokio::test]
async fn modes_the_type_of_account_is_passed_on() {
    let world = world(options()).await;
    let ada = user(&world, TENANT, "ada");
    for told in ["personal", "shared", "business"] {
        let body: Value =
            serde_json::from_slice(&link_with("type_of_account", json!(told))).unwrap();
        let session = ada.post(LINKS, &body).await.expect(201);
        ada.open(&session).await;
        let kyc = sent(&world, "/connections/connect")["kyc"].clone();
        assert_eq!(kyc, json!({"type_of_account": told}));
    }
    ada.open(&ada.new_link(BANK).await).await;
    assert_eq!(sent(&world, "/connections/connect")["kyc"], Value::Null, "nothing is made up");
}

#[tokio::test]
async fn modes_our_mark_stays_below_a_kilobyte_for_the_longest_names() {
    let tenant = "t".repeat(64);
    let mut options = options();
    options.return_urls.insert(tenant.clone(), vec![e2e::RETURN_TO.into()]);
    let world = world(WorldOptions { ..options }).await;
    let ada = user(&world, &tenant, &"s".repeat(128));
    assert_eq!(ada.link(BANK).await["status"], "active");
    let mark = sent(&world, "/connections/connect")["attempt"]["custom_fields"].to_string();
    assert!(mark.len() <= 1_024, "{} bytes: {mark}", mark.len());
    assert!(mark.contains(&tenant));
}
