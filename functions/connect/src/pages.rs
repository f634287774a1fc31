//! Opens Salt Edge's pages for one session.

use domain::{
    bank::{BankError, OpenPages, OpenedPages, Tag, Visit},
    limits::{CONSENT_DAYS, HISTORY_DAYS},
    session::{Intent, LinkSession},
};
use jiff::{ToSpan, tz::TimeZone};
use salt_edge::{ErrorClass, Keyring, error::class};
use shell::{Call, token, token_hash};
use store::{StoreError, TokenKind};

use crate::{customer, start::Parts};

/// Why Salt Edge's pages could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error("the connection was revoked since")]
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
    if let Some(id) = &session.connection {
        let connection = parts.table.connection(&session.tenant, id).await?;
        if connection.is_none_or(|connection| !connection.state.open()) {
            return Err(OpenError::Closed);
        }
    }
    let bank = parts.bank.get().await?;
    let known = customer::known(parts, session).await?;
    let found = match &known {
        Some(known) => known.clone(),
        None => Box::pin(customer::registered(parts, &bank, session, call.now)).await?,
    };
    let session = LinkSession { remote_customer: Some(found), ..session.clone() };
    let session = parts.table.put_session(&session).await?;
    let state = token(&parts.entropy)?;
    let until = session.confirm_until();
    parts.table.put_token(&session, TokenKind::Return, &token_hash(&state), until).await?;
    match at_salt_edge(parts, &bank, call, &session, &state).await {
        // The customer that we know of was deleted there, or is of another account of the operator.
        Err(OpenError::Bank(gone)) if known.is_some() && customer_gone(&session, &gone) => {
            let again = Box::pin(customer::registered(parts, &bank, &session, call.now)).await?;
            let session = LinkSession { remote_customer: Some(again), ..session };
            let session = parts.table.put_session(&session).await?;
            at_salt_edge(parts, &bank, call, &session, &state).await
        }
        opened => opened,
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
    state: &str,
) -> Result<OpenedPages, OpenError> {
    let institution = parts.banks.find(&session.institution.id).await?;
    let history = institution.as_ref().and_then(|bank| bank.history_days).unwrap_or(HISTORY_DAYS);
    let longest = institution.and_then(|bank| bank.max_consent_days).unwrap_or(CONSENT_DAYS);
    let today = call.now.to_zoned(TimeZone::UTC).date();
    let Some(customer) = session.remote_customer.clone() else { return Err(OpenError::Closed) };
    let visit = match (&session.remote, session.intent) {
        (Some(remote), Intent::Refresh) => Visit::Refresh(remote.clone()),
        (Some(remote), Intent::Reconnect | Intent::FetchAccounts) => {
            Visit::Reconnect(remote.clone())
        }
        (None, _) | (Some(_), Intent::Link) => {
            Visit::Connect { customer, institution: session.institution.id.clone() }
        }
    };
    let pages = OpenPages {
        visit,
        return_to: format!("{}/connect/return?state={state}", parts.public_url),
        locale: session.locale.code().to_owned(),
        from_date: today.checked_sub(i64::from(history).days()).unwrap_or(today),
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
