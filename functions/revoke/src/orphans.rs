//! The daily comparison with Salt Edge, both ways, some calls a run; its place is stored behind each minute and customer.
//! First ours: where too many are gone at once something else is wrong, and nothing is ended. Then theirs: what nothing
//! here leads to is listed, and ended when its grace is over.

use domain::{
    bank::{BankError, RemoteConnection, RemoteConsent, Verdict},
    comparison::{Comparison, Orphan, OrphanState, Place},
    id::{RemoteConnectionId, RemoteCustomerId},
    limits::{COMPARED_AT_ONCE, CYCLE_MINUTES, ORPHAN_CALLS, ORPHAN_KEPT},
    message::Message,
};
use jiff::Timestamp;
use salt_edge::{Keyring, Mode, error::connection_gone};
use shell::{Failed, StartError, alarm};
use store::StoreError;

use crate::{
    phases::{proven_gone, withdraw},
    start::Parts,
};

pub(crate) async fn compare(parts: &Parts, now: Timestamp) -> Result<(), Failed> {
    let Some(comparison) = parts.table.comparison().await?.next(now) else { return Ok(()) };
    if comparison.overdue(now) {
        alarm("comparison_stuck", "the comparison with Salt Edge does not come to its end");
    }
    let next = match further(parts, comparison.clone(), now).await {
        Ok(next) => next,
        Err(Stop::Bank(error)) => return tomorrow(parts, &comparison, &error).await,
        Err(Stop::Overtaken) => return Ok(()),
        Err(Stop::Failed(why)) => return Err(why),
    };
    if next.place != Place::Over {
        return Ok(parts.queue.send(&Message::Compare).await?);
    }
    tracing::info!(
        metric.compared = next.looked,
        gone = next.gone,
        orphans = next.orphans,
        skipped = next.skipped,
        "the comparison with Salt Edge is over"
    );
    Ok(())
}

/// One run further, and stored.
async fn further(parts: &Parts, from: Comparison, now: Timestamp) -> Result<Comparison, Stop> {
    let next = match from.place.clone() {
        Place::Ours(minute) => ours(parts, from, minute, now).await?,
        Place::Theirs(customer) => theirs(parts, from, customer.as_ref(), now).await?,
        // One that is over has begun anew, or another delivery has ended it.
        Place::Over => return Err(Stop::Overtaken),
    };
    put(parts, &next).await
}

/// The next night goes on from here: a message kept for it would say no more than that.
async fn tomorrow(parts: &Parts, comparison: &Comparison, error: &BankError) -> Result<(), Failed> {
    tracing::warn!(%error, "Salt Edge could not be compared with tonight");
    match parts.table.put_comparison(comparison).await {
        Ok(_) | Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Why a run ends early.
enum Stop {
    /// Salt Edge does not answer, or the list of customers not readably.
    Bank(BankError),
    /// Another delivery of the same message goes on with it.
    Overtaken,
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
    let mut calls = COMPARED_AT_ONCE;
    while minute < CYCLE_MINUTES {
        let slots = parts.table.slots(minute..=minute).await?;
        let any = !slots.is_empty();
        for (tenant, id) in slots.into_iter().skip(comparison.within) {
            if calls == 0 {
                return Ok(comparison);
            }
            calls -= 1;
            comparison.within += 1;
            let Some(connection) = parts.table.connection(&tenant, &id).await? else { continue };
            match bank.client.connection(&connection.remote, now).await {
                Ok(_) => comparison.looked += 1,
                Err(error) if connection_gone(&error) => {
                    comparison.looked += 1;
                    comparison.gone += 1;
                }
                Err(error) => skip(&mut comparison, connection.remote.as_str(), error)?,
            }
        }
        minute += 1;
        comparison = Comparison { place: Place::Ours(minute), within: 0, ..comparison };
        if any {
            comparison = put(parts, &comparison).await?;
        }
    }
    if comparison.too_many_gone() {
        let of = comparison.looked;
        alarm("comparison_stopped", &format!("{} of {of} connections are gone", comparison.gone));
        return Ok(Comparison { place: Place::Over, ..comparison });
    }
    Ok(Comparison { place: Place::Theirs(None), ..comparison })
}

/// Looks for theirs here: of customers that carry this deployment's id, and of no others.
async fn theirs(
    parts: &Parts,
    mut comparison: Comparison,
    from: Option<&RemoteCustomerId>,
    now: Timestamp,
) -> Result<Comparison, Stop> {
    let bank = parts.bank.get().await?;
    let (client, mut calls) = (&bank.client, COMPARED_AT_ONCE);
    let (own, next) = client.customers_of(&parts.deployment, from, calls, now).await?;
    let mut own = own.into_iter().peekable();
    while let Some(customer) = own.next() {
        calls = calls.saturating_sub(1);
        match client.connections(&customer, now).await {
            Ok(listed) => {
                for shown in listed {
                    if !parts.table.known_here(&shown.id).await? {
                        comparison.orphans += 1;
                        found(parts, &bank, &comparison, shown, &mut calls, now).await?;
                    }
                }
            }
            Err(error) => skip(&mut comparison, customer.as_str(), error)?,
        }
        let Some(next) = own.peek().or(next.as_ref()) else { break };
        comparison.place = Place::Theirs(Some(next.clone()));
        if calls == 0 {
            return Ok(comparison);
        }
        comparison = put(parts, &comparison).await?;
    }
    let over = next.is_none();
    let ended = comparison.ended + u32::from(over);
    let place = next.map_or(Place::Over, |next| Place::Theirs(Some(next)));
    Ok(Comparison { place, ended, ..comparison })
}

/// One item's own error is passed over, for one that stays would hold up every night. No answer, or one that our keys or
/// our pace are to blame for, is every item's.
fn skip(comparison: &mut Comparison, remote: &str, error: BankError) -> Result<(), Stop> {
    let own = match &error {
        BankError::Silent { .. } => false,
        BankError::Refused { verdict, status, .. } => *verdict != Verdict::Ours && *status != 429,
        BankError::NotApi { .. } | BankError::Unreadable { .. } => true,
    };
    if !own {
        return Err(Stop::Bank(error));
    }
    comparison.skipped += 1;
    tracing::warn!(metric.comparison_skipped = 1, remote, %error,
        "Salt Edge gave no readable answer: this one is not compared tonight");
    Ok(())
}

async fn put(parts: &Parts, comparison: &Comparison) -> Result<Comparison, Stop> {
    match parts.table.put_comparison(comparison).await {
        // Another delivery of the same message was faster, and goes on.
        Err(StoreError::Conflict) => Err(Stop::Overtaken),
        stored => Ok(stored?),
    }
}

/// One that nothing here leads to: it is listed, and ended when its grace is over.
async fn found(
    parts: &Parts,
    bank: &Keyring,
    comparison: &Comparison,
    shown: RemoteConnection,
    calls: &mut usize,
    now: Timestamp,
) -> Result<(), Failed> {
    let fresh = Orphan { remote: shown.id, first_seen: now, state: OrphanState::Listed };
    let mut orphan = match parts.table.orphan(&fresh.remote).await? {
        None => fresh,
        Some(before) => {
            let left = before.state == OrphanState::Left;
            *calls = calls.saturating_sub(usize::from(left));
            let in_force = left && consents_in_force(bank, &before.remote, now).await;
            before.again(in_force, now)
        }
    };
    // What is too much for this run is the next night's.
    if *calls > 0 && orphan.due(comparison, now) {
        *calls = calls.saturating_sub(ORPHAN_CALLS);
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

/// Whether its owner has consented again since it lost its consents. What cannot be read is looked at the next night.
async fn consents_in_force(bank: &Keyring, remote: &RemoteConnectionId, now: Timestamp) -> bool {
    let listed = bank.client.consents(remote, now).await.unwrap_or_default();
    listed.iter().any(RemoteConsent::in_force)
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
        Some(left) if left.iter().any(RemoteConsent::in_force) => {
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
