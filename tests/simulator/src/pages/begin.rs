//! The beginning of an attempt: its connection and its consent.

use jiff::{SignedDuration, Timestamp};

use crate::attempt::{AttemptKind, NewAttempt};
use crate::clients::ClientKind;
use crate::clock::later;
use crate::errors::ErrorClass;
use crate::ids::Id;
use crate::session::{ConsentRequest, Session, SessionKind, Step};
use crate::world::{
    Connection, ConnectionStatus, Consent, ConsentStatus, RevokeReason, Strategy, World, next_night,
};

impl World {
    /// Begins the attempt of a session; makes connection and consent when they are not there.
    pub(super) fn begin(
        &mut self,
        token: &str,
        steps: usize,
        patience: i64,
        ends_with: Option<ErrorClass>,
        now: Timestamp,
    ) {
        let Some(session) = self.sessions.get(token).cloned() else { return };
        let connection_id = self.connection_for(&session, now);
        self.give_consent(&session, connection_id, now);
        if ends_with.is_none()
            && let Some(connection) = self.connections.get_mut(&connection_id)
        {
            connection.login = session.login.clone().or_else(|| connection.login.take());
        }
        let kind = match session.kind {
            SessionKind::Connect => AttemptKind::Connect,
            SessionKind::Reconnect => AttemptKind::Reconnect,
            SessionKind::Refresh => AttemptKind::Refresh,
        };
        let new = NewAttempt {
            kind,
            connection_id,
            request: session.request.attempt.clone(),
            steps,
            patience,
            ends_with,
            user_agent: session.user_agent.clone(),
        };
        let attempt_id = self.start_attempt(new, now);
        self.edit(token, |session| {
            session.connection_id = Some(connection_id);
            session.attempt_id = Some(attempt_id);
            session.step = Step::Fetching;
        });
    }

    fn connection_for(&mut self, session: &Session, now: Timestamp) -> Id {
        if let Some(connection) = session.connection_id.and_then(|id| self.connections.get_mut(&id))
        {
            connection.shared |= session.ticked;
            connection.store_credentials &= !session.request.do_not_store;
            if let Some(automatic) = session.request.automatic_refresh {
                connection.automatic_refresh = automatic;
            }
            return connection.id;
        }
        let partner = self.clients.get(&session.app_id).map(|client| client.kind)
            == Some(ClientKind::Partner);
        let request = &session.request;
        let id = self.ids.next();
        let connection = Connection {
            id,
            app_id: session.app_id.clone(),
            customer_id: session.customer_id,
            provider_code: session.provider_code.clone().unwrap_or_default(),
            login: None,
            status: ConnectionStatus::Inactive,
            categorization: request.categorization.clone().unwrap_or_else(|| "none".to_owned()),
            categorization_vendor: request
                .categorization_vendor
                .clone()
                .unwrap_or_else(|| "saltedge".to_owned()),
            automatic_refresh: request.automatic_refresh.unwrap_or(partner),
            store_credentials: !request.do_not_store
                && request.attempt.store_credentials.unwrap_or(true),
            shared: session.ticked,
            interacted: false,
            next_refresh_possible_at: None,
            last_consent_id: None,
            last_attempt_id: None,
            selected: None,
            natures: None,
            strategy: Strategy::MarkAsPending,
            background: Vec::new(),
            next_night: next_night(now),
            created_at: now,
            updated_at: now,
        };
        self.connections.insert(id, connection);
        id
    }

    /// Records the consent that a ticked box gave.
    fn give_consent(&mut self, session: &Session, connection_id: Id, now: Timestamp) {
        if !session.ticked || session.consented {
            return;
        }
        let before = self
            .connections
            .get(&connection_id)
            .and_then(|connection| connection.last_consent_id)
            .and_then(|id| self.consents.get(&id))
            .cloned();
        let Some(asked) = session.request.consent.clone().or_else(|| before.as_ref().map(again))
        else {
            return;
        };
        let most = session
            .provider_code
            .as_ref()
            .and_then(|code| self.providers.get(code))
            .and_then(|provider| provider.max_consent_days);
        let period_days = [asked.period_days, most].into_iter().flatten().min();
        let client =
            self.clients.get(&session.app_id).map(|client| client.kind) == Some(ClientKind::Client);
        let id = self.ids.next();
        let consent = Consent {
            id,
            connection_id,
            customer_id: session.customer_id,
            status: ConsentStatus::Active,
            scopes: asked.scopes,
            period_days,
            expires_at: period_days.map(|days| later(now, SignedDuration::from_hours(24 * days))),
            from_date: asked.from_date,
            to_date: asked.to_date,
            collected_by: if client { "client" } else { "saltedge" }.to_owned(),
            revoked_at: None,
            revoke_reason: None,
            created_at: now,
            updated_at: now,
        };
        self.consents.insert(id, consent);
        if let Some(connection) = self.connections.get_mut(&connection_id) {
            connection.last_consent_id = Some(id);
        }
        self.edit(&session.token, |session| session.consented = true);
        if let Some(before) = before.filter(|_| self.switches.reconnect_retires_consent) {
            self.end_consent(before.id, RevokeReason::Saltedge, now);
        }
    }
}

/// The same consent once more.
fn again(before: &Consent) -> ConsentRequest {
    ConsentRequest {
        scopes: before.scopes.clone(),
        from_date: before.from_date,
        to_date: before.to_date,
        period_days: before.period_days,
    }
}
