//! The real programs under the emulated Runtime API: what starts, what refuses, what a panic costs.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::Path;

use load::environment::{Environment, Started};
use serde_json::{Value, json};

const PANICS: &str = env!("CARGO_BIN_EXE_panics");
const WEBHOOK: &str = env!("CARGO_BIN_EXE_webhook-apart");
/// More than any environment here ever held: a leak, or a library that came in unseen, is above it.
const MOST_KIB: u64 = 64 * 1024;

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn call(route: &str) -> Value {
    let (method, path) = route.split_once(' ').unwrap();
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "", "headers": {},
        "requestContext": {"requestId": "req-1", "routeKey": route, "stage": "$default",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}},
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn a_panic_costs_one_invocation_and_not_the_environment() {
    let named = variables(&[("HALITE_DEPLOYMENT", "load")]);
    let mut environment = Environment::ready(Path::new(PANICS), &named).await;
    let process = environment.process();
    assert_eq!(environment.invoke(&call("GET /well")).await.outcome.unwrap()["statusCode"], 204);
    let failed = environment.invoke(&call("GET /panic")).await.outcome.unwrap_err();
    assert!(failed["errorMessage"].as_str().unwrap().contains("told to"), "{failed}");
    assert_eq!(environment.invoke(&call("GET /well")).await.outcome.unwrap()["statusCode"], 204);
    assert_eq!(environment.process(), process);
    assert!(environment.peak_kib() < MOST_KIB, "{} KiB", environment.peak_kib());
}

#[tokio::test]
async fn a_program_that_refuses_to_start_says_so_in_one_line() {
    let key = simulator::TEST_PUBLIC_KEY;
    let whole = [
        ("HALITE_DEPLOYMENT", "load"),
        ("HALITE_CALLBACK_KEY_6", key),
        ("HALITE_PUBLIC_URL", "https://api.example.com"),
        ("HALITE_SYNC_QUEUE_URL", "http://127.0.0.1:9/queue"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "load"),
        ("AWS_SECRET_ACCESS_KEY", "load"),
    ];
    drop(Environment::ready(Path::new(WEBHOOK), &variables(&whole)).await);
    for missing in whole.map(|(name, _)| name) {
        let left: Vec<_> = whole.into_iter().filter(|(name, _)| *name != missing).collect();
        let started = Environment::start(Path::new(WEBHOOK), &variables(&left)).await;
        let Started::Refused(log) = started else { panic!("it starts without {missing}") };
        let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("one line: {log}") };
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["alarm"], "start_refused", "{line}");
        let why = line["why"].as_str().unwrap();
        assert!(why.contains(missing) && why.contains("template.yaml"), "{why}");
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Halite");
    }
}
