//! What a session keeps of its way besides its stage: when the browser was away, and what came of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    bank::{RemoteConnection, RemoteConsent, RemoteConsentState},
    id::{AccountId, ConnectionId},
    journal::{AccountFacts, Ledger},
    mapping::{Mapping, Proposal, propose, same_iban},
    money::Currency,
    secret::Personal,
    session::{Intent, LinkSession},
};

/// How far Salt Edge's clock and ours may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(2);

/// What a session keeps of its way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// When the browser was sent to the provider.
    #[serde(default)]
    pub opened_at: Option<Timestamp>,
    /// When it came back.
    #[serde(default)]
    pub returned_at: Option<Timestamp>,
    /// The connection that has the same login already: to be reconnected instead.
    #[serde(default)]
    pub reuse: Option<ConnectionId>,
    /// The generation that ended before this visit began, and that it goes on from.
    #[serde(default)]
    pub reopens: Option<u32>,
    /// The accounts before the visit; none = not looked at yet.
    #[serde(default)]
    pub before: Option<Vec<Before>>,
    /// What became of the accounts.
    #[serde(default)]
    pub accounts: Vec<AccountChange>,
}

/// An account as it was before a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The account.
    pub id: AccountId,
    /// Whether it was not delivered any more.
    pub gone: bool,
}

/// What a visit did to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is new.
    Added,
    /// It was there, and is.
    Unchanged,
    /// It had not been delivered, and is again.
    Returned,
    /// It is not delivered any more.
    Gone,
    /// It is new, instead of one in another currency that is gone.
    CurrencyChanged,
    /// Another connection's journal has it.
    HeldElsewhere,
}

/// One account after a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChange {
    /// The account.
    pub id: AccountId,
    /// What the visit did to it.
    pub change: Change,
    /// Its name.
    pub name: Personal,
    /// Its nature, as sent.
    pub nature: String,
    /// Its currency.
    pub currency: Currency,
    /// The account that it came instead of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<AccountId>,
    /// The connection whose journal has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_by: Option<ConnectionId>,
    /// The reference that it might take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// The accounts as they stand, for a later comparison.
pub fn before(ledger: &Ledger) -> Vec<Before> {
    let facts = ledger.accounts.values().map(|account| &account.facts);
    facts.map(|facts| Before { id: facts.id.clone(), gone: facts.gone }).collect()
}

/// Every account after a visit, with what became of it.
pub fn compare(before: &[Before], ledger: &Ledger, mapping: &Mapping) -> Vec<AccountChange> {
    let proposed = propose(ledger, mapping);
    let was = |id: &AccountId| before.iter().find(|one| one.id == *id);
    let facts = || ledger.accounts.values().map(|account| &account.facts);
    let lost = |new: &AccountFacts| {
        facts().find(|old| {
            let went = old.gone && was(&old.id).is_some_and(|was| !was.gone);
            let same = old.remote == new.remote || same_iban(old, new);
            went && same && old.currency != new.currency
        })
    };
    let changes = facts().map(|facts| {
        let instead_of = lost(facts).filter(|_| was(&facts.id).is_none());
        let change = match (was(&facts.id), facts.gone) {
            _ if facts.held_by.is_some() => Change::HeldElsewhere,
            (_, true) => Change::Gone,
            (Some(was), false) if was.gone => Change::Returned,
            (Some(_), false) => Change::Unchanged,
            (None, false) if instead_of.is_some() => Change::CurrencyChanged,
            (None, false) => Change::Added,
        };
        AccountChange {
            id: facts.id.clone(),
            change,
            name: facts.name.clone(),
            nature: facts.nature.clone(),
            currency: facts.currency,
            instead_of: instead_of.map(|old| old.id.clone()),
            held_by: facts.held_by.clone(),
            proposal: proposed.get(&facts.id).cloned(),
        }
    });
    changes.collect()
}

impl LinkSession {
    /// Whether these consents of the connection show that its user went through this visit, where Salt Edge
    /// has asked by itself since and its newest attempt says nothing: one in force was given after the visit
    /// was opened.
    pub fn was_given(&self, consents: &[RemoteConsent]) -> bool {
        let Some(opened) = self.trail.opened_at else { return false };
        consents.iter().any(|consent| {
            consent.state == RemoteConsentState::Active
                && consent.created_at.is_some_and(|given| given >= opened - CLOCKS)
        })
    }

    /// Whether this may be what the session linked, though no mark of ours is on its newest attempt: of the
    /// same customer and bank, and made while the browser was away.
    pub fn may_have_made(&self, shown: &RemoteConnection) -> bool {
        let Some(opened) = self.trail.opened_at else { return false };
        let until = self.trail.returned_at.unwrap_or(opened + crate::limits::LINK_OPEN);
        let unmarked = shown.attempt.as_ref().is_none_or(|attempt| attempt.tag.is_none());
        let away = (opened - CLOCKS)..=(until + CLOCKS);
        self.intent == Intent::Link
            && unmarked
            && self.remote_customer.as_ref() == Some(&shown.customer)
            && self.institution.id == shown.institution
            && shown.created_at.is_some_and(|made| away.contains(&made))
    }

    /// Which of those that it may have made is believed: the only one. Of several it may be any.
    pub fn believed(&self, unknown: Vec<RemoteConnection>) -> Option<RemoteConnection> {
        <[RemoteConnection; 1]>::try_from(unknown).ok().map(|[only]| only)
    }
}
