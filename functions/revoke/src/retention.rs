//! What was delivered stays readable for a while after the end, and is deleted then; the tombstone goes last.

use std::collections::BTreeMap;

use domain::{
    connection::{Connection, State},
    id::TenantId,
    limits::{ERASE_BATCH, ERASE_BATCHES, OWNER_PAUSE, RETENTION, RETENTION_DAYS, STRAGGLERS},
    receipt::Chain,
};
use jiff::{SignedDuration, Timestamp};
use shell::{Failed, StartError};
use store::StoreError;

use crate::start::Parts;

/// How long each tenant's data stays readable after a revocation.
pub(crate) struct Retention(BTreeMap<TenantId, u16>);

impl Retention {
    pub(crate) fn parse(json: &str) -> Result<Self, StartError> {
        let wanted = format!(r#"it must be JSON like {{"tenant":90}}, 0 to {RETENTION_DAYS} days"#);
        let refused = || StartError::unusable("HALITE_RETENTION_DAYS", &wanted);
        let days: BTreeMap<TenantId, u16> = serde_json::from_str(json).map_err(|_| refused())?;
        if days.values().any(|days| *days > RETENTION_DAYS) {
            return Err(refused());
        }
        Ok(Self(days))
    }

    /// No sooner than whoever began to read before the end has ended.
    pub(crate) fn of(&self, tenant: &TenantId) -> SignedDuration {
        let own = self.0.get(tenant).map(|days| SignedDuration::from_hours(24 * i64::from(*days)));
        own.unwrap_or(RETENTION).max(STRAGGLERS)
    }
}

/// Looks whether the time of a connection that has ended is over, and deletes what it kept: first what was
/// delivered, an hour later the connection itself, unless it is still in its owner's Salt Edge account.
/// False: nothing was to be done, and nothing was written.
pub(crate) async fn over(
    parts: &Parts,
    connection: Connection,
    now: Timestamp,
) -> Result<bool, Failed> {
    // Nothing of a connection that is not proven to be gone is forgotten, but what was delivered.
    let stays = connection.state != State::Revoked;
    if stays && (connection.emptied || connection.state.open()) {
        return Ok(false);
    }
    let closed = parts.table.closed_at(&connection.tenant, &connection.id).await?;
    let since = closed.unwrap_or(connection.created_at);
    let until = since + parts.retention.of(&connection.tenant);
    if now < until {
        // One that is not gone is looked at daily anyway.
        let due = if stays { connection.due.unwrap_or(until) } else { until };
        let told = connection.kept_until == Some(until) && connection.due == Some(due);
        let connection = Connection { kept_until: Some(until), ..connection };
        return if told { Ok(false) } else { look_again(parts, connection, due).await };
    }
    if !connection.emptied {
        return empty(parts, connection, now).await;
    }
    forget(parts, &connection, now).await
}

/// Deletes what was delivered. Said before the first item goes: half of it is no journal, and no chain of receipts, that
/// somebody could go on with.
async fn empty(parts: &Parts, connection: Connection, now: Timestamp) -> Result<bool, Failed> {
    let Some(mut connection) = deleting(parts, connection, now).await? else { return Ok(true) };
    let (tenant, id) = (connection.tenant.clone(), connection.id.clone());
    let mut deleted = 0;
    for _ in 0..ERASE_BATCHES {
        let keys = parts.table.delivered(&tenant, &id, ERASE_BATCH).await?;
        if keys.is_empty() {
            let pause = if connection.state == State::Revoked { STRAGGLERS } else { OWNER_PAUSE };
            tracing::info!(metric.items_deleted = deleted, connection.id = %id,
                "what was delivered is deleted: its time after the end is over");
            // Its receipts are among it: a link after this begins another chain.
            let receipts = Chain::default();
            let emptied = Connection { emptied: true, deleting: None, receipts, ..connection };
            return look_again(parts, emptied, now + pause).await;
        }
        connection = match parts.table.delete_of(connection, &keys).await {
            Err(StoreError::Conflict) => return Ok(true),
            stored => stored?,
        };
        deleted += keys.len();
    }
    tracing::info!(metric.items_deleted = deleted, connection.id = %id, "deletion goes on");
    look_again(parts, connection, now + SignedDuration::from_mins(1)).await
}

/// Deletes the connection itself, with what leads to it and what was written late all the same.
async fn forget(parts: &Parts, connection: &Connection, now: Timestamp) -> Result<bool, Failed> {
    let Some(connection) = deleting(parts, connection.clone(), now).await? else { return Ok(true) };
    let late = parts.table.delivered(&connection.tenant, &connection.id, ERASE_BATCH).await?;
    if !late.is_empty() {
        return match parts.table.delete_of(connection, &late).await {
            Err(StoreError::Conflict) => Ok(true),
            connection => look_again(parts, connection?, now).await,
        };
    }
    for keys in parts.table.leads(&connection).await? {
        parts.table.delete(&keys).await?;
    }
    match parts.table.forget_connection(&connection).await {
        Ok(()) | Err(StoreError::Conflict) => {}
        Err(error) => return Err(error.into()),
    }
    tracing::info!(connection.id = %connection.id, "a connection is forgotten");
    Ok(true)
}

/// The connection as it is being deleted: whoever links the bank again from here on waits, and whoever was about to
/// is stopped by the version. None = somebody was faster.
async fn deleting(
    parts: &Parts,
    connection: Connection,
    now: Timestamp,
) -> Result<Option<Connection>, Failed> {
    match parts.table.put_connection(&Connection { deleting: Some(now), ..connection }).await {
        Err(StoreError::Conflict) => Ok(None),
        stored => Ok(Some(stored?)),
    }
}

async fn look_again(parts: &Parts, connection: Connection, due: Timestamp) -> Result<bool, Failed> {
    match parts.table.put_connection(&Connection { due: Some(due), ..connection }).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
