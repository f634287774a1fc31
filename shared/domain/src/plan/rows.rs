//! The booked rows of one account: the identity ladder.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;

use super::{FetchedAccount, Held};
use crate::{
    bank::{Facts, RemoteTransaction},
    id::{AccountId, RemoteTransactionId, TransactionId},
    journal::{AccountFacts, Alias, Change, LedgerAccount, Removed, RemovedBecause, Row},
};

/// What may be compared.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    /// How much of the ledger is held.
    pub(super) held: Held,
    /// The first day that is compared.
    pub(super) start: Date,
    /// The first day that the next read compares, at the earliest: from there rows are restated.
    pub(super) kept: Date,
    /// Rows that the read before could not read: new, whenever they can be.
    pub(super) unread: BTreeSet<RemoteTransactionId>,
}

/// What is new among the rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) added: Vec<Row>,
    pub(super) modified: Vec<Change>,
    pub(super) removed: Vec<Removed>,
    pub(super) aliases: Vec<Alias>,
    pub(super) carried: Vec<Row>,
    pub(super) last: Option<RemoteTransactionId>,
}

impl Rows {
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.modified.is_empty()
            && self.removed.is_empty()
            && self.aliases.is_empty()
    }
}

/// What is new. Rows are told again by the provider's id, then by the bank's own reference, then by
/// their content, equal ones in their order, so that two genuine twins stay two.
pub(super) fn plan(
    facts: &AccountFacts,
    known: Option<&LedgerAccount>,
    fetched: &FetchedAccount,
    scope: &Scope,
) -> Rows {
    let account = &facts.id;
    let shown: BTreeMap<_, _> = fetched.booked.iter().map(|row| (&row.id, row)).collect();
    let ours: Vec<&Row> =
        known.map(|known| known.rows.values().map(|(_, row)| row).collect()).unwrap_or_default();
    let by_remote: BTreeMap<_, _> = ours.iter().map(|row| (&row.remote, *row)).collect();
    let last = known.and_then(|known| known.last.as_ref());
    let mut rows =
        Rows { last: shown.keys().copied().chain(last).max().cloned(), ..Rows::default() };

    let listed = |row: &&Row| scope.held == Held::Everything || in_list(fetched, row);
    let unseen = ours.iter().copied().filter(listed).filter(|row| !shown.contains_key(&row.remote));
    let mut unseen = Unseen::new(unseen.collect());
    let mut strangers = Vec::new();
    for (id, theirs) in shown {
        match by_remote.get(id) {
            Some(row) => note(&mut rows, row, theirs),
            None => strangers.push(theirs),
        }
    }
    let strangers = unseen.take(strangers, &mut rows, reference);
    let strangers = unseen.take(strangers, &mut rows, |facts| Some(content(facts)));
    let taken: BTreeSet<_> = ours.iter().map(|row| &row.id).collect();
    for theirs in strangers {
        let below = last.is_some_and(|last| theirs.id <= *last);
        let seen_before = below && !scope.unread.contains(&theirs.id);
        let out_of_sight = scope.held == Held::Tail && theirs.facts.made_on < scope.start;
        if !(seen_before && out_of_sight) {
            rows.added.push(Row {
                id: free_id(account, &theirs.id, &taken),
                remote: theirs.id.clone(),
                facts: theirs.facts.clone(),
                announced: None,
            });
        }
    }
    if !facts.gone {
        rows.removed = unseen.vanished(fetched, facts.shows_from);
    }
    if let Some(known) = known {
        rows.carried = carried(&rows, known, scope.kept);
    }
    rows
}

/// An id for a new row. An id of Salt Edge's that once was another row's does not make them one.
fn free_id(
    account: &AccountId,
    remote: &RemoteTransactionId,
    taken: &BTreeSet<&TransactionId>,
) -> TransactionId {
    let mut id = account.transaction(remote);
    for again in 1_u32.. {
        if !taken.contains(&id) {
            break;
        }
        id = account.apart(&format!("again|{again}|{remote}"));
    }
    id
}

/// A row that was told again: changed, under a new id, or neither.
fn note(rows: &mut Rows, ours: &Row, theirs: &RemoteTransaction) {
    let same_facts = ours.facts == theirs.facts;
    if !same_facts {
        let to = Row { remote: theirs.id.clone(), facts: theirs.facts.clone(), ..ours.clone() };
        rows.modified.push(Change { from: ours.clone(), to });
    } else if ours.remote != theirs.id {
        let made_on = Some(ours.facts.made_on);
        rows.aliases.push(Alias { id: ours.id.clone(), remote: theirs.id.clone(), made_on });
    }
}

/// Our rows that the provider does not show under the id we know.
struct Unseen<'a>(Vec<&'a Row>);

impl<'a> Unseen<'a> {
    /// In the order of their ids, which is the order in which equal rows pair up.
    fn new(mut rows: Vec<&'a Row>) -> Self {
        rows.sort_by(|a, b| a.remote.cmp(&b.remote));
        Self(rows)
    }

    /// Pairs strangers with unseen rows of the same key; the strangers that are left.
    fn take<'b, K: Ord>(
        &mut self,
        strangers: Vec<&'b RemoteTransaction>,
        rows: &mut Rows,
        key: impl Fn(&Facts) -> Option<K>,
    ) -> Vec<&'b RemoteTransaction> {
        let mut waiting: BTreeMap<K, VecDeque<&'a Row>> = BTreeMap::new();
        for row in &self.0 {
            if let Some(key) = key(&row.facts) {
                waiting.entry(key).or_default().push_back(row);
            }
        }
        let (mut left, mut told) = (Vec::new(), BTreeSet::new());
        for theirs in strangers {
            let queue = key(&theirs.facts).and_then(|key| waiting.get_mut(&key));
            match queue.and_then(VecDeque::pop_front) {
                Some(ours) => {
                    note(rows, ours, theirs);
                    told.insert(&ours.id);
                }
                None => left.push(theirs),
            }
        }
        self.0.retain(|row| !told.contains(&row.id));
        left
    }

    /// Rows that had to be in what was listed, and are not. Where something could not be read, nobody
    /// knows what it was.
    fn vanished(self, fetched: &FetchedAccount, shows_from: Option<Date>) -> Vec<Removed> {
        if fetched.unread.nameless {
            return Vec::new();
        }
        let readable = |row: &&Row| !fetched.unread.ids.contains(&row.remote);
        let listed = self.0.into_iter().filter(|row| in_list(fetched, row)).filter(readable);
        let removed = listed.filter_map(|row| {
            let day = row.facts.made_on;
            let reason = if fetched.duplicated.contains(&row.remote) {
                RemovedBecause::Duplicated
            } else if shows_from.is_some_and(|from| day <= from) {
                // Of its first day a copy may show a part.
                return None;
            } else {
                RemovedBecause::Vanished
            };
            Some(Removed { id: row.id.clone(), reason, made_on: Some(day) })
        });
        removed.collect()
    }
}

/// Whether a row would be in the list, if it were still there.
fn in_list(fetched: &FetchedAccount, row: &Row) -> bool {
    fetched.from.as_ref().is_none_or(|from| row.remote >= *from)
}

/// Whether a row from before the overlap, which the tail tells by the order of its id only, could be taken for one of
/// the tail's that is not shown any more: who knows everything knows which of the two is gone.
pub(super) fn mistakable(known: &LedgerAccount, fetched: &FetchedAccount, start: Date) -> bool {
    let ours = || known.rows.values().map(|(_, row)| row);
    let known: BTreeSet<_> = ours().map(|row| &row.remote).collect();
    let older = |row: &&RemoteTransaction| row.facts.made_on < start && !known.contains(&row.id);
    let strangers: Vec<_> = fetched.booked.iter().filter(older).map(|row| &row.facts).collect();
    if strangers.is_empty() {
        return false;
    }
    let shown: BTreeSet<_> = fetched.booked.iter().map(|row| &row.id).collect();
    let contents: BTreeSet<_> = strangers.iter().map(|facts| content(facts)).collect();
    let references: BTreeSet<_> = strangers.iter().filter_map(|facts| reference(facts)).collect();
    let unseen = ours().filter(|row| in_list(fetched, row) && !shown.contains(&row.remote));
    unseen.map(|row| &row.facts).any(|facts| {
        contents.contains(&content(facts))
            || reference(facts).is_some_and(|own| references.contains(&own))
    })
}

/// The bank's own reference, with the amount and day that it stands for.
fn reference(facts: &Facts) -> Option<(String, String, Date)> {
    let reference = facts.bank_reference.as_ref().map(|text| text.reveal().to_owned())?;
    (!reference.is_empty()).then(|| (reference, facts.money.text(), facts.made_on))
}

fn content(facts: &Facts) -> (Date, String, String) {
    (facts.made_on, facts.money.text(), facts.description.reveal().to_owned())
}

/// The overlap as it stands after this read, for an entry at which the next comparison begins.
pub(super) fn carried(rows: &Rows, known: &LedgerAccount, start: Date) -> Vec<Row> {
    let removed: BTreeSet<_> = rows.removed.iter().map(|removed| &removed.id).collect();
    let renamed: BTreeMap<_, _> = rows.aliases.iter().map(|alias| (&alias.id, alias)).collect();
    let changed: BTreeMap<_, _> = rows.modified.iter().map(|to| (&to.to.id, &to.to)).collect();
    let now = |row: &Row| match (changed.get(&row.id), renamed.get(&row.id)) {
        (Some(to), _) => (*to).clone(),
        (None, Some(alias)) => Row { remote: alias.remote.clone(), ..row.clone() },
        (None, None) => row.clone(),
    };
    recent(known, start).filter(|row| !removed.contains(&row.id)).map(now).collect()
}

/// The overlap as it stood before.
pub(super) fn recent(known: &LedgerAccount, start: Date) -> impl Iterator<Item = &Row> {
    known.rows.values().map(|(_, row)| row).filter(move |row| row.facts.made_on >= start)
}
