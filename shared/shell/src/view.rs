//! What the API shows of a connection: the same words from every function.

mod account;
mod row;

use domain::{
    connection::{Connection, NextCheck, Phase, State},
    consent::{Basis, ConsentStatus},
    id::{ConnectionId, ConsentId, CustomerId},
    journal::{History, Ledger},
    mapping::Mapping,
    next_action::{Actor, NextAction, NextStep},
    notice::{Notice, NoticeEvent},
    session::InstitutionRef,
    wording::Locale,
};
use jiff::Timestamp;
use serde::Serialize;

pub use account::{AccountView, ProposalView, etag, masked};
pub use row::RowView;

/// Who serves every bank at present.
pub const AGGREGATOR: &str = "Salt Edge";

/// A bank as a session or connection shows it.
#[derive(Debug, Clone, Serialize)]
pub struct InstitutionView {
    id: String,
    name: String,
    country: String,
    aggregator: &'static str,
}

impl From<&InstitutionRef> for InstitutionView {
    fn from(institution: &InstitutionRef) -> Self {
        Self {
            id: institution.id.to_string(),
            name: institution.name.clone(),
            country: institution.country.clone(),
            aggregator: AGGREGATOR,
        }
    }
}

/// The next step: who takes it, where, and when.
#[derive(Debug, Clone, Serialize)]
pub struct ActionView {
    code: NextAction,
    actor: Actor,
    retry: &'static str,
    url: Option<String>,
    deadline: Option<Timestamp>,
}

impl From<NextStep> for ActionView {
    fn from(step: NextStep) -> Self {
        let NextStep { action, deadline } = step;
        let retry = action.retry().name();
        Self { code: action, actor: action.actor(), retry, url: None, deadline }
    }
}

impl ActionView {
    /// The same step, taken at this address.
    #[must_use]
    pub fn at(mut self, url: Option<String>) -> Self {
        self.url = url;
        self
    }
}

/// What a view needs besides the records.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// The instant of the look.
    pub now: Timestamp,
    /// The reader's language.
    pub locale: Locale,
    /// Where an end user deletes a connection at Salt Edge.
    pub dashboard: &'a str,
    /// What the SaaS said of the connection's accounts.
    pub mapping: &'a Mapping,
}

/// A connection.
#[derive(Debug, Clone, Serialize)]
pub struct ConnectionView {
    id: ConnectionId,
    status: &'static str,
    why: Option<String>,
    phase: Option<&'static str>,
    institution: InstitutionView,
    customer: CustomerId,
    created_at: Timestamp,
    last_checked_at: Option<Timestamp>,
    data_as_of: Option<Timestamp>,
    next_check_at: Option<Timestamp>,
    next_check_reason: NextCheck,
    asking: bool,
    next_refresh_allowed_at: Option<Timestamp>,
    history: History,
    quarantined: usize,
    compared_days: i64,
    consent: Option<ConsentView>,
    accounts: Vec<AccountView>,
    left_in_dashboard: Option<LeftView>,
    kept_until: Option<Timestamp>,
    next_action: Option<ActionView>,
    display_message: Option<&'static str>,
}

#[derive(Debug, Clone, Serialize)]
struct ConsentView {
    id: ConsentId,
    status: ConsentStatus,
    given_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    basis: Basis,
    days_left: Option<i64>,
    notices: Vec<NoticeView>,
}

/// What was told of a consent's end.
#[derive(Debug, Clone, Serialize)]
struct NoticeView {
    event: NoticeEvent,
    days: Option<u16>,
    at: Timestamp,
    skipped: Vec<u16>,
}

impl ConsentView {
    fn of(connection: &Connection, now: Timestamp) -> Option<Self> {
        let consent = connection.consent.as_ref()?;
        let sent = connection.ladder.iter().flat_map(|ladder| ladder.sent.iter().cloned());
        let notices =
            sent.map(|Notice { event, days, at, skipped }| NoticeView { event, days, at, skipped });
        Some(Self {
            id: consent.id.clone(),
            status: consent.status,
            given_at: consent.given_at,
            expires_at: consent.expires_at,
            basis: consent.basis,
            days_left: consent.days_left(now),
            notices: notices.collect(),
        })
    }
}

/// Earlier links of the same bank that only their owner can delete. None of them has a consent any more.
#[derive(Debug, Clone, Serialize)]
struct LeftView {
    count: usize,
    url: String,
}

impl ConnectionView {
    /// The connection with what its journal adds up to.
    pub fn of(connection: &Connection, ledger: &Ledger, looking: Looking<'_>) -> Self {
        let now = looking.now;
        let data_as_of = connection.data_age(ledger);
        let step = connection.next_step();
        let scheduled = connection.state == State::Active;
        let asking = asking(connection, data_as_of, now);
        let (next_check_at, next_check_reason) = connection.next_check(asking, now);
        Self {
            id: connection.id.clone(),
            status: connection.state.name(),
            why: why(&connection.state),
            phase: phase(&connection.state),
            institution: InstitutionView::from(&connection.institution),
            customer: connection.customer.clone(),
            created_at: connection.created_at,
            last_checked_at: ledger.read_at.max(connection.checked_at),
            data_as_of,
            next_check_at,
            next_check_reason,
            asking,
            next_refresh_allowed_at: scheduled
                .then(|| refresh_allowed_at(connection, now))
                .flatten(),
            history: ledger.history,
            quarantined: ledger.quarantined.len(),
            compared_days: ledger.overlap(),
            consent: ConsentView::of(connection, now),
            accounts: account::all(connection, ledger, looking.mapping),
            left_in_dashboard: (!connection.left.is_empty()).then(|| LeftView {
                count: connection.left.len(),
                url: looking.dashboard.to_owned(),
            }),
            kept_until: connection.kept_until.filter(|_| !connection.emptied),
            next_action: step.map(|step| {
                let at_dashboard = step.action == NextAction::DeleteInDashboard;
                ActionView::from(step).at(at_dashboard.then(|| looking.dashboard.to_owned()))
            }),
            display_message: step.map(|step| looking.locale.sentence(step.action)),
        }
    }
}

/// When a refresh without the user is allowed again; none = now.
pub fn refresh_allowed_at(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    connection.not_before.max(connection.asks.free_at(now)).filter(|at| *at > now)
}

/// Salt Edge is at the bank: an ask was made, its deadline is ahead, and nothing newer was read.
fn asking(connection: &Connection, data_as_of: Option<Timestamp>, now: Timestamp) -> bool {
    let asked_at = connection.asks.recent.last().copied();
    let waiting = connection.asks.deadline.is_some_and(|deadline| deadline > now);
    // The bank's instant is told in whole seconds: one within the second of the ask is not older than it.
    let second = asked_at.and_then(|at| Timestamp::from_second(at.as_second()).ok());
    waiting && second > data_as_of && asked_at > connection.checked_at
}

fn why(state: &State) -> Option<String> {
    match state {
        State::NeedsReconnect { failure } | State::Disabled { failure } => {
            Some(failure.class.clone())
        }
        State::Active | State::Revoking { .. } | State::LeftWithOwner | State::Revoked => None,
    }
}

fn phase(state: &State) -> Option<&'static str> {
    match state {
        State::Revoking { phase: Phase::Requested } => Some("requested"),
        State::Revoking { phase: Phase::ConsentRevoked } => Some("consent_revoked"),
        State::Revoking { phase: Phase::Removed } => Some("removed"),
        State::LeftWithOwner => Some("left_with_owner"),
        State::Revoked => Some("removed_proven"),
        State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } => None,
    }
}
