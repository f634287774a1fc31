//! The daily comparison with Salt Edge, both ways, some connections and customers a run. First ours: where too many
//! are gone at once something else is wrong, and nothing is ended. Then theirs: what nothing here leads to is
//! listed, and ended when its grace is over.

use domain::{
    bank::{BankError, RemoteConnection},
    comparison::{Comparison, Orphan, OrphanState, Place},
    id::{RemoteConnectionId, RemoteCustomerId},
    limits::{COMPARED_AT_ONCE, CYCLE_MINUTES, ORPHAN_KEPT},
    message::Message,
};
use jiff::Timestamp;
use salt_edge::{Keyring, Mode, error::connection_gone};
use shell::{Failed, StartError, alarm};
use store::StoreError;

use crate::{
    phases::{in_force, proven_gone, withdraw},
    start::Parts,
};

pub(crate) async fn compare(parts: &Parts, now: Timestamp) -> Result<(), Failed> {
    let Some(comparison) = parts.table.comparison().await?.next(now) else { return Ok(()) };
    let next = match comparison.place.clone() {
        Place::Ours(minute) => ours(parts, comparison.clone(), minute, now).await,
        Place::Theirs(from) => theirs(parts, comparison.clone(), from.as_ref(), now).await,
        Place::Over => return Ok(()),
    };
    let next = match next {
        Ok(next) => next,
        Err(Stop::Bank(error)) => return tomorrow(parts, &comparison, &error, now).await,
        Err(Stop::Failed(why)) => return Err(why),
    };
    let next = match parts.table.put_comparison(&next).await {
        // Another delivery of the same message was faster, and goes on.
        Err(StoreError::Conflict) => return Ok(()),
        stored => stored?,
    };
    if next.place != Place::Over {
        return Ok(parts.queue.send(&Message::Compare).await?);
    }
    tracing::info!(
        metric.compared = next.looked,
        gone = next.gone,
        orphans = next.orphans,
        "the comparison with Salt Edge is over"
    );
    Ok(())
}

/// The next night goes on from here: a message kept for it would say no more than that.
async fn tomorrow(
    parts: &Parts,
    comparison: &Comparison,
    error: &BankError,
    now: Timestamp,
) -> Result<(), Failed> {
    tracing::warn!(%error, "Salt Edge could not be compared with tonight");
    if comparison.overdue(now) {
        alarm("comparison_stuck", "the comparison with Salt Edge does not come to its end");
    }
    match parts.table.put_comparison(comparison).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Why a run ends early.
enum Stop {
    /// Salt Edge does not answer, or not readably.
    Bank(BankError),
    Failed(Failed),
}

impl From<BankError> for Stop {
    fn from(error: BankError) -> Self {
        Self::Bank(error)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StartError> for Stop {
    fn from(error: StartError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Failed> for Stop {
    fn from(why: Failed) -> Self {
        Self::Failed(why)
    }
}

/// Looks for ours at Salt Edge. What is gone is closed by its own next look, which proves it; here it is counted.
async fn ours(
    parts: &Parts,
    mut comparison: Comparison,
    mut minute: u16,
    now: Timestamp,
) -> Result<Comparison, Stop> {
    let bank = parts.bank.get().await?;
    let mut looked = 0;
    while minute < CYCLE_MINUTES && looked < COMPARED_AT_ONCE {
        for (tenant, id) in parts.table.slots(minute..=minute).await? {
            let Some(connection) = parts.table.connection(&tenant, &id).await? else { continue };
            looked += 1;
            comparison.looked += 1;
            match bank.client.connection(&connection.remote, now).await {
                Ok(_) => {}
                Err(error) if connection_gone(&error) => comparison.gone += 1,
                Err(error) => return Err(Stop::Bank(error)),
            }
        }
        minute += 1;
    }
    if comparison.too_many_gone() {
        let of = comparison.looked;
        alarm("comparison_stopped", &format!("{} of {of} connections are gone", comparison.gone));
        return Ok(Comparison { place: Place::Over, ..comparison });
    }
    let over = minute >= CYCLE_MINUTES;
    let place = if over { Place::Theirs(None) } else { Place::Ours(minute) };
    Ok(Comparison { place, ..comparison })
}

/// Looks for theirs here: of customers that carry this deployment's id, and of no others.
async fn theirs(
    parts: &Parts,
    mut comparison: Comparison,
    from: Option<&RemoteCustomerId>,
    now: Timestamp,
) -> Result<Comparison, Stop> {
    let bank = parts.bank.get().await?;
    let most = COMPARED_AT_ONCE;
    let (own, next) = bank.client.customers_of(&parts.deployment, from, most, now).await?;
    for customer in own {
        for shown in bank.client.connections(&customer, now).await? {
            if parts.table.known_here(&shown.id).await? {
                continue;
            }
            comparison.orphans += 1;
            found(parts, &bank, &comparison, shown, now).await?;
        }
    }
    let ended = comparison.ended + u32::from(next.is_none());
    let place = next.map_or(Place::Over, |next| Place::Theirs(Some(next)));
    Ok(Comparison { place, ended, ..comparison })
}

/// One that nothing here leads to: it is listed, and ended when its grace is over.
async fn found(
    parts: &Parts,
    bank: &Keyring,
    comparison: &Comparison,
    shown: RemoteConnection,
    now: Timestamp,
) -> Result<(), Failed> {
    let before = parts.table.orphan(&shown.id).await?;
    let mut orphan =
        before.unwrap_or(Orphan { remote: shown.id, first_seen: now, state: OrphanState::Listed });
    if orphan.due(comparison, now) {
        match end(parts.mode, bank, (&orphan.remote, &shown.customer), now).await {
            Ok(state) => orphan.state = state,
            Err(error) => {
                tracing::warn!(remote = %orphan.remote, %error, "an orphan could not be ended");
                if now >= orphan.first_seen + ORPHAN_KEPT / 2 {
                    alarm("orphan_stuck", "a connection that nobody has cannot be ended");
                }
            }
        }
    }
    let at = match orphan.state {
        OrphanState::Listed | OrphanState::Removed => None,
        OrphanState::Left => Some(parts.dashboard.as_str()),
    };
    tracing::warn!(metric.orphans = 1, by.state = orphan.state.name(), remote = %orphan.remote,
        first_seen = %orphan.first_seen, deleted_by_its_owner_at = at,
        "Salt Edge has a connection that nothing here leads to");
    // It is kept as long as it is seen, and a while longer.
    Ok(parts.table.put_orphan(&orphan, now + ORPHAN_KEPT).await?)
}

/// As a revocation ends: consents first, then the connection, and only what is seen is said.
pub(crate) async fn end(
    mode: Mode,
    bank: &Keyring,
    (remote, customer): (&RemoteConnectionId, &RemoteCustomerId),
    now: Timestamp,
) -> Result<OrphanState, BankError> {
    match withdraw(bank, remote, customer, now).await? {
        None => return Ok(OrphanState::Removed),
        Some(left) if left.iter().any(|consent| in_force(consent.state)) => {
            return Ok(OrphanState::Listed);
        }
        Some(_) => {}
    }
    if mode == Mode::Partner {
        return Ok(OrphanState::Left);
    }
    match bank.client.remove(remote, now).await {
        Err(error) if !connection_gone(&error) => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let gone = proven_gone(bank, remote, customer, now).await?;
    Ok(if gone { OrphanState::Removed } else { OrphanState::Listed })
}
