//! What a login makes: a connection that nothing has happened to yet.

use jiff::Timestamp;

use super::{Asks, Connection, State};
use crate::{bank::RemoteConnection, id::ConnectionId, receipt::Chain, session::LinkSession};

impl Connection {
    /// The connection of a session's login. Its id follows from the session: whoever delivers the message twice
    /// makes one connection.
    pub fn of_login(session: &LinkSession, remote: &RemoteConnection, now: Timestamp) -> Self {
        Self {
            id: ConnectionId::of_session(&session.id),
            tenant: session.tenant.clone(),
            customer: session.whose().clone(),
            institution: session.institution.clone(),
            remote: remote.id.clone(),
            remote_customer: remote.customer.clone(),
            generation: 1,
            state: State::Active,
            consent: None,
            receipts: Chain::default(),
            ladder: None,
            clock: false,
            created_at: now,
            checked_at: None,
            data_as_of: None,
            checked_behind: None,
            asks: Asks::default(),
            not_before: remote.next_refresh_possible_at,
            tries: 0,
            due: None,
            retiring: Vec::new(),
            left: Vec::new(),
            other_login: None,
            emptied: false,
            deleting: None,
            kept_until: None,
            beside: Vec::new(),
            unlisted: false,
            version: 0,
        }
    }
}
