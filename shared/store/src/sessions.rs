//! Link sessions, and the tokens that lead to them.

use domain::{
    bank::RemoteConnection,
    id::{LinkSessionId, TenantId},
    session::{LinkSession, Stage},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    answered::Answered,
    due::{DueKind, due_at},
    error::StoreError,
    held::{self, Line},
    item::{Draft, Item, text},
    keys::Key,
    table::{Table, When},
};

/// How long an ended session stays readable.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What a token is for. One is never taken for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Opens the provider's pages, once.
    Open,
    /// Comes back with the browser.
    Return,
}

#[derive(Serialize, Deserialize)]
struct Token {
    kind: TokenKind,
    tenant: TenantId,
    session: LinkSessionId,
    until: Timestamp,
}

impl Table {
    /// A link session.
    pub async fn session(
        &self,
        tenant: &TenantId,
        session: &LinkSessionId,
    ) -> Result<Option<LinkSession>, StoreError> {
        self.get("session", &Key::session(tenant, session)).await
    }

    /// The session whose visit made the newest attempt there, while it may still come to something.
    pub async fn still_out(
        &self,
        shown: &RemoteConnection,
    ) -> Result<Option<LinkSession>, StoreError> {
        let Some(tag) = shown.attempt.as_ref().and_then(|attempt| attempt.tag.as_ref()) else {
            return Ok(None);
        };
        let Some(id) = &tag.session else { return Ok(None) };
        let session = self.session(&tag.tenant, id).await?;
        Ok(session.filter(|session| !session.stage.ended()))
    }

    /// Stores a new session together with the token that opens it and the answer that its creator gets.
    ///
    /// Errors: [`StoreError::Conflict`] when the request was answered already, [`StoreError::Contended`]
    /// while it is being answered.
    pub async fn create_session(
        &self,
        session: &LinkSession,
        token_hash: &str,
        answered: &Answered,
    ) -> Result<(), StoreError> {
        // It leads to the session for longer than it opens it, so that who comes late is told why.
        let token = token(session, TokenKind::Open, token_hash, session.confirm_until())?;
        let answer = answered.item(&session.tenant)?;
        let leads = Line {
            token: Some(token_hash.to_owned()),
            request: Some(answered.request.clone()),
            ..Line::default()
        };
        let what = (held::SESSION, session.id.as_str());
        let until = Some(session.confirm_until() + KEPT);
        let mut items = vec![
            (item(session)?, When::Absent),
            (token, When::Absent),
            (answer, When::Over(session.created_at)),
        ];
        items.extend(lines(session, what, &leads, until)?);
        self.put_all(items).await
    }

    /// Stores the next state of a session. Errors: [`StoreError::Conflict`] when somebody was faster.
    pub async fn put_session(&self, session: &LinkSession) -> Result<LinkSession, StoreError> {
        let next = LinkSession { version: session.version + 1, ..session.clone() };
        self.put(item(&next)?, When::Version(session.version)).await?;
        Ok(next)
    }

    /// Stores a token that leads to a session.
    pub async fn put_token(
        &self,
        session: &LinkSession,
        kind: TokenKind,
        hash: &str,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let (what, none) = ((held::TOKEN, hash), Line::default());
        let mut items = vec![(token(session, kind, hash, until)?, When::Absent)];
        items.extend(lines(session, what, &none, Some(until))?);
        self.put_all(items).await
    }

    /// The session that a token leads to, while it is good.
    pub async fn session_of_token(
        &self,
        kind: TokenKind,
        hash: &str,
        now: Timestamp,
    ) -> Result<Option<LinkSession>, StoreError> {
        let token: Option<Token> = self.get("token", &Key::token(hash)).await?;
        match token.filter(|token| token.kind == kind && token.until > now) {
            Some(token) => self.session(&token.tenant, &token.session).await,
            None => Ok(None),
        }
    }
}

/// A line of everybody whom a session is about.
fn lines(
    session: &LinkSession,
    what: (&str, &str),
    leads: &Line,
    until: Option<Timestamp>,
) -> Result<Vec<(Item, When)>, StoreError> {
    let line = |customer| held::line(&session.tenant, customer, what, leads, until);
    session.about().map(|customer| Ok((line(customer)?, When::Always))).collect()
}

fn token(
    session: &LinkSession,
    kind: TokenKind,
    hash: &str,
    until: Timestamp,
) -> Result<Item, StoreError> {
    let (tenant, id) = (session.tenant.clone(), session.id.clone());
    let token = Token { kind, tenant, session: id, until };
    Ok(Draft::new(&Key::token(hash), "token", &token)?.until(until).done())
}

pub(crate) fn item(session: &LinkSession) -> Result<Item, StoreError> {
    let key = Key::session(&session.tenant, &session.id);
    let mut draft = Draft::new(&key, "session", session)?
        .with("v", crate::item::number(session.version))
        .until(session.confirm_until() + KEPT);
    let kind = match session.stage {
        Stage::Confirmed | Stage::Asking | Stage::Reading => DueKind::Session,
        Stage::Created
        | Stage::Redirected
        | Stage::Returned
        | Stage::Finished
        | Stage::Failed { .. }
        | Stage::Expired
        | Stage::Cancelled => DueKind::Unlink,
    };
    for (name, value) in due_at(session.due, kind, &session.tenant, session.id.as_str()) {
        draft = draft.with(name, text(value));
    }
    Ok(draft.done())
}
