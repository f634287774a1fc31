//! What a journey needs: a SaaS's user in front of a running cloud, and a browser for the bank's pages.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a journey that cannot go on is a failed test"
)]

pub mod consents;
pub mod erasing;
pub mod jump;
pub mod logs;
mod opened;
pub mod oracle;
pub mod raw;
pub mod refusals;
pub mod revoking;
pub mod script;
pub mod thousand;
pub mod ways_out;

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use shell::Entropy;
use simulator::{
    Browser, CallbackFault, CallbackFaultKind, CallbackKind, ClientKind, Switches, Walk,
};

/// The tenant that most journeys play in.
pub const TENANT: &str = "acme";
/// Its registered address.
pub const RETURN_TO: &str = "https://app.acme.example/bank?from=halite";
/// A second tenant.
pub const OTHER: &str = "globex";

/// A world with the registered addresses of both tenants.
pub fn options() -> WorldOptions {
    let mut options = WorldOptions::default();
    for tenant in [TENANT, OTHER] {
        options.return_urls.insert(tenant.into(), vec![RETURN_TO.into()]);
    }
    // A journey links in one hour what its user would in a year; the limits have journeys of their own.
    options.parameters.insert("UserVisitsPerHour".into(), "1000".into());
    options
}

/// The same ids in each run, and so the same slots, order and sizes: for a test that counts what follows from them.
pub fn counted() -> Entropy {
    let counter = AtomicU64::new(0);
    Entropy::new(move |bytes| {
        let noise = || counter.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bytes.fill_with(|| noise().to_be_bytes()[0]);
    })
}

/// The same, where Salt Edge never goes to the banks by itself.
pub fn quiet() -> WorldOptions {
    let options = options();
    let switches = Switches { nightly_refresh: false, ..options.switches };
    WorldOptions { switches, ..options }
}

/// And where it calls back once for each attempt, when it is over.
pub fn calling_once() -> WorldOptions {
    let options = quiet();
    let switches = Switches { success_callbacks: 1, notify_callbacks: false, ..options.switches };
    WorldOptions { switches, ..options }
}

/// A world of that kind in which Salt Edge never goes to the banks by itself.
pub async fn quiet_world(kind: ClientKind) -> World {
    world(WorldOptions { kind, ..quiet() }).await
}

/// Salt Edge's callbacks get lost from now on: those of one kind, or all.
pub fn lose_callbacks(world: &World, kind: Option<CallbackKind>) {
    let fault = CallbackFault { fault: CallbackFaultKind::Lost, kind, times: None };
    world.salt_edge.control().add_callback_fault(fault);
}

/// Starts a world and lets the catalogue be copied.
pub async fn world(options: WorldOptions) -> World {
    logs::be_attentive();
    let world = World::start(options).await.expect("the world starts");
    world.cloud.tick().await.expect("the first minute");
    world.settle().await;
    world
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body; null when it is none or no JSON.
    pub json: Value,
    /// Where it sends the browser.
    pub location: Option<String>,
}

impl Answer {
    /// The body, of an answer that must have this status.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.json);
        self.json
    }

    /// The problem's code, of an answer that must have this status.
    pub fn problem(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.json);
        self.json["code"].as_str().unwrap_or("")
    }
}

/// A signed-in user of a SaaS.
pub struct User<'w> {
    /// The world.
    pub world: &'w World,
    tenant: String,
    sub: String,
    scopes: Vec<&'static str>,
    language: &'static str,
    http: reqwest::Client,
    browser: Browser,
}

/// Where a link came to.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The session's id.
    pub session: String,
    /// The one-time code that the browser brought to the SaaS.
    pub code: Option<String>,
    /// Where the browser ended.
    pub landed: String,
}

/// A user who may read and write what is theirs.
pub fn user<'w>(world: &'w World, tenant: &str, sub: &str) -> User<'w> {
    let scopes = vec!["halite:read", "halite:write"];
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client");
    let browser = Browser::new().expect("a browser");
    User { world, tenant: tenant.into(), sub: sub.into(), scopes, language: "en", http, browser }
}

impl User<'_> {
    /// The same user with more scopes.
    #[must_use]
    pub fn with_scope(mut self, scope: &'static str) -> Self {
        self.scopes.push(scope);
        self
    }

    /// The same user with another language, as `Accept-Language` has it.
    #[must_use]
    pub fn speaking(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    /// A call with this user's token.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let token = self.world.cloud.token(&self.tenant, &self.sub, &self.scopes);
        let url = format!("{}{path}", self.world.cloud.api_url());
        let mut call = self.http.request(method.parse().unwrap(), url).bearer_auth(token);
        call = call.header("accept-language", self.language);
        if method == "POST" {
            call = call.header("idempotency-key", raw::fresh_key());
        }
        if let Some(body) = body {
            let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            call = call.header("content-type", "application/json").body(text);
        }
        self.answer(call).await
    }

    /// A browser's visit, without a token.
    pub async fn browse(&self, url: &str) -> Answer {
        self.answer(self.http.get(url)).await
    }

    async fn answer(&self, call: reqwest::RequestBuilder) -> Answer {
        let response = call.send().await.expect("the gateway answers");
        let location = response.headers().get("location").map(|v| v.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        Answer { status, location, json: serde_json::from_str(&text).unwrap_or_default() }
    }

    /// GET, which must work.
    pub async fn get(&self, path: &str) -> Value {
        self.call("GET", path, None).await.expect(200)
    }

    /// POST.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, Some(body)).await
    }

    /// Creates a session that links a bank.
    pub async fn new_link(&self, bank: &str) -> Value {
        let body = json!({
            "intent": "link", "institution_id": bank, "email": "ada@example.com",
            "phone": "+84 912 345 678", "return_to": RETURN_TO,
        });
        self.post("/v1/link-sessions", &body).await.expect(201)
    }

    /// Goes through a session's pages; the attempt at the bank has not run when this returns.
    pub async fn visit(&self, session: &Value, walk: &Walk) -> Visit {
        let at = self.open(session).await;
        self.walk(session, at, walk).await
    }

    /// Opens a session's address; where the browser is sent.
    pub async fn open(&self, session: &Value) -> String {
        let opened = self.browse(session["connect_url"].as_str().expect("connect_url")).await;
        assert_eq!(opened.status, 303, "{}", opened.json);
        opened.location.expect("Salt Edge's address")
    }

    /// Goes on from where the browser was sent.
    pub async fn walk(&self, session: &Value, mut at: String, walk: &Walk) -> Visit {
        if at.starts_with(self.world.salt_edge.base_url()) || at.contains("/connect?token=") {
            let page = self.browser.walk(&at, walk).await.expect("the bank's pages");
            assert!(page.left, "the walk ended on a page: {} {}", page.url, page.html);
            let back = self.browse(&page.url).await;
            at = back.location.unwrap_or_else(|| panic!("no way back: {}", back.json));
        }
        let query = |name: &str| {
            let url: reqwest::Url = at.parse().expect("an address");
            url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        Visit { session: session["id"].as_str().unwrap().into(), code: query("code"), landed: at }
    }

    /// Hands the code in.
    pub async fn confirm(&self, visit: &Visit) -> Answer {
        let code = visit.code.clone().unwrap_or_default();
        let path = format!("/v1/link-sessions/{}/confirm", visit.session);
        self.post(&path, &json!({"code": code})).await
    }

    /// The session as it stands.
    pub async fn session(&self, id: &str) -> Value {
        self.get(&format!("/v1/link-sessions/{id}")).await
    }

    /// Links a bank from the click to the statement; the connection.
    pub async fn link_with(&self, bank: &str, walk: &Walk) -> Value {
        let session = self.new_link(bank).await;
        let visit = self.visit(&session, walk).await;
        self.confirm(&visit).await.expect(200);
        self.world.settle().await;
        let session = self.session(&visit.session).await;
        assert_eq!(session["stage"], "finished", "{session}");
        let id = session["connection_id"].as_str().expect("a connection");
        self.get(&format!("/v1/connections/{id}")).await
    }

    /// Links a bank with the usual login.
    pub async fn link(&self, bank: &str) -> Value {
        self.link_with(bank, &Walk::default()).await
    }

    /// All rows of an account, page by page.
    pub async fn rows(&self, account: &str) -> Vec<Value> {
        let path = format!("/v1/accounts/{account}/transactions?limit=100");
        self.pages(&path, "transactions").await
    }

    async fn pages(&self, path: &str, list: &str) -> Vec<Value> {
        let (mut rows, mut next) = (Vec::new(), path.to_owned());
        loop {
            let page = self.get(&next).await;
            rows.extend(page[list].as_array().expect("a list").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}&cursor={cursor}"),
                None => return rows,
            }
        }
    }

    /// Everything that the feed tells from a cursor on: added, modified, removed, and the next cursor.
    pub async fn feed(&self, connection: &Value, cursor: Option<&str>) -> Feed {
        let id = connection["id"].as_str().unwrap();
        let mut feed = Feed { cursor: cursor.map(str::to_owned), ..Feed::default() };
        loop {
            let cursor = feed.cursor.iter().map(|cursor| format!("&cursor={cursor}"));
            let cursor: String = cursor.collect();
            let path = format!("/v1/connections/{id}/transactions/sync?limit=500{cursor}");
            let page = self.get(&path).await;
            for (name, to) in [
                ("added", &mut feed.added),
                ("modified", &mut feed.modified),
                ("removed", &mut feed.removed),
            ] {
                to.extend(page[name].as_array().unwrap().iter().cloned());
            }
            feed.cursor = page["next_cursor"].as_str().map(str::to_owned);
            if page["has_more"] == false {
                return feed;
            }
        }
    }
}

/// What the feed told.
#[derive(Debug, Clone, Default)]
pub struct Feed {
    /// New rows.
    pub added: Vec<Value>,
    /// Rows that read otherwise.
    pub modified: Vec<Value>,
    /// Rows that are gone.
    pub removed: Vec<Value>,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// So many hours.
pub fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// So many minutes.
pub fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

/// More than a day passes at one step, and ten minutes one by one, in which what it made due goes on.
pub async fn a_day_passes(world: &World) {
    world.advance(hours(25), hours(25)).await;
    world.advance(minutes(10), minutes(1)).await;
}
