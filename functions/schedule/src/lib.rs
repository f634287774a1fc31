//! The minute: what is due now goes to the queues. Nothing else.

use std::{ops::RangeInclusive, sync::Arc};

use domain::{
    limits::{ASK_DEADLINE, CYCLE_MINUTES},
    message::{Message, Reason},
};
use jiff::{SignedDuration, Timestamp};
use shell::{Aws, Failed, Function, Platform, Queue, StartError};
use store::{Due, DueKind, Table};

/// The catalogue of banks is copied once a day, at this minute of it (UTC).
const CATALOGUE_MINUTE: i64 = 2 * 60;
/// What Salt Edge has is compared with what we have once a day, at this minute of it (UTC).
const COMPARE_MINUTE: i64 = 3 * 60;
/// A copy that is older did not come off: it is tried again once an hour.
const CATALOGUE_LATE: SignedDuration = SignedDuration::from_hours(25);
/// While nothing was copied yet, it is tried again after so many minutes.
const CATALOGUE_AGAIN: i64 = 15;

struct Parts {
    table: Table,
    sync: Queue,
    revoke: Queue,
}

/// Starts the function. Errors: names the setting that is missing or wrong.
#[expect(clippy::unused_async, reason = "every function starts the same way")]
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
/// moved only after everything is stored, so a tick that died is done again. Once an hour what lies
/// further back is sent once more: its messages were given up, and its instant would not come again.
async fn tick(parts: Arc<Parts>, now: Timestamp) -> Result<(), Failed> {
    let ticked = parts.table.ticked().await?;
    let cycle = SignedDuration::from_mins(i64::from(CYCLE_MINUTES));
    let since = ticked.unwrap_or(now - SignedDuration::from_mins(1));
    let first = since.max(now - cycle);

    let mut minutes = minute(first) + 1..=minute(now);
    let mut due = parts.table.due(since.min(now), now).await?;
    let hourly = ticked.is_none() || minutes.clone().any(|minute| minute.rem_euclid(60) == 0);
    if hourly {
        due.extend(parts.table.overdue(since.min(now)).await?);
    }
    let mut sync = Vec::new();
    let mut revoke = Vec::new();
    for due in due {
        let (queue, message) = wake(due);
        let to = if queue == Wakes::Sync { &mut sync } else { &mut revoke };
        to.extend(message);
    }
    let catalogue = parts.table.catalogue().await?;
    let age = catalogue.map(|catalogue| now.duration_since(catalogue.copied_at));
    if minutes.clone().any(|minute| minute.rem_euclid(24 * 60) == COMPARE_MINUTE) {
        revoke.push(Message::Compare);
    }
    let nightly = minutes.clone().any(|minute| minute.rem_euclid(24 * 60) == CATALOGUE_MINUTE);
    // Without one nothing can be linked; but each message that fails becomes a dead letter.
    let again = ticked.is_none() || minutes.any(|minute| minute.rem_euclid(CATALOGUE_AGAIN) == 0);
    if nightly || age.map_or(again, |age| hourly && age > CATALOGUE_LATE) {
        sync.push(Message::Catalogue);
    }
    // A slot asks; the same slot's connections are looked at again when that ask's deadline is over.
    let deadline = ASK_DEADLINE.as_mins();
    for (reason, ago) in [(Reason::Slot, 0), (Reason::Due, deadline)] {
        for range in slots(minute(first) + 1 - ago, minute(now) - ago) {
            for (tenant, connection) in parts.table.slots(range).await? {
                sync.push(Message::Pull { tenant, connection, reason });
            }
        }
    }
    parts.sync.send_all(&sync).await?;
    parts.revoke.send_all(&revoke).await?;
    parts.table.set_ticked(now).await?;
    tracing::info!(
        metric.ticks = 1,
        metric.due_pulls = sync.len(),
        metric.due_revocations = revoke.len(),
        "what is due is on the queues"
    );
    Ok(())
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

/// Minutes since the epoch as slots of the cycle: one range, or two where the cycle begins anew.
fn slots(first: i64, last: i64) -> Vec<RangeInclusive<u16>> {
    let cycle = i64::from(CYCLE_MINUTES);
    let slot = |minute: i64| u16::try_from(minute.rem_euclid(cycle)).unwrap_or_default();
    if last < first {
        return Vec::new();
    }
    if last - first >= cycle - 1 {
        return vec![0..=CYCLE_MINUTES - 1];
    }
    let (first, last) = (slot(first), slot(last));
    if first <= last { vec![first..=last] } else { vec![first..=CYCLE_MINUTES - 1, 0..=last] }
}

#[derive(PartialEq, Eq)]
enum Wakes {
    Sync,
    Revoke,
}

/// Which function looks at it, and with which message.
fn wake(due: Due) -> (Wakes, Option<Message>) {
    let (session, connection, erasure) = (due.session(), due.connection(), due.erasure());
    let tenant = due.tenant;
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
        DueKind::Erase => {
            (Wakes::Revoke, erasure.map(|erasure| Message::Erase { tenant, erasure }))
        }
        DueKind::Notice => {
            (Wakes::Sync, connection.map(|connection| Message::Notice { tenant, connection }))
        }
        DueKind::Revoke => {
            (Wakes::Revoke, connection.map(|connection| Message::Revoke { tenant, connection }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_minutes_are_slots_once_each() {
        for (first, last, want) in [
            (720, 720, vec![0..=0]),
            (725, 734, vec![5..=14]),
            (1_070, 1_085, vec![350..=359, 0..=5]),
            (0, 5_000, vec![0..=359]),
            (10, 9, vec![]),
        ] {
            assert_eq!(slots(first, last), want, "{first} {last}");
        }
    }
}
