//! What the gateway turns away by itself, with its own bodies; no function sees it.

use e2e::{
    TENANT, options,
    raw::{items, raw},
    refusals::{LINKS, link, send},
    world,
};
use local_cloud::World;
use serde_json::{Value, json};

const UNAUTHORIZED: (u16, &str) = (401, "Unauthorized");
const FORBIDDEN: (u16, &str) = (403, "Forbidden");
const NO_TENANT: (u16, &str) = (403, "no_tenant");

fn header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "local"})
}

fn claims(world: &World) -> Value {
    let now = world.cloud.clock().now().as_second();
    json!({
        "iss": world.cloud.page_url(), "aud": "halite", "sub": "ada", "tenant": TENANT,
        "scope": "halite:read halite:write", "iat": now, "exp": now + 3_600,
    })
}

/// A well signed token with one claim changed; null takes it away.
fn token_with(world: &World, name: &str, value: Value) -> String {
    let mut claims = claims(world);
    claims[name] = value;
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    format!("Bearer {}", world.cloud.token_of(&header(), &claims))
}

async fn said(world: &World, authorization: Option<&str>) -> (u16, String) {
    let mut headers = vec![("content-type", "application/json"), ("idempotency-key", "one")];
    headers.extend(authorization.map(|value| ("authorization", value)));
    raw(world, "POST", LINKS, &headers, link().to_string().as_bytes()).await.said()
}

#[tokio::test]
async fn a_token_that_is_not_good_is_turned_away() {
    let world = world(options()).await;
    let now = world.cloud.clock().now().as_second();
    let with = |name: &str, value: Value| token_with(&world, name, value);
    let whole = world.cloud.token_of(&header(), &claims(&world));
    let parts: Vec<&str> = whole.split('.').collect();
    let none = world.cloud.token_of(&json!({"alg": "none"}), &claims(&world));
    let another = world.cloud.token_of(&header(), &json!({"sub": "eve"}));
    let swapped = format!("{}.{}.{}", parts[0], another.split('.').nth(1).unwrap(), parts[2]);
    let before = items(&world).await;
    assert_eq!(said(&world, None).await, (401, "Unauthorized".into()), "no token");
    for (case, authorization, (status, word)) in [
        ("no token after the scheme", "Bearer ".into(), UNAUTHORIZED),
        ("another scheme", format!("Basic {whole}"), UNAUTHORIZED),
        ("garbage", "Bearer x.y.z".into(), UNAUTHORIZED),
        ("another issuer", with("iss", json!("https://evil.example")), UNAUTHORIZED),
        ("another audience", with("aud", json!("other")), UNAUTHORIZED),
        ("over", with("exp", json!(now - 1)), UNAUTHORIZED),
        ("without an end", with("exp", Value::Null), UNAUTHORIZED),
        ("not yet", with("nbf", json!(now + 600)), UNAUTHORIZED),
        ("alg none, unsigned", none.rsplit_once('.').unwrap().0.to_owned() + ".", UNAUTHORIZED),
        ("alg none, signed", format!("Bearer {none}"), UNAUTHORIZED),
        ("another body under the signature", format!("Bearer {swapped}"), UNAUTHORIZED),
        ("cut", format!("Bearer {}", &whole[..whole.len() - 8]), UNAUTHORIZED),
        ("no scope", with("scope", Value::Null), FORBIDDEN),
        ("only to read", with("scope", json!("halite:read")), FORBIDDEN),
        ("a scope that begins the same", with("scope", json!("halite:writes")), FORBIDDEN),
        ("the tenant's scope alone", with("scope", json!("halite:tenant")), FORBIDDEN),
        ("no tenant", with("tenant", Value::Null), NO_TENANT),
        ("an empty tenant", with("tenant", json!("")), NO_TENANT),
        ("a tenant that cannot be", with("tenant", json!("acme#C")), NO_TENANT),
        ("a user that cannot be", with("sub", json!("a#b")), NO_TENANT),
    ] {
        let answer = said(&world, Some(&authorization)).await;
        assert_eq!(answer, (status, word.to_owned()), "{case}");
    }
    assert_eq!(items(&world).await, before);
    assert_eq!(said(&world, Some(&whole)).await.0, 201, "a bare token is as good");
}

#[tokio::test]
async fn what_is_no_route_is_answered_by_the_gateway() {
    let world = world(options()).await;
    let before = items(&world).await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/nothing"),
        ("PUT", LINKS),
        ("PATCH", "/v1/connections/con_000"),
        ("DELETE", LINKS),
        ("GET", "/v1//connections"),
        ("GET", "/V1/connections"),
        ("GET", "/v1/connections/con_000/"),
        ("POST", "/hooks/saltedge/other"),
        ("GET", "/hooks/saltedge/success"),
    ] {
        let answer = send(&world, method, path, b"").await;
        assert_eq!(answer.said(), (404, "Not Found".into()), "{method} {path}");
    }
    let huge = vec![b' '; (10 << 20) + 1];
    let answer = send(&world, "POST", LINKS, &huge).await;
    assert_eq!(answer.said(), (413, "Request Entity Too Large".into()));
    assert_eq!(items(&world).await, before);
    for path in ["/healthz", "/openapi.json"] {
        assert_eq!(raw(&world, "GET", path, &[], b"").await.status, 200, "{path}");
    }
}
