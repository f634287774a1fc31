//! A visit that ended at a login which its connection has left behind: the bank was linked afresh meanwhile. What it
//! allowed there is revoked with the rest of that login, in whatever state the connection is.

use domain::{connection::Connection, id::RemoteConnectionId, session::LinkSession};
use jiff::Timestamp;
use salt_edge::{Keyring, error::connection_gone};
use shell::Failed;

use crate::{phases, start::Parts};

/// The connection of a visit, and the login that the visit was for, where these have parted. What another visit did there
/// that may still come to something is that one's.
pub(crate) async fn left_behind(
    parts: &Parts,
    bank: &Keyring,
    session: &LinkSession,
    now: Timestamp,
) -> Result<Option<(Connection, RemoteConnectionId)>, Failed> {
    let (Some(id), Some(remote)) = (&session.connection, &session.remote) else { return Ok(None) };
    let known = parts.table.newest_connection(&session.tenant, id).await?;
    let Some(known) = known.filter(|known| known.remote != *remote) else { return Ok(None) };
    if session.trail.opened_at.is_none() {
        return Ok(None);
    }
    let out = match bank.client.connection(remote, now).await {
        Ok(shown) => parts.table.still_out(&shown).await?,
        // Its retirement proves that.
        Err(error) if connection_gone(&error) => None,
        Err(error) => return Err(error.into()),
    };
    let anothers = out.is_some_and(|out| out.id != session.id);
    Ok((!anothers).then(|| (known, remote.clone())))
}

/// Has the login retired once more. The session is stored with it: nobody confirms it in between.
pub(crate) async fn retire_again(
    parts: &Parts,
    known: Connection,
    remote: &RemoteConnectionId,
    session: &LinkSession,
    now: Timestamp,
) -> Result<(), Failed> {
    let again = known.retiring_again(std::slice::from_ref(remote), now);
    let (again, _) = parts.table.link(&again, session).await?;
    phases::go_on(parts, &again.tenant, &again.id, now).await
}
