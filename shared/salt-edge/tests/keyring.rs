//! The secret of a deployment: read whole, or refused by the name of what is wrong.

use salt_edge::{Keyring, Mode};
use serde_json::json;

#[test]
fn a_secret_is_read_or_says_what_is_wrong_without_its_values() {
    let pem = include_str!("keys/client.pkcs8.pem");
    let key = "a2V5LWNhbmFyeS1rZXktY2FuYXJ5LWtleS1jYW5hcnk=";
    let whole = json!({ "app_id": "app-canary", "secret": "secret-canary", "private_key": pem, "account_key": key });
    let with = |name: &str, value: Option<&str>| {
        let mut changed = whole.clone();
        match (value, changed.as_object_mut()) {
            (Some(value), _) => changed[name] = json!(value),
            (None, Some(fields)) => drop(fields.remove(name)),
            (None, None) => {}
        }
        changed.to_string()
    };
    for (what, text, want) in [
        ("whole", whole.to_string(), ""),
        ("no app_id", with("app_id", None), "missing field `app_id`"),
        ("no account_key", with("account_key", None), "missing field `account_key`"),
        ("short", with("account_key", Some("Y2FuYXJ5")), "32 random bytes"),
        ("no base64", with("account_key", Some("canary!")), "32 random bytes"),
        ("no PEM", with("private_key", Some("canary")), "private_key is not PEM"),
        ("empty", with("app_id", Some("")), "app_id is empty"),
        ("a line break", with("secret", Some("canary\n")), "secret is empty or holds"),
        ("short key", with("private_key", Some(include_str!("keys/short.pkcs8.pem"))), "2048 bits"),
        (
            "another kind",
            with("private_key", Some(include_str!("keys/ec.sec1.pem"))),
            "not an RSA key",
        ),
        ("a text", "\"canary\"".to_owned(), "a JSON object"),
        ("no JSON", "canary".to_owned(), "a JSON object"),
    ] {
        let url = "https://www.saltedge.com/api/v6";
        let opened = Keyring::open(&text.as_str().into(), url, Mode::Client);
        let said = format!("{:?}", opened.as_ref().map_err(ToString::to_string));
        assert_eq!(opened.is_ok(), want.is_empty(), "{what}");
        assert!(said.contains(want) && !said.contains("canary"), "{what}: {said}");
    }
}
