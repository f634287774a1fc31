//! Nothing of anybody's data, and no key, reaches a log, however much is logged.
//!
//! Alone in its process: another test's thread that meets a log line first would switch it off.

#![expect(clippy::unwrap_used, reason = "test helpers")]

#[expect(dead_code, reason = "the answers of all calls; only some are made here")]
#[path = "../calls/answers.rs"]
mod answers;
#[expect(dead_code, reason = "the server of all calls; only some are made here")]
#[path = "../calls/server.rs"]
mod server;

use std::{
    io,
    sync::{Arc, Mutex},
};

use domain::bank::{NewCustomer, OpenPages, Rows, Tag, Visit};
use salt_edge::Mode;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    answers::{ACCOUNT_ID, CONNECTION_ID, CUSTOMER, OPENED, last_page, row},
    server::{Server, failed, json},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_log_names_the_call_and_nobody() {
    let log = Log::default();
    let logged = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone());
    let _guard = tracing::subscriber::set_default(logged.finish());
    let rows = last_page(&[&row("11"), &row("12").replace("-23.9", "\"CANARY\"")]);
    let server =
        Server::start([json(CUSTOMER), json(OPENED), json(rows), failed(404, "AccountNotFound")])
            .await;
    let client = server.client(Mode::Partner);
    let new = NewCustomer {
        identifier: "user-canary".into(),
        email: Some("jane@canary".into()),
        email_since: None,
    };
    client.customer(&new, server.now).await.unwrap();
    let pages = OpenPages {
        visit: Visit::Reconnect(CONNECTION_ID.parse().unwrap()),
        return_to: "https://api.example.com/connect/return?state=canary".to_owned(),
        locale: "en".to_owned(),
        from_date: "2025-12-01".parse().unwrap(),
        consent_days: 90,
        sandboxes: false,
        account_type: None,
        tag: Tag {
            deployment: "halite-test".parse().unwrap(),
            tenant: "canary".parse().unwrap(),
            session: None,
        },
    };
    let opened = client.open(&pages, server.now).await.unwrap();
    let (connection, account) = (CONNECTION_ID.parse().unwrap(), ACCOUNT_ID.parse().unwrap());
    let rows = client.transactions(&connection, &account, Rows::Booked, None, server.now).await;
    let refused = client.transactions(&connection, &account, Rows::Booked, None, server.now).await;
    let printed = format!("{client:?} {opened:?} {rows:?} {refused:?}");
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for call in [
        "method=POST route=\"POST /customers\" status=200",
        "method=GET route=\"GET /transactions\" status=404 class=\"AccountNotFound\" request_id=\"6f1c\"",
    ] {
        assert!(log.contains(call), "{call} is not in {log}");
    }
    for secret in ["anary", "CANARY", "TOKEN", "GROCER", "23.9", "Jane", "DE89", "Signature: "] {
        assert!(!log.contains(secret), "{secret} is in {log}");
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
}
