//! Sending one callback and noting the answer.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::Url;

use super::Delivery;
use crate::clock::later;
use crate::record::DeliveryRecord;
use crate::signature::{Signer, callback_message};
use crate::world::World;

/// Where a callback is really sent to, and with which extra credentials.
pub(crate) struct Target {
    /// The registered address, which is signed.
    pub(crate) registered: String,
    /// Where it is answered.
    pub(crate) url: String,
    pub(crate) basic_auth: Option<(String, String)>,
    pub(crate) key_version: String,
    pub(crate) timeout: Duration,
}

impl World {
    pub(crate) fn target_of(&self, delivery: &Delivery) -> Target {
        let callbacks = self.clients.get(&delivery.app_id).map(|client| &client.callbacks);
        let origin = callbacks.and_then(|callbacks| callbacks.delivered_to.as_deref());
        // Who has moved meanwhile is told at the new address.
        let registered = callbacks
            .and_then(|callbacks| callbacks.urls.get(&delivery.kind))
            .unwrap_or(&delivery.url);
        Target {
            registered: registered.clone(),
            url: origin
                .and_then(|origin| moved(registered, origin))
                .unwrap_or_else(|| registered.clone()),
            basic_auth: callbacks.and_then(|callbacks| callbacks.basic_auth.clone()),
            key_version: self.switches.callback_key_version.clone(),
            timeout: Duration::from_millis(self.switches.callback_timeout_millis),
        }
    }

    /// Notes the answer; anything but 2xx is delivered again after the next pause, if there is one.
    pub(crate) fn note_delivery(
        &mut self,
        delivery: Delivery,
        answer: Result<u16, String>,
        now: Timestamp,
    ) {
        let delivered = matches!(answer, Ok(200..=299));
        let entry = delivery.entry.and_then(|entry| self.record.callbacks.get_mut(entry));
        if let Some(entry) = entry {
            let (status, error) = match answer {
                Ok(status) => (Some(status), None),
                Err(error) => (None, Some(error)),
            };
            entry.deliveries.push(DeliveryRecord { at: now, status, error });
            entry.delivered |= delivered;
        }
        if delivered {
            return;
        }
        if let Some(minutes) = self.switches.callback_retry_minutes.get(delivery.tries) {
            let due = later(now, SignedDuration::from_mins(*minutes));
            let tries = delivery.tries + 1;
            self.outbox.waiting.push(Delivery { due, tries, ..delivery });
        }
    }
}

/// `url` at another scheme, host and port.
fn moved(url: &str, origin: &str) -> Option<String> {
    let url: Url = url.parse().ok()?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{}{}{query}", origin.trim_end_matches('/'), url.path()))
}

/// Sends one callback; gives the status or why there was none.
pub(crate) async fn send(
    http: &reqwest::Client,
    signer: &Signer,
    delivery: &Delivery,
    target: &Target,
) -> Result<u16, String> {
    let message = callback_message(&target.registered, delivery.body.as_bytes());
    let signature = signer.sign(&message).map_err(|refused| refused.to_string())?;
    let mut request = http
        .post(&target.url)
        .timeout(target.timeout)
        .header("Content-Type", "application/json")
        .header("Signature", signature)
        .header("Signature-key-version", target.key_version.as_str())
        .body(delivery.body.clone());
    if let Some((user, password)) = &target.basic_auth {
        request = request.basic_auth(user, Some(password));
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    Ok(answer.status().as_u16())
}
