//! Connect sessions: what stands behind a connect URL while a user walks through the pages.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::attempt::AttemptRequest;
use crate::clock::later;
use crate::errors::ErrorClass;
use crate::faults::NextConnect;
use crate::ids::Id;
use crate::world::World;

/// What the session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SessionKind {
    Connect,
    Reconnect,
    Refresh,
}

/// The consent asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ConsentRequest {
    pub(crate) scopes: Vec<String>,
    pub(crate) from_date: Option<Date>,
    pub(crate) to_date: Option<Date>,
    pub(crate) period_days: Option<i64>,
}

/// What a connect, reconnect or refresh request said.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "as many as the request has")]
pub(crate) struct ConnectRequest {
    pub(crate) consent: Option<ConsentRequest>,
    pub(crate) attempt: AttemptRequest,
    pub(crate) provider_code: Option<String>,
    pub(crate) include_sandboxes: bool,
    pub(crate) modes: Option<Vec<String>>,
    pub(crate) hides_consent: bool,
    pub(crate) account_overview: bool,
    pub(crate) disable_search: bool,
    pub(crate) do_not_store: bool,
    pub(crate) post_message: bool,
    pub(crate) return_connection_id: bool,
    pub(crate) return_error_class: bool,
    pub(crate) categorization: Option<String>,
    pub(crate) categorization_vendor: Option<String>,
    pub(crate) automatic_refresh: Option<bool>,
}

/// Where the user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Chooses a bank.
    Provider,
    /// Reads and ticks the consent.
    Consent,
    /// Types credentials into Salt Edge's page.
    Credentials,
    /// Is at the bank's own page, before or after logging in there.
    Bank,
    /// Takes the n-th interactive step.
    Interactive(usize),
    /// Chooses accounts on Salt Edge's page.
    Accounts,
    /// Waits for the attempt.
    Fetching,
    /// Sees why it failed.
    Failed(ErrorClass),
    /// Has been sent back.
    Over,
}

impl Step {
    /// Why the walk failed, if it has.
    pub(crate) fn failure(self) -> Option<ErrorClass> {
        if let Self::Failed(class) = self { Some(class) } else { None }
    }
}

/// One walk through the pages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the walk")]
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) app_id: String,
    pub(crate) kind: SessionKind,
    pub(crate) customer_id: Id,
    pub(crate) connection_id: Option<Id>,
    pub(crate) request: ConnectRequest,
    pub(crate) expires_at: Timestamp,
    pub(crate) step: Step,
    pub(crate) provider_code: Option<String>,
    pub(crate) login: Option<String>,
    pub(crate) ticked: bool,
    pub(crate) attempt_id: Option<Id>,
    /// The user has logged in at the bank's own page.
    pub(crate) at_bank: bool,
    /// The consent of this walk is recorded.
    pub(crate) consented: bool,
    /// Accounts are chosen on Salt Edge's page, as the last step.
    pub(crate) asks_accounts: bool,
    /// Interactive steps taken.
    pub(crate) answered: usize,
    pub(crate) scripted: Option<NextConnect>,
    pub(crate) user_agent: Option<String>,
}

impl Session {
    /// The customer already has this login: the walk goes on as a reconnect of that connection.
    pub(crate) fn turn_into_reconnect(&mut self, connection: Id) {
        self.kind = SessionKind::Reconnect;
        self.connection_id = Some(connection);
    }
}

impl World {
    /// Opens a session and gives its token.
    pub(crate) fn open_session(
        &mut self,
        app_id: &str,
        kind: SessionKind,
        customer_id: Id,
        connection_id: Option<Id>,
        request: ConnectRequest,
        now: Timestamp,
    ) -> String {
        let token = self.random.token();
        let life = SignedDuration::from_mins(self.switches.connect_token_minutes);
        let scripted = (!self.faults.connect.is_empty()).then(|| self.faults.connect.remove(0));
        let expires_at =
            if scripted == Some(NextConnect::Expired) { now } else { later(now, life) };
        let provider_code = match connection_id.and_then(|id| self.connections.get(&id)) {
            Some(connection) => Some(connection.provider_code.clone()),
            None => request.provider_code.clone(),
        };
        let login = connection_id
            .and_then(|id| self.connections.get(&id))
            .and_then(|connection| connection.login.clone());
        let session = Session {
            token: token.clone(),
            app_id: app_id.to_owned(),
            kind,
            customer_id,
            connection_id,
            request,
            expires_at,
            step: if provider_code.is_some() { Step::Consent } else { Step::Provider },
            provider_code,
            login,
            ticked: false,
            attempt_id: None,
            at_bank: false,
            consented: false,
            asks_accounts: false,
            answered: 0,
            scripted,
            user_agent: None,
        };
        self.sessions.insert(token.clone(), session);
        token
    }
}
