//! One account: which of ours it is, and what is new in it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ring::hmac;

use super::{FetchedAccount, pending, rows};
use crate::{
    bank::{Facts, RemoteAccount, RemoteTransaction},
    id::{AccountId, RemoteAccountId, base32},
    journal::{
        AccountEntry, AccountFacts, Balance, BalanceBasis, Ledger, LedgerAccount, MatchedBy,
    },
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

/// An account of the provider's with its keyed hash.
struct Theirs<'a> {
    account: &'a RemoteAccount,
    identity: Option<String>,
}

impl<'a> Theirs<'a> {
    fn of(account: &'a RemoteAccount, key: &[u8]) -> Self {
        Self { account, identity: identity(account, key) }
    }

    fn dead(&self) -> bool {
        self.account.updated_on_last_attempt == Some(false)
    }

    /// Whether it is dead, and another entry shows the same account: one that lives, or a newer one.
    fn replaced(&self, other: &Self) -> bool {
        let same = self.identity.is_some() && self.identity == other.identity;
        let (one, another) = (self.account, other.account);
        let alike = (&one.name, &one.nature) == (&another.name, &another.nature);
        let newer = !other.dead() || another.id > one.id;
        same && alike && self.dead() && newer
    }
}

type Rule = fn(&AccountFacts, &Theirs<'_>) -> bool;

/// The ladder. The number comes before the provider's id: an id that turns up with another number's
/// currency is another account.
const LADDER: [(MatchedBy, Rule); 4] = [
    (MatchedBy::Number, same_number),
    (MatchedBy::ProviderId, |ours, theirs| {
        ours.remote == theirs.account.id && ours.currency == theirs.account.currency
    }),
    (MatchedBy::NumberAndName, |ours, theirs| same_number(ours, theirs) && alike(ours, theirs)),
    (MatchedBy::Name, |ours, theirs| {
        (ours.identity.is_none() || theirs.identity.is_none()) && alike(ours, theirs)
    }),
];

fn same_number(ours: &AccountFacts, theirs: &Theirs<'_>) -> bool {
    ours.identity.is_some() && ours.identity == theirs.identity
}

fn alike(ours: &AccountFacts, theirs: &Theirs<'_>) -> bool {
    let theirs = theirs.account;
    (&ours.name, &ours.nature, ours.currency) == (&theirs.name, &theirs.nature, theirs.currency)
}

/// The accounts of a list, each once: of an id that stands there twice what it says last. Salt Edge may show an account
/// anew, and keep the entry that it had before beside it, dead: that one is no account of its own.
pub fn listed(rows: impl IntoIterator<Item = RemoteAccount>, key: &[u8]) -> Vec<RemoteAccount> {
    let by_id: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let theirs: Vec<_> = by_id.values().map(|account| Theirs::of(account, key)).collect();
    let kept = theirs.iter().filter(|one| !theirs.iter().any(|other| one.replaced(other)));
    kept.map(|one| one.account.clone()).collect()
}

/// The one of ours that fits. Of several that are alike in all that a step looks at, as a copy of an account and the
/// account that it was made of, the one that is still delivered.
fn choice<'a>(step: MatchedBy, fitting: &[&'a AccountFacts]) -> Option<&'a AccountFacts> {
    let exact = matches!(step, MatchedBy::ProviderId | MatchedBy::NumberAndName);
    let mut living = fitting.iter().filter(|ours| exact && !ours.gone);
    match (fitting, living.next(), living.next()) {
        ([only], ..) | (_, Some(only), None) => Some(only),
        _ => None,
    }
}

/// Which of our accounts each of the provider's is, and by which step. Each of ours is claimed once, and
/// only where a step leaves one choice on both sides.
pub(super) fn claim(
    ledger: &Ledger,
    remotes: &[RemoteAccount],
    key: &[u8],
) -> BTreeMap<RemoteAccountId, (AccountId, MatchedBy)> {
    let mut theirs: Vec<_> = remotes.iter().map(|account| Theirs::of(account, key)).collect();
    let mut ours: Vec<_> = ledger.accounts.values().map(|account| &account.facts).collect();
    let mut claimed = BTreeMap::new();
    for (step, fits) in LADDER {
        for one in &theirs {
            let fitting: Vec<_> = ours.iter().copied().filter(|ours| fits(ours, one)).collect();
            let Some(only) = choice(step, &fitting) else { continue };
            if theirs.iter().filter(|other| fits(only, other)).count() == 1 {
                claimed.insert(one.account.id.clone(), (only.id.clone(), step));
            }
        }
        theirs.retain(|one| !claimed.contains_key(&one.account.id));
        ours.retain(|ours| !claimed.values().any(|(id, _)| *id == ours.id));
    }
    claimed
}

/// The one of a list that this account of ours is, as every read would tell it.
pub fn shown_as(
    ledger: &Ledger,
    id: &AccountId,
    rows: Vec<RemoteAccount>,
    key: &[u8],
) -> Option<RemoteAccount> {
    let theirs = listed(rows, key);
    let claimed = claim(ledger, &theirs, key);
    let ours = |one: &RemoteAccount| claimed.get(&one.id).is_some_and(|(ours, _)| ours == id);
    theirs.into_iter().find(ours)
}

/// An account that is told again, and by which step.
pub(super) type Known<'a> = Option<(&'a LedgerAccount, MatchedBy)>;

/// What is known of an account besides its rows, now.
fn facts(
    id: &AccountId,
    known: Known<'_>,
    fetched: &FetchedAccount,
    today: Date,
    key: &[u8],
) -> AccountFacts {
    let theirs = &fetched.account;
    let identity = identity(theirs, key);
    let matched_by = known.and_then(|(known, step)| {
        let before = &known.facts;
        let unchanged = before.remote == theirs.id && before.identity == identity;
        if unchanged { before.matched_by } else { Some(step) }
    });
    AccountFacts {
        id: id.clone(),
        remote: theirs.id.clone(),
        name: theirs.name.clone(),
        nature: theirs.nature.clone(),
        currency: theirs.currency,
        iban: theirs.iban.clone(),
        identity,
        gone: theirs.updated_on_last_attempt == Some(false),
        matched_by,
        held_by: fetched.held_by.clone(),
        shows_from: known.and_then(|(known, _)| shows_from(&known.facts, fetched, today)),
    }
}

/// The first day of which its present id shows rows. A new id is a new copy at Salt Edge, which goes back as far as the
/// bank tells today; while the id stays, so does the day, for nothing of the copy goes away with time.
fn shows_from(before: &AccountFacts, fetched: &FetchedAccount, today: Date) -> Option<Date> {
    if before.remote == fetched.account.id {
        return before.shows_from;
    }
    let days = fetched.booked.iter().map(|row| row.facts.made_on);
    Some(days.min().unwrap_or(today))
}

/// What is new in one account, and whether anything is.
pub(super) fn plan(
    id: &AccountId,
    known: Known<'_>,
    fetched: &FetchedAccount,
    scope: &rows::Scope,
    today: Date,
    key: &[u8],
) -> (AccountEntry, bool) {
    let theirs = &fetched.account;
    let facts = facts(id, known, fetched, today, key);
    let known = known.map(|(known, _)| known);
    if facts.held_by.is_some() {
        return elsewhere(facts, known, scope);
    }
    let balance = theirs.balance.map(|read| Balance {
        money: read.money,
        basis: BalanceBasis::Observed,
        kind: theirs.balance_type.clone(),
    });
    let mut pending: Vec<_> = fetched.pending.iter().collect();
    let order = |row: &&RemoteTransaction| (row.facts.made_on, row.facts.description.clone());
    pending.sort_by_key(order);
    let pending_ids = pending.iter().map(|row| row.id.clone()).collect();
    let pending: Vec<Facts> = pending.into_iter().map(|row| row.facts.clone()).collect();
    let mut rows = rows::plan(&facts, known, fetched, scope);
    if let Some(known) = known {
        pending::explain(&mut rows.added, known, &pending);
    }
    let same = known.is_some_and(|known| {
        known.facts == facts
            && known.balance == balance
            && known.pending == pending
            && rows.is_empty()
    });
    let entry = AccountEntry {
        facts,
        balance,
        last: rows.last,
        added: rows.added,
        modified: rows.modified,
        removed: rows.removed,
        aliases: rows.aliases,
        carried: rows.carried,
        pending,
        pending_ids,
    };
    (entry, !same)
}

/// An account whose rows another connection's journal has: those that were read here before stay.
fn elsewhere(
    facts: AccountFacts,
    known: Option<&LedgerAccount>,
    scope: &rows::Scope,
) -> (AccountEntry, bool) {
    let same = known.is_some_and(|known| known.facts == facts);
    let rows = known.map(|known| rows::recent(known, scope.kept).cloned().collect());
    let entry = AccountEntry {
        facts,
        balance: None,
        last: known.and_then(|known| known.last.clone()),
        added: Vec::new(),
        modified: Vec::new(),
        removed: Vec::new(),
        aliases: Vec::new(),
        carried: rows.unwrap_or_default(),
        pending: Vec::new(),
        pending_ids: Vec::new(),
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
        pending_ids: known.pending_ids.clone(),
    }
}
