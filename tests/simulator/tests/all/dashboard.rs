//! The end user's own view, where connections really end.

use jiff::SignedDuration;
use serde_json::json;
use simulator::ClientKind;

use crate::ears::Ears;
use crate::support::{Integrator, client};

#[tokio::test]
async fn a_user_deletes_a_connection_and_it_is_gone() {
    let ears = Ears::open().await;
    let us = Integrator::of(client(ClientKind::Partner).with_callbacks(ears.callbacks())).await;
    let created = us.post("/customers", json!({ "email": "jane@example.com" })).await.data();
    let customer = created["customer_id"].as_str().unwrap();
    let id = us.connected_again(customer, "fakebank_oauth_xf").await;
    let joe = us.customer("joe@example.com").await;
    let other = us.connected_again(&joe, "fakebank_simple_xf").await;
    us.salt_edge.pump().await;
    ears.take();

    let url = us.salt_edge.dashboard_url();
    let sign_in = us.browser.open(&url).await.unwrap();
    assert!(sign_in.html.contains("name=\"email\""));
    let mine = us.browser.open(&format!("{url}?email=jane@example.com")).await.unwrap();
    assert!(mine.html.contains("Fakebank OAuth") && !mine.html.contains("Fakebank Simple"));
    let form = |id: String| [("email", "jane@example.com".to_owned()), ("connection_id", id)];
    let stranger = form(other.to_string());
    let fields: Vec<(&str, &str)> = stranger.iter().map(|(k, v)| (*k, v.as_str())).collect();
    us.browser.post(&format!("{url}/delete"), &fields).await.unwrap();
    assert_eq!(us.connection(other).await["status"], "active", "not hers, not deleted");

    let own = form(id.to_string());
    let fields: Vec<(&str, &str)> = own.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let left = us.browser.post(&format!("{url}/delete"), &fields).await.unwrap();
    assert!(left.html.contains("No bank is connected"), "{}", left.html);
    us.salt_edge.pump().await;
    assert_eq!(ears.story(), ["destroy"]);
    let told = ears.heard()[0].json()["data"].clone();
    let custom = json!({ "link_id": "lnk_1" });
    assert_eq!(
        told,
        json!({ "connection_id": id.to_string(), "customer_id": customer, "custom_fields": custom })
    );
    for path in ["/connections/{}", "/accounts?connection_id={}", "/transactions?connection_id={}"]
    {
        let answer = us.get(&path.replace("{}", &id.to_string())).await;
        assert_eq!((answer.status, answer.class().as_str()), (404, "ConnectionNotFound"), "{path}");
    }
    assert_eq!(us.salt_edge.control().record().deletions[0].by, "dashboard");
}

#[tokio::test]
async fn a_user_withdraws_the_consent_and_the_connection_stays() {
    let us = Integrator::partner().await;
    let created = us.post("/customers", json!({ "identifier": "jo@example.com" })).await.data();
    let id =
        us.connected_again(created["customer_id"].as_str().unwrap(), "fakebank_oauth_xf").await;
    let form = format!("{}/withdraw", us.salt_edge.dashboard_url());
    let id_text = id.to_string();
    let fields = [("email", "jo@example.com"), ("connection_id", id_text.as_str())];
    us.browser.post(&form, &fields).await.unwrap();
    assert_eq!(us.connection(id).await["status"], "inactive");
    let consents = us.get(&format!("/consents?connection_id={id}")).await.data();
    assert_eq!(consents[0]["revoke_reason"], "saltedge");
}

#[tokio::test]
async fn a_partner_may_not_delete_and_a_licensed_client_may() {
    let us = Integrator::partner().await;
    let id = us.connected("fakebank_simple_xf").await;
    let refused = us.delete(&format!("/connections/{id}")).await;
    assert_eq!((refused.status, refused.class().as_str()), (406, "ActionNotAllowed"));
    us.salt_edge.control().switch(|s| s.partner_may_delete = true);
    assert_eq!(us.delete(&format!("/connections/{id}")).await.status, 200);

    let us = Integrator::licensed().await;
    let id = us.connected("fakebank_simple_xf").await;
    let removed = us.delete(&format!("/connections/{id}")).await.data();
    assert_eq!(removed, json!({ "id": id.to_string(), "removed": true }));
    assert_eq!(us.delete(&format!("/connections/{id}")).await.class(), "ConnectionNotFound");
}

#[tokio::test]
async fn deleting_during_a_fetch_stops_it() {
    let ears = Ears::open().await;
    let us = Integrator::of(client(ClientKind::Client).with_callbacks(ears.callbacks())).await;
    let id = us.connected("fakebank_oauth_xf").await;
    us.salt_edge.control().switch(|s| s.notify_callbacks = false);
    us.later(SignedDuration::from_hours(2));
    us.salt_edge.pump().await;
    ears.take();
    assert_eq!(us.background_refresh(id).await.status, 200);
    assert_eq!(us.delete(&format!("/connections/{id}")).await.status, 200);
    us.salt_edge.pump().await;
    assert_eq!(ears.story(), ["fail ConnectionFetchingStopped", "destroy"]);
    assert_eq!(us.salt_edge.control().running_attempts(), 0);
}
