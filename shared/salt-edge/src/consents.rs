//! Consents: what the end user allowed.

use domain::{
    bank::{BankError, RemoteConsent, Verdict},
    id::{RemoteConnectionId, RemoteConsentId},
};
use jiff::Timestamp;
use reqwest::Method;

use crate::{
    client::Client,
    error::{class, unreadable},
    error_class::ErrorClass,
    exchange::Call,
    page::List,
    translate,
    wire::{consent::Consent, session::Nothing},
};

const LIST: &str = "GET /consents";
const SHOW: &str = "GET /consents/{id}";
const REVOKE: &str = "/consents/{id}/revoke";

impl Client {
    /// All consents of a connection. One that cannot be read, or of another connection, fails the list:
    /// what is revoked is chosen from it.
    pub async fn consents(
        &self,
        connection: &RemoteConnectionId,
        now: Timestamp,
    ) -> Result<Vec<RemoteConsent>, BankError> {
        let query = &[("connection_id", connection.as_str())];
        let list = List { name: LIST, path: "consents", query, from: None };
        let found = self
            .pages(list, now, Vec::new, |found, row| {
                found.push(
                    serde_json::from_str::<Consent>(row.get())
                        .map_err(|_| "not an object")
                        .and_then(|wire| of(wire, connection)),
                );
            })
            .await?
            .read;
        found.into_iter().collect::<Result<_, _>>().map_err(|why| unreadable(LIST, why))
    }

    /// One consent of a connection.
    pub async fn consent(
        &self,
        connection: &RemoteConnectionId,
        id: &RemoteConsentId,
        now: Timestamp,
    ) -> Result<RemoteConsent, BankError> {
        let query = [("connection_id", connection.as_str())];
        let url = self.url(&["consents", id.as_str()], &query);
        let wire: Consent = self.read(Call::get(SHOW, url), now).await?;
        let shown = of(wire, connection).map_err(|why| unreadable(SHOW, why))?;
        if shown.id != *id {
            return Err(unreadable(SHOW, "another consent than asked for"));
        }
        Ok(shown)
    }

    /// Revokes a consent; one that is revoked already is as good.
    ///
    /// Sources disagree on the method: POST, and PUT where the route answers an HTML 404. Only a re-read
    /// proves the revocation: the answer's body is not looked at.
    pub async fn revoke_consent(
        &self,
        connection: &RemoteConnectionId,
        id: &RemoteConsentId,
        now: Timestamp,
    ) -> Result<(), BankError> {
        let result = match self.revoke_by(Method::POST, connection, id, now).await {
            Err(BankError::NotApi { status: 404 | 405 }) => {
                self.revoke_by(Method::PUT, connection, id, now).await
            }
            result => result,
        };
        match result {
            Err(BankError::Refused { verdict: Verdict::Already, .. }) => Ok(()),
            Err(error) if class(&error) == Some(ErrorClass::ConsentRevoked) => Ok(()),
            result => result,
        }
    }

    async fn revoke_by(
        &self,
        method: Method,
        connection: &RemoteConnectionId,
        id: &RemoteConsentId,
        now: Timestamp,
    ) -> Result<(), BankError> {
        let query = [("connection_id", connection.as_str())];
        let url = self.url(&["consents", id.as_str(), "revoke"], &query);
        let call = Call::send(REVOKE, method, url, Nothing {})?;
        let answer = self.exchange(call, now).await?;
        if answer.body.is_empty() {
            return Ok(());
        }
        answer.json::<serde::de::IgnoredAny>().map(|_| ())
    }
}

fn of(wire: Consent, connection: &RemoteConnectionId) -> Result<RemoteConsent, translate::Why> {
    match &wire.connection_id {
        Some(other) if other.0 != connection.as_str() => Err("a consent of another connection"),
        _ => translate::consent(wire),
    }
}
