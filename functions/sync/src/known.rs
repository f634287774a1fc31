//! A bank that its customer has already: found by the accounts that a login brought.

use std::collections::BTreeSet;

use domain::{
    bank::RemoteAccount,
    claim::{Claim, claimed_as, held_as, same_login},
    connection::{Connection, State},
    id::ConnectionId,
    journal::Ledger,
    session::LinkSession,
};
use jiff::Timestamp;
use shell::Failed;
use store::Tail;

use crate::{claims::free, start::Parts};

/// Connections of one customer that are looked through.
const LOOKED_THROUGH: usize = 100;

/// What the accounts of a login belong to.
pub(crate) struct Known {
    /// The connection that goes on; none = a new one.
    pub(crate) connection: Option<Connection>,
    /// The customer's claims, as they were seen.
    claims: Vec<Claim>,
    /// What the accounts are claimed by.
    shown: BTreeSet<String>,
}

/// The customer's connection to this bank whose accounts these are: one that is open, if all that it has are
/// among them; else the one that has ended and had most of them, if the login is its own.
pub(crate) async fn linked_before(
    parts: &Parts,
    key: &[u8],
    session: &LinkSession,
    accounts: &[RemoteAccount],
) -> Result<Known, Failed> {
    let bank = &session.institution.id;
    let shown: BTreeSet<_> =
        accounts.iter().filter_map(|account| claimed_as(account, bank, key)).collect();
    let (tenant, customer) = (&session.tenant, &session.customer);
    let claims = parts.table.claims(tenant, customer).await?;
    // Whoever has just claimed one of them may be in no list yet.
    let holders = claims.iter().filter(|claim| shown.contains(&claim.account));
    let mut ids: Vec<ConnectionId> = holders.map(|claim| claim.connection.clone()).collect();
    let listed = parts.table.connections(tenant, Some(customer), None, LOOKED_THROUGH).await?;
    ids.extend(listed.into_iter().map(|line| line.id));
    let mut seen = BTreeSet::new();
    let mut ended: Option<(usize, Connection)> = None;
    for id in ids {
        if !seen.insert(id.clone()) {
            continue;
        }
        let Some(newest) = parts.table.newest(tenant, &id).await? else { continue };
        if newest.connection.institution.id != *bank {
            continue;
        }
        let held = held(&newest, &claims);
        match &newest.connection.state {
            State::Revoked | State::LeftWithOwner => {
                let common = same_login(&held, &shown);
                let most = ended.as_ref().map_or(0, |(most, _)| *most);
                ended = common
                    .filter(|count| *count > most)
                    .map(|count| (count, newest.connection))
                    .or(ended);
            }
            State::Active | State::NeedsReconnect { .. } | State::Disabled { .. } => {
                if !held.is_empty() && held.is_subset(&shown) {
                    return Ok(Known { connection: Some(newest.connection), claims, shown });
                }
            }
            State::Revoking { .. } => {}
        }
    }
    Ok(Known { connection: ended.map(|(_, connection)| connection), claims, shown })
}

/// The accounts that a connection has, or had at its end.
fn held(newest: &Tail, claims: &[Claim]) -> BTreeSet<String> {
    let Tail { connection, entries, .. } = newest;
    let ledger = Ledger::replay(entries);
    let key = |facts| held_as(facts, &connection.institution.id);
    let (mut held, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for account in ledger.accounts.values() {
        let away = account.facts.gone || account.facts.held_by.is_some();
        let side = if away { &mut lost } else { &mut held };
        side.extend(key(&account.facts));
    }
    let own = claims.iter().filter(|claim| claim.connection == connection.id);
    held.extend(own.map(|claim| claim.account.clone()).filter(|one| !lost.contains(one)));
    held
}

impl Known {
    /// The claims that a connection takes with these accounts: what is free, and again what is its own, so
    /// that nobody takes that over at the same moment. What another open connection has stays with it.
    pub(crate) async fn claims_of(
        &self,
        parts: &Parts,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Vec<Claim>, Failed> {
        let mut taken = Vec::new();
        for account in &self.shown {
            let there = self.claims.iter().find(|claim| claim.account == *account);
            let version = match there {
                None => 0,
                Some(claim) if claim.connection == connection.id => claim.version,
                Some(claim) if free(parts, &connection.tenant, claim, now).await? => claim.version,
                Some(_) => continue,
            };
            let (account, connection) = (account.clone(), connection.id.clone());
            taken.push(Claim { account, connection, version, kept_until: None });
        }
        Ok(taken)
    }
}
