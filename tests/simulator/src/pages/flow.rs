//! The user's way through a session: what each posted form does.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::attempt::{Attempt, StageName};
use crate::bank::ProviderMode;
use crate::errors::ErrorClass;
use crate::faults::NextConnect;
use crate::ids::Id;
use crate::session::{Session, SessionKind, Step};
use crate::switches::{ReturnWhen, SameLogin, UntickedBox};
use crate::world::World;

/// Seconds that somebody may spend at the bank's own page.
const AT_BANK_SECONDS: i64 = 3_600;

impl World {
    /// The session behind a token that can still be used.
    pub(crate) fn open_session_of(&self, token: &str, now: Timestamp) -> Option<Session> {
        let session = self.sessions.get(token)?;
        let begun = session.attempt_id.is_some();
        let usable = session.step != Step::Over && (begun || session.expires_at > now);
        usable.then(|| session.clone())
    }

    pub(super) fn edit(&mut self, token: &str, change: impl FnOnce(&mut Session)) {
        if let Some(session) = self.sessions.get_mut(token) {
            change(session);
        }
    }

    /// The consent page was answered. False: it must be shown again.
    pub(super) fn answer_consent(
        &mut self,
        session: &Session,
        ticked: bool,
        now: Timestamp,
    ) -> bool {
        let ticked = ticked && session.scripted != Some(NextConnect::BoxNotTicked);
        let token = session.token.clone();
        if !ticked {
            match self.switches.unticked_box {
                UntickedBox::AskAgain => return false,
                UntickedBox::AccessNotGranted => {
                    self.give_up(&token, now);
                    return true;
                }
                UntickedBox::NothingShared => {}
            }
        }
        self.edit(&token, |session| session.ticked = ticked);
        self.after_consent(&token, now);
        true
    }

    /// Goes on behind the consent page.
    pub(super) fn after_consent(&mut self, token: &str, now: Timestamp) {
        let Some(session) = self.sessions.get(token).cloned() else { return };
        let Some(provider) =
            session.provider_code.as_ref().and_then(|code| self.providers.get(code)).cloned()
        else {
            return;
        };
        let stored = session
            .connection_id
            .and_then(|id| self.connections.get(&id))
            .is_some_and(|connection| connection.store_credentials && connection.login.is_some());
        if session.kind == SessionKind::Refresh && stored {
            let steps = if provider.interactive { provider.steps.len() } else { 0 };
            self.begin(token, steps, provider.max_interactive_delay, None, now);
            self.settle(token, now);
        } else if provider.mode == ProviderMode::Oauth {
            self.begin(token, 1, AT_BANK_SECONDS, None, now);
            self.settle(token, now);
        } else {
            self.edit(token, |session| session.step = Step::Credentials);
        }
    }

    /// Credentials were typed into Salt Edge's page.
    pub(super) fn answer_credentials(
        &mut self,
        session: &Session,
        login: &str,
        password: &str,
        chosen_error: Option<ErrorClass>,
        now: Timestamp,
    ) {
        let token = session.token.clone();
        let Some(provider) =
            session.provider_code.as_ref().and_then(|code| self.providers.get(code)).cloned()
        else {
            return;
        };
        let known = self.knows_login(&provider.code, login, password);
        let outcome = if known {
            self.login_outcome(session, login)
        } else {
            Err(ErrorClass::InvalidCredentials)
        };
        if let Ok(Some(existing)) = outcome {
            self.edit(&token, |session| session.turn_into_reconnect(existing));
        }
        let ends_with = outcome.err().or(chosen_error);
        let first = session
            .connection_id
            .and_then(|id| self.connections.get(&id))
            .is_none_or(|connection| !connection.interacted);
        let asked = provider.interactive || (provider.interactive_once && first);
        let choice = provider.chooses_accounts || session.request.account_overview;
        let steps = if asked { provider.steps.len() } else { 0 } + usize::from(choice);
        self.edit(&token, |session| {
            session.login = Some(login.to_owned());
            session.asks_accounts = choice;
            session.answered = if asked { 0 } else { provider.steps.len() };
        });
        self.begin(&token, steps, provider.max_interactive_delay, ends_with, now);
        self.settle(&token, now);
    }

    /// What a login that the bank accepts leads to: an existing connection to use instead, or an error.
    pub(super) fn login_outcome(
        &self,
        session: &Session,
        login: &str,
    ) -> Result<Option<Id>, ErrorClass> {
        let code = session.provider_code.as_deref().unwrap_or_default();
        if session.kind != SessionKind::Connect {
            let before = session
                .connection_id
                .and_then(|id| self.connections.get(&id))
                .and_then(|connection| connection.login.as_deref());
            let same = before.is_none_or(|before| before == login);
            return if same { Ok(None) } else { Err(ErrorClass::CredentialsNotMatch) };
        }
        let existing = self.connections.values().find(|connection| {
            connection.customer_id == session.customer_id
                && connection.provider_code == code
                && connection.login.as_deref() == Some(login)
                && Some(connection.id) != session.connection_id
                && self.last_attempt(connection).is_some_and(Attempt::finished)
        });
        match (existing, self.switches.same_login) {
            (None, _) | (Some(_), SameLogin::NewConnection) => Ok(None),
            (Some(_), SameLogin::Duplicated) => Err(ErrorClass::ConnectionDuplicated),
            (Some(existing), SameLogin::Reconnect) => Ok(Some(existing.id)),
        }
    }

    /// Lets the attempt go as far as it can at this instant, or as far as the browser waits for.
    pub(super) fn run_inline(&mut self, token: &str, now: Timestamp) {
        let Some(id) = self.sessions.get(token).and_then(|session| session.attempt_id) else {
            return;
        };
        while let Some(attempt) = self.attempts.get(&id).filter(|_| self.running.contains(&id)) {
            let released = self.switches.return_when == ReturnWhen::Authorised
                && attempt.stage() >= StageName::FetchHolderInfo;
            if released || attempt.wakes_at() > now {
                break;
            }
            self.advance_attempt(id, now);
        }
    }

    /// Brings the step to what the attempt says.
    pub(super) fn settle(&mut self, token: &str, now: Timestamp) {
        self.run_inline(token, now);
        let Some(session) = self.sessions.get(token) else { return };
        let Some(attempt) = session.attempt_id.and_then(|id| self.attempts.get(&id)) else {
            return;
        };
        let step = if let Some(class) = attempt.failed {
            Step::Failed(class)
        } else if attempt.stage() == StageName::Interactive && attempt.steps_open > 0 {
            let bank = session.provider_code.as_ref().and_then(|code| self.providers.get(code));
            let last = session.asks_accounts && attempt.steps_open == 1;
            if bank.is_some_and(|bank| bank.mode == ProviderMode::Oauth) {
                Step::Bank
            } else if last {
                Step::Accounts
            } else {
                Step::Interactive(session.answered)
            }
        } else {
            Step::Fetching
        };
        self.edit(token, |session| session.step = step);
    }

    /// Whether the browser may go back now.
    pub(super) fn may_return(&self, session: &Session) -> bool {
        let Some(attempt) = session.attempt_id.and_then(|id| self.attempts.get(&id)) else {
            return false;
        };
        let released = self.switches.return_when == ReturnWhen::Authorised
            && attempt.stage() >= StageName::FetchHolderInfo;
        session.step == Step::Fetching && (attempt.success_at.is_some() || released)
    }

    /// An interactive step was answered.
    pub(super) fn answer_step(&mut self, session: &Session, answer: &str, now: Timestamp) {
        let Step::Interactive(at) = session.step else { return };
        let expected = session
            .provider_code
            .as_ref()
            .and_then(|code| self.providers.get(code))
            .and_then(|provider| provider.steps.get(at))
            .map(|step| step.answer);
        if expected == Some(answer.trim()) {
            self.step_taken(session, now);
        } else if let Some(id) = session.attempt_id {
            self.fail_attempt(id, ErrorClass::InvalidInteractiveCredentials, now);
        }
        self.settle(&session.token, now);
    }

    /// Accounts were chosen, at Salt Edge's page or at the bank's.
    pub(super) fn choose_accounts(&mut self, session: &Session, keys: Vec<String>, now: Timestamp) {
        if keys.is_empty() {
            if let Some(id) = session.attempt_id {
                self.fail_attempt(id, ErrorClass::AllAccountsExcluded, now);
            }
        } else {
            let chosen: BTreeSet<String> = keys.into_iter().collect();
            if let Some(connection) =
                session.connection_id.and_then(|id| self.connections.get_mut(&id))
            {
                connection.selected = Some(chosen);
            }
            self.step_taken(session, now);
        }
        self.edit(&session.token, |session| session.step = Step::Fetching);
        self.settle(&session.token, now);
    }

    /// The bank lets the user share all accounts only, those of the future too.
    pub(super) fn share_all(&mut self, session: &Session, now: Timestamp) {
        if let Some(connection) = session.connection_id.and_then(|id| self.connections.get_mut(&id))
        {
            connection.selected = None;
        }
        self.step_taken(session, now);
        self.edit(&session.token, |session| session.step = Step::Fetching);
        self.settle(&session.token, now);
    }

    fn step_taken(&mut self, session: &Session, now: Timestamp) {
        self.edit(&session.token, |session| session.answered += 1);
        let Some(attempt) = session.attempt_id.and_then(|id| self.attempts.get_mut(&id)) else {
            return;
        };
        attempt.steps_open = attempt.steps_open.saturating_sub(1);
        attempt.due = attempt.due.max(now);
    }
}
