//! The end user as Salt Edge's customer: registered once, and remembered.

use domain::{bank::NewCustomer, id::RemoteCustomerId, session::LinkSession};
use jiff::Timestamp;
use salt_edge::{CustomerPractice, Keyring, Mode};
use shell::{keyed_hash, token_hash};
use store::StoreError;

use crate::{pages::OpenError, start::Parts};

/// The customer that an earlier session registered.
pub(crate) async fn known(
    parts: &Parts,
    session: &LinkSession,
) -> Result<Option<RemoteCustomerId>, StoreError> {
    if let Some(known) = &session.remote_customer {
        return Ok(Some(known.clone()));
    }
    parts.table.customer(&session.tenant, &session.customer, &digest(parts, session)).await
}

/// Registers the user, or finds them where an earlier try got through, and remembers it.
pub(crate) async fn registered(
    parts: &Parts,
    bank: &Keyring,
    session: &LinkSession,
    now: Timestamp,
) -> Result<RemoteCustomerId, OpenError> {
    let digest = digest(parts, session);
    let new = NewCustomer {
        identifier: format!("{}:{digest}", parts.deployment),
        email: session.email.clone().filter(|_| parts.mode == Mode::Partner),
        email_since: claimed(parts, bank, session, now).await?,
    };
    let remote = bank.client.customer(&new, now).await?;
    parts.table.put_customer(&session.tenant, &session.customer, &digest, &remote).await?;
    Ok(remote)
}

/// Tells one user's customers apart, and says nothing of them. In partner mode the e-mail belongs to it:
/// whoever mistyped theirs, and was locked out of that Salt Edge account, gets another with the right one.
fn digest(parts: &Parts, session: &LinkSession) -> String {
    let (tenant, customer) = (&session.tenant, &session.customer);
    // None of the parts can hold a zero byte, so no other user's parts spell the same text.
    match session.email.as_ref().filter(|_| parts.mode == Mode::Partner) {
        Some(email) => token_hash(&format!("{tenant}\0{customer}\0{}", email.reveal())),
        None => token_hash(&format!("{tenant}\0{customer}")),
    }
}

/// Since when the e-mail is this user's, where customers may be named after it. Then the name alone does
/// not say whose the customer is; who claimed it first here does.
async fn claimed(
    parts: &Parts,
    bank: &Keyring,
    session: &LinkSession,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let named_after = parts.practices.0.contains(&CustomerPractice::EmailAsIdentifier);
    match session.email.as_ref().filter(|_| named_after && parts.mode == Mode::Partner) {
        Some(email) => {
            let hash = keyed_hash(&bank.account_key, email.reveal());
            parts.table.claim_email(&hash, &session.tenant, &session.customer, now).await
        }
        None => Ok(None),
    }
}
