//! Erasures, and the fence that a customer's erasure is for everything that would begin for them.

use domain::{
    erasure::Erasure,
    id::{CustomerId, ErasureId, TenantId},
};

use crate::{
    due::{DueKind, due_at},
    error::StoreError,
    item::{Draft, Item, number, text},
    keys::Key,
    table::{Table, When},
};

impl Table {
    /// An erasure, or its receipt.
    pub async fn erasure(
        &self,
        tenant: &TenantId,
        erasure: &ErasureId,
    ) -> Result<Option<Erasure>, StoreError> {
        self.get_newest("erasure", &Key::erasure(tenant, erasure)).await
    }

    /// The erasure that a customer is under, where one is; perhaps a moment late, which its last hour makes good.
    pub async fn erasing(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
    ) -> Result<Option<ErasureId>, StoreError> {
        self.get("fence", &Key::fence(tenant, customer)).await
    }

    /// Begins an erasure. Errors: [`StoreError::Conflict`] when the customer is under another already.
    pub async fn begin_erasure(
        &self,
        erasure: &Erasure,
        customer: &CustomerId,
    ) -> Result<Erasure, StoreError> {
        let next = Erasure { version: 1, ..erasure.clone() };
        let fence = Draft::new(&Key::fence(&next.tenant, customer), "fence", &next.id)?;
        self.put_all(vec![(item(&next)?, When::Absent), (fence.done(), When::Absent)]).await?;
        Ok(next)
    }

    /// Stores how far it is. Errors: [`StoreError::Conflict`] when somebody was faster.
    pub async fn put_erasure(&self, erasure: &Erasure) -> Result<Erasure, StoreError> {
        let next = Erasure { version: erasure.version + 1, ..erasure.clone() };
        self.put(item(&next)?, When::Version(erasure.version)).await?;
        Ok(next)
    }

    /// The end: the receipt takes the erasure's place as the fence goes, both or none.
    pub async fn put_receipt(
        &self,
        receipt: &Erasure,
        customer: &CustomerId,
    ) -> Result<(), StoreError> {
        let next = Erasure { version: receipt.version + 1, ..receipt.clone() };
        let fence = Key::fence(&receipt.tenant, customer);
        self.put_deleting((item(&next)?, When::Version(receipt.version)), &[fence]).await
    }
}

fn item(erasure: &Erasure) -> Result<Item, StoreError> {
    let key = Key::erasure(&erasure.tenant, &erasure.id);
    let mut draft = Draft::new(&key, "erasure", erasure)?.with("v", number(erasure.version));
    if let Some(until) = erasure.kept_until() {
        draft = draft.until(until);
    }
    let id = erasure.id.as_str();
    for (name, value) in due_at(erasure.due, DueKind::Erase, &erasure.tenant, id) {
        draft = draft.with(name, text(value));
    }
    Ok(draft.done())
}
