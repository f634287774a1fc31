//! How late each bank books: one item a bank, written only when something more is learnt.

use domain::{id::InstitutionId, plan::Lateness};

use crate::{
    error::StoreError,
    item::Draft,
    keys::Key,
    table::{Table, When},
};

impl Table {
    /// What is known of a bank's lateness; none = nothing.
    pub async fn lateness(
        &self,
        institution: &InstitutionId,
    ) -> Result<Option<Lateness>, StoreError> {
        self.get("lateness", &Key::lateness(institution)).await
    }

    /// Keeps what was learnt. Where two learn at once the last one stands, and the next late row teaches the rest.
    pub async fn learn_lateness(
        &self,
        institution: &InstitutionId,
        lateness: &Lateness,
    ) -> Result<(), StoreError> {
        let draft = Draft::new(&Key::lateness(institution), "lateness", lateness)?;
        self.put(draft.done(), When::Always).await
    }
}
