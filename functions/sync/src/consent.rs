//! What became of a connection's consent, and of the connection with it.

use domain::{
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
        Reason::Destroyed => Channel::Destroyed,
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
    let listed = consents(bank, connection, seen.at).await?;
    let consent = Consent::newest(&listed);
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
    let noted = next.noted(consent, seen).ended_beside(&next.remote, Some(&listed), seen);
    let news = noted.beside != connection.beside || noted.consent != connection.consent;
    if (noted.state != connection.state || news) && put(parts, &noted).await? {
        tell(connection, &noted);
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

/// What became of the consents beside the newest one, where there are any.
pub(crate) async fn look_beside(
    parts: &Parts,
    bank: &Keyring,
    connection: &Connection,
    seen: Noticed<'_>,
) -> Result<(), Failed> {
    if connection.beside.iter().all(|one| one.of != connection.remote) {
        return Ok(());
    }
    let listed = consents(bank, connection, seen.at).await?;
    let noted = connection.ended_beside(&connection.remote, Some(&listed), seen);
    if noted.beside != connection.beside {
        put(parts, &noted).await?;
    }
    Ok(())
}

/// All consents to a connection, as Salt Edge lists them.
pub(crate) async fn consents(
    bank: &Keyring,
    connection: &Connection,
    now: Timestamp,
) -> Result<Vec<Consent>, Failed> {
    let listed = bank.client.consents(&connection.remote, now).await?;
    Ok(listed.iter().map(|remote| Consent::of(&connection.id, remote)).collect())
}
