//! The program from outside: what it prints, how it ends, what it says when it is called wrongly.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_local-cloud");

struct Running {
    child: Child,
    lines: BTreeMap<String, String>,
    order: Vec<String>,
}

fn start(data: &Path) -> Running {
    start_with(data, |_| {})
}

/// Starts the program on free ports and reads its first lines, as many as it prints.
fn start_with(data: &Path, change: impl FnOnce(&mut Command)) -> Running {
    let mut program = Command::new(PROGRAM);
    program.args(["--port", "0", "--data"]).arg(data).stdout(Stdio::piped());
    change(&mut program);
    let lines = if program.get_args().any(|argument| argument == "--salt-edge") { 4 } else { 6 };
    let mut child = program.spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running { child, lines: BTreeMap::new(), order: Vec::new() };
    for line in out.lines().take(lines) {
        let line = line.unwrap();
        let (name, value) = line.split_once(": ").unwrap();
        running.order.push(name.to_owned());
        running.lines.insert(name.to_owned(), value.to_owned());
    }
    running
}

impl Running {
    /// Ctrl-C; whether it ended well.
    fn interrupt(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

#[tokio::test]
async fn it_says_where_things_are_and_ends_cleanly_and_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..2 {
        let running = start(folder.path());
        let want = ["page", "api", "token", "salt-edge", "dashboard", "control"];
        assert_eq!(running.order, want);
        let (page, api) = (&running.lines["page"], &running.lines["api"]);
        let html = http.get(page).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("<script"), "{html}");
        let config = http.get(format!("{page}/config.json")).send().await.unwrap().text().await;
        assert!(config.unwrap().contains(api.as_str()));
        let health = http.get(format!("{api}/healthz")).send().await.unwrap();
        assert_eq!(health.status().as_u16(), 200);
        let list = http.get(format!("{api}/v1/connections")).bearer_auth(&running.lines["token"]);
        assert_eq!(list.send().await.unwrap().status().as_u16(), 200);
        assert!(running.interrupt(), "Ctrl-C ends it with success");
    }
}

#[test]
fn it_refuses_in_one_sentence_and_does_not_panic() {
    for (arguments, want) in [
        (&["--port", "x"][..], "local-cloud: --port x is not a number from 0 to 65533\n"),
        (&["--verbose"], "local-cloud: --verbose is not an argument of this program; try --help\n"),
        (&["--data"], "local-cloud: --data needs a value\n"),
        (
            &["--port", "0", "--salt-edge", "http://127.0.0.1:9/api/v6"],
            "local-cloud: SALTEDGE_PRIVATE_KEY cannot be used: --salt-edge needs it in the environment\n",
        ),
        (
            &["--port", "0", "--data", "/dev/null"],
            "local-cloud: cannot use /dev/null: File exists (os error 17)\n",
        ),
    ] {
        let ended = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert!(!ended.status.success(), "{arguments:?}");
        assert_eq!(String::from_utf8(ended.stderr).unwrap(), want, "{arguments:?}");
        assert!(ended.stdout.is_empty());
    }
}

/// A Salt Edge in this process, whose time is the machine's, for a program in another process.
async fn salt_edge() -> (simulator::Simulator, tokio::task::JoinHandle<()>) {
    let client = simulator::Client::new("app", "secret", simulator::ClientKind::Partner)
        .with_key(simulator::TEST_CLIENT_PUBLIC_KEY)
        .in_state(simulator::ClientState::Live);
    let machine = shell::Clock::system();
    let started = simulator::Simulator::start(simulator::Options {
        clock: simulator::Clock::movable(std::sync::Arc::new(move || machine.now())),
        ..simulator::Options::for_clients(vec![client])
    });
    let started = started.await.unwrap();
    let control = started.control().clone();
    let mut every = tokio::time::interval(std::time::Duration::from_millis(100));
    let pumping = tokio::spawn(async move {
        loop {
            every.tick().await;
            control.pump().await;
        }
    });
    (started, pumping)
}

#[tokio::test]
async fn it_links_a_bank_of_another_salt_edge_that_cannot_call_back() {
    let (salt_edge, pumping) = salt_edge().await;
    let folder = tempfile::tempdir().unwrap();
    let running = start_with(folder.path(), |program| {
        program
            .args(["--salt-edge", &salt_edge.api_url()])
            .env("SALTEDGE_APP_ID", "app")
            .env("SALTEDGE_SECRET", "secret")
            .env("SALTEDGE_PRIVATE_KEY", simulator::TEST_CLIENT_PRIVATE_KEY.replace('\n', "\\n"));
    });
    assert_eq!(running.order, ["page", "api", "token", "salt-edge"]);
    let user = User::of(&running);
    user.until("GET", "/v1/institutions?country=XF", |status, _| status == 200).await;
    let (_, session) = user
        .call("POST", "/v1/link-sessions", Some(&json!({
            "intent": "link", "institution_id": "fakebank_oauth_xf",
            "email": "ada@example.com", "return_to": format!("{}/return", running.lines["page"]),
        })))
        .await;
    let browser = simulator::Browser::new().unwrap();
    let opened = browser.open(session["connect_url"].as_str().unwrap()).await.unwrap();
    let back = browser.walk(&opened.url, &simulator::Walk::default()).await.unwrap();
    let home = browser.open(&back.url).await.unwrap();
    let path = format!("/v1/link-sessions/{}", home.query("link_session_id").unwrap());
    let code = json!({ "code": home.query("code") });
    let (status, session) = user.call("POST", &format!("{path}/confirm"), Some(&code)).await;
    assert_eq!(status, 200, "{session}");
    user.until("GET", &path, |_, session| session["stage"] == "finished").await;
    assert!(running.interrupt());
    pumping.abort();
}

struct User {
    http: reqwest::Client,
    api: String,
    token: String,
}

impl User {
    fn of(running: &Running) -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, api: running.lines["api"].clone(), token: running.lines["token"].clone() }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.api);
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// Asks again until the answer is the wanted one: the program lives in real time.
    async fn until(&self, method: &str, path: &str, wanted: impl Fn(u16, &Value) -> bool) {
        let mut every = tokio::time::interval(std::time::Duration::from_millis(100));
        let mut last = (0, Value::Null);
        for _ in 0..300 {
            every.tick().await;
            last = self.call(method, path, None).await;
            if wanted(last.0, &last.1) {
                return;
            }
        }
        panic!("{path} ended as {last:?}");
    }
}
