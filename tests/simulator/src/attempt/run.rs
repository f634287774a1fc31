//! How an attempt begins, goes on and ends.

use jiff::{SignedDuration, Timestamp};

use super::tell::fail_message;
use super::{Attempt, AttemptKind, NewAttempt, StageEntry, StageName};
use crate::bank::ProviderStatus;
use crate::clients::CallbackKind;
use crate::clock::later;
use crate::errors::ErrorClass;
use crate::ids::Id;
use crate::switches::InteractiveTimeout;
use crate::world::{ConnectionStatus, World};

const DEFAULT_SCOPES: [&str; 3] = ["accounts", "balance", "transactions"];

impl World {
    /// The attempt of `connection` that has not finished.
    pub(crate) fn running_attempt(&self, connection: Id) -> Option<Id> {
        let newest = self.connections.get(&connection)?.last_attempt_id?;
        self.running.contains(&newest).then_some(newest)
    }

    /// Begins an attempt. What the request leaves open is as in the attempt before.
    pub(crate) fn start_attempt(&mut self, new: NewAttempt, now: Timestamp) -> Id {
        let id = self.ids.next();
        let before = self
            .connections
            .get(&new.connection_id)
            .and_then(|connection| self.last_attempt(connection))
            .cloned();
        let code = self.code_of(new.connection_id).to_owned();
        let planned = self.faults.attempt_error(new.connection_id, &code);
        let consent_id = self
            .connections
            .get(&new.connection_id)
            .and_then(|connection| connection.last_consent_id);
        let request = new.request;
        let fetch_scopes = request
            .fetch_scopes
            .or_else(|| before.as_ref().map(|attempt| attempt.fetch_scopes.clone()))
            .unwrap_or_else(|| DEFAULT_SCOPES.map(str::to_owned).to_vec());
        let keeps = new.kind != AttemptKind::Nightly || self.switches.nightly_keeps_custom_fields;
        let custom_fields = request
            .custom_fields
            .or_else(|| before.as_ref().filter(|_| keeps).map(|a| a.custom_fields.clone()))
            .unwrap_or_default();
        let attempt = Attempt {
            id,
            kind: new.kind,
            connection_id: new.connection_id,
            consent_id,
            plan: self.stage_plan(new.steps > 0, &fetch_scopes),
            fetch_scopes,
            custom_fields,
            locale: request.locale.unwrap_or_else(|| "en".to_owned()),
            user_agent: new.user_agent,
            from_date: request.from_date.or_else(|| before.as_ref().and_then(|a| a.from_date)),
            to_date: request.to_date,
            stages: Vec::new(),
            due: now,
            steps_open: new.steps,
            deadline: later(now, SignedDuration::from_secs(new.patience)),
            ends_with: new.ends_with.or(planned),
            failed: None,
            fail_at: None,
            success_at: None,
            created_at: now,
            updated_at: now,
        };
        self.attempts.insert(id, attempt);
        self.running.insert(id);
        if let Some(connection) = self.connections.get_mut(&new.connection_id) {
            connection.last_attempt_id = Some(id);
            connection.next_refresh_possible_at = None;
            connection.updated_at = now;
            connection.natures = request.natures.or_else(|| connection.natures.take());
            connection.strategy = request.strategy.unwrap_or(connection.strategy);
        }
        self.count_present(new.kind, new.connection_id, now);
        self.enter_stage(id, StageName::Start, now);
        id
    }

    fn code_of(&self, connection: Id) -> &str {
        self.connections.get(&connection).map_or("", |connection| &connection.provider_code)
    }

    fn stage_plan(&self, interactive: bool, scopes: &[String]) -> Vec<StageName> {
        let wants = |scope: &str| scopes.iter().any(|wanted| wanted == scope);
        [
            (StageName::Start, true),
            (StageName::Connect, true),
            (StageName::Interactive, interactive),
            (StageName::FetchHolderInfo, wants("holder_info")),
            (StageName::FetchAccounts, wants("accounts") || wants("balance")),
            (StageName::FetchTransactions, wants("transactions")),
            (StageName::FinishFetching, self.switches.finish_fetching_stage),
            (StageName::Finish, true),
        ]
        .into_iter()
        .filter_map(|(stage, used)| used.then_some(stage))
        .collect()
    }

    fn enter_stage(&mut self, id: Id, name: StageName, now: Timestamp) {
        let entry = StageEntry { id: self.ids.next(), name, entered_at: now };
        let millis =
            self.switches.stage_millis_of.get(&name).copied().unwrap_or(self.switches.stage_millis);
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        attempt.stages.push(entry);
        attempt.due = later(now, SignedDuration::from_millis(millis));
        attempt.updated_at = now;
        if self.switches.notify_callbacks {
            self.attempt_callback(id, CallbackKind::Notify, &[("stage", name.name())], now);
        }
    }

    /// Ends the present stage of a running attempt and enters the next.
    pub(crate) fn advance_attempt(&mut self, id: Id, now: Timestamp) {
        let Some(attempt) = self.attempts.get(&id) else {
            self.running.remove(&id);
            return;
        };
        if attempt.waits_for_user() {
            let class = match self.switches.interactive_timeout {
                InteractiveTimeout::InteractiveTimeout => ErrorClass::InteractiveTimeout,
                InteractiveTimeout::InteractiveAdapterTimeout => {
                    ErrorClass::InteractiveAdapterTimeout
                }
                InteractiveTimeout::Unfinished => ErrorClass::Unfinished,
            };
            return self.fail_attempt(id, class, now);
        }
        let stage = attempt.stage();
        if let Some(class) = self.stage_error(attempt, stage) {
            return self.fail_attempt(id, class, now);
        }
        let attempt_plan = attempt.plan.clone();
        self.end_stage(id, stage, now);
        let next = attempt_plan.iter().skip_while(|planned| **planned != stage).nth(1);
        if let Some(next) = next {
            self.enter_stage(id, *next, now);
        } else {
            self.finish_attempt(id, now);
        }
    }

    /// The error that the bank ends `stage` with, if any.
    fn stage_error(&self, attempt: &Attempt, stage: StageName) -> Option<ErrorClass> {
        let connection = self.connections.get(&attempt.connection_id)?;
        let provider = self.providers.get(&connection.provider_code)?;
        let refused = match provider.status {
            ProviderStatus::Active => None,
            ProviderStatus::Inactive => Some(ErrorClass::ProviderInactive),
            ProviderStatus::Disabled => Some(ErrorClass::ProviderDisabled),
        };
        if refused.is_some() && stage == StageName::Connect {
            return refused;
        }
        let class = attempt.ends_with?;
        (stage_of(class, &attempt.plan) == stage).then_some(class)
    }

    fn end_stage(&mut self, id: Id, stage: StageName, now: Timestamp) {
        let Some(attempt) = self.attempts.get(&id) else { return };
        let connection_id = attempt.connection_id;
        let authorised = stage == StageName::Interactive
            || (stage == StageName::Connect && !attempt.plan.contains(&StageName::Interactive));
        if authorised && let Some(connection) = self.connections.get_mut(&connection_id) {
            connection.status = ConnectionStatus::Active;
            connection.interacted = true;
            connection.updated_at = now;
        }
        let mut success = false;
        if stage == StageName::FetchAccounts {
            self.fetch_accounts(id, now);
            success = self.switches.success_callbacks >= 3;
        }
        if stage == StageName::FetchTransactions {
            self.fetch_transactions(id, now);
            success = self.switches.success_callbacks >= 2;
        }
        if success {
            self.success_callback(id, stage, now);
        }
    }

    fn finish_attempt(&mut self, id: Id, now: Timestamp) {
        self.running.remove(&id);
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        attempt.success_at = Some(now);
        attempt.updated_at = now;
        let connection_id = attempt.connection_id;
        self.allow_next_refresh(connection_id, now);
        self.success_callback(id, StageName::Finish, now);
    }

    /// Ends an attempt with an error; the connection turns inactive when the user must act.
    pub(crate) fn fail_attempt(&mut self, id: Id, class: ErrorClass, now: Timestamp) {
        if !self.running.remove(&id) {
            return;
        }
        let Some(attempt) = self.attempts.get_mut(&id) else { return };
        attempt.failed = Some(class);
        attempt.fail_at = Some(now);
        attempt.updated_at = now;
        let connection_id = attempt.connection_id;
        if class.caused_by_user()
            && let Some(connection) = self.connections.get_mut(&connection_id)
            && connection.status == ConnectionStatus::Active
        {
            connection.status = ConnectionStatus::Inactive;
        }
        self.allow_next_refresh(connection_id, now);
        let name = class.name(&self.switches);
        let message = fail_message(class);
        let more = [("error_class", name.as_str()), ("error_message", message.as_str())];
        self.attempt_callback(id, CallbackKind::Fail, &more, now);
    }
}

/// The stage in which an attempt that is to end with `class` does so.
fn stage_of(class: ErrorClass, plan: &[StageName]) -> StageName {
    const AT_CONNECT: [ErrorClass; 5] = [
        ErrorClass::InvalidCredentials,
        ErrorClass::CredentialsNotMatch,
        ErrorClass::ConnectionDuplicated,
        ErrorClass::ProviderUnavailable,
        ErrorClass::ConnectionFailed,
    ];
    const AT_STEP: [ErrorClass; 2] =
        [ErrorClass::InvalidInteractiveCredentials, ErrorClass::InteractiveTimeout];
    if AT_CONNECT.contains(&class) {
        StageName::Connect
    } else if AT_STEP.contains(&class) && plan.contains(&StageName::Interactive) {
        StageName::Interactive
    } else {
        plan.get(plan.len().saturating_sub(2)).copied().unwrap_or(StageName::Connect)
    }
}
