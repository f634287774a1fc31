//! What goes wrong, and what it is taken for.

use salt_edge::{Client, Mode, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    answers::CONNECTION_ID,
    server::{Reply, Server, credentials, failed, html, json, ours, told},
};

#[tokio::test]
async fn every_answer_is_taken_for_what_it_is() {
    let text = |status, body: &'static str| Reply(status, "application/json", body.into());
    for (what, reply, want) in [
        ("gone", failed(404, "ConnectionNotFound"), "404 ConnectionNotFound Gone StartAgain"),
        ("no route", html(404), "404 not api"),
        ("gateway", html(502), "502 not api"),
        ("empty 404", text(404, ""), "404 not api"),
        ("empty 503", text(503, ""), "503 not api"),
        ("redirect", html(302), "302 not api"),
        (
            "legacy",
            text(404, r#"{"error_class":"ConnectionNotFound","error_message":"m"}"#),
            "404 ConnectionNotFound Gone StartAgain",
        ),
        ("unknown", failed(406, "BrandNew"), "406 BrandNew Retry Report"),
        ("busy", failed(429, "TooManyRequests"), "429 TooManyRequests Retry Backoff"),
        ("class wins", failed(500, "ConnectionNotFound"), "500 ConnectionNotFound Gone StartAgain"),
        ("429 alone", text(429, "{}"), "429 http_429 Retry Backoff"),
        ("500 alone", text(500, r#"{"error":"oops"}"#), "500 http_5xx Retry RetryLater"),
        (
            "404 alone",
            text(404, r#"{"status":404}"#),
            "unreadable: HTTP 404 without an error class",
        ),
        (
            "cut error",
            text(404, r#"{"error":{"class":"Conn"#),
            "unreadable: HTTP 404 with broken JSON",
        ),
        ("cut", json(r#"{"data":{"id":"#), "unreadable: HTTP 200 with broken JSON"),
        ("no data", json(r#"{"meta":{}}"#), "unreadable: Data error at 1:11"),
        ("html 200", html(200), "200 not api"),
        ("error as 200", failed(200, "ClientDisabled"), "200 ClientDisabled Ours FixContract"),
        ("not ours", json(r#"{"data":{"id":"x y"}}"#), "unreadable: id is missing or no id"),
    ] {
        let server = Server::start([reply]).await;
        let id = CONNECTION_ID.parse().unwrap();
        let shown = server.client(Mode::Client).connection(&id, server.now).await;
        assert_eq!(told(&shown), want, "{what}");
        assert_eq!(server.lines().len(), 1, "{what}: no retries, no redirects");
        let said = shown.map(|_| ()).unwrap_err().to_string();
        assert!(!said.contains("Jane") && !said.contains("token"), "{what}: {said}");
    }
}

#[tokio::test]
async fn a_busy_answer_says_when_to_come_back() {
    let server = Server::start([failed(429, "RateLimitExceeded")]).await;
    let refused = server.client(Mode::Client).control(&ours(), server.now).await;
    let Err(domain::bank::BankError::Refused { failure, .. }) = refused else { unreachable!() };
    assert_eq!(failure.not_before, Some("2026-03-01T10:00:30Z".parse().unwrap()));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_at_five_megabytes() {
    let (head, tail) = (r#"{"data":{"customer_id":"1200340000000000001","more":""#, r#""}}"#);
    let rest = 5 * 1024 * 1024 - head.len() - tail.len();
    let just = format!("{head}{}{tail}", "a".repeat(rest));
    let server = Server::start([json(just.clone()), json(just + " ")]).await;
    let client = server.client(Mode::Client);
    assert_eq!(told(&client.control(&ours(), server.now).await), "ok");
    assert_eq!(
        told(&client.control(&ours(), server.now).await),
        "silent: the answer is longer than 5 MB"
    );
}

/// A server that says this much, and closes or waits.
async fn raw(words: &'static [u8], close: bool) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/api/v6", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _read = stream.read(&mut request).await.unwrap();
        stream.write_all(words).await.unwrap();
        if !close {
            std::future::pending::<()>().await;
        }
    });
    let client = Client::new(Settings::new(base, Mode::Client, credentials())).unwrap();
    told(&client.control(&ours(), "2026-03-01T10:00:00Z".parse().unwrap()).await)
}

#[tokio::test]
async fn silence_is_never_an_answer() {
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\":[";
    assert_eq!(raw(half, true).await, "silent: the answer broke off");
    assert_eq!(raw(b"", true).await, "silent: the request broke off");
    let nobody = Settings::new("http://127.0.0.1:1/api/v6", Mode::Client, credentials());
    let client = Client::new(nobody).unwrap();
    let told = told(&client.control(&ours(), "2026-03-01T10:00:00Z".parse().unwrap()).await);
    assert_eq!(told, "silent: could not connect");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_ends_is_left() {
    assert_eq!(raw(b"HTTP/1.1 200 OK\r\n", false).await, "silent: timed out");
}
