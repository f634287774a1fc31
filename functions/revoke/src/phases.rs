//! The phases of a revocation. Each wake goes as far as it can; what was not seen is not said.

use domain::{
    bank::{BankError, RemoteConsent, Verdict},
    connection::{Connection, Event, Phase, State},
    consent::Consent,
    id::{ConnectionId, RemoteConnectionId, RemoteCustomerId, TenantId},
    limits::{OWNER_PAUSE, REVOKE_PAUSES, TOLD_AFTER},
    next_action::NextAction,
    receipt::{Channel, Noticed},
};
use jiff::{SignedDuration, Timestamp};
use salt_edge::{Keyring, Mode, error::connection_gone};
use shell::{Failed, alarm};

use crate::{
    retention,
    retire::{forget_deleted, retire_all},
    start::Parts,
};

/// How one phase ended.
enum Step {
    /// It was seen to be done.
    Done(Event, Option<Vec<Consent>>),
    /// It is not done, and nothing is wrong: look again later.
    NotYet,
}

pub(crate) async fn go_on(
    parts: &Parts,
    tenant: &TenantId,
    id: &ConnectionId,
    now: Timestamp,
) -> Result<(), Failed> {
    let Some(mut connection) = parts.table.connection(tenant, id).await? else { return Ok(()) };
    let stuck = retire_all(parts, &mut connection, now).await?;
    // What was delivered goes when its time is over, whatever Salt Edge says, or does not.
    if connection.state != State::Revoked && retention::over(parts, connection.clone(), now).await?
    {
        return Ok(());
    }
    if connection.state == State::LeftWithOwner {
        forget_deleted(parts, &mut connection, now).await?;
    }
    loop {
        // What is in force now does not wait for what was there before; what was there before is not forgotten.
        let first = matches!(connection.state, State::Revoking { .. });
        if let (Some(stuck), false) = (&stuck, first) {
            return later(parts, &connection, stuck.error.as_ref(), now).await;
        }
        let bank = parts.bank.get().await?;
        let step = match &connection.state {
            State::Revoking { phase } => {
                phase_of(parts.mode, &bank, &connection, *phase, now).await
            }
            State::LeftWithOwner => look(&bank, &connection, now).await,
            State::Revoked => return retention::over(parts, connection, now).await.map(drop),
            State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } => return Ok(()),
        };
        match step {
            Ok(Step::Done(event, listed)) => {
                let (gone, next) = (event == Event::GoneProven, connection.after(event)?);
                let due = due(&next, now);
                let newest = listed.as_deref().and_then(Consent::newest);
                let newest = newest.or_else(|| next.consent.clone());
                let seen = Noticed::by(Channel::Revocation, now);
                let next = if gone || listed.is_some() {
                    next.ended_beside(&next.remote, listed.as_deref(), seen)
                } else {
                    next
                };
                let next = next.noted(newest, seen);
                let next = Connection { due, ..next };
                connection = parts.table.put_connection(&next).await?;
                tracing::info!(metric.revocation_steps = 1, by.state = connection.state.name(),
                    connection.id = %id, "a revocation went on");
                if connection.state == State::LeftWithOwner {
                    return Ok(());
                }
            }
            Ok(Step::NotYet) => return later(parts, &connection, None, now).await,
            Err(error) => return later(parts, &connection, Some(&error), now).await,
        }
    }
}

/// One phase further, as far as that can be seen.
async fn phase_of(
    mode: Mode,
    bank: &Keyring,
    connection: &Connection,
    phase: Phase,
    now: Timestamp,
) -> Result<Step, BankError> {
    match phase {
        Phase::Requested => consents(bank, connection, now).await,
        Phase::ConsentRevoked => remove(mode, bank, connection, now).await,
        Phase::Removed => {
            let step = look(bank, connection, now).await?;
            // It was accepted and is still there: it is asked for again.
            if matches!(step, Step::NotYet) && connection.tries > 0 {
                bank.client.remove(&connection.remote, now).await?;
            }
            Ok(step)
        }
    }
}

/// Revokes what is in force, and reads again: the consents as they are then, or none where the
/// connection itself is proven to be gone.
pub(crate) async fn withdraw(
    bank: &Keyring,
    remote: &RemoteConnectionId,
    customer: &RemoteCustomerId,
    now: Timestamp,
) -> Result<Option<Vec<RemoteConsent>>, BankError> {
    let listed = match bank.client.consents(remote, now).await {
        Ok(listed) => listed,
        Err(error) => return nothing_left(bank, remote, customer, error, now).await.map(|()| None),
    };
    for consent in listed.iter().filter(|consent| consent.in_force()) {
        bank.client.revoke_consent(remote, &consent.id, now).await?;
    }
    match bank.client.consents(remote, now).await {
        Ok(listed) if listed.is_empty() => unseen(bank, remote, customer, now).await,
        Ok(listed) => Ok(Some(listed)),
        Err(error) => nothing_left(bank, remote, customer, error, now).await.map(|()| None),
    }
}

/// No consent at all is believed where the connection is seen to be our customer's: keys of another account may be
/// answered so as well.
async fn unseen(
    bank: &Keyring,
    remote: &RemoteConnectionId,
    customer: &RemoteCustomerId,
    now: Timestamp,
) -> Result<Option<Vec<RemoteConsent>>, BankError> {
    if proven_gone(bank, remote, customer, now).await? {
        return Ok(None);
    }
    bank.client.control(customer, now).await?;
    Ok(Some(Vec::new()))
}

/// Whether consents cannot be listed because the connection is gone: it is looked at itself. Errors: it
/// is there, or not proven to be gone.
async fn nothing_left(
    bank: &Keyring,
    remote: &RemoteConnectionId,
    customer: &RemoteCustomerId,
    refused: BankError,
    now: Timestamp,
) -> Result<(), BankError> {
    if !matches!(refused, BankError::Refused { verdict: Verdict::Gone, .. }) {
        return Err(refused);
    }
    if proven_gone(bank, remote, customer, now).await? { Ok(()) } else { Err(refused) }
}

/// Proof 1: a re-read shows no consent in force.
async fn consents(
    bank: &Keyring,
    connection: &Connection,
    now: Timestamp,
) -> Result<Step, BankError> {
    let Some(listed) = withdraw(bank, &connection.remote, &connection.remote_customer, now).await?
    else {
        return Ok(Step::Done(Event::GoneProven, None));
    };
    if listed.iter().any(RemoteConsent::in_force) {
        return Ok(Step::NotYet);
    }
    let listed = listed.iter().map(|remote| Consent::of(&connection.id, remote)).collect();
    Ok(Step::Done(Event::ConsentRevoked, Some(listed)))
}

/// Under Salt Edge's licence the connection is its owner's, who alone can delete it.
async fn remove(
    mode: Mode,
    bank: &Keyring,
    connection: &Connection,
    now: Timestamp,
) -> Result<Step, BankError> {
    match mode {
        Mode::Partner => Ok(Step::Done(Event::LeftWithOwner, None)),
        Mode::Client => match bank.client.remove(&connection.remote, now).await {
            Err(error) if connection_gone(&error) => look(bank, connection, now).await,
            removed => removed.map(|()| Step::Done(Event::RemoveAccepted, None)),
        },
    }
}

/// Proof 2: it is not there.
async fn look(bank: &Keyring, connection: &Connection, now: Timestamp) -> Result<Step, BankError> {
    let gone = proven_gone(bank, &connection.remote, &connection.remote_customer, now).await?;
    Ok(if gone { Step::Done(Event::GoneProven, None) } else { Step::NotYet })
}

/// Whether a connection is gone at Salt Edge: it says so, while the same keys read our customer. Valid
/// keys of another account get the same 404.
pub(crate) async fn proven_gone(
    bank: &Keyring,
    remote: &RemoteConnectionId,
    customer: &RemoteCustomerId,
    now: Timestamp,
) -> Result<bool, BankError> {
    match bank.client.connection(remote, now).await {
        Ok(_) => return Ok(false),
        Err(error) if connection_gone(&error) => {}
        Err(error) => return Err(error),
    }
    let control = bank.client.control(customer, now).await;
    control.map(|()| true).inspect_err(|error| alarm("control_read_refused", &error.to_string()))
}

/// When somebody comes by again.
pub(crate) fn due(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    if !connection.retiring.is_empty() {
        return Some(now + pause(connection.tries));
    }
    match connection.state {
        State::LeftWithOwner => Some(now + OWNER_PAUSE),
        State::Revoking { .. } => Some(now + pause(connection.tries)),
        // At once: then it is known until when what was delivered stays.
        State::Revoked => Some(now),
        State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } => None,
    }
}

/// After so many tries; a phase that was just begun is looked at soon.
fn pause(tries: u32) -> SignedDuration {
    let last = REVOKE_PAUSES.len() - 1;
    let index = usize::try_from(tries.saturating_sub(1)).unwrap_or(last).min(last);
    SignedDuration::from_mins(REVOKE_PAUSES[index])
}

/// Not done: the pauses grow, and after a few tries a person is told; at once where only they can mend it.
async fn later(
    parts: &Parts,
    connection: &Connection,
    error: Option<&BankError>,
    now: Timestamp,
) -> Result<(), Failed> {
    // Only its owner can end it, whenever they do; a consent that is still to be revoked is not the owner's business.
    let waits = connection.state == State::LeftWithOwner && connection.retiring.is_empty();
    let patient = waits && error.is_none();
    let tries = if patient { 0 } else { connection.tries.saturating_add(1) };
    // Said again at each later try, once a day: the alarm is to stay on.
    let mut told = tries >= TOLD_AFTER;
    if !patient {
        // When it was asked for: when its tombstone was written.
        let asked = parts.table.closed_at(&connection.tenant, &connection.id).await?;
        let age = asked.map_or(0, |asked| now.duration_since(asked).as_secs());
        tracing::info!(metric.revocation_age_seconds = age, metric.revocation_tries = tries,
            connection.id = %connection.id, tenant = %connection.tenant, "a revocation is not over");
    }
    if let Some(error) = error {
        tracing::warn!(connection.id = %connection.id, %error, "a revocation could not go on");
        if let BankError::Refused { verdict: Verdict::Ours, failure, .. } = error {
            told = true;
            if failure.action == NextAction::FixKeys {
                parts.bank.forget();
            }
        }
    }
    if told {
        let why = error.map_or_else(|| String::from("it is still there"), ToString::to_string);
        alarm("revocation_stuck", &why);
    }
    let waiting = Connection { tries, ..connection.clone() };
    let waiting = Connection { due: due(&waiting, now), ..waiting };
    parts.table.put_connection(&waiting).await?;
    Ok(())
}
