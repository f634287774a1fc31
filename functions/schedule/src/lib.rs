//! The minute: what is due now goes to the queues. Nothing else.

use std::sync::Arc;

use domain::{
    limits::CYCLE_MINUTES,
    message::{Message, Reason},
};
use jiff::{SignedDuration, Timestamp};
use shell::{Aws, Failed, Function, Platform, Queue, StartError};
use store::{Due, DueKind, Table};

/// The catalogue of banks is copied once a day, at this minute of it (UTC).
const CATALOGUE_MINUTE: i64 = 2 * 60;

struct Parts {
    table: Table,
    sync: Queue,
    revoke: Queue,
}

/// Starts the function. Errors: names the setting that is missing or wrong.
pub async fn start(platform: Platform) -> Result<Function, StartError> {
    let aws = Aws::from_env(&platform.env)?;
    let parts = Arc::new(Parts {
        table: Table::new(aws.dynamodb(), platform.env.text("HALITE_TABLE")?),
        sync: aws.queue("HALITE_SYNC_QUEUE_URL")?,
        revoke: aws.queue("HALITE_REVOKE_QUEUE_URL")?,
    });
    Ok(Function::new(&platform.clock).on_tick(move |now| tick(parts.clone(), now)))
}

/// Works off every minute since the last tick: late and lost ticks cost time, nothing else. The mark is
/// moved only after everything is stored, so a tick that died is done again.
async fn tick(parts: Arc<Parts>, now: Timestamp) -> Result<(), Failed> {
    let ticked = parts.table.ticked().await?;
    let cycle = SignedDuration::from_mins(i64::from(CYCLE_MINUTES));
    let since = ticked.unwrap_or(now - SignedDuration::from_mins(1));
    let first = since.max(now - cycle);

    let mut sync = Vec::new();
    let mut revoke = Vec::new();
    for due in parts.table.due(since.min(now), now).await? {
        let (queue, message) = wake(due);
        let to = if queue == Wakes::Sync { &mut sync } else { &mut revoke };
        to.extend(message);
    }
    let minutes = minute(first) + 1..=minute(now);
    let copied = parts.table.catalogue_age().await?.is_some();
    if !copied || minutes.clone().any(|minute| minute.rem_euclid(24 * 60) == CATALOGUE_MINUTE) {
        sync.push(Message::Catalogue);
    }
    for minute in minutes {
        let slot = minute.rem_euclid(i64::from(CYCLE_MINUTES));
        let slot = u16::try_from(slot).unwrap_or_default();
        for (tenant, connection) in parts.table.slot(slot).await? {
            sync.push(Message::Pull { tenant, connection, reason: Reason::Slot });
        }
    }
    parts.sync.send_all(&sync).await?;
    parts.revoke.send_all(&revoke).await?;
    parts.table.set_ticked(now).await?;
    tracing::info!(sync = sync.len(), revoke = revoke.len(), "what is due is on the queues");
    Ok(())
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

#[derive(PartialEq, Eq)]
enum Wakes {
    Sync,
    Revoke,
}

/// Which function looks at it, and with which message.
fn wake(due: Due) -> (Wakes, Option<Message>) {
    let (session, connection, tenant) = (due.session(), due.connection(), due.tenant);
    match due.kind {
        DueKind::Session => {
            (Wakes::Sync, session.map(|session| Message::Session { tenant, session }))
        }
        DueKind::Unlink => {
            (Wakes::Revoke, session.map(|session| Message::Unlink { tenant, session }))
        }
        DueKind::Pull => {
            let reason = Reason::Due;
            let message = connection.map(|connection| Message::Pull { tenant, connection, reason });
            (Wakes::Sync, message)
        }
        DueKind::Revoke => {
            (Wakes::Revoke, connection.map(|connection| Message::Revoke { tenant, connection }))
        }
    }
}
