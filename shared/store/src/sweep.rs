//! Deleting: what there is of a connection or a customer, some keys at a time, so that whoever dies goes on with
//! what is still there. What leads to an item goes after it.

use std::collections::{BTreeMap, HashSet};

use domain::{
    connection::Connection,
    id::{ConnectionId, CustomerId, RemoteConnectionId, TenantId},
};

use crate::{
    error::StoreError,
    held,
    inventory::kind,
    item::{Item, text_of},
    keys::{self, CONNECTION, END, Key},
    table::{Query, Table},
};

/// Keys of items to delete, as text.
pub type Keys = Vec<(String, String)>;

/// What these keys are counted as.
pub fn counted(keys: &Keys, counts: &mut BTreeMap<String, u64>) {
    for (pk, sk) in keys {
        let name = kind(pk, sk).map_or("others", |kind| kind.name);
        *counts.entry(name.to_owned()).or_default() += 1;
    }
}

impl Table {
    /// Some of what was delivered of a connection that has ended: everything in its partition but itself and the
    /// tombstone, new entries first, since they go by older ones. Empty = there is nothing more.
    pub async fn delivered(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        most: usize,
    ) -> Result<Keys, StoreError> {
        let pk = keys::partition(tenant, connection);
        let mut found = self.keys_between(&pk, (" ", END.to_string()), most + 2).await?;
        found.retain(|(_, sk)| sk != CONNECTION);
        if let Some(last) = self.last_entry(&pk).await? {
            found.retain(|(_, sk)| *sk != last);
        }
        found.truncate(most);
        Ok(found)
    }

    /// What leads to a connection, and its accounts' claims; then the lines that lead to these.
    pub async fn leads(&self, connection: &Connection) -> Result<[Keys; 2], StoreError> {
        let (tenant, customer, id) = (&connection.tenant, &connection.customer, &connection.id);
        let (mut found, mut lines) = (Vec::new(), Vec::new());
        for claim in self.claims(tenant, customer).await? {
            if claim.connection == *id {
                found.push(Key::claim(tenant, customer, &claim.account));
            }
        }
        for (name, line) in self.lines(tenant, customer, held::REMOTE).await? {
            if line.connection.as_ref() == Some(id) {
                found.extend(self.remote_key(tenant, id, &name).await?);
                lines.push(Key::held(tenant, customer, (held::REMOTE, &name)));
            }
        }
        found.push(Key::listed(tenant, customer, id));
        lines.push(Key::held(tenant, customer, (held::CONNECTION, id.as_str())));
        let text = |keys: Vec<Key>| keys.into_iter().map(|key| (key.pk, key.sk)).collect();
        Ok([found, lines].map(text))
    }

    /// The item that leads from an id at Salt Edge to a connection, where it still does.
    async fn remote_key(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        name: &str,
    ) -> Result<Option<Key>, StoreError> {
        let Ok(remote) = name.parse::<RemoteConnectionId>() else { return Ok(None) };
        let leads = self.leads_to(&remote).await?;
        let own =
            |(whose, leads): (TenantId, ConnectionId)| whose == *tenant && leads == *connection;
        Ok(leads.is_some_and(own).then(|| Key::remote(&remote)))
    }

    /// A connection and its tombstone, the last of it, both or none. Errors: [`StoreError::Conflict`] when somebody
    /// wrote it meanwhile.
    pub async fn forget_connection(&self, connection: &Connection) -> Result<(), StoreError> {
        let pk = keys::partition(&connection.tenant, &connection.id);
        let own = Key::connection(&connection.tenant, &connection.id);
        let last = self.last_entry(&pk).await?.map(|sk| Key::there(pk, sk));
        let mut parts = vec![self.deletion(&own, Some(connection.version))?];
        if let Some(key) = last {
            parts.push(self.deletion(&key, None)?);
        }
        self.transact(parts).await
    }

    /// Some of everything that is held for a customer. The tombstones, what leads to them and the fence stay but for
    /// the last time. Empty = there is nothing more.
    pub async fn held_for(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        last: bool,
        most: usize,
    ) -> Result<Keys, StoreError> {
        let mut found = Vec::new();
        for id in self.connections_held(tenant, customer).await? {
            let pk = keys::partition(tenant, &id);
            let tombstone = self.last_entry(&pk).await?.filter(|_| !last);
            let mut of_it = self.keys_between(&pk, (" ", END.to_string()), most + 1).await?;
            of_it.retain(|(_, sk)| tombstone.as_ref() != Some(sk));
            found.extend(of_it);
            if found.len() >= most {
                found.truncate(most);
                return Ok(found);
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        let elsewhere = self.elsewhere(tenant, customer, most).await?;
        if !elsewhere.is_empty() {
            return Ok(elsewhere);
        }
        for pk in Key::partitions(tenant, customer) {
            found.extend(self.keys_between(&pk, (" ", END.to_string()), most).await?);
        }
        let pk = keys::directory(tenant);
        let listed = keys::listed_by(Some(customer));
        let listed = (listed.as_str(), format!("{listed}{END}"));
        found.extend(self.keys_between(&pk, listed, most).await?);
        let pk = keys::claims(tenant, customer);
        let mut own = self.keys_between(&pk, (" ", END.to_string()), most).await?;
        let fence = Key::fence(tenant, customer).sk;
        own.retain(|(_, sk)| *sk != fence && (last || !sk.starts_with(held::CONNECTION)));
        found.extend(own);
        found.truncate(most);
        Ok(found)
    }

    /// Of what lies under keys of its own: the items, each with its line behind it.
    async fn elsewhere(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        most: usize,
    ) -> Result<Keys, StoreError> {
        let mut found: Vec<Key> = Vec::new();
        for what in [held::REMOTE, held::SESSION, held::TOKEN, held::EMAIL] {
            for (name, line) in self.lines(tenant, customer, what).await? {
                match what {
                    held::REMOTE => {
                        let leads = line.connection.as_ref();
                        if let Some(id) = leads {
                            found.extend(self.remote_key(tenant, id, &name).await?);
                        }
                    }
                    held::SESSION => {
                        found.extend(name.parse().ok().map(|id| Key::session(tenant, &id)));
                        found.extend(line.token.as_deref().map(Key::token));
                        found.extend(line.request.as_deref().map(|one| Key::answered(tenant, one)));
                    }
                    held::TOKEN => found.push(Key::token(&name)),
                    _ => found.push(Key::email(&name)),
                }
                found.push(Key::held(tenant, customer, (what, &name)));
                if found.len() >= most {
                    break;
                }
            }
        }
        // A token or an answer may have ended by itself: what is not there is not counted.
        let there = self.items(&found, true).await?;
        let name = |item: &Item, name| text_of(item, name).unwrap_or_default().to_owned();
        let there: HashSet<_> =
            there.iter().map(|item| (name(item, "pk"), name(item, "sk"))).collect();
        let keys = found.into_iter().map(|key| (key.pk, key.sk));
        Ok(keys.filter(|key| there.contains(key)).take(most).collect())
    }

    /// The sort key of a journal's newest entry.
    async fn last_entry(&self, pk: &str) -> Result<Option<String>, StoreError> {
        let mut last = None;
        let query = Query::table(pk, "J#", keys::LAST);
        let query = Query { descending: true, page: Some(1), consistent: true, ..query };
        self.query(query, |item| {
            last = text_of(&item, "sk").map(str::to_owned);
            Ok(false)
        })
        .await?;
        Ok(last)
    }

    async fn keys_between(
        &self,
        pk: &str,
        (from, to): (&str, String),
        most: usize,
    ) -> Result<Keys, StoreError> {
        let mut found = Vec::new();
        let page = i32::try_from(most).ok();
        let query = Query::table(pk, from, &to);
        let query = Query { consistent: true, descending: true, page, ..query };
        self.query(query, |item| {
            found.extend(text_of(&item, "sk").map(|sk| (pk.to_owned(), sk.to_owned())));
            Ok(found.len() < most)
        })
        .await?;
        Ok(found)
    }
}
