//! The browser's way: to Salt Edge, and back through us to the SaaS.

use domain::{
    bank::BankError,
    duplicate,
    ending::Ending,
    id::ConnectionId,
    next_action::{Failure, NextAction},
    session::{LinkSession, SessionEvent, Stage},
};
use jiff::Timestamp;
use salt_edge::ErrorClass;
use secrecy::ExposeSecret;
use shell::{Answer, Call, Code, Problem, token, token_hash};
use store::{StoreError, TokenKind};

use crate::{
    pages::{self, OpenError},
    sessions::RACES,
    start::Parts,
};

/// `GET /connect/{token}`: opens the session at Salt Edge, once, at the click.
pub(crate) async fn open(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let hash = token_hash(&call.path::<String>("token")?);
    let session = parts.table.session_of_token(TokenKind::Open, &hash, call.now).await?;
    let session = session.ok_or_else(|| Problem::new(Code::LinkTokenNotFound))?;
    if session.stage_at(call.now) != Stage::Created {
        return Err(Problem::new(Code::LinkTokenSpent));
    }
    // The click is spent before Salt Edge is called: two clicks at once open one session.
    let mut spent =
        session.after(SessionEvent::Opened).map_err(|_| Problem::new(Code::LinkTokenSpent))?;
    spent.trail.opened_at = Some(call.now);
    let spent = match parts.table.put_session(&spent).await {
        Err(StoreError::Conflict) => return Err(Problem::new(Code::LinkTokenSpent)),
        done => done?,
    };
    match pages::open(parts, call, &spent).await {
        Ok(opened) => Ok(Answer::see_other(opened.url.expose_secret().to_owned())),
        Err(error) => refused(parts, &spent, &error, call.now).await,
    }
}

/// The session has failed; the browser goes back to the SaaS, which shows why.
async fn refused(
    parts: &Parts,
    session: &LinkSession,
    error: &OpenError,
    now: Timestamp,
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
    let (failure, reuse) = resolved(parts, session, failure, now).await?;
    for _ in 0..RACES {
        let fresh = parts.table.session(&session.tenant, &session.id).await?;
        let fresh = fresh.ok_or_else(|| Problem::new(Code::LinkTokenNotFound))?;
        // Cancelled at the same moment: that stands.
        let Ok(mut failed) = fresh.after(SessionEvent::Failed(failure.clone())) else { break };
        failed.trail.reuse.clone_from(&reuse);
        match parts.table.put_session(&failed).await {
            Err(StoreError::Conflict) => {}
            stored => {
                stored?;
                break;
            }
        }
    }
    let named = [("link_session_id", session.id.as_str())];
    Ok(Answer::see_other(with_query(&session.return_to, &named)?))
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
        let (event, reuse) = match call.query("error_class") {
            Some(class) => {
                let failure = ErrorClass::parse(class).failure();
                let (failure, reuse) = resolved(parts, &session, failure, call.now).await?;
                (SessionEvent::Failed(failure), reuse)
            }
            None => (SessionEvent::Returned, None),
        };
        let mut next = session.after(event).map_err(|_| Problem::new(Code::WrongState))?;
        next.trail.returned_at = Some(call.now);
        next.trail.reuse = reuse;
        let (code_hash, due) = (Some(code_hash.to_owned()), Some(session.confirm_until()));
        match parts.table.put_session(&LinkSession { code_hash, due, ..next }).await {
            Err(StoreError::Conflict) => {}
            stored => return Ok(stored?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// A login that is linked already leads to its connection, or to who can delete what is in the way.
async fn resolved(
    parts: &Parts,
    session: &LinkSession,
    failure: Failure,
    now: Timestamp,
) -> Result<(Failure, Option<ConnectionId>), Problem> {
    parts.table.note_other_login(session, &failure, now).await?;
    let known = parts.table.may_have_login(session, &failure).await?;
    Ok(duplicate::resolve(failure, &known, parts.mode.into(), now))
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
