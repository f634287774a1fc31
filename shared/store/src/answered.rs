//! Answers that are given again when their request comes again.

use domain::id::TenantId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::StoreError,
    item::{Draft, Item},
    keys::Key,
    table::Table,
};

/// The answer that one request had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Hash of who asked, what, and under which key.
    pub request: String,
    /// Hash of what was sent.
    pub payload: String,
    /// HTTP status.
    pub status: u16,
    /// The body, sealed: it holds a secret address.
    pub sealed: String,
    /// Until when it is given again.
    pub until: Timestamp,
}

impl Answered {
    pub(crate) fn item(&self, tenant: &TenantId) -> Result<Item, StoreError> {
        let key = Key::answered(tenant, &self.request);
        Ok(Draft::new(&key, "answer", self)?.until(self.until).done())
    }
}

impl Table {
    /// The answer that a request had, while it is given again; perhaps a moment late.
    pub async fn answered(
        &self,
        tenant: &TenantId,
        request: &str,
        now: Timestamp,
    ) -> Result<Option<Answered>, StoreError> {
        let found: Option<Answered> = self.get("answer", &Key::answered(tenant, request)).await?;
        Ok(found.filter(|answer| answer.until > now))
    }

    /// The same for whoever was just told that there is one.
    pub async fn answered_now(
        &self,
        tenant: &TenantId,
        request: &str,
        now: Timestamp,
    ) -> Result<Option<Answered>, StoreError> {
        let key = Key::answered(tenant, request);
        let found: Option<Answered> = self.get_newest("answer", &key).await?;
        Ok(found.filter(|answer| answer.until > now))
    }
}
