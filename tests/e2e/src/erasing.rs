//! What a user does and sees who has themselves erased, and what an operator finds of them.

use std::collections::BTreeMap;

use local_cloud::World;
use serde_json::{Value, json};

use crate::{Answer, User, minutes, raw::stored};

impl User<'_> {
    /// Asks for their own erasure.
    pub async fn ask_to_be_erased(&self) -> Answer {
        self.post("/v1/erasure-requests", &json!({"customer_id": self.sub})).await
    }

    /// The same; it must be accepted.
    pub async fn erase(&self) -> Value {
        self.ask_to_be_erased().await.expect(202)
    }

    /// An erasure as it stands now.
    pub async fn erasure(&self, erasure: &Value) -> Value {
        self.get(&format!("/v1/erasure-requests/{}", erasure["id"].as_str().unwrap())).await
    }

    /// Three hours pass, in which an erasure that waits for nobody comes to its end.
    pub async fn erased(&self, erasure: &Value) -> Value {
        self.world.advance(minutes(180), minutes(10)).await;
        let receipt = self.erasure(erasure).await;
        assert_eq!(receipt["status"], "erased", "{receipt:#}");
        receipt
    }
}

/// What a receipt counts.
pub fn counts(receipt: &Value) -> BTreeMap<String, u64> {
    let counts = receipt["erased"].as_array().expect("counts").iter();
    let one = |count: &Value| {
        (count["kind"].as_str().unwrap().to_owned(), count["count"].as_u64().unwrap())
    };
    counts.map(one).collect()
}

/// The items that name one of these, in a key, an attribute or the record.
pub async fn naming(world: &World, names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for item in stored(world).await {
        for name in names.iter().filter(|name| item.text.contains(name.as_str())) {
            found.push(format!("{name} is in {} {}", item.key.0, item.key.1));
        }
    }
    found
}
