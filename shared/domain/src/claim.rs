//! An account belongs to one journal: whose it is, and when it is free again.

use std::collections::BTreeSet;

use jiff::Timestamp;
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
    /// Until then it is not let go: an account that was gone is shown again, and is being read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
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

/// How many accounts of a connection that has ended a login brought, where they say that the login is the one
/// it had: most of them, or nothing else. Two logins at a bank that share an account each have their own, and
/// neither goes on in what the other was: it does not matter whether the second came before or after the end.
pub fn same_login(held: &BTreeSet<String>, shown: &BTreeSet<String>) -> Option<usize> {
    let common = held.intersection(shown).count();
    let own = common * 2 > held.len() || shown.is_subset(held);
    (common > 0 && own).then_some(common)
}

/// Whether a connection lets go of an account that it claimed: it has ended, or is not shown the account
/// any more and does not read it again just now.
pub fn lets_go(holder: &Connection, ledger: &Ledger, claim: &Claim, now: Timestamp) -> bool {
    let same = |facts: &AccountFacts| {
        held_as(facts, &holder.institution.id).as_ref() == Some(&claim.account)
    };
    let mut held = ledger.accounts.values().filter(|held| same(&held.facts)).peekable();
    let gone = held.peek().is_some() && held.all(|held| held.facts.gone);
    let kept = claim.kept_until.is_some_and(|until| now < until);
    !holder.state.open() || (gone && !kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l7_a_login_is_known_by_most_of_its_accounts() {
        for (held, shown, want) in [
            ("AB", "AB", Some(2)),
            ("AB", "ABC", Some(2)),
            ("ABC", "A", Some(1)),
            ("ABCDE", "ABCDX", Some(4)),
            ("AH", "BH", None),
            ("AH", "ABH", Some(2)),
            ("H", "BH", Some(1)),
            ("A", "B", None),
            ("", "A", None),
            ("A", "", None),
        ] {
            let set = |text: &str| text.chars().map(String::from).collect();
            assert_eq!(same_login(&set(held), &set(shown)), want, "{held} {shown}");
        }
    }
}
