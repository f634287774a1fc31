//! Connections, and the ways to find one.

use domain::{
    bank::RemoteConnection,
    claim::Claim,
    connection::{Connection, State},
    id::{ConnectionId, CustomerId, RemoteConnectionId, TenantId},
    session::LinkSession,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    claims,
    due::{DueKind, due_at, slot_keys},
    error::StoreError,
    held,
    item::{Draft, Item, number, text, text_of},
    keys::{self, Key},
    sessions,
    table::{Query, Table, When},
};

/// Claims of one transaction: the table takes 100 items at once. What is more is claimed when it is read.
const CLAIMS: usize = 90;
/// How long a session's word for what it brought is kept behind its day: by then it is linked, or taken back.
const LEARNT_KEPT: SignedDuration = SignedDuration::from_hours(24);

#[derive(Serialize, Deserialize)]
struct Whose {
    tenant: TenantId,
    connection: ConnectionId,
}

impl Table {
    /// A connection.
    pub async fn connection(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Connection>, StoreError> {
        self.get("connection", &Key::connection(tenant, connection)).await
    }

    /// A connection as it stands after every write that was answered.
    pub async fn newest_connection(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Option<Connection>, StoreError> {
        self.get_newest("connection", &Key::connection(tenant, connection)).await
    }

    /// Stores the next state of a connection, and what it has a receipt of: both or none.
    ///
    /// Errors: [`StoreError::Conflict`] when somebody was faster. That is the fence of every write
    /// outside the log: whoever closed the generation has raised the version.
    pub async fn put_connection(&self, connection: &Connection) -> Result<Connection, StoreError> {
        let (next, when) = (one_more(connection), When::Version(connection.version));
        let mut items = self.receipts_of(connection).await?;
        if items.is_empty() {
            self.put(item(&next)?, when).await?;
        } else {
            items.push((item(&next)?, when));
            self.put_all(items).await?;
        }
        Ok(next)
    }

    /// Stores a connection that a session brought, with the session's next state: both or none. A new
    /// connection has version 0; a later generation of a known one has the version it was read with.
    pub async fn link(
        &self,
        connection: &Connection,
        session: &LinkSession,
    ) -> Result<(Connection, LinkSession), StoreError> {
        self.link_claiming(connection, session, &[]).await
    }

    /// The same together with the claims on its accounts, at most 90: who links the same accounts at the
    /// same moment gets [`StoreError::Conflict`], and finds this connection when it looks again.
    pub async fn link_claiming(
        &self,
        connection: &Connection,
        session: &LinkSession,
        claims: &[Claim],
    ) -> Result<(Connection, LinkSession), StoreError> {
        let fresh = connection.version == 0;
        let when = if fresh { When::Absent } else { When::Version(connection.version) };
        let next = one_more(connection);
        let moved = LinkSession { version: session.version + 1, ..session.clone() };
        let whose = Whose { tenant: next.tenant.clone(), connection: next.id.clone() };
        let mut items = vec![
            (item(&next)?, when),
            (sessions::item(&moved)?, When::Version(session.version)),
            (Draft::new(&Key::remote(&next.remote), "remote", &whose)?.done(), When::Always),
        ];
        let (tenant, customer) = (&next.tenant, &next.customer);
        let remote = held::remote(tenant, customer, (&next.remote, &next.id), None)?;
        let own = (held::CONNECTION, next.id.as_str());
        let own = held::line(tenant, customer, own, &held::Line::default(), None)?;
        items.extend([(remote, When::Always), (own, When::Always)]);
        if !next.unlisted {
            let key = Key::listed(&next.tenant, &next.customer, &next.id);
            items.push((Draft::new(&key, "listed", &next.id)?.done(), When::Always));
        }
        items.extend(self.receipts_of(connection).await?);
        for claim in claims.iter().take(CLAIMS) {
            items.push(claims::draft(&next.tenant, &next.customer, claim)?);
        }
        self.put_all(items).await?;
        Ok((next, moved))
    }

    /// The connection that has this id at Salt Edge.
    pub async fn connection_of(
        &self,
        remote: &RemoteConnectionId,
    ) -> Result<Option<Connection>, StoreError> {
        match self.get::<Whose>("remote", &Key::remote(remote)).await? {
            Some(whose) => self.connection(&whose.tenant, &whose.connection).await,
            None => Ok(None),
        }
    }

    /// Whose an id at Salt Edge is, as it stands.
    pub(crate) async fn leads_to(
        &self,
        remote: &RemoteConnectionId,
    ) -> Result<Option<(TenantId, ConnectionId)>, StoreError> {
        let whose: Option<Whose> = self.get_newest("remote", &Key::remote(remote)).await?;
        Ok(whose.map(|whose| (whose.tenant, whose.connection)))
    }

    /// Those of Salt Edge's connections that are none of ours, nor what another session learnt it has brought.
    pub async fn unknown_among(
        &self,
        session: &LinkSession,
        shown: Vec<RemoteConnection>,
    ) -> Result<Vec<RemoteConnection>, StoreError> {
        let mut unknown = Vec::new();
        for remote in shown {
            if self.unknown(session, &remote.id).await? {
                unknown.push(remote);
            }
        }
        Ok(unknown)
    }

    /// Whether nobody else has this connection of Salt Edge's: no connection of ours, and no session.
    pub async fn unknown(
        &self,
        session: &LinkSession,
        remote: &RemoteConnectionId,
    ) -> Result<bool, StoreError> {
        let whose: Option<Whose> = self.get("remote", &Key::remote(remote)).await?;
        let Some(Whose { tenant, connection }) = whose else { return Ok(true) };
        let own = tenant == session.tenant && connection == ConnectionId::of_session(&session.id);
        Ok(own && self.connection(&tenant, &connection).await?.is_none())
    }

    /// Notes that this session has brought it, before there is a connection of ours: no other session may
    /// believe that it did. Whoever has it already keeps it.
    pub async fn learnt(
        &self,
        session: &LinkSession,
        remote: &RemoteConnectionId,
    ) -> Result<(), StoreError> {
        let connection = ConnectionId::of_session(&session.id);
        let whose = Whose { tenant: session.tenant.clone(), connection };
        let until = session.confirm_until() + LEARNT_KEPT;
        let leads = (remote, &whose.connection);
        let line = held::remote(&session.tenant, session.whose(), leads, Some(until))?;
        let draft = Draft::new(&Key::remote(remote), "remote", &whose)?.until(until);
        match self.put_all(vec![(draft.done(), When::Absent), (line, When::Always)]).await {
            Err(StoreError::Conflict) => Ok(()),
            done => done,
        }
    }

    /// The ids of a tenant's connections: of one customer, or of all; after one, at most so many.
    pub async fn connections(
        &self,
        tenant: &TenantId,
        customer: Option<&CustomerId>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        let mut found = Vec::new();
        let prefix = keys::listed_by(customer);
        let from = after.map_or_else(|| prefix.clone(), |after| format!("{after} "));
        let (pk, to) = (keys::directory(tenant), format!("{prefix}{}", keys::END));
        let page = i32::try_from(limit).ok();
        let query = Query { page, ..Query::table(&pk, &from, &to) };
        self.query(query, |item| {
            let id = crate::item::record("listed", &item)?;
            found.push(Listed { id, place: text_of(&item, "sk").unwrap_or_default().to_owned() });
            Ok(found.len() < limit)
        })
        .await?;
        Ok(found)
    }
}

/// One line of a tenant's list of connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The connection.
    pub id: ConnectionId,
    /// Its place in the list: where the next page goes on.
    pub place: String,
}

/// The connection as its next write leaves it.
pub(crate) fn one_more(connection: &Connection) -> Connection {
    let receipts = connection.receipts.written();
    Connection { version: connection.version + 1, receipts, clock: false, ..connection.clone() }
}

pub(crate) fn item(connection: &Connection) -> Result<Item, StoreError> {
    let key = Key::connection(&connection.tenant, &connection.id);
    let mut draft =
        Draft::new(&key, "connection", connection)?.with("v", number(connection.version));
    let open = connection.state.open();
    if open {
        let (quarter, minute) = slot_keys(connection.slot());
        let whose = format!("{minute}#{}#{}", connection.tenant, connection.id);
        draft = draft.with("slot_pk", text(quarter)).with("slot_sk", text(whose));
    }
    let kind = match connection.state {
        State::Revoking { .. } | State::LeftWithOwner | State::Revoked => DueKind::Revoke,
        State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } => DueKind::Pull,
    };
    let kind = if connection.retiring.is_empty() { kind } else { DueKind::Revoke };
    let id = connection.id.as_str();
    for (name, value) in due_at(connection.due, kind, &connection.tenant, id) {
        draft = draft.with(name, text(value));
    }
    Ok(draft.done())
}
