//! A link session as its answers show it.

use domain::{
    id::LinkSessionId,
    next_action::NextAction,
    session::{Intent, LinkSession, Stage},
    wording::WORDING,
};
use jiff::Timestamp;
use serde::Serialize;
use shell::{
    Answer, Call,
    view::{ActionView, InstitutionView},
};

use crate::{
    changes::{self, ChangeView},
    start::Parts,
};

/// A link session as the API shows it.
#[derive(Serialize)]
struct SessionView {
    id: LinkSessionId,
    intent: Intent,
    stage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    connect_url: Option<String>,
    expires_at: Timestamp,
    created_at: Timestamp,
    institution: InstitutionView,
    consent: Option<ConsentView>,
    connection_id: Option<String>,
    accounts: Option<Vec<ChangeView>>,
    next_action: Option<ActionView>,
    display_message: Option<&'static str>,
    retry_url: Option<String>,
}

/// What the user is about to allow, to be read before they go.
#[derive(Serialize)]
struct ConsentView {
    version: &'static str,
    locale: &'static str,
    text: &'static str,
}

impl ConsentView {
    /// None where this release has other words by now than the session was begun with.
    fn of(session: &LinkSession) -> Option<Self> {
        let locale = session.locale;
        let view = Self { version: WORDING, locale: locale.code(), text: locale.consent() };
        (session.wording.as_deref() == Some(WORDING)).then_some(view)
    }
}

/// Seconds after which a page looks again while a visit goes on.
const LOOK_AGAIN: u8 = 2;

fn view(
    parts: &Parts,
    session: &LinkSession,
    connect_url: Option<String>,
    call: &Call,
) -> SessionView {
    let step = session.next_step(call.now);
    let there = step.filter(|step| step.action == NextAction::DeleteDuplicate);
    let url = there.map(|_| parts.dashboard.clone());
    let known = session.stage.confirmed() || session.intent != Intent::Link;
    let own = session.connection.as_ref().filter(|_| known);
    let opened = session.stage != Stage::Created;
    SessionView {
        id: session.id.clone(),
        intent: session.intent,
        stage: session.stage_at(call.now).name(),
        connect_url,
        expires_at: if opened { session.confirm_until() } else { session.open_until() },
        created_at: session.created_at,
        institution: InstitutionView::from(&session.institution),
        consent: ConsentView::of(session),
        connection_id: own.or(session.trail.reuse.as_ref()).map(ToString::to_string),
        accounts: (session.stage == Stage::Finished).then(|| changes::all(session)),
        next_action: step.map(|step| ActionView::from(step).at(url)),
        display_message: step.map(|step| call.locale.sentence(step.action)),
        retry_url: repeatable(session, call)
            .then(|| format!("{}/v1/link-sessions/{}/retry", parts.public_url, session.id)),
    }
}

/// Whether the same visit may be begun anew: it has ended, and not well.
pub(crate) fn repeatable(session: &LinkSession, call: &Call) -> bool {
    let stage = session.stage_at(call.now);
    stage.ended() && stage != Stage::Finished
}

/// A session as it stands; while it goes on, with the pause before the next look.
pub(crate) fn shown(parts: &Parts, session: &LinkSession, call: &Call) -> Answer {
    let answer = Answer::json(200, &view(parts, session, None, call));
    if session.stage_at(call.now).ended() {
        return answer;
    }
    answer.with_header("retry-after", LOOK_AGAIN.to_string())
}

/// The answer to who created it: the only one with the address that opens it.
pub(crate) fn created(
    parts: &Parts,
    session: &LinkSession,
    connect_url: String,
    call: &Call,
) -> Answer {
    // What is repeated under a key is stored, so it holds no long text: whoever shows the session reads it.
    let view = SessionView { consent: None, ..view(parts, session, Some(connect_url), call) };
    Answer::json(201, &view)
}
