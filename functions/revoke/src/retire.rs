//! What a connection had at Salt Edge before the same bank was linked afresh is ended.

use domain::{
    bank::{BankError, EndedBy, RemoteConsent},
    connection::Connection,
    id::{RemoteConnectionId, RemoteCustomerId},
    receipt::{Channel, Noticed},
};
use jiff::Timestamp;
use salt_edge::{Keyring, Mode, error::connection_gone};
use shell::Failed;

use crate::{
    phases::{due, proven_gone, withdraw},
    start::Parts,
};

/// An earlier link that could not be retired, and why, if anything is wrong.
pub(crate) struct Stuck {
    pub(crate) error: Option<BankError>,
}

/// Retires one earlier link after the other, until one is not over yet.
pub(crate) async fn retire_all(
    parts: &Parts,
    connection: &mut Connection,
    now: Timestamp,
) -> Result<Option<Stuck>, Failed> {
    while let Some(old) = connection.retiring.first().cloned() {
        let bank = parts.bank.get().await?;
        let left = match retire(parts.mode, &bank, &old, &connection.remote_customer, now).await {
            Ok(Retired::Gone) => None,
            Ok(Retired::Left) => Some(old.clone()),
            Ok(Retired::NotYet) => return Ok(Some(Stuck { error: None })),
            Err(error) => return Ok(Some(Stuck { error: Some(error) })),
        };
        let mut next = Connection { tries: 0, ..connection.clone() };
        next.retiring.retain(|one| *one != old);
        next.left.retain(|one| *one != old);
        next.left.extend(left);
        for one in next.beside.iter_mut().filter(|one| one.of == old) {
            one.consent.ended_by = Some(EndedBy::Client);
        }
        let mut next = next.ended_beside(&old, None, Noticed::by(Channel::Revocation, now));
        // An ask of a user may be waiting for its deadline.
        next.due =
            next.asks.deadline.filter(|deadline| *deadline > now).or_else(|| due(&next, now));
        *connection = parts.table.put_connection(&next).await?;
        tracing::info!(connection.id = %connection.id, "an earlier link at Salt Edge is retired");
    }
    Ok(None)
}

/// What only its owner could delete, and has: nobody is told of it any more.
pub(crate) async fn forget_deleted(
    parts: &Parts,
    connection: &mut Connection,
    now: Timestamp,
) -> Result<(), Failed> {
    let mut left = Vec::new();
    for old in &connection.left {
        let bank = parts.bank.get().await?;
        match proven_gone(&bank, old, &connection.remote_customer, now).await {
            Ok(true) => {}
            Ok(false) => left.push(old.clone()),
            Err(error) => {
                tracing::warn!(connection.id = %connection.id, %error, "an earlier link cannot be looked at");
                left.push(old.clone());
            }
        }
    }
    if left.len() < connection.left.len() {
        *connection =
            parts.table.put_connection(&Connection { left, ..connection.clone() }).await?;
    }
    Ok(())
}

/// What became of an earlier link.
enum Retired {
    /// It is removed, or was gone already.
    Gone,
    /// Its consent is over; only its owner can delete it.
    Left,
    /// Its consent is still in force.
    NotYet,
}

/// Ends what a connection had at Salt Edge before the same bank was linked afresh.
async fn retire(
    mode: Mode,
    bank: &Keyring,
    old: &RemoteConnectionId,
    customer: &RemoteCustomerId,
    now: Timestamp,
) -> Result<Retired, BankError> {
    match withdraw(bank, old, customer, now).await? {
        None => return Ok(Retired::Gone),
        Some(left) if left.iter().any(RemoteConsent::in_force) => {
            return Ok(Retired::NotYet);
        }
        Some(_) => {}
    }
    match mode {
        Mode::Partner => Ok(Retired::Left),
        Mode::Client => match bank.client.remove(old, now).await {
            Err(error) if connection_gone(&error) => {
                let gone = proven_gone(bank, old, customer, now).await?;
                Ok(if gone { Retired::Gone } else { Retired::NotYet })
            }
            removed => removed.map(|()| Retired::Gone),
        },
    }
}
