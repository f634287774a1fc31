//! Earlier links that only their owner can delete, in Salt Edge's dashboard: once they are proven to be gone, nobody is
//! told of them any more. A callback says so, and where it is lost the connection's own slot finds it. What a visit that
//! was out meanwhile has allowed there is revoked again.

use domain::{
    bank::{RemoteConnection, RemoteConsent},
    connection::Connection,
    id::RemoteConnectionId,
    session::LinkSession,
};
use jiff::Timestamp;
use salt_edge::{Keyring, error::connection_gone};
use shell::Failed;
use store::StoreError;

use crate::start::Parts;

/// Looks whether these are gone, or have a consent again; whether any has, or somebody else was faster: then the
/// connection was written.
pub(crate) async fn look(
    parts: &Parts,
    connection: Connection,
    named: &[RemoteConnectionId],
    now: Timestamp,
) -> Result<bool, Failed> {
    let bank = parts.bank.get().await?;
    let (mut gone, mut again) = (Vec::new(), Vec::new());
    for remote in named {
        match bank.client.connection(remote, now).await {
            Err(error) if connection_gone(&error) => gone.push(remote),
            shown => {
                let news = !connection.retiring.contains(remote);
                if news && allowed_again(parts, &bank, &connection, &shown?, now).await? {
                    again.push(remote.clone());
                }
            }
        }
    }
    if gone.is_empty() && again.is_empty() {
        return Ok(false);
    }
    if !gone.is_empty() {
        // The same keys read our customer: keys of another account see none of them either.
        bank.client.control(&connection.remote_customer, now).await?;
    }
    let left = connection.left.iter().filter(|one| !gone.contains(one)).cloned().collect();
    let mut next = Connection { left, ..connection };
    if !again.is_empty() {
        next = next.retiring_again(&again, now);
    }
    match parts.table.put_connection(&next).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Whether a consent is in force there again that nobody can confirm any more. A visit that may still be confirmed has
/// its day: then it is the connection's login again, or its own end takes back what it allowed.
async fn allowed_again(
    parts: &Parts,
    bank: &Keyring,
    connection: &Connection,
    shown: &RemoteConnection,
    now: Timestamp,
) -> Result<bool, Failed> {
    let out = parts.table.still_out(shown).await?;
    // One that was begun before an end is no way back behind it.
    let may = |out: LinkSession| {
        connection.state.open() || out.connection.is_none() || out.trail.reopens.is_some()
    };
    if out.is_some_and(may) {
        return Ok(false);
    }
    let listed = bank.client.consents(&shown.id, now).await?;
    Ok(listed.iter().any(RemoteConsent::in_force))
}
