//! One account: which of ours it is, and what is new in it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ring::hmac;

use super::{FetchedAccount, rows};
use crate::{
    bank::{Facts, RemoteAccount},
    id::{AccountId, RemoteAccountId, base32},
    journal::{AccountEntry, AccountFacts, Balance, BalanceBasis, Ledger, LedgerAccount},
};

/// A keyed hash of the account's number and currency: what tells it again when the provider gives it
/// another id. None without a number.
pub fn identity(account: &RemoteAccount, key: &[u8]) -> Option<String> {
    let number = account.iban.as_ref().or(account.number.as_ref())?;
    let plain: String = number.reveal().chars().filter(|c| c.is_alphanumeric()).collect();
    let text = format!("{}|{}", plain.to_uppercase(), account.currency);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    Some(base32(&tag.as_ref()[..16]))
}

/// Which of our accounts each of the provider's is: by its id, else by number and currency, else by
/// name, nature and currency. Each of ours is claimed once, and only where the rule leaves one choice.
pub(super) fn claim(
    ledger: &Ledger,
    remotes: &[&RemoteAccount],
    key: &[u8],
) -> BTreeMap<RemoteAccountId, AccountId> {
    type Rule = fn(&AccountFacts, &RemoteAccount, &[u8]) -> bool;
    let rules: [Rule; 3] = [
        |ours, theirs, _| ours.remote == theirs.id,
        |ours, theirs, key| ours.identity.is_some() && ours.identity == identity(theirs, key),
        |ours, theirs, key| {
            (ours.identity.is_none() || identity(theirs, key).is_none())
                && (&ours.name, &ours.nature, ours.currency)
                    == (&theirs.name, &theirs.nature, theirs.currency)
        },
    ];
    let mut claimed: BTreeMap<RemoteAccountId, AccountId> = BTreeMap::new();
    for rule in rules {
        for theirs in remotes {
            if claimed.contains_key(&theirs.id) {
                continue;
            }
            let free = ledger.accounts.values().map(|account| &account.facts);
            let mut fitting = free
                .filter(|ours| !claimed.values().any(|id| *id == ours.id))
                .filter(|ours| rule(ours, theirs, key));
            if let (Some(ours), None) = (fitting.next(), fitting.next()) {
                claimed.insert(theirs.id.clone(), ours.id.clone());
            }
        }
    }
    claimed
}

/// What is new in one account, and whether anything is.
pub(super) fn plan(
    id: &AccountId,
    known: Option<&LedgerAccount>,
    fetched: &FetchedAccount,
    scope: &rows::Scope,
    key: &[u8],
) -> (AccountEntry, bool) {
    let theirs = &fetched.account;
    let facts = AccountFacts {
        id: id.clone(),
        remote: theirs.id.clone(),
        name: theirs.name.clone(),
        nature: theirs.nature.clone(),
        currency: theirs.currency,
        iban: theirs.iban.clone(),
        identity: identity(theirs, key),
        gone: theirs.updated_on_last_attempt == Some(false),
    };
    let balance = Balance { money: theirs.balance.money, basis: BalanceBasis::Observed };
    let mut pending: Vec<Facts> = fetched.pending.iter().map(|row| row.facts.clone()).collect();
    pending.sort_by(|a, b| (a.made_on, &a.description).cmp(&(b.made_on, &b.description)));
    let rows = rows::plan(id, known, fetched, facts.gone, scope);
    let same = known.is_some_and(|known| {
        known.facts == facts
            && known.balance.as_ref() == Some(&balance)
            && known.pending == pending
            && rows.is_empty()
    });
    let entry = AccountEntry {
        facts,
        balance: Some(balance),
        last: rows.last,
        added: rows.added,
        modified: rows.modified,
        removed: rows.removed,
        aliases: rows.aliases,
        carried: rows.carried,
        pending,
    };
    (entry, !same)
}

/// An account that is not among those read. Its rows and its last balance stay as they were.
pub(super) fn missing(known: &LedgerAccount, delivered: bool, start: Date) -> AccountEntry {
    AccountEntry {
        facts: AccountFacts { gone: known.facts.gone || !delivered, ..known.facts.clone() },
        balance: known.balance.clone(),
        last: known.last.clone(),
        added: Vec::new(),
        modified: Vec::new(),
        removed: Vec::new(),
        aliases: Vec::new(),
        carried: rows::recent(known, start).cloned().collect(),
        pending: known.pending.clone(),
    }
}
