//! Earlier links that only their owner can delete, in Salt Edge's dashboard: once they are proven to be gone, nobody is
//! told of them any more. A callback says so, and where it is lost the connection's own slot finds it.

use domain::{connection::Connection, id::RemoteConnectionId};
use jiff::Timestamp;
use salt_edge::error::connection_gone;
use shell::Failed;
use store::StoreError;

use crate::start::Parts;

/// Looks whether these are gone; whether any is, or somebody else was faster: then the connection was written.
pub(crate) async fn look(
    parts: &Parts,
    connection: Connection,
    named: &[RemoteConnectionId],
    now: Timestamp,
) -> Result<bool, Failed> {
    let bank = parts.bank.get().await?;
    let mut gone = Vec::new();
    for remote in named {
        match bank.client.connection(remote, now).await {
            Err(error) if connection_gone(&error) => gone.push(remote),
            shown => drop(shown?),
        }
    }
    if gone.is_empty() {
        return Ok(false);
    }
    // The same keys read our customer: keys of another account see none of them either.
    bank.client.control(&connection.remote_customer, now).await?;
    let left = connection.left.iter().filter(|one| !gone.contains(one)).cloned().collect();
    match parts.table.put_connection(&Connection { left, ..connection }).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(true),
        Err(error) => Err(error.into()),
    }
}
