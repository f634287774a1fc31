//! What a user sees of their consents' receipts.

use ring::digest::{SHA256, digest};
use serde_json::Value;

use crate::User;

impl User<'_> {
    /// The receipts of a connection's consents: a chain without a hole, or the test fails.
    pub async fn receipts(&self, connection: &Value) -> Vec<Value> {
        let now = self.again(connection).await;
        let id = now["consent"]["id"].as_str().expect("a consent");
        let history = self.get(&format!("/v1/consents/{id}/history")).await;
        assert_eq!(history["connection_id"], connection["id"]);
        let receipts = history["receipts"].as_array().expect("receipts").clone();
        let mut previous = "0".repeat(64);
        for (index, receipt) in receipts.iter().enumerate() {
            assert_eq!(receipt["number"], index + 1, "{receipts:#?}");
            assert_eq!(receipt["previous"], previous.as_str(), "{receipts:#?}");
            previous = sha256(&receipt.to_string());
        }
        receipts
    }

    /// What happened to a connection's consents, as their receipts say.
    pub async fn consent_events(&self, connection: &Value) -> Vec<String> {
        let receipts = self.receipts(connection).await;
        receipts.iter().map(|one| one["event"].as_str().expect("an event").to_owned()).collect()
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    hash.as_ref()
        .iter()
        .flat_map(|byte| {
            [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'))
        })
        .collect()
}
