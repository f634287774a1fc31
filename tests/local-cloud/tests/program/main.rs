//! The program from outside: what it prints, how it ends and begins again, what it says when it is called
//! wrongly, and a bank that is linked through it.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod apart;
mod processes;
mod restart;
mod user;

use std::net::TcpListener;

use processes::{Running, cloud};
use serde_json::Value;

/// What `cargo run` prints first, by name.
const LINES: [&str; 7] =
    ["page", "api", "token", "tenant token", "salt-edge", "dashboard", "control"];

#[tokio::test]
async fn it_says_where_things_are_and_ends_cleanly_and_starts_again() {
    let folder = tempfile::tempdir().unwrap();
    let http = user::http();
    for _ in 0..2 {
        let running = Running::start(cloud(folder.path()), LINES.len());
        assert_eq!(running.order, LINES);
        let (page, api) = (&running["page"], &running["api"]);
        let html = http.get(page).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("<script"), "{html}");
        let config = http.get(format!("{page}/config.json")).send().await.unwrap();
        let config: Value = serde_json::from_slice(&config.bytes().await.unwrap()).unwrap();
        for (name, want) in [
            ("api", api.as_str()),
            ("tenant", "demo"),
            ("user", "ada"),
            ("return_to", &format!("{page}/return")),
            ("salt_edge_dashboard", &running["dashboard"]),
            ("mode", "partner"),
        ] {
            assert_eq!(config[name], want, "{name}");
        }
        let health = http.get(format!("{api}/healthz")).send().await.unwrap();
        assert_eq!(health.status().as_u16(), 200);
        for token in ["token", "tenant token"] {
            let list = http.get(format!("{api}/v1/connections")).bearer_auth(&running[token]);
            assert_eq!(list.send().await.unwrap().status().as_u16(), 200, "{token}");
        }
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
        assert_eq!(processes::refusal(arguments), want, "{arguments:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    // The simulator is the first that listens, on the third port.
    let first = (port - 2).to_string();
    let arguments = ["--port", &first, "--data", folder.path().to_str().unwrap()];
    let want = format!(
        "local-cloud: cannot listen on 127.0.0.1:{port}: Address already in use (os error 98); end the \
         program that uses this port, or choose others with --port (0 takes any free ones)\n"
    );
    assert_eq!(processes::refusal(&arguments), want);
}

#[test]
fn a_saved_simulator_that_cannot_be_read_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("simulator.json");
    std::fs::write(&state, "{\"version\":7}").unwrap();
    let arguments = ["--port", "0", "--data", folder.path().to_str().unwrap()];
    let want = format!(
        "local-cloud: {} cannot be used: the saved state is of version 7, which this simulator does not \
         read; begin anew with another --data folder\n",
        state.display()
    );
    assert_eq!(processes::refusal(&arguments), want);
}
