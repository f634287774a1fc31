//! An integrator: a client that signs as the published samples do.

use jiff::SignedDuration;
use serde_json::{Value, json};
use simulator::{
    Amount, Browser, Client, ClientKind, ClientState, Id, Options, Page, Signer, Simulator,
    TEST_CLIENT_PRIVATE_KEY, TEST_CLIENT_PUBLIC_KEY, Walk, request_message,
};

pub(crate) const RETURN_TO: &str = "https://app.example.com/bank/return?state=9f3c";

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn data(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["data"].clone()
    }

    /// The error class, or `200` and the like when there is none.
    pub(crate) fn class(&self) -> String {
        let body: Value = serde_json::from_str(&self.text).unwrap_or_default();
        body["error"]["class"].as_str().map_or_else(|| self.status.to_string(), str::to_owned)
    }
}

/// An integrator with its Salt Edge.
pub(crate) struct Integrator {
    pub(crate) salt_edge: Simulator,
    pub(crate) browser: Browser,
    http: reqwest::Client,
    signer: Signer,
}

pub(crate) fn client(kind: ClientKind) -> Client {
    Client::new("app", "secret", kind).with_key(TEST_CLIENT_PUBLIC_KEY).in_state(ClientState::Live)
}

impl Integrator {
    pub(crate) async fn of(client: Client) -> Self {
        Self::with(Options::for_clients(vec![client])).await
    }

    pub(crate) async fn partner() -> Self {
        Self::of(client(ClientKind::Partner)).await
    }

    pub(crate) async fn licensed() -> Self {
        Self::of(client(ClientKind::Client)).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let salt_edge = Simulator::start(options).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let signer = Signer::from_pem(TEST_CLIENT_PRIVATE_KEY).unwrap();
        Self { salt_edge, browser: Browser::new().unwrap(), http, signer }
    }

    pub(crate) fn expires_at(&self) -> String {
        (self.salt_edge.control().now().as_second() + 60).to_string()
    }

    /// Sends exactly these bytes, signed over them.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: &str) -> Answer {
        self.attempt(method, path, body).await.unwrap()
    }

    /// The same, when no answer may come.
    pub(crate) async fn attempt(
        &self,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<Answer, reqwest::Error> {
        let url = format!("{}{path}", self.salt_edge.api_url());
        let at = self.expires_at();
        let signature = self.sign(&request_message(&at, method, &url, body.as_bytes()));
        self.send(method, &url, body, &[("Expires-at", &at), ("Signature", &signature)]).await
    }

    /// Sends with App-id, Secret and these headers.
    pub(crate) async fn send(
        &self,
        method: &str,
        url: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .http
            .request(method.parse().unwrap(), url)
            .header("App-id", "app")
            .header("Secret", "secret")
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await?;
        let kind =
            answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
        Ok(Answer {
            status: answer.status().as_u16(),
            content_type: kind.unwrap_or_default(),
            text: answer.text().await?,
        })
    }

    pub(crate) fn sign(&self, message: &[u8]) -> String {
        self.signer.sign(message).unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.raw("GET", path, "").await
    }

    pub(crate) async fn post(&self, path: &str, data: Value) -> Answer {
        self.raw("POST", path, &json!({ "data": data }).to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, data: Value) -> Answer {
        self.raw("PUT", path, &json!({ "data": data }).to_string()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.raw("DELETE", path, "").await
    }

    /// All elements of a list, page after page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let mut path = path.to_owned();
        let mut found = Vec::new();
        loop {
            let page = self.get(&path).await;
            found.extend(page.data().as_array().unwrap().clone());
            match page.json()["meta"]["next_page"].as_str() {
                Some(next) => next.strip_prefix("/api/v6").unwrap().clone_into(&mut path),
                None => return found,
            }
        }
    }

    pub(crate) async fn customer(&self, name: &str) -> String {
        let created = self.post("/customers", json!({ "identifier": name })).await.data();
        created["customer_id"].as_str().unwrap().to_owned()
    }

    /// The body of a usual connect request.
    pub(crate) fn connect_data(customer: &str, provider: &str) -> Value {
        json!({
            "customer_id": customer,
            "consent": { "scopes": ["accounts", "transactions"], "period_days": 90 },
            "attempt": {
                "fetch_scopes": ["accounts", "balance", "transactions"],
                "custom_fields": { "link_id": "lnk_1" },
                "return_to": RETURN_TO,
            },
            "provider": { "code": provider, "include_sandboxes": true },
            "return_connection_id": true,
            "return_error_class": true,
        })
    }

    pub(crate) async fn connect_url(&self, customer: &str, provider: &str) -> String {
        let answer =
            self.post("/connections/connect", Self::connect_data(customer, provider)).await;
        answer.data()["connect_url"].as_str().unwrap().to_owned()
    }

    /// Walks to the end; the page that the browser ended on.
    pub(crate) async fn walk(&self, customer: &str, provider: &str, walk: &Walk) -> Page {
        let url = self.connect_url(customer, provider).await;
        self.browser.walk(&url, walk).await.unwrap()
    }

    /// A connection of a new customer to `provider`, done without trouble.
    pub(crate) async fn connected(&self, provider: &str) -> Id {
        let customer = self.customer(&format!("user-of-{provider}")).await;
        self.connected_again(&customer, provider).await
    }

    pub(crate) async fn connected_again(&self, customer: &str, provider: &str) -> Id {
        let end = self.walk(customer, provider, &Walk::default()).await;
        assert!(end.left, "{}", end.html);
        assert_eq!(end.query("error_class"), None, "{}", end.url);
        end.query("connection_id").unwrap().parse().unwrap()
    }

    pub(crate) async fn connection(&self, id: Id) -> Value {
        self.get(&format!("/connections/{id}")).await.data()
    }

    pub(crate) async fn accounts(&self, id: Id) -> Vec<Value> {
        self.all(&format!("/accounts?connection_id={id}")).await
    }

    pub(crate) async fn transactions(&self, id: Id) -> Vec<Value> {
        self.all(&format!("/transactions?connection_id={id}")).await
    }

    pub(crate) async fn background_refresh(&self, id: Id) -> Answer {
        let data =
            json!({ "attempt": { "fetch_scopes": ["accounts", "balance", "transactions"] } });
        self.post(&format!("/connections/{id}/background_refresh"), data).await
    }

    /// An hour on, refreshed without the user, everything done.
    pub(crate) async fn refreshed(&self, id: Id) {
        self.later(SignedDuration::from_hours(7));
        let answer = self.background_refresh(id).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.salt_edge.pump().await;
    }

    pub(crate) fn later(&self, step: SignedDuration) {
        self.salt_edge.control().advance(step).unwrap();
    }
}

pub(crate) fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// The rows with this description.
pub(crate) fn described<'a>(rows: &'a [Value], text: &str) -> Vec<&'a Value> {
    rows.iter().filter(|row| row["description"] == text).collect()
}
