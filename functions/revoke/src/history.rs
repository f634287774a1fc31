//! What a user allowed, and what became of it: the receipts of a consent's connection.

use std::sync::Arc;

use domain::{
    connection::Connection,
    id::{ConnectionId, ConsentId},
    limits::RECEIPTS_SHOWN,
    receipt::{self, Signature, unbroken},
};
use serde::Serialize;
use serde_json::value::RawValue;
use shell::{Answer, Call, Code, Problem, alarm};
use store::{StoreError, StoredReceipt};

use crate::start::Parts;

#[derive(Serialize)]
struct History {
    consent_id: ConsentId,
    connection_id: ConnectionId,
    receipts: Vec<Box<RawValue>>,
}

/// What a stranger verifies: `verify-consents` reads this.
#[derive(Serialize)]
struct Export {
    #[serde(rename = "type")]
    kind: &'static str,
    connection_id: ConnectionId,
    key: KeyView,
    head: Signed,
    receipts: Vec<Signed>,
}

#[derive(Serialize)]
struct KeyView {
    id: String,
    public_key: String,
}

#[derive(Serialize)]
struct Signed {
    said: Box<RawValue>,
    key_id: String,
    signature: String,
}

impl Signed {
    fn new(text: String, by: Signature) -> Result<Self, StoreError> {
        Ok(Self { said: raw(text)?, key_id: by.key, signature: by.value })
    }
}

/// `GET /v1/consents/{id}/export`: the chain with its signatures, and how long it is at this instant, signed.
pub(crate) async fn export(parts: Arc<Parts>, call: Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: ConsentId = call.path("id")?;
    let connection = seen(&parts, &call, &id).await?;
    let (of, chain) = (&connection.id, &connection.receipts);
    let mut stored = receipts(&parts, &connection).await?;
    // What was appended since the connection was read is behind its head.
    stored.truncate(usize::try_from(chain.count).unwrap_or(usize::MAX));
    named(&id, stored.iter().map(|one| one.text.as_str()))?;
    // Nothing is signed that does not hold together.
    if !unbroken(stored.iter().map(|one| one.text.as_str()), chain) {
        return Err(broken(&connection));
    }
    let head = receipt::head(of, chain, call.now);
    let signature = parts.notary.sign(head.clone()).await?;
    let (key_id, public_key) = parts.notary.public_key().await?;
    let receipts = stored.into_iter().map(|one| Signed::new(one.text, one.signed));
    let export = Export {
        kind: "halite.consent.export.v1",
        connection_id: connection.id.clone(),
        key: KeyView { id: key_id, public_key },
        head: Signed::new(head, signature)?,
        receipts: receipts.collect::<Result<_, _>>()?,
    };
    Ok(Answer::json(200, &export))
}

/// `GET /v1/consents/{id}/history`: the whole chain of its connection, of which this consent is a part.
pub(crate) async fn show(parts: Arc<Parts>, call: Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: ConsentId = call.path("id")?;
    let connection = seen(&parts, &call, &id).await?;
    let stored = receipts(&parts, &connection).await?;
    named(&id, stored.iter().map(|one| one.text.as_str()))?;
    let receipts = stored.into_iter().map(|one| raw(one.text)).collect::<Result<Vec<_>, _>>();
    let receipts = receipts.map_err(|_| broken(&connection))?;
    let connection_id = connection.id;
    Ok(Answer::json(200, &History { consent_id: id, connection_id, receipts }))
}

/// The receipts of a connection, the oldest first.
async fn receipts(parts: &Parts, connection: &Connection) -> Result<Vec<StoredReceipt>, Problem> {
    let (tenant, of) = (&connection.tenant, &connection.id);
    match parts.table.receipts(tenant, of, RECEIPTS_SHOWN).await {
        Err(StoreError::Unreadable { .. }) => Err(broken(connection)),
        stored => Ok(stored?),
    }
}

/// A chain that does not verify is said to be one: somebody changed the table, or it is longer than is exported.
fn broken(connection: &Connection) -> Problem {
    alarm("receipts_broken", &format!("the receipts of {} are no whole chain", connection.id));
    Problem::new(Code::ReceiptsBroken)
}

/// The connection of a consent, where the caller may see it.
async fn seen(parts: &Parts, call: &Call, id: &ConsentId) -> Result<Connection, Problem> {
    let caller = call.caller()?;
    let not_found = || Problem::new(Code::ConsentNotFound);
    let connection = id.connection().ok_or_else(not_found)?;
    let connection = parts.table.newest_connection(&caller.tenant, &connection).await?;
    connection
        .filter(|connection| caller.sees(&connection.customer) && !connection.unlisted)
        // Half of its receipts may be gone already: their time is over.
        .filter(|connection| connection.deleting.is_none())
        .ok_or_else(not_found)
}

/// An id of the right form that this connection never had is nobody's.
fn named<'a>(id: &ConsentId, mut texts: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
    let name = format!("\"consent_id\":\"{id}\"");
    let there = texts.any(|text| text.contains(&name));
    if there { Ok(()) } else { Err(Problem::new(Code::ConsentNotFound)) }
}

/// The receipt as it was hashed, byte for byte.
fn raw(text: String) -> Result<Box<RawValue>, StoreError> {
    let kind = "receipt";
    RawValue::from_string(text)
        .map_err(|error| StoreError::Unreadable { kind, why: error.to_string() })
}
