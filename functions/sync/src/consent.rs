//! What became of a connection's consent, and of the connection with it.

use domain::{
    bank::RemoteConsent,
    connection::{Connection, Event},
    consent::{Consent, ConsentStatus},
    ending::Ending,
    message::Reason,
    receipt::{Channel, Noticed},
};
use jiff::Timestamp;
use salt_edge::Keyring;
use shell::Failed;

use crate::{notices::tell, pull::put, pulled::Pulled, start::Parts};

/// How what a pull finds out came to be known.
pub(crate) fn seen_by(reason: Reason, now: Timestamp) -> Noticed<'static> {
    let channel = match reason {
        Reason::Slot | Reason::Due => Channel::Schedule,
        Reason::User => Channel::Api,
        Reason::Callback => Channel::Callback,
    };
    Noticed::by(channel, now)
}

/// The connection's state changes. A consent that ended is named, whatever the attempt says.
pub(crate) async fn change(
    parts: &Parts,
    bank: &Keyring,
    connection: &Connection,
    event: Event,
    seen: Noticed<'_>,
) -> Result<Pulled, Failed> {
    let consent = newest_consent(bank, connection, seen.at).await?;
    let event = match (event, consent.as_ref().map(|consent| consent.status)) {
        (Event::UserNeeded(_) | Event::Fetched, Some(ConsentStatus::Expired)) => {
            Event::UserNeeded(Ending::ConsentExpired.into())
        }
        (Event::UserNeeded(_) | Event::Fetched, Some(ConsentStatus::Revoked)) => {
            Event::UserNeeded(Ending::ConsentRevoked.into())
        }
        (event, _) => event,
    };
    let next = connection.after(event.clone())?;
    if next.state != connection.state || consent != connection.consent {
        let noted = next.noted(consent, seen);
        if put(parts, &noted).await? {
            tell(connection, &noted);
        }
    }
    Ok(match event {
        Event::UserNeeded(failure) | Event::Closed(failure) => Pulled::UserNeeded(failure),
        Event::Fetched
        | Event::RevokeAsked
        | Event::ConsentRevoked
        | Event::RemoveAccepted
        | Event::LeftWithOwner
        | Event::GoneProven
        | Event::Relinked
        | Event::LoginAfterEnd => Pulled::Left,
    })
}

/// The newest consent in force, else the newest: while a renewal is under way the old one counts.
pub(crate) async fn newest_consent(
    bank: &Keyring,
    connection: &Connection,
    now: Timestamp,
) -> Result<Option<Consent>, Failed> {
    let consents = bank.client.consents(&connection.remote, now).await?;
    let of = |remote: &RemoteConsent| Consent::of(&connection.id, remote);
    let in_force = |one: &&RemoteConsent| of(one).status == ConsentStatus::Active;
    let newest = consents
        .iter()
        .max_by(|a, b| (in_force(a), a.created_at, &a.id).cmp(&(in_force(b), b.created_at, &b.id)));
    Ok(newest.map(of))
}
