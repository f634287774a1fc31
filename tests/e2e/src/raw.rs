//! Requests byte for byte, and everything that the table holds.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, Ordering},
};

use local_cloud::World;
use serde_json::Value;

use crate::opened::{Records, opened};

/// An answer with everything that came.
#[derive(Debug, Clone)]
pub struct Raw {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub text: String,
}

impl Raw {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The status and the problem's code, or the gateway's own message.
    pub fn said(&self) -> (u16, String) {
        let json = self.json();
        let word = json["code"].as_str().or(json["message"].as_str()).unwrap_or("");
        (self.status, word.to_owned())
    }
}

/// An `Idempotency-Key` that was not used before.
pub fn fresh_key() -> String {
    static GIVEN: AtomicU64 = AtomicU64::new(0);
    format!("\"request-{}\"", GIVEN.fetch_add(1, Ordering::Relaxed))
}

/// Sends exactly this to the API.
pub async fn raw(
    world: &World,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Raw {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client");
    let url = format!("{}{path}", world.cloud.api_url());
    let mut call = http.request(method.parse().unwrap(), url).body(body.to_vec());
    for (name, value) in headers {
        call = call.header(*name, *value);
    }
    let response = call.send().await.expect("the gateway answers");
    let status = response.status().as_u16();
    let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
    let headers =
        response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    Raw { status, headers, text: response.text().await.expect("a body") }
}

/// Every item of the table by its key, as text: what was written, byte for byte.
pub async fn items(world: &World) -> BTreeMap<(String, String), String> {
    let (client, table) = world.cloud.table();
    let mut items = BTreeMap::new();
    let mut pages = client.scan().table_name(table).into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page.expect("a scan").items.unwrap_or_default() {
            let text = |name: &str| item[name].as_s().unwrap().clone();
            let sorted: BTreeMap<_, _> = item.iter().collect();
            items.insert((text("pk"), text("sk")), format!("{sorted:?}"));
        }
    }
    items
}

/// One item as it is stored, readable.
pub struct Stored {
    /// Partition key and sort key.
    pub key: (String, String),
    /// The names of its attributes.
    pub names: Vec<String>,
    /// All of it: attributes, the record byte for byte, the record as JSON.
    pub text: String,
}

/// Every item of the table, its record opened.
pub async fn stored(world: &World) -> Vec<Stored> {
    let (client, table) = world.cloud.table();
    let (mut found, mut records) = (Vec::new(), Records::new());
    let mut pages = client.scan().table_name(table).into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page.expect("a scan").items.unwrap_or_default() {
            let key = |name: &str| item[name].as_s().unwrap().clone();
            let key = (key("pk"), key("sk"));
            if let Some(record) = item.get("d").and_then(|d| d.as_b().ok()) {
                records.insert(key.clone(), record.as_ref().to_vec());
            }
            let plain: BTreeMap<_, _> = item.iter().filter(|(name, _)| *name != "d").collect();
            let text = format!("{plain:?}");
            found.push(Stored { key, names: item.keys().cloned().collect(), text });
        }
    }
    for item in &mut found {
        let bytes = records.get(&item.key).map(|bytes| String::from_utf8_lossy(bytes));
        let bytes = bytes.unwrap_or_default();
        item.text = format!("{} {bytes} {}", item.text, opened(&records, &item.key));
    }
    found
}

/// Every item that names this is lost, as after a table was restored from an old backup.
pub async fn lose(world: &World, name: &str) {
    let named = stored(world).await.into_iter().filter(|item| item.text.contains(name));
    let named: BTreeSet<_> = named.map(|item| item.key).collect();
    let (client, table) = world.cloud.table();
    let mut pages = client.scan().table_name(table).into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page.expect("a scan").items.unwrap_or_default() {
            let key = |name: &str| item[name].as_s().unwrap().clone();
            if named.contains(&(key("pk"), key("sk"))) {
                let delete = client.delete_item().table_name(table);
                let delete = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone());
                delete.send().await.expect("a deletion");
            }
        }
    }
}
