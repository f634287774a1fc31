//! The gateway from outside, in front of a function that shows what it was handed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Gateway;
use crate::clock::Clock;
use crate::invocations::{Hosted, Invocations};
use crate::issuer::{Claims, Issuer};
use crate::servers::{Place, Servers};
use crate::template::{Api, Cors, Function, Route};

const ISSUER: &str = "http://issuer.test";
const APP: &str = "http://app.test";

struct Front {
    url: String,
    issuer: Arc<Issuer>,
    clock: Clock,
    http: reqwest::Client,
    _servers: Servers,
}

fn route(method: &str, path: &str, scope: Option<&str>) -> Route {
    Route {
        method: method.to_owned(),
        path: path.to_owned(),
        public: scope.is_none(),
        scopes: scope.into_iter().map(str::to_owned).collect(),
        line: 1,
    }
}

fn api() -> Api {
    let cors = Cors {
        origins: vec![APP.to_owned()],
        methods: vec!["GET".to_owned()],
        headers: vec!["authorization".to_owned()],
        exposed: vec!["retry-after".to_owned()],
        max_age: 60,
    };
    Api::for_tests(ISSUER, "halite", cors)
}

async fn front() -> Front {
    drop(rustls::crypto::ring::default_provider().install_default());
    let clock = Clock::standing(Timestamp::from_second(1_772_442_000).unwrap());
    let echo = shell::Function::new(&clock.shared()).on_call(
        &["GET /things/{id}", "POST /hook", "GET /things/own"],
        |call| async move {
            let seen = json!({
                "route": call.route,
                "id": call.path::<String>("id").ok(),
                "q": call.query("q"),
                "caller": call.caller().ok().map(|who| who.tenant.to_string()),
                "body": call.raw_body().len(),
            });
            Ok(shell::Answer::json(200, &seen))
        },
    );
    let invocations = Arc::new(Invocations::default());
    let timeout = Duration::from_secs(5);
    invocations.host("echo", Hosted { function: echo, timeout, environment: Vec::new() });
    let function = |package: &str, routes: Vec<Route>| Function {
        package: package.to_owned(),
        timeout: Duration::from_secs(5),
        environment: BTreeMap::new(),
        routes,
        source: None,
        rate: None,
        allows: Vec::new(),
        line: 1,
    };
    let routes = vec![
        route("GET", "/things/{id}", Some("halite:read")),
        route("GET", "/things/own", Some("halite:read")),
        route("POST", "/hook", None),
    ];
    let functions = [function("echo", routes), function("gone", vec![route("GET", "/gone", None)])];
    let issuer = Arc::new(Issuer::new(ISSUER).unwrap());
    let gateway = Gateway::new(api(), &functions, issuer.clone(), invocations, clock.clone());
    let place = Place::take(0).await.unwrap();
    let url = place.url.clone();
    let mut servers = Servers::new();
    servers.serve(place, Arc::new(gateway).router());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Front { url, issuer, clock, http, _servers: servers }
}

impl Front {
    fn token(&self, scopes: &[&str], audience: &str, lifetime: i64) -> String {
        let lifetime = SignedDuration::from_secs(lifetime);
        let claims = Claims { tenant: "acme", sub: "ada", scopes, audience, lifetime };
        self.issuer.mint(&claims, self.clock.now())
    }

    async fn ask(&self, method: &str, path: &str, authorization: Option<&str>) -> (u16, Value) {
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }
}

#[tokio::test]
async fn the_authoriser_lets_through_what_is_signed_meant_timely_and_scoped() {
    let front = front().await;
    let read = &["halite:read"][..];
    let good = front.token(read, "halite", 60);
    let other = Issuer::new("http://other.test").unwrap();
    let claims = Claims {
        tenant: "acme",
        sub: "ada",
        scopes: read,
        audience: "halite",
        lifetime: SignedDuration::from_mins(1),
    };
    let foreign = other.mint(&claims, front.clock.now());
    let body =
        json!({ "iss": ISSUER, "aud": "halite", "exp": 9_999_999_999_u64, "scope": "halite:read" });
    let unsigned = front.issuer.sign(&json!({ "alg": "none" }), &body);
    let early = front.issuer.sign(
        &json!({ "alg": "RS256" }),
        &json!({ "iss": ISSUER, "aud": "halite", "exp": 9_999_999_999_u64, "nbf": 9_999_999_998_u64, "scope": "halite:read" }),
    );
    let mut forged = good.clone();
    forged.replace_range(good.len() - 4..good.len() - 2, "AA");
    for (what, authorization, want) in [
        ("good", Some(format!("Bearer {good}")), 200),
        ("bare", Some(good.clone()), 200),
        ("none", None, 401),
        ("garbage", Some("Bearer x.y.z".to_owned()), 401),
        ("basic", Some(format!("Basic {good}")), 401),
        ("forged", Some(format!("Bearer {forged}")), 401),
        ("expired", Some(format!("Bearer {}", front.token(read, "halite", 0))), 401),
        ("not yet", Some(format!("Bearer {early}")), 401),
        ("other audience", Some(format!("Bearer {}", front.token(read, "billing", 60))), 401),
        ("other issuer", Some(format!("Bearer {foreign}")), 401),
        ("no algorithm", Some(format!("Bearer {unsigned}")), 401),
        (
            "other scope",
            Some(format!("Bearer {}", front.token(&["halite:write"], "halite", 60))),
            403,
        ),
        (
            "longer scope",
            Some(format!("Bearer {}", front.token(&["halite:reader"], "halite", 60))),
            403,
        ),
    ] {
        let (status, body) = front.ask("GET", "/things/1", authorization.as_deref()).await;
        assert_eq!(status, want, "{what}: {body}");
        match want {
            401 => assert_eq!(body, json!({ "message": "Unauthorized" }), "{what}"),
            403 => assert_eq!(body, json!({ "message": "Forbidden" }), "{what}"),
            _ => assert_eq!(body["caller"], "acme", "{what}"),
        }
    }
}

#[tokio::test]
async fn a_request_meets_its_most_exact_route_or_the_gateways_own_answer() {
    let front = front().await;
    let token = front.token(&["halite:read"], "halite", 60);
    for (method, path, status, want) in [
        (
            "GET",
            "/things/a%2Fb?q=x%20y&q=z",
            200,
            json!({ "route": "GET /things/{id}", "id": "a/b", "q": "z" }),
        ),
        ("GET", "/things/own", 200, json!({ "route": "GET /things/own" })),
        ("POST", "/things/own", 404, json!({ "message": "Not Found" })),
        ("GET", "/things", 404, json!({ "message": "Not Found" })),
        ("GET", "/things/a/b", 404, json!({ "message": "Not Found" })),
        ("GET", "/gone", 500, json!({ "message": "Internal Server Error" })),
        ("POST", "/hook", 200, json!({ "route": "POST /hook", "caller": null })),
    ] {
        let (got, body) = front.ask(method, path, Some(&token)).await;
        assert_eq!(got, status, "{method} {path}: {body}");
        for (name, value) in want.as_object().unwrap() {
            assert_eq!(&body[name], value, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_body_arrives_byte_by_byte_up_to_ten_mebibytes() {
    let front = front().await;
    for (what, kind, body, status) in [
        ("empty", "application/json", Vec::new(), 200),
        ("text", "application/json", b"{\"a\": 1}".to_vec(), 200),
        ("not UTF-8", "application/json", vec![0xff, 0xfe, 0x00], 200),
        ("binary", "application/octet-stream", vec![1, 2, 3], 200),
        ("too large", "text/plain", vec![b'x'; (10 << 20) + 1], 413),
    ] {
        let length = body.len();
        let request = front.http.post(format!("{}/hook", front.url)).header("content-type", kind);
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{what}");
        let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        if status == 200 {
            assert_eq!(body["body"].to_string(), length.to_string(), "{what}");
        } else {
            assert_eq!(body, json!({ "message": "Request Entity Too Large" }), "{what}");
        }
    }
}

#[tokio::test]
async fn only_a_known_origin_may_read() {
    let front = front().await;
    for (origin, preflight, want) in [
        (APP, true, Some(APP)),
        (APP, false, Some(APP)),
        ("http://evil.test", true, None),
        ("http://evil.test", false, None),
    ] {
        let url = format!("{}/things/1", front.url);
        let request = if preflight {
            let request = front.http.request(reqwest::Method::OPTIONS, url);
            request.header("access-control-request-method", "GET")
        } else {
            front.http.get(url)
        };
        let answer = request.header("origin", origin).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), if preflight { 204 } else { 401 });
        let allowed = answer.headers().get("access-control-allow-origin");
        assert_eq!(allowed.and_then(|value| value.to_str().ok()), want, "{origin} {preflight}");
        let methods = answer.headers().get("access-control-allow-methods");
        assert_eq!(methods.is_some(), preflight && want.is_some(), "{origin}");
    }
}
