//! An account belongs to one journal: whose it is, and when it is free again.

use serde::{Deserialize, Serialize};

use crate::{
    bank::RemoteAccount,
    connection::Connection,
    id::{ConnectionId, InstitutionId},
    journal::{AccountFacts, Ledger},
    plan::identity,
};

/// Which connection of a customer has an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The account: a keyed hash, no number.
    pub account: String,
    /// The connection.
    pub connection: ConnectionId,
    /// Counts its writes; 0 = not stored yet.
    pub version: u64,
}

/// What an account is claimed by. An IBAN is one account wherever it is shown; any other number only
/// within its bank. None without a number: nobody can tell whether two of them are one.
pub fn claimed_as(
    account: &RemoteAccount,
    institution: &InstitutionId,
    key: &[u8],
) -> Option<String> {
    let hash = identity(account, key)?;
    Some(within(hash, account.iban.is_some(), institution))
}

/// The same of an account that we hold.
pub fn held_as(facts: &AccountFacts, institution: &InstitutionId) -> Option<String> {
    let hash = facts.identity.clone()?;
    Some(within(hash, facts.iban.is_some(), institution))
}

fn within(hash: String, iban: bool, institution: &InstitutionId) -> String {
    if iban { hash } else { format!("{hash}.{institution}") }
}

/// Whether a connection lets go of an account that it claimed: it has ended, or is not shown the account
/// any more.
pub fn lets_go(holder: &Connection, ledger: &Ledger, account: &str) -> bool {
    let same =
        |facts: &AccountFacts| held_as(facts, &holder.institution.id).as_deref() == Some(account);
    let mut held = ledger.accounts.values().filter(|held| same(&held.facts)).peekable();
    let gone = held.peek().is_some() && held.all(|held| held.facts.gone);
    !holder.state.open() || gone
}
