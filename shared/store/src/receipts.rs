//! Receipts of consents: signed, stored together with the change that they tell of, and never written again. And the
//! clock of the notices before a consent ends.

use std::{fmt, pin::Pin, sync::Arc};

use domain::{
    connection::Connection,
    id::{ConnectionId, TenantId},
    receipt::{Receipt, Signature},
};
use serde::{Deserialize, Serialize};

use crate::{
    due::{DueKind, due_at},
    error::StoreError,
    item::{self, Draft, Item, text},
    keys::{self, END, Key},
    table::{Query, Table, When},
};

/// A receipt as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredReceipt {
    /// Its canonical text, byte for byte as it was hashed and signed.
    pub text: String,
    /// What proves that this deployment wrote it.
    pub signed: Signature,
}

type Signing = Pin<Box<dyn Future<Output = Result<Signature, StoreError>> + Send>>;

/// Signs the text of a receipt.
#[derive(Clone)]
pub(crate) struct Signer(Arc<dyn Fn(String) -> Signing + Send + Sync>);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}

/// The place of a connection's next notice in the due index. The connection's own condition guards it.
fn next_notice(connection: &Connection) -> Result<Item, StoreError> {
    let (tenant, id, at) = (&connection.tenant, &connection.id, connection.next_notice());
    let mut draft = Draft::new(&Key::notice(tenant, id), "notice", &at)?;
    for (name, value) in due_at(at, DueKind::Notice, tenant, id.as_str()) {
        draft = draft.with(name, text(value));
    }
    Ok(draft.done())
}

impl Table {
    /// The table of a function that may write receipts: each is signed by `sign` before it is stored.
    #[must_use]
    pub fn signing<F>(self, sign: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Signature, StoreError>> + Send + 'static,
    {
        let signer = Signer(Arc::new(move |text| Box::pin(sign(text))));
        Self { signer: Some(signer), ..self }
    }

    /// The receipts of a connection, the oldest first, at most so many.
    pub async fn receipts(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        limit: usize,
    ) -> Result<Vec<StoredReceipt>, StoreError> {
        let (mut found, pk) = (Vec::new(), keys::partition(tenant, connection));
        let to = format!("{}{END}", keys::RECEIPT);
        let query = Query { consistent: true, ..Query::table(&pk, keys::RECEIPT, &to) };
        self.query(query, |item| {
            found.push(item::record("receipt", &item)?);
            Ok(found.len() < limit)
        })
        .await?;
        Ok(found)
    }

    /// What the next write of this connection has to store besides it.
    pub(crate) async fn receipts_of(
        &self,
        connection: &Connection,
    ) -> Result<Vec<(Item, When)>, StoreError> {
        let mut items = Vec::new();
        for Receipt { number, text } in &connection.receipts.unwritten {
            let stored = StoredReceipt { text: text.clone(), signed: self.signed(text).await? };
            let key = Key::receipt(&connection.tenant, &connection.id, *number);
            items.push((Draft::new(&key, "receipt", &stored)?.done(), When::Absent));
        }
        if connection.clock || !items.is_empty() {
            items.push((next_notice(connection)?, When::Always));
        }
        Ok(items)
    }

    async fn signed(&self, text: &str) -> Result<Signature, StoreError> {
        let Some(Signer(sign)) = &self.signer else {
            let why = String::from("this function has no key to sign it with");
            return Err(StoreError::Unreadable { kind: "receipt", why });
        };
        sign(text.to_owned()).await
    }
}
