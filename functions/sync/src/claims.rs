//! Whose an account is, settled before any of its rows is read.

use std::collections::BTreeMap;

use domain::{
    bank::{Listed, RemoteAccount},
    claim::{Claim, claimed_as, lets_go},
    id::{ConnectionId, RemoteAccountId, TenantId},
    journal::Ledger,
    limits::RETURN_KEPT,
    plan::known_as,
};
use jiff::Timestamp;
use shell::Failed;
use store::{StoreError, Tail};

use crate::start::Parts;

/// Accounts whose rows another connection's journal has.
pub(crate) type Elsewhere = BTreeMap<RemoteAccountId, ConnectionId>;

/// Claims what is new or free, and says which of the listed accounts belong to another connection. A read
/// that finds the accounts of the one before asks for nothing here. None = another was faster.
pub(crate) async fn settle(
    parts: &Parts,
    key: &[u8],
    tail: &Tail,
    ledger: &Ledger,
    listed: &Listed<RemoteAccount>,
    now: Timestamp,
) -> Result<Option<Elsewhere>, Failed> {
    let Tail { connection, .. } = tail;
    let begins = tail.head().number == 0;
    let unsure: Vec<(&RemoteAccount, String)> = listed
        .rows
        .iter()
        .filter(|account| account.updated_on_last_attempt != Some(false))
        .filter(|account| begins || unsettled(ledger, account))
        .filter_map(|account| {
            Some((account, claimed_as(account, &connection.institution.id, key)?))
        })
        .collect();
    let mut elsewhere = Elsewhere::new();
    if unsure.is_empty() {
        return Ok(Some(elsewhere));
    }
    let (tenant, customer) = (&connection.tenant, &connection.customer);
    let claims = parts.table.claims(tenant, customer).await?;
    for (account, claimed) in unsure {
        let there = claims.iter().find(|claim| claim.account == claimed);
        let gone = known_as(ledger, account).is_some_and(|known| known.facts.gone);
        let version = match there {
            // What comes back here was free until now, and may be taken over at this moment.
            Some(claim) if claim.connection == connection.id && gone => claim.version,
            Some(claim) if claim.connection == connection.id => continue,
            Some(claim) if !free(parts, tenant, claim, now).await? => {
                elsewhere.insert(account.id.clone(), claim.connection.clone());
                continue;
            }
            Some(claim) => claim.version,
            None => 0,
        };
        let (connection, kept_until) = (connection.id.clone(), gone.then(|| now + RETURN_KEPT));
        let claim = Claim { account: claimed, connection, version, kept_until };
        match parts.table.put_claim(tenant, customer, &claim).await {
            Err(StoreError::Conflict | StoreError::Contended) => return Ok(None),
            done => done?,
        }
    }
    Ok(Some(elsewhere))
}

/// Whether an account may be another connection's: it is new here, comes back, or was another's before.
fn unsettled(ledger: &Ledger, account: &RemoteAccount) -> bool {
    known_as(ledger, account).is_none_or(|known| known.facts.gone || known.facts.held_by.is_some())
}

/// Whether the connection that has a claim lets go of it. One that is not to be seen yet does not.
pub(crate) async fn free(
    parts: &Parts,
    tenant: &TenantId,
    claim: &Claim,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let holder = parts.table.newest(tenant, &claim.connection).await?;
    Ok(holder.is_some_and(|holder| {
        lets_go(&holder.connection, &Ledger::replay(&holder.entries), claim, now)
    }))
}
