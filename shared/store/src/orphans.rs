//! The comparison with Salt Edge, and the orphans that it found.

use domain::{
    comparison::{Comparison, Orphan},
    id::RemoteConnectionId,
};
use jiff::Timestamp;

use crate::{
    error::StoreError,
    item::{Draft, number},
    keys::Key,
    table::{Table, When},
};

impl Table {
    /// The present comparison, or the last one; the default before the first.
    pub async fn comparison(&self) -> Result<Comparison, StoreError> {
        Ok(self.get_newest("comparison", &Key::comparison()).await?.unwrap_or_default())
    }

    /// Stores how far it is. Errors: [`StoreError::Conflict`] when another run was faster.
    pub async fn put_comparison(&self, comparison: &Comparison) -> Result<Comparison, StoreError> {
        let next = Comparison { version: comparison.version + 1, ..comparison.clone() };
        let fresh = comparison.version == 0;
        let when = if fresh { When::Absent } else { When::Version(comparison.version) };
        let draft = Draft::new(&Key::comparison(), "comparison", &next)?;
        self.put(draft.with("v", number(next.version)).done(), when).await?;
        Ok(next)
    }

    /// An orphan, where it was seen before.
    pub async fn orphan(&self, remote: &RemoteConnectionId) -> Result<Option<Orphan>, StoreError> {
        self.get_newest("orphan", &Key::orphan(remote)).await
    }

    /// Stores what became of an orphan. The item ends by itself.
    pub async fn put_orphan(&self, orphan: &Orphan, until: Timestamp) -> Result<(), StoreError> {
        let draft = Draft::new(&Key::orphan(&orphan.remote), "orphan", orphan)?;
        self.put(draft.until(until).done(), When::Always).await
    }

    /// Deletes what is kept of an orphan.
    pub async fn forget_orphan(&self, remote: &RemoteConnectionId) -> Result<(), StoreError> {
        let key = Key::orphan(remote);
        self.delete(&vec![(key.pk, key.sk)]).await
    }

    /// Whether anything here leads from an id at Salt Edge: to a connection, or to a session that has learnt it.
    pub async fn known_here(&self, remote: &RemoteConnectionId) -> Result<bool, StoreError> {
        Ok(self.leads_to(remote).await?.is_some())
    }
}
