//! Opens Salt Edge's pages for one session.

use domain::{
    bank::{BankError, OpenPages, OpenedPages, Tag, Visit},
    connection::{Connection, State},
    journal::Ledger,
    limits::{CONSENT_DAYS, HISTORY_DAYS, OVERLAP_DAYS},
    plan::compared_from,
    session::{Intent, LinkSession},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use salt_edge::{ErrorClass, Keyring, error::class};
use shell::{Call, token, token_hash};
use store::{StoreError, TokenKind};

use crate::{customer, start::Parts};

/// Why Salt Edge's pages could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the connection, or the login that the visit was for, was revoked since")]
    Closed,
    #[error(transparent)]
    Bank(#[from] BankError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Secret(#[from] shell::StartError),
    #[error(transparent)]
    Entropy(#[from] shell::NoEntropy),
}

/// Finds the customer, or registers them, and opens the pages.
pub(crate) async fn open(
    parts: &Parts,
    call: &Call,
    session: &LinkSession,
) -> Result<OpenedPages, OpenError> {
    let mut known_at = None;
    if let Some(id) = &session.connection {
        let newest = parts.table.newest(&session.tenant, id).await?;
        let newest = newest.filter(|newest| may_visit(session, &newest.connection));
        let newest = newest.ok_or(OpenError::Closed)?;
        known_at = Ledger::replay(&newest.entries).read_at.max(newest.connection.checked_at);
    }
    let way = Way { state: token(&parts.entropy)?, known_at };
    let bank = parts.bank.get().await?;
    let known = customer::known(parts, session).await?;
    let found = match &known {
        Some(known) => known.clone(),
        None => Box::pin(customer::registered(parts, &bank, session, call.now)).await?,
    };
    let session = LinkSession { remote_customer: Some(found), ..session.clone() };
    let session = parts.table.put_session(&session).await?;
    let until = session.confirm_until();
    parts.table.put_token(&session, TokenKind::Return, &token_hash(&way.state), until).await?;
    match at_salt_edge(parts, &bank, call, &session, &way).await {
        // The customer that we know of was deleted there, or is of another account of the operator.
        Err(OpenError::Bank(gone)) if known.is_some() && customer_gone(&session, &gone) => {
            let again = Box::pin(customer::registered(parts, &bank, &session, call.now)).await?;
            let session = LinkSession { remote_customer: Some(again), ..session };
            let session = parts.table.put_session(&session).await?;
            at_salt_edge(parts, &bank, call, &session, &way).await
        }
        opened => opened,
    }
}

/// What the browser's way back carries, and how far the way in has to reach.
struct Way {
    /// Comes back with the browser.
    state: String,
    /// When the connection was looked at before.
    known_at: Option<Timestamp>,
}

/// Whether a visit to this connection may begin: it is open, or what the visit is for is to go on from
/// this very end; and it is still the login that the visit was made for. What was linked afresh since has another.
fn may_visit(session: &LinkSession, connection: &Connection) -> bool {
    let reactivates = connection.state == State::LeftWithOwner
        && session.trail.reopens == Some(connection.generation);
    let same = session.remote.as_ref() == Some(&connection.remote);
    same && (connection.state.open() || reactivates)
}

/// The first day that is asked for: as far as the bank tells, and where it does not say how far that is,
/// at least back to the days before the last look, so that no gap stays.
fn asked_from(history: Option<u16>, known_at: Option<Timestamp>, now: Timestamp) -> Date {
    let today = now.to_zoned(TimeZone::UTC).date();
    let days = history.unwrap_or(HISTORY_DAYS);
    let usual = today.checked_sub(i64::from(days).days()).unwrap_or(today);
    match (history, known_at) {
        (None, Some(known)) => usual.min(compared_from(Some(known), now, OVERLAP_DAYS)),
        (Some(_), _) | (None, None) => usual,
    }
}

/// Only a first link names its customer: a visit belongs to its connection's.
fn customer_gone(session: &LinkSession, error: &BankError) -> bool {
    session.intent == Intent::Link && class(error) == Some(ErrorClass::CustomerNotFound)
}

async fn at_salt_edge(
    parts: &Parts,
    bank: &Keyring,
    call: &Call,
    session: &LinkSession,
    way: &Way,
) -> Result<OpenedPages, OpenError> {
    let institution = parts.banks.find(&session.institution.id).await?;
    let history = institution.as_ref().and_then(|bank| bank.history_days);
    let longest = institution.and_then(|bank| bank.max_consent_days).unwrap_or(CONSENT_DAYS);
    let Some(customer) = session.remote_customer.clone() else { return Err(OpenError::Closed) };
    let visit = match (&session.remote, session.intent) {
        (Some(remote), Intent::Refresh) => Visit::Refresh(remote.clone()),
        (Some(remote), Intent::Reconnect | Intent::Renew | Intent::FetchAccounts) => {
            Visit::Reconnect(remote.clone())
        }
        (None, _) | (Some(_), Intent::Link) => {
            Visit::Connect { customer, institution: session.institution.id.clone() }
        }
    };
    let pages = OpenPages {
        visit,
        return_to: format!("{}/connect/return?state={}", parts.public_url, way.state),
        locale: session.locale.code().to_owned(),
        from_date: asked_from(history, way.known_at, call.now),
        consent_days: longest.min(CONSENT_DAYS),
        sandboxes: parts.sandboxes,
        account_type: session.account_type,
        tag: Tag {
            deployment: parts.deployment.clone(),
            tenant: session.tenant.clone(),
            session: Some(session.id.clone()),
        },
    };
    Ok(bank.client.open(&pages, call.now).await?)
}
