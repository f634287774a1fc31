//! The end: the consent of the linked connection is revoked and looked at again; the run's customers go.

use domain::{bank::RemoteConsentState, id::RemoteConnectionId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Failure, Finding, Ground, call::told};

/// Revokes the consent of the linked connection, by both methods that sources name (question 3), then by
/// our client, which must not mind that it is done already. The customers of this run are removed.
pub async fn revocation(ground: &Ground) -> Result<Vec<Finding>, Failure> {
    let mut found = Vec::new();
    if let Some(linked) = &ground.linked {
        found.extend(methods(ground, &linked.connection).await?);
        found.push(proven(ground, &linked.connection).await?);
        found.push(readable(ground, &linked.connection).await?);
    }
    found.push(removed(ground).await?);
    Ok(found)
}

async fn methods(ground: &Ground, id: &RemoteConnectionId) -> Result<Vec<Finding>, Failure> {
    let mut found = Vec::new();
    let consents = ground.client.consents(id, ground.now()).await?;
    for consent in consents.iter().filter(|one| one.state == RemoteConsentState::Active).take(1) {
        let path = format!("/consents/{}/revoke?connection_id={id}", consent.id);
        for (method, what) in [
            (Method::PUT, "3  PUT /consents/{id}/revoke"),
            (Method::POST, "3  POST /consents/{id}/revoke, after that"),
        ] {
            let reply = ground.caller.send(method, &path, Some(json!({}))).await?;
            found.push(Finding::open(what, reply.says()));
        }
    }
    Ok(found)
}

/// Proof 1: a re-read shows it; and asking for it again is no error.
async fn proven(ground: &Ground, id: &RemoteConnectionId) -> Result<Finding, Failure> {
    let what = "a revoked consent is shown as revoked";
    let (client, now) = (&ground.client, ground.now());
    let before = client.consents(id, now).await?;
    for consent in &before {
        if let Err(error) = client.revoke_consent(id, &consent.id, now).await {
            return Ok(Finding::must(what, false, told(&error)));
        }
    }
    let after = client.consents(id, now).await?;
    let revoked = after.iter().filter(|one| one.state == RemoteConsentState::Revoked).count();
    let all = !after.is_empty() && revoked == after.len();
    Ok(Finding::must(what, all, format!("{revoked} of {}, also when repeated", after.len())))
}

/// 17: what is readable afterwards.
async fn readable(ground: &Ground, id: &RemoteConnectionId) -> Result<Finding, Failure> {
    let path = format!("/accounts?connection_id={id}");
    let reply = ground.caller.send(Method::GET, &path, None).await?;
    let rows = reply.body["data"].as_array().map(|rows| format!(", {} accounts", rows.len()));
    let says = format!("{}{}", reply.says(), rows.unwrap_or_default());
    Ok(Finding::open("17 accounts after the revocation", says))
}

/// The customers that this run made; a service that keeps them keeps them without a connection.
async fn removed(ground: &Ground) -> Result<Finding, Failure> {
    let what = "   customers of this run, removed";
    let reply = ground.caller.send(Method::GET, "/customers?per_page=1000", None).await?;
    let mine = |value: &Value| value.as_str().is_some_and(|text| text.starts_with(&ground.run));
    let rows = reply.body["data"].as_array().into_iter().flatten();
    let rows: Vec<_> = rows.filter(|one| mine(&one["identifier"]) || mine(&one["email"])).collect();
    let mut gone = 0;
    for customer in &rows {
        let id = customer["customer_id"].to_string();
        let path = format!("/customers/{}", id.trim_matches('"'));
        gone += usize::from(ground.caller.send(Method::DELETE, &path, None).await?.done());
    }
    Ok(Finding::open(what, format!("{gone} of {}", rows.len())))
}
