//! What the SaaS said of a connection's accounts: one item beside the journal.

use domain::{
    id::{ConnectionId, TenantId},
    mapping::Mapping,
};

use crate::{
    error::StoreError,
    item::{Draft, number},
    keys::Key,
    table::{Table, When},
};

impl Table {
    /// The references of a connection's accounts; empty where there are none yet.
    pub async fn mapping(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
    ) -> Result<Mapping, StoreError> {
        let found = self.get("mapping", &Key::mapping(tenant, connection)).await?;
        Ok(found.unwrap_or_default())
    }

    /// Stores the next mapping. Errors: [`StoreError::Conflict`] when somebody was faster.
    pub async fn put_mapping(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        mapping: &Mapping,
    ) -> Result<Mapping, StoreError> {
        let next = Mapping { version: mapping.version + 1, ..mapping.clone() };
        let fresh = mapping.version == 0;
        let when = if fresh { When::Absent } else { When::Version(mapping.version) };
        let draft = Draft::new(&Key::mapping(tenant, connection), "mapping", &next)?;
        self.put(draft.with("v", number(next.version)).done(), when).await?;
        Ok(next)
    }
}
