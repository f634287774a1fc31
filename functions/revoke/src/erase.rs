//! The erasure of a customer: first everything that was allowed is taken back, and proven; then everything that is
//! held is deleted; an hour later, whatever was written late.

use domain::{
    connection::Connection,
    erasure::{self, Ended, Erasure, ErasurePhase, Open},
    id::{CustomerId, ErasureId, TenantId},
    limits::{ERASE_BATCH, ERASE_BATCHES, SESSION_PAUSE, STRAGGLERS},
    message::Message,
    session::{LinkSession, SessionEvent, Stage},
};
use jiff::{SignedDuration, Timestamp};
use shell::{Failed, alarm};
use store::{StoreError, counted};

use crate::{asked::close, start::Parts, strays};

pub(crate) async fn go_on(
    parts: &Parts,
    tenant: &TenantId,
    id: &ErasureId,
    now: Timestamp,
) -> Result<(), Failed> {
    let Some(erasure) = parts.table.erasure(tenant, id).await? else { return Ok(()) };
    let Some(customer) = erasure.customer.clone() else { return Ok(()) };
    if erasure.overdue(now) {
        alarm("erasure_stuck", "a customer's erasure does not come to its end");
    }
    let early = erasure.due.is_some_and(|due| now < due);
    let done = match erasure.phase {
        ErasurePhase::Revoking => settle(parts, erasure, &customer, now).await,
        ErasurePhase::Waiting | ErasurePhase::LookingAgain if early => Ok(()),
        ErasurePhase::Waiting => begin(parts, erasure, &customer, now).await,
        ErasurePhase::Erasing | ErasurePhase::LookingAgain => {
            delete(parts, erasure, &customer, now).await
        }
        ErasurePhase::Erased => Ok(()),
    };
    match done {
        // Whoever was faster goes on with it.
        Err(Stop::Overtaken) => Ok(()),
        Err(Stop::Failed(why)) => Err(why),
        Ok(()) => Ok(()),
    }
}

/// Why a run ends.
pub(crate) enum Stop {
    /// Another run of the same erasure goes on with it.
    Overtaken,
    Failed(Failed),
}

impl<E: Into<Failed>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

pub(crate) async fn put(parts: &Parts, erasure: &Erasure) -> Result<Erasure, Stop> {
    match parts.table.put_erasure(erasure).await {
        Err(StoreError::Conflict) => Err(Stop::Overtaken),
        stored => Ok(stored?),
    }
}

/// Ends what is open, and looks what is not over yet.
async fn settle(
    parts: &Parts,
    erasure: Erasure,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<(), Stop> {
    let (erasure, open, ended) = look(parts, erasure, customer, now).await?;
    let seen = put(parts, &erasure.seen(open, ended, now)).await?;
    tracing::info!(metric.erasure_steps = 1, by.state = seen.phase.name(), erasure.id = %seen.id,
        connections = open.connections, visits = open.visits, "an erasure was looked at");
    Ok(())
}

async fn look(
    parts: &Parts,
    mut erasure: Erasure,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<(Erasure, Open, Ended), Stop> {
    let tenant = &erasure.tenant;
    let (mut open, mut ended) = (Open::default(), Ended::default());
    // Sessions first: one that ends in between has brought its connection by then.
    for session in parts.table.sessions_held(tenant, customer).await? {
        open.visits += u32::from(erasure::under_way(&give_up(parts, session, now).await?));
    }
    for id in parts.table.connections_held(tenant, customer).await? {
        let Some(connection) = parts.table.newest_connection(tenant, &id).await? else { continue };
        match erasure::ended(&connection) {
            Some(one) => {
                ended.removed_proven += one.removed_proven;
                ended.left_with_owner += one.left_with_owner + left(&connection);
            }
            None => open.connections += 1,
        }
        if connection.state.open()
            && let Some(tail) = parts.table.newest(tenant, &id).await?
        {
            match close(parts, &tail, "erasure", erasure.asked_by.as_ref(), now).await {
                // A read got in between: the next look finds it.
                Err(StoreError::Conflict | StoreError::Contended) => {}
                closed => {
                    let (tenant, connection) = (tenant.clone(), closed?.id);
                    parts.queue.send(&Message::Revoke { tenant, connection }).await?;
                }
            }
        }
    }
    // What a visit that goes on has brought is the visit's.
    if open.visits == 0 {
        erasure = strays::end(parts, erasure, (&mut open, &mut ended), customer, now).await?;
    }
    Ok((erasure, open, ended))
}

/// Earlier links of the same bank that are only their owner's to delete.
fn left(connection: &Connection) -> u32 {
    u32::try_from(connection.left.len()).unwrap_or(u32::MAX)
}

/// A visit that nobody confirmed is given up, as its user would: what it left at Salt Edge is taken back.
async fn give_up(
    parts: &Parts,
    session: LinkSession,
    now: Timestamp,
) -> Result<LinkSession, Failed> {
    let Ok(next) = session.after(SessionEvent::Cancelled) else { return Ok(session) };
    let went = session.stage != Stage::Created;
    let due = went.then(|| now + SESSION_PAUSE);
    match parts.table.put_session(&LinkSession { due, ..next }).await {
        Err(StoreError::Conflict) => Ok(session),
        stored => Ok(stored?),
    }
}

/// The last hour is over: if nothing has begun in it, deletion begins.
async fn begin(
    parts: &Parts,
    erasure: Erasure,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<(), Stop> {
    let (erasure, open, ended) = look(parts, erasure, customer, now).await?;
    if open != Open::default() {
        put(parts, &erasure.seen(open, ended, now)).await?;
        return Ok(());
    }
    let begun = Erasure { open, ended, ..erasure };
    let begun = put(parts, &begun.entering(ErasurePhase::Erasing, now)).await?;
    delete(parts, begun, customer, now).await
}

/// Deletes batch after batch. Each is counted before it goes, and deleted again by whoever goes on after a death:
/// the receipt counts every item once.
async fn delete(
    parts: &Parts,
    mut erasure: Erasure,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<(), Stop> {
    let last = erasure.phase == ErasurePhase::LookingAgain;
    let tenant = erasure.tenant.clone();
    for _ in 0..ERASE_BATCHES {
        parts.table.delete(&erasure.batch).await?;
        let batch = parts.table.held_for(&tenant, customer, last, ERASE_BATCH).await?;
        if batch.is_empty() {
            return end(parts, erasure, customer, now).await;
        }
        counted(&batch, &mut erasure.counts);
        tracing::info!(metric.items_deleted = batch.len(), erasure.id = %erasure.id, "items are deleted");
        let due = Some(now + SignedDuration::from_mins(1));
        erasure = put(parts, &Erasure { batch, due, ..erasure }).await?;
    }
    let message = Message::Erase { tenant, erasure: erasure.id.clone() };
    Ok(parts.queue.send(&message).await?)
}

/// There is nothing more: it is looked at once more, or the receipt is written.
async fn end(
    parts: &Parts,
    erasure: Erasure,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<(), Stop> {
    if erasure.phase == ErasurePhase::Erasing {
        let again = Erasure { batch: Vec::new(), ..erasure };
        put(parts, &again.entering(ErasurePhase::LookingAgain, now + STRAGGLERS)).await?;
        return Ok(());
    }
    let receipt = erasure.receipt(now);
    match parts.table.put_receipt(&receipt, customer).await {
        Err(StoreError::Conflict) => return Err(Stop::Overtaken),
        stored => stored?,
    }
    tracing::info!(metric.erasures = 1, erasure.id = %receipt.id, "a customer is erased");
    Ok(())
}
