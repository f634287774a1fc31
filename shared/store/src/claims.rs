//! Claims: which of a customer's connections has an account.

use domain::{
    claim::Claim,
    id::{CustomerId, TenantId},
};

use crate::{
    error::StoreError,
    item::{self, Draft, Item, number},
    keys::{self, CLAIM, END, Key},
    table::{Query, Table, When},
};

impl Table {
    /// All claims of a customer: one query, whatever their connections are.
    pub async fn claims(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
    ) -> Result<Vec<Claim>, StoreError> {
        let mut found = Vec::new();
        let (pk, to) = (keys::claims(tenant, customer), format!("{CLAIM}{END}"));
        self.query(Query::table(&pk, CLAIM, &to), |item| {
            found.push(item::record("claim", &item)?);
            Ok(true)
        })
        .await?;
        Ok(found)
    }

    /// Claims an account. Errors: [`StoreError::Conflict`] when another connection was faster.
    pub async fn put_claim(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        claim: &Claim,
    ) -> Result<(), StoreError> {
        let (item, when) = draft(tenant, customer, claim)?;
        self.put(item, when).await
    }
}

/// The item of a claim, one write later, and what its write is conditioned on.
pub(crate) fn draft(
    tenant: &TenantId,
    customer: &CustomerId,
    claim: &Claim,
) -> Result<(Item, When), StoreError> {
    let next = Claim { version: claim.version + 1, ..claim.clone() };
    let key = Key::claim(tenant, customer, &claim.account);
    let draft = Draft::new(&key, "claim", &next)?.with("v", number(next.version));
    let fresh = claim.version == 0;
    Ok((draft.done(), if fresh { When::Absent } else { When::Version(claim.version) }))
}
