//! What is held for a customer under keys that do not say whose it is: a line each in the customer's own
//! partition, put together with it. Whoever erases a customer goes by these lines.

use domain::id::{ConnectionId, CustomerId, LinkSessionId, RemoteConnectionId, TenantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::StoreError,
    item::{self, Draft, Item, text_of},
    keys::{self, END, Key},
    table::{Query, Table},
};

/// The beginnings of the lines' sort keys.
pub(crate) const CONNECTION: &str = "C#";
pub(crate) const REMOTE: &str = "R#";
pub(crate) const SESSION: &str = "L#";
pub(crate) const TOKEN: &str = "K#";
pub(crate) const EMAIL: &str = "M#";

/// What else a line leads to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The connection that an id at Salt Edge leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) connection: Option<ConnectionId>,
    /// The hash of the token that opens a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// The request that a session was the answer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<String>,
}

/// A line, which ends with what it leads to.
pub(crate) fn line(
    tenant: &TenantId,
    customer: &CustomerId,
    what: (&str, &str),
    line: &Line,
    until: Option<Timestamp>,
) -> Result<Item, StoreError> {
    let draft = Draft::new(&Key::held(tenant, customer, what), "line", line)?;
    Ok(until.into_iter().fold(draft, Draft::until).done())
}

/// The line of an id at Salt Edge.
pub(crate) fn remote(
    tenant: &TenantId,
    customer: &CustomerId,
    (remote, connection): (&RemoteConnectionId, &ConnectionId),
    until: Option<Timestamp>,
) -> Result<Item, StoreError> {
    let leads = Line { connection: Some(connection.clone()), ..Line::default() };
    line(tenant, customer, (REMOTE, remote.as_str()), &leads, until)
}

impl Table {
    /// The names and lines of one kind that a customer has, as they stand.
    pub(crate) async fn lines(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        what: &str,
    ) -> Result<Vec<(String, Line)>, StoreError> {
        let (pk, to) = (keys::claims(tenant, customer), format!("{what}{END}"));
        let mut found = Vec::new();
        let query = Query { consistent: true, ..Query::table(&pk, what, &to) };
        self.query(query, |item| {
            let name = text_of(&item, "sk").unwrap_or_default().replacen(what, "", 1);
            found.push((name, item::record("line", &item)?));
            Ok(true)
        })
        .await?;
        Ok(found)
    }

    /// Every connection that a customer has or had, also those that nobody confirmed.
    pub async fn connections_held(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
    ) -> Result<Vec<ConnectionId>, StoreError> {
        let lines = self.lines(tenant, customer, CONNECTION).await?;
        Ok(lines.into_iter().filter_map(|(name, _)| name.parse().ok()).collect())
    }

    /// Every session of a customer that is there.
    pub async fn sessions_held(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
    ) -> Result<Vec<domain::session::LinkSession>, StoreError> {
        let lines = self.lines(tenant, customer, SESSION).await?;
        let ids = lines.iter().filter_map(|(name, _)| name.parse::<LinkSessionId>().ok());
        let keys: Vec<Key> = ids.map(|id| Key::session(tenant, &id)).collect();
        let items = self.items(&keys, true).await?;
        items.iter().map(|item| item::record("session", item)).collect()
    }
}
