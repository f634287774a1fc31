//! Which ledger of the SaaS each account is: the SaaS's own references, and what is proposed for the
//! accounts that have none.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    id::AccountId,
    journal::{AccountFacts, Ledger},
    limits::REFERENCE,
    secret::Personal,
    statement::Period,
};

/// The SaaS's own name for an account: 1 to 200 characters, not only blanks, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(Personal);

/// Text that cannot be a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("1 to 200 characters, not only blanks, no control characters")]
pub struct InvalidReference;

impl Reference {
    /// The text, for the table and the owner's own answer.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl TryFrom<String> for Reference {
    type Error = InvalidReference;

    fn try_from(text: String) -> Result<Self, InvalidReference> {
        let fits = text.chars().count() <= REFERENCE
            && !text.trim().is_empty()
            && !text.chars().any(char::is_control);
        if fits { Ok(Self(Personal::from(text))) } else { Err(InvalidReference) }
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.reveal().to_owned()
    }
}

/// What the SaaS said of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// Its reference; none = taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// How long its statements are; none = it has not said, and they are monthly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Counts its changes: what an `If-Match` is compared with.
    pub version: u64,
}

/// What the SaaS said of one connection's accounts. It lies beside the journal: no pull writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// By account; one that is not here was never mapped.
    pub accounts: BTreeMap<AccountId, Mapped>,
    /// Counts its writes.
    pub version: u64,
}

impl Mapping {
    /// The reference of an account.
    pub fn reference(&self, account: &AccountId) -> Option<&Reference> {
        self.accounts.get(account).and_then(|mapped| mapped.reference.as_ref())
    }

    /// How long the statements of an account are.
    pub fn period(&self, account: &AccountId) -> Period {
        let mapped = self.accounts.get(account);
        mapped.and_then(|mapped| mapped.period).unwrap_or_default()
    }

    /// How often an account's was changed.
    pub fn version_of(&self, account: &AccountId) -> u64 {
        self.accounts.get(account).map_or(0, |mapped| mapped.version)
    }

    /// The mapping after this account's reference was set or taken back.
    #[must_use]
    pub fn with(&self, account: &AccountId, reference: Option<Reference>) -> Self {
        self.changed(account, |mapped| mapped.reference = reference)
    }

    /// The mapping after one change of what it says of an account.
    #[must_use]
    pub fn changed(&self, account: &AccountId, change: impl FnOnce(&mut Mapped)) -> Self {
        let mut next = self.clone();
        let mapped = next.accounts.entry(account.clone()).or_default();
        change(mapped);
        mapped.version += 1;
        next
    }
}

/// Why a reference is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The account that had it had the same number in the same currency.
    SameNumber,
    /// It had the same number, or the same id at Salt Edge, in another currency.
    CurrencyChanged,
    /// It had the same name, nature and currency under another number.
    SameName,
    /// It is the only one left that had this nature and currency, as this account is the only new one.
    OnlyOneLeft,
}

/// How sure a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The bank itself says so.
    High,
    /// It is likely.
    Medium,
    /// Nothing speaks against it.
    Low,
}

impl Because {
    /// How sure that makes it.
    pub fn confidence(self) -> Confidence {
        match self {
            Self::SameNumber | Self::CurrencyChanged => Confidence::High,
            Self::SameName => Confidence::Medium,
            Self::OnlyOneLeft => Confidence::Low,
        }
    }
}

/// A reference that an account might take. It is never taken by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The reference.
    pub reference: Reference,
    /// The account that has it and is not delivered any more.
    pub from: AccountId,
    /// Why.
    pub because: Because,
}

type Rule = fn(&AccountFacts, &AccountFacts) -> bool;

const RULES: [(Because, Rule); 4] = [
    (Because::SameNumber, |old, new| old.identity.is_some() && old.identity == new.identity),
    (Because::CurrencyChanged, |old, new| {
        old.currency != new.currency && (old.remote == new.remote || same_iban(old, new))
    }),
    (Because::SameName, |old, new| old.name == new.name && kind(old) == kind(new)),
    (Because::OnlyOneLeft, |old, new| kind(old) == kind(new)),
];

fn kind(facts: &AccountFacts) -> (&str, crate::money::Currency) {
    (&facts.nature, facts.currency)
}

/// Whether both have one IBAN, however it is written.
pub(crate) fn same_iban(one: &AccountFacts, other: &AccountFacts) -> bool {
    let plain = |facts: &AccountFacts| {
        let letters = facts.iban.as_ref()?.reveal().chars().filter(char::is_ascii_alphanumeric);
        Some(letters.collect::<String>().to_uppercase())
    };
    plain(one).is_some_and(|iban| !iban.is_empty() && Some(iban) == plain(other))
}

/// What is proposed: for accounts that have no reference, those of accounts that are gone. The surest rule
/// first, only where it leaves one choice on both sides, and each reference once.
pub fn propose(ledger: &Ledger, mapping: &Mapping) -> BTreeMap<AccountId, Proposal> {
    let facts = || ledger.accounts.values().map(|account| &account.facts);
    let delivered = |facts: &&AccountFacts| !facts.gone && facts.held_by.is_none();
    let mut used: BTreeSet<&Reference> =
        facts().filter(delivered).filter_map(|facts| mapping.reference(&facts.id)).collect();
    let mut takers: Vec<&AccountFacts> =
        facts().filter(delivered).filter(|facts| mapping.reference(&facts.id).is_none()).collect();
    let mut givers: Vec<(&AccountFacts, &Reference)> = facts()
        .filter(|facts| facts.gone)
        .filter_map(|facts| Some((facts, mapping.reference(&facts.id)?)))
        .filter(|(_, reference)| !used.contains(reference))
        .collect();
    let mut proposed = BTreeMap::new();
    for (because, fits) in RULES {
        for new in &takers {
            let mut fitting = givers.iter().filter(|(old, _)| fits(old, new));
            let (Some((old, reference)), None) = (fitting.next(), fitting.next()) else { continue };
            let alone = takers.iter().filter(|other| fits(old, other)).count() == 1;
            if alone && used.insert(reference) {
                let (reference, from) = ((*reference).clone(), old.id.clone());
                proposed.insert(new.id.clone(), Proposal { reference, from, because });
            }
        }
        takers.retain(|new| !proposed.contains_key(&new.id));
        givers.retain(|(_, reference)| !used.contains(reference));
    }
    proposed
}

#[cfg(test)]
mod tests;
