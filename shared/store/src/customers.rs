//! Whom Salt Edge knows our users as.

use domain::id::{CustomerId, RemoteCustomerId, TenantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::StoreError,
    held::{self, Line},
    item::{self, Draft},
    keys::{END, Key},
    table::{Query, Table, When},
};

/// Whose an e-mail address is, for a deployment that names customers after it.
#[derive(Serialize, Deserialize)]
struct Claim {
    tenant: TenantId,
    customer: CustomerId,
    since: Timestamp,
}

impl Table {
    /// Salt Edge's id of a user's customer. In partner mode a user has one for each e-mail they gave, so
    /// `digest` tells them apart.
    pub async fn customer(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        digest: &str,
    ) -> Result<Option<RemoteCustomerId>, StoreError> {
        self.get("customer", &Key::customer(tenant, customer, digest)).await
    }

    /// Remembers it. Two sessions of one user at once found the same, so the last one stands.
    pub async fn put_customer(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
        digest: &str,
        remote: &RemoteCustomerId,
    ) -> Result<(), StoreError> {
        let key = Key::customer(tenant, customer, digest);
        self.put(Draft::new(&key, "customer", remote)?.done(), When::Always).await
    }

    /// All of Salt Edge's customers that a user has, as they stand.
    pub async fn customers_held(
        &self,
        tenant: &TenantId,
        customer: &CustomerId,
    ) -> Result<Vec<RemoteCustomerId>, StoreError> {
        let [pk, _] = Key::partitions(tenant, customer);
        let (mut found, to) = (Vec::new(), END.to_string());
        let query = Query { consistent: true, ..Query::table(&pk, " ", &to) };
        self.query(query, |item| {
            found.push(item::record("customer", &item)?);
            Ok(true)
        })
        .await?;
        Ok(found)
    }

    /// Claims an e-mail address, by its keyed hash, for a user: since when it is theirs. `None`: another
    /// user of this deployment was first.
    pub async fn claim_email(
        &self,
        hash: &str,
        tenant: &TenantId,
        customer: &CustomerId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let key = Key::email(hash);
        let claim = Claim { tenant: tenant.clone(), customer: customer.clone(), since: now };
        let line = held::line(tenant, customer, (held::EMAIL, hash), &Line::default(), None)?;
        let email = Draft::new(&key, "email", &claim)?.done();
        match self.put_all(vec![(email, When::Absent), (line, When::Always)]).await {
            Ok(()) => return Ok(Some(now)),
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
        let first: Option<Claim> = self.get_newest("email", &key).await?;
        let own = |claim: &Claim| claim.tenant == *tenant && claim.customer == *customer;
        Ok(first.filter(own).map(|claim| claim.since))
    }
}
