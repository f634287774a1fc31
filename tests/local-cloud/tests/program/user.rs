//! A user of the API, in real time, and the hands behind the simulator.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use simulator::{Browser, Page, Walk};

use crate::processes::Running;

/// Looks at most at what a program that lives in real time has come to.
const LOOKS: usize = 900;
/// Each request is one of its own.
static KEYS: AtomicU64 = AtomicU64::new(0);

pub(crate) fn http() -> reqwest::Client {
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// One call to the simulator's control surface.
pub(crate) async fn control(url: &str, path: &str, body: Option<Value>) -> Value {
    let request = match body {
        Some(body) => http().post(format!("{url}/{path}")).body(body.to_string()),
        None => http().get(format!("{url}/{path}")),
    };
    let answer = request.header("content-type", "application/json").send().await.unwrap();
    let (status, body) = (answer.status().as_u16(), answer.bytes().await.unwrap());
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

pub(crate) struct User {
    http: reqwest::Client,
    page: String,
    api: String,
    token: String,
}

impl User {
    pub(crate) fn of(running: &Running) -> Self {
        Self::at(&running["page"], &running["api"], &running["token"])
    }

    pub(crate) fn at(page: &str, api: &str, token: &str) -> Self {
        let [page, api, token] = [page, api, token].map(str::to_owned);
        Self { http: http(), page, api, token }
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let url = format!("{}{path}", self.api);
        let mut request = self.http.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
            request = request.header("idempotency-key", KEYS.fetch_add(1, Ordering::Relaxed));
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// Asks again until the answer is the wanted one.
    pub(crate) async fn until(&self, path: &str, wanted: impl Fn(u16, &Value) -> bool) -> Value {
        let mut every = tokio::time::interval(Duration::from_millis(100));
        let mut last = (0, Value::Null);
        for _ in 0..LOOKS {
            every.tick().await;
            last = self.call("GET", path, None).await;
            if wanted(last.0, &last.1) {
                return last.1;
            }
        }
        panic!("{path} ended as {last:?}");
    }

    /// Links a bank as its user does: the banks' list, Salt Edge's pages, back, confirmed. The path of the
    /// link session.
    pub(crate) async fn link(&self, bank: &str) -> String {
        self.until("/v1/institutions?country=XF", |status, _| status == 200).await;
        let wish = json!({
            "intent": "link", "institution_id": bank, "email": "ada@example.com",
            "return_to": format!("{}/return", self.page),
        });
        let (status, session) = self.call("POST", "/v1/link-sessions", Some(&wish)).await;
        assert_eq!(status, 201, "{session}");
        let browser = Browser::new().unwrap();
        let opened = browser.open(session["connect_url"].as_str().unwrap()).await.unwrap();
        let returned = walk(&browser, &opened.url).await;
        let home = browser.open(&returned.url).await.unwrap();
        let path = format!("/v1/link-sessions/{}", home.query("link_session_id").unwrap());
        let code = json!({ "code": home.query("code") });
        let (status, session) = self.call("POST", &format!("{path}/confirm"), Some(&code)).await;
        assert_eq!(status, 200, "{session}");
        path
    }

    /// The connection of a link session that is finished.
    pub(crate) async fn finished(&self, session: &str) -> String {
        let session = self.until(session, |_, session| session["stage"] == "finished").await;
        session["connection_id"].as_str().unwrap().to_owned()
    }

    /// Texts of all rows of a connection, of up to 100 in each account.
    pub(crate) async fn rows(&self, connection: &str) -> Vec<String> {
        let (_, shown) = self.call("GET", &format!("/v1/connections/{connection}"), None).await;
        let mut rows = Vec::new();
        for account in shown["accounts"].as_array().unwrap() {
            let id = account["id"].as_str().unwrap();
            let path = format!("/v1/accounts/{id}/transactions?limit=100");
            let (_, page) = self.call("GET", &path, None).await;
            let texts = page["transactions"].as_array().unwrap().iter();
            rows.extend(texts.map(|row| row["description"].as_str().unwrap().to_owned()));
        }
        rows
    }
}

/// Walks through the pages, also through those that make a browser wait.
async fn walk(browser: &Browser, url: &str) -> Page {
    let mut every = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..LOOKS {
        every.tick().await;
        let page = browser.walk(url, &Walk::default()).await.unwrap();
        if page.left {
            return page;
        }
    }
    panic!("the walk did not end");
}
