//! The browser's way: to Salt Edge, and back through us to the SaaS.

use domain::{
    bank::{BankError, NewCustomer, OpenPages, OpenedPages, Tag, Visit},
    ending::Ending,
    id::RemoteCustomerId,
    limits::{CONSENT_DAYS, HISTORY_DAYS},
    next_action::{Failure, NextAction},
    session::{Intent, LinkSession, SessionEvent, Stage},
};
use jiff::{ToSpan, tz::TimeZone};
use salt_edge::{ErrorClass, Mode};
use secrecy::ExposeSecret;
use shell::{Answer, Call, Code, Problem, token, token_hash};
use store::{StoreError, TokenKind};

use crate::{sessions::RACES, start::Parts};

/// `GET /connect/{token}`: opens the session at Salt Edge, once, at the click.
pub(crate) async fn open(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let hash = token_hash(&call.path::<String>("token")?);
    let session = parts.table.session_of_token(TokenKind::Open, &hash, call.now).await?;
    let session = session.ok_or_else(|| Problem::new(Code::LinkTokenNotFound))?;
    if session.stage_at(call.now) != Stage::Created {
        return Err(Problem::new(Code::LinkTokenSpent));
    }
    // The click is spent before Salt Edge is called: two clicks at once open one session.
    let spent =
        session.after(SessionEvent::Opened).map_err(|_| Problem::new(Code::LinkTokenSpent))?;
    let spent = match parts.table.put_session(&spent).await {
        Err(StoreError::Conflict) => return Err(Problem::new(Code::LinkTokenSpent)),
        done => done?,
    };
    match pages(parts, call, &spent).await {
        Ok(opened) => Ok(Answer::see_other(opened.url.expose_secret().to_owned())),
        Err(error) => refused(parts, &spent, &error).await,
    }
}

/// Registers the customer where that is still to be done, and opens Salt Edge's pages.
async fn pages(
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
    let customer = customer(parts, &bank.client, call, session).await?;
    let known = LinkSession { remote_customer: Some(customer.clone()), ..session.clone() };
    parts.table.put_session(&known).await?;
    let state = token(&parts.entropy)?;
    let until = session.confirm_until();
    parts.table.put_token(session, TokenKind::Return, &token_hash(&state), until).await?;
    let institution = parts.banks.find(&session.institution.id).await?;
    let history = institution.as_ref().and_then(|bank| bank.history_days).unwrap_or(HISTORY_DAYS);
    let longest = institution.and_then(|bank| bank.max_consent_days).unwrap_or(CONSENT_DAYS);
    let today = call.now.to_zoned(TimeZone::UTC).date();
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
        tag: Tag {
            deployment: parts.deployment.clone(),
            tenant: session.tenant.clone(),
            session: Some(session.id.clone()),
        },
    };
    Ok(bank.client.open(&pages, call.now).await?)
}

async fn customer(
    parts: &Parts,
    bank: &salt_edge::Client,
    call: &Call,
    session: &LinkSession,
) -> Result<RemoteCustomerId, OpenError> {
    if let Some(known) = &session.remote_customer {
        return Ok(known.clone());
    }
    // A tenant or user may hold any separator but a zero byte; their digest never spells another pair.
    let whose = token_hash(&format!("{}\0{}", session.tenant, session.customer));
    let new = NewCustomer {
        identifier: format!("{}:{whose}", parts.deployment),
        email: session.email.clone().filter(|_| parts.mode == Mode::Partner),
    };
    Ok(bank.customer(&new, call.now).await?)
}

/// Why Salt Edge's pages could not be opened.
#[derive(Debug, thiserror::Error)]
enum OpenError {
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

/// The session has failed; the browser goes back to the SaaS, which shows why.
async fn refused(
    parts: &Parts,
    session: &LinkSession,
    error: &OpenError,
) -> Result<Answer, Problem> {
    tracing::warn!(session.id = %session.id, %error, "Salt Edge's pages could not be opened");
    let failure: Failure = match error {
        OpenError::Bank(BankError::Refused { failure, .. }) => {
            if failure.action == NextAction::FixKeys {
                parts.bank.forget();
            }
            failure.clone()
        }
        OpenError::Closed => Ending::Revoked.into(),
        OpenError::Bank(_) | OpenError::Store(_) | OpenError::Secret(_) | OpenError::Entropy(_) => {
            Ending::NotOpened.into()
        }
    };
    let fresh = parts.table.session(&session.tenant, &session.id).await?;
    let fresh = fresh.ok_or_else(|| Problem::new(Code::LinkTokenNotFound))?;
    if let Ok(failed) = fresh.after(SessionEvent::Failed(failure)) {
        match parts.table.put_session(&failed).await {
            // Cancelled at the same moment: that stands.
            Ok(_) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Answer::see_other(with_query(&fresh.return_to, &[("link_session_id", fresh.id.as_str())])?))
}

/// `GET /connect/return`: the browser is back; the SaaS gets a one-time code.
///
/// What else the browser brings is not believed: the connection is read back from Salt Edge.
pub(crate) async fn back(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let code = token(&parts.entropy)?;
    let hash = token_hash(&code);
    let session = arrived(parts, call, &hash).await?;
    let mut added = vec![("link_session_id", session.id.as_str())];
    // A second arrival, or one after the end: the session says what is so, and no second code is made.
    if session.code_hash.as_ref() == Some(&hash) && !session.stage.ended() {
        added.push(("code", &code));
    }
    Ok(Answer::see_other(with_query(&session.return_to, &added)?))
}

/// The session as this arrival leaves it. A callback at the same moment must not keep the browser.
async fn arrived(parts: &Parts, call: &Call, code_hash: &str) -> Result<LinkSession, Problem> {
    let state = token_hash(call.query("state").unwrap_or_default());
    for _ in 0..RACES {
        let session = parts.table.session_of_token(TokenKind::Return, &state, call.now).await?;
        let session = tried_again(session.ok_or_else(|| Problem::new(Code::LinkTokenNotFound))?);
        if session.stage != Stage::Redirected {
            return Ok(session);
        }
        let event = match call.query("error_class") {
            Some(class) => SessionEvent::Failed(ErrorClass::parse(class).failure()),
            None => SessionEvent::Returned,
        };
        let next = session.after(event).map_err(|_| Problem::new(Code::WrongState))?;
        let (code_hash, due) = (Some(code_hash.to_owned()), Some(session.confirm_until()));
        match parts.table.put_session(&LinkSession { code_hash, due, ..next }).await {
            Err(StoreError::Conflict) => {}
            stored => return Ok(stored?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// A try that failed can be repeated on Salt Edge's pages: how it ended is said by the way back, not by
/// the callback of the first try.
fn tried_again(session: LinkSession) -> LinkSession {
    let out = session.code_hash.is_none() && matches!(session.stage, Stage::Failed { .. });
    let stage = if out { Stage::Redirected } else { session.stage };
    LinkSession { stage, ..session }
}

/// The registered address with more in its query; what it had stays as it was.
fn with_query(return_to: &str, added: &[(&str, &str)]) -> Result<String, Problem> {
    let mut url = url::Url::parse(return_to).map_err(|error| Problem::internal(&error))?;
    url.query_pairs_mut().extend_pairs(added);
    Ok(url.into())
}
