//! A consent that ends: its user is told before, and once for each day on which they should be.

use domain::{
    connection::{Connection, Event},
    consent::{Consent, ConsentStatus},
    ending::Ending,
    id::{ConnectionId, TenantId},
    limits::NOTICE_WITHIN,
    message::Reason,
    notice::{Notice, NoticeEvent},
    receipt::{Channel, Noticed},
};
use jiff::Timestamp;
use shell::{Failed, alarm};

use crate::{
    consent::{change, consents},
    pull,
    start::Parts,
};

/// Times that a connection is loaded again because somebody else was faster.
const RACES: usize = 4;

/// A notice is due, or was. One that cannot be decided now stays due: the schedule brings it again within the hour.
pub(crate) async fn come_by(parts: &Parts, tenant: &TenantId, id: &ConnectionId, now: Timestamp) {
    let Err(error) = decide(parts, tenant, id, now).await else { return };
    tracing::warn!(connection.id = %id, %error, "a notice cannot be given yet");
    let late = parts.table.connection(tenant, id).await.ok().flatten();
    let due = late.and_then(|connection| connection.next_notice());
    if due.is_some_and(|due| now >= due + NOTICE_WITHIN) {
        alarm("notice_stuck", "a notice of a consent's end could not be given for a day");
    }
}

/// What is told is decided from what Salt Edge says of the consent now.
async fn decide(
    parts: &Parts,
    tenant: &TenantId,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<(), Failed> {
    let mut looked = false;
    for _ in 0..RACES {
        let Some(mut connection) = parts.table.newest_connection(tenant, id).await? else {
            return Ok(());
        };
        match connection.next_notice() {
            Some(due) if due <= now => {}
            Some(_) => return Ok(()),
            // Nothing more is told: its place in the due index goes.
            None => {
                connection.clock = true;
                return pull::put(parts, &connection).await.map(drop);
            }
        }
        // First what became of the connection: it may be gone, or closed, or have ended at the bank.
        if !looked {
            pull::pull(parts, tenant, id, Reason::Callback, now).await?;
            looked = true;
            continue;
        }
        let bank = parts.bank.get().await?;
        let listed = consents(&bank, &connection, now).await?;
        let consent = Consent::newest(&listed);
        let seen = Noticed::by(Channel::Schedule, now);
        if consent.as_ref().is_some_and(|consent| consent.status != ConsentStatus::Active) {
            let ended = Event::UserNeeded(Ending::Inactive.into());
            return change(parts, &bank, &connection, ended, seen).await.map(drop);
        }
        let noted = connection.noted(consent.or_else(|| connection.consent.clone()), seen);
        let noted = noted.ended_beside(&connection.remote, Some(&listed), seen);
        let told = noted.noticed(now).unwrap_or(noted);
        if pull::put(parts, &told).await? {
            tell(&connection, &told);
            return Ok(());
        }
    }
    Err(Failed::because("another was faster every time"))
}

/// One line, and one in the count, for each notice that was stored just now.
pub(crate) fn tell(before: &Connection, now: &Connection) {
    let Some(ladder) = &now.ladder else { return };
    let same = before.ladder.as_ref().filter(|was| was.since == ladder.since);
    let known = same.map_or(0, |was| was.sent.len());
    for Notice { event, days, skipped, .. } in ladder.sent.iter().skip(known) {
        let name = match event {
            NoticeEvent::Expiring => "consent.expiring",
            NoticeEvent::Expired => "consent.expired",
            NoticeEvent::Revoked => "consent.revoked",
        };
        tracing::info!(metric.consent_notices = 1, by.event = event.name(), notice = name, ?days,
            ?skipped, connection.id = %now.id, "a notice of a consent was given");
    }
}
