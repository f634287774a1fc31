//! Requests signed as the published samples sign them, and every way to get it wrong.

use simulator::{Client, ClientKind, ClientState, SignatureRule, TEST_PUBLIC_KEY, request_message};

use crate::support::{Integrator, client};

const BODY: &str = r#"{"data":{"identifier":"tenant-42-user-7"}}"#;
/// As the Ruby sample serialises an absent payload.
const EMPTY: &str = "{}";

#[tokio::test]
async fn the_samples_ways_to_sign_are_accepted() {
    let us = Integrator::licensed().await;
    let now = us.salt_edge.control().now().as_second();
    for (name, method, path, body, expires_at) in [
        ("node, php, java", "POST", "/customers", BODY, (now + 60).to_string()),
        ("dotnet", "GET", "/countries", "", (now + 180).to_string()),
        ("python: a float", "GET", "/countries", "", format!("{}.123", now + 60)),
        (
            "ruby: {} is sent and signed",
            "GET",
            "/customers?per_page=5",
            EMPTY,
            (now + 60).to_string(),
        ),
        (
            "pretty-printed",
            "POST",
            "/customers",
            "{\n  \"data\": {\"identifier\": \"b\"}\n}",
            (now + 60).to_string(),
        ),
        (
            "escaped query",
            "GET",
            "/providers?include_sandboxes=true&x=a%20b%26",
            "",
            (now + 60).to_string(),
        ),
        ("an hour ahead", "GET", "/rates", "", (now + 3_600).to_string()),
    ] {
        let url = format!("{}{path}", us.salt_edge.api_url());
        let signature = us.sign(&request_message(&expires_at, method, &url, body.as_bytes()));
        let headers = [("Expires-at", expires_at.as_str()), ("Signature", signature.as_str())];
        let answer = us.send(method, &url, body, &headers).await.unwrap();
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
    }
    assert!(us.salt_edge.control().record().calls.iter().all(|call| call.signed));
}

#[tokio::test]
async fn one_wrong_byte_is_refused() {
    let us = Integrator::licensed().await;
    let base = us.salt_edge.api_url();
    let url = format!("{base}/customers?per_page=5&from_id=1");
    let at = us.expires_at();
    let signed = |at: &str, method: &str, url: &str, body: &str| {
        us.sign(&request_message(at, method, url, body.as_bytes()))
    };
    let wrapped = {
        let mut text = signed(&at, "POST", &url, BODY);
        text.insert(60, ' ');
        text
    };
    for (name, signature) in [
        ("body", signed(&at, "POST", &url, &BODY.replace("42", "43"))),
        ("body re-serialised", signed(&at, "POST", &url, &BODY.replace(':', ": "))),
        ("empty instead of the body", signed(&at, "POST", &url, "")),
        ("method", signed(&at, "PUT", &url, BODY)),
        (
            "path instead of URL",
            signed(&at, "POST", "/api/v6/customers?per_page=5&from_id=1", BODY),
        ),
        (
            "query in another order",
            signed(&at, "POST", &format!("{base}/customers?from_id=1&per_page=5"), BODY),
        ),
        ("time", signed(&format!("{at}0"), "POST", &url, BODY)),
        ("broken base64", wrapped),
        ("nonsense", "bm9uc2Vuc2U=".to_owned()),
    ] {
        let headers = [("Expires-at", at.as_str()), ("Signature", signature.as_str())];
        let answer = us.send("POST", &url, BODY, &headers).await.unwrap();
        assert_eq!((answer.class().as_str(), answer.status), ("SignatureNotMatch", 400), "{name}");
    }
}

#[tokio::test]
async fn each_failed_authentication_has_its_class() {
    let us = Integrator::licensed().await;
    let url = format!("{}/countries", us.salt_edge.api_url());
    let now = us.salt_edge.control().now().as_second();
    let valid = us.expires_at();
    for (expires_at, signature, class) in [
        ("", "", "MissingExpiresAt"),
        ("", "abc", "MissingExpiresAt"),
        (valid.as_str(), "", "MissingSignature"),
        ("tomorrow", "abc", "ExpiresAtInvalid"),
        (&format!("{}", now + 3_700), "abc", "ExpiresAtInvalid"),
        (&format!("{now}000"), "abc", "ExpiresAtInvalid"),
        (&format!("{}", now - 1), "abc", "RequestExpired"),
    ] {
        let headers = [("Expires-at", expires_at), ("Signature", signature)];
        let answer = us.send("GET", &url, "", &headers).await.unwrap();
        assert_eq!(answer.class(), class, "{expires_at} {signature}");
    }
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (app_id, secret, class, status) in [
        ("", "secret", "AppIdNotProvided", 400),
        ("app", "", "SecretNotProvided", 400),
        ("app", "wrong", "ApiKeyNotFound", 404),
        ("nobody", "secret", "ApiKeyNotFound", 404),
    ] {
        let request = http.get(&url).header("App-id", app_id).header("Secret", secret);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{class}");
        assert!(answer.text().await.unwrap().contains(class), "{class}");
    }
}

#[tokio::test]
async fn outside_live_a_signature_is_optional_and_verified_when_sent() {
    let none = Client::new("app", "secret", ClientKind::Client);
    let live = client(ClientKind::Client);
    let test = live.clone().in_state(ClientState::Test);
    let right =
        |us: &Integrator, at: &str, url: &str| us.sign(&request_message(at, "GET", url, b""));
    for (name, client, rule, sent, class) in [
        ("test, unsigned", test.clone(), SignatureRule::ByState, None, "200"),
        ("test, signed", test.clone(), SignatureRule::ByState, Some(true), "200"),
        (
            "test, wrongly signed",
            test.clone(),
            SignatureRule::ByState,
            Some(false),
            "SignatureNotMatch",
        ),
        ("test, no key", none.clone(), SignatureRule::ByState, Some(true), "PublicKeyNotProvided"),
        (
            "test, another's key",
            none.with_key(TEST_PUBLIC_KEY),
            SignatureRule::ByState,
            Some(true),
            "SignatureNotMatch",
        ),
        ("test, always", test, SignatureRule::Always, None, "MissingExpiresAt"),
        ("live, never", live.clone(), SignatureRule::Never, Some(false), "200"),
        (
            "pending",
            live.clone().in_state(ClientState::Pending),
            SignatureRule::ByState,
            None,
            "200",
        ),
        (
            "disabled",
            live.in_state(ClientState::Disabled),
            SignatureRule::ByState,
            None,
            "ClientDisabled",
        ),
    ] {
        let us = Integrator::of(client).await;
        us.salt_edge.control().switch(|s| s.signature = rule);
        let url = format!("{}/countries", us.salt_edge.api_url());
        let at = us.expires_at();
        let signature = sent.map_or(String::new(), |true_one| {
            if true_one { right(&us, &at, &url) } else { us.sign(b"something else") }
        });
        let headers: &[(&str, &str)] =
            if sent.is_some() { &[("Expires-at", &at), ("Signature", &signature)] } else { &[] };
        let answer = us.send("GET", &url, "", headers).await.unwrap();
        assert_eq!(answer.class(), class, "{name}");
    }
}

#[tokio::test]
async fn a_restricted_client_only_reads() {
    let us = Integrator::of(client(ClientKind::Client).in_state(ClientState::Restricted)).await;
    assert_eq!(us.get("/customers").await.status, 200);
    assert_eq!(us.raw("POST", "/customers", BODY).await.class(), "ClientRestricted");
}
