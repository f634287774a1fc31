//! A connection that nothing has happened to yet, and the one that a login makes.

use jiff::Timestamp;

use super::{Asks, Connection, State};
use crate::{
    bank::RemoteConnection,
    id::{ConnectionId, CustomerId, RemoteConnectionId, RemoteCustomerId, TenantId},
    receipt::Chain,
    session::{InstitutionRef, LinkSession},
};

impl Connection {
    /// A connection to which nothing has happened yet.
    pub fn new(
        id: ConnectionId,
        (tenant, customer): (TenantId, CustomerId),
        institution: InstitutionRef,
        (remote, remote_customer): (RemoteConnectionId, RemoteCustomerId),
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            tenant,
            customer,
            institution,
            remote,
            remote_customer,
            generation: 1,
            state: State::Active,
            consent: None,
            receipts: Chain::default(),
            ladder: None,
            clock: false,
            created_at,
            checked_at: None,
            data_as_of: None,
            checked_behind: None,
            asks: Asks::default(),
            not_before: None,
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

    /// The connection of a session's login. Its id follows from the session: whoever delivers the message twice
    /// makes one connection.
    pub fn of_login(session: &LinkSession, remote: &RemoteConnection, now: Timestamp) -> Self {
        let new = Self::new(
            ConnectionId::of_session(&session.id),
            (session.tenant.clone(), session.whose().clone()),
            session.institution.clone(),
            (remote.id.clone(), remote.customer.clone()),
            now,
        );
        Self { not_before: remote.next_refresh_possible_at, ..new }
    }
}
