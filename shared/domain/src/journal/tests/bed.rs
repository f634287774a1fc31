//! A bank whose rows are booked, changed and taken back, its journal, and folds of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{Deed, books::Published};
use crate::{
    bank::{Facts, RemoteAccount, RemoteTransaction},
    id::{AccountId, ConnectionId},
    journal::{
        Arrival, Body, Entry, Fold, FoldName, Folds, Ledger, LedgerAccount, Past, Position, Row,
        Tombstone,
    },
    money::{self, Money},
    plan::{self, Fetched, FetchedAccount, Held, Place, Unread},
    proof::Balances,
};

/// A bank, its journal here, and the folds of it.
pub(super) struct Bed {
    now: Timestamp,
    next: u64,
    booked: [Vec<Facts>; 2],
    ids: [Vec<u64>; 2],
    generation: u32,
    pub(super) journal: Vec<Entry>,
    pub(super) folds: Folds,
    pub(super) kept: BTreeMap<FoldName, Fold>,
    pub(super) balances: BTreeMap<FoldName, Balances>,
    pub(super) published: Vec<Published>,
}

impl Bed {
    pub(super) fn new() -> Self {
        Self {
            now: "2025-01-10T09:00:00Z".parse().unwrap(),
            next: 1_000,
            booked: [Vec::new(), Vec::new()],
            ids: [Vec::new(), Vec::new()],
            generation: 1,
            journal: Vec::new(),
            folds: Folds::default(),
            kept: BTreeMap::new(),
            balances: BTreeMap::new(),
            published: Vec::new(),
        }
    }

    pub(super) fn today(&self) -> Date {
        self.day(0)
    }

    fn day(&self, ago: i64) -> Date {
        self.now.to_zoned(TimeZone::UTC).date().checked_sub(ago.days()).unwrap()
    }

    fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// The account and index of a row, if there is any.
    fn some(&self, row: usize) -> Option<(usize, usize)> {
        let count = self.ids[0].len() + self.ids[1].len();
        let row = row.checked_rem(count)?;
        let first = self.ids[0].len();
        Some(if row < first { (0, row) } else { (1, row - first) })
    }

    pub(super) fn does(&mut self, deed: &Deed) {
        match *deed {
            Deed::Book { account, rows, days_ago } => {
                for _ in 0..rows {
                    let id = self.id();
                    let mut facts = facts(self.day(days_ago), &format!("row {}", id % 7));
                    facts.balance_snapshot = (account == 1).then_some(facts.money);
                    self.booked[account].push(facts);
                    self.ids[account].push(id);
                }
            }
            Deed::Describe(row) => {
                let text = format!("text {}", self.id());
                if let Some((account, row)) = self.some(row) {
                    self.booked[account][row].description = text.as_str().into();
                }
            }
            Deed::Move(row, days) => {
                if let Some((account, row)) = self.some(row) {
                    let facts = &mut self.booked[account][row];
                    facts.made_on = facts.made_on.checked_add(days.days()).unwrap();
                }
            }
            Deed::Rename(row) => {
                let id = self.id();
                if let Some((account, row)) = self.some(row) {
                    self.ids[account][row] = id;
                }
            }
            Deed::Remove(row) => {
                if let Some((account, row)) = self.some(row) {
                    self.booked[account].remove(row);
                    self.ids[account].remove(row);
                }
            }
            Deed::Relink => self.relink(),
            Deed::Days(days) => self.now += SignedDuration::from_hours(24 * days),
        }
    }

    fn relink(&mut self) {
        let Some(newest) = self.journal.last().map(|entry| entry.at) else { return };
        if newest.generation == self.generation {
            let body = Body::Tombstone(Tombstone { by: "saas".to_owned() });
            let tombstone = Entry { at: newest.next(), read_at: self.now, correlation: None, body };
            self.journal.push(tombstone);
            self.generation += 1;
        }
    }

    /// A read, as `sync` makes it: by the tail, or where that cannot tell by everything.
    pub(super) fn read(&mut self) {
        let generation = self.generation;
        let newest =
            self.journal.last().map(|entry| entry.at).filter(|at| at.generation == generation);
        let head = newest.unwrap_or(Position::start(generation));
        let tail: Vec<Entry> = match self.journal.last().map(|entry| &entry.body) {
            Some(Body::Read(read)) => {
                self.journal.iter().filter(|entry| entry.at >= read.tail_from).cloned().collect()
            }
            Some(Body::Tombstone(_)) | None => self.journal.last().cloned().into_iter().collect(),
        };
        let (mut ledger, mut scope) = (Ledger::replay(&tail), Held::Tail);
        let mut fetched = self.fetched(&ledger, scope);
        if head.number == 0 || plan::blind(&ledger, &fetched) {
            (ledger, scope) = (Ledger::replay(&self.journal), Held::Everything);
            fetched = self.fetched(&ledger, scope);
        }
        let delta = plan::plan(&connection(), &ledger, scope, &fetched, &[7; 32]);
        if head.number > 0 && !delta.changed {
            return;
        }
        let place = Place {
            head,
            tail: &tail,
            read_at: self.now,
            data_as_of: Some(self.now),
            first_part: 0,
        };
        for (at, read) in plan::parts(&delta, place) {
            self.journal.push(Entry {
                at,
                read_at: self.now,
                correlation: None,
                body: Body::Read(read),
            });
        }
    }

    /// What the bank has of an account: now and then not what its rows add up to.
    fn balance(&self, account: usize) -> money::Read {
        let zero = Money::parse("10", "EUR".parse().unwrap()).unwrap();
        let rows = self.booked[account].iter();
        let sum = rows.fold(zero, |sum, facts| sum.plus(facts.money).unwrap()).text();
        let odd = self.ids[account].len() % 5 == 4;
        money::Money::read(if odd { "7.5" } else { &sum }, zero.currency()).unwrap()
    }

    fn fetched(&self, ledger: &Ledger, held: Held) -> Fetched {
        let known_at = ledger.read_at;
        let start = plan::compared_from(known_at, self.now, ledger.overlap());
        let account = |n: usize| {
            let account = RemoteAccount { balance: Some(self.balance(n)), ..account(n) };
            let known = plan::known_as(ledger, &account);
            let from = known
                .filter(|_| held == Held::Tail)
                .and_then(|known| plan::from_id(ledger, known, start));
            let rows =
                self.ids[n].iter().zip(&self.booked[n]).map(|(id, facts)| RemoteTransaction {
                    id: id.to_string().parse().unwrap(),
                    account: account.id.clone(),
                    facts: facts.clone(),
                });
            let booked =
                rows.filter(|row| from.as_ref().is_none_or(|from| row.id >= *from)).collect();
            let (pending, duplicated, unread) = (Vec::new(), BTreeSet::new(), Unread::default());
            FetchedAccount { account, from, booked, pending, duplicated, unread, held_by: None }
        };
        let accounts = vec![account(0), account(1)];
        Fetched {
            read_at: self.now,
            known_at,
            data_as_of: Some(self.now),
            accounts,
            quarantined: Vec::new(),
        }
    }

    pub(super) fn behind(&self) -> &[Entry] {
        let from = self.journal.partition_point(|entry| entry.at <= self.folds.through);
        &self.journal[from..]
    }

    /// What the folds and the entries behind them tell of an account; none where they are torn.
    pub(super) fn told(&self, id: &AccountId) -> Option<Vec<(Arrival, Row)>> {
        self.told_behind(id, self.behind())
    }

    pub(super) fn told_behind(
        &self,
        id: &AccountId,
        behind: &[Entry],
    ) -> Option<Vec<(Arrival, Row)>> {
        let past = Past::new(id, &self.folds, behind);
        let mut rows = Vec::new();
        for stretch in past.stretches() {
            let fold = self.kept.get(&(id.clone(), stretch.start)).cloned();
            let mut of_it = past.rows(&stretch, fold.clone()).ok()?;
            if !stretch.touched {
                let folded = stretch.folded.as_ref().unwrap();
                let fold = fold.as_ref()?;
                assert_eq!(folded.rows, fold.rows.len(), "what an untouched fold is listed with");
                let zero = Money::zero("EUR".parse().unwrap());
                let sum =
                    fold.rows.iter().fold(zero, |sum, (_, row)| sum.plus(row.facts.money).unwrap());
                assert_eq!(folded.sum.unwrap_or(zero).text(), sum.text());
            }
            of_it.append(&mut rows);
            rows = of_it;
        }
        Some(rows)
    }

    pub(super) fn assert_equal(&self) {
        let replayed = Ledger::replay(&self.journal);
        for (id, account) in &replayed.accounts {
            let mut want: Vec<_> = account.rows.values().cloned().collect();
            want.sort_by_key(|(arrival, row)| (row.facts.made_on, *arrival));
            if let Some(told) = self.told(id) {
                assert!(
                    told == want,
                    "the folds differ from the replay: {} and {}",
                    told.len(),
                    want.len()
                );
            }
            self.assert_before(id);
            let past = Past::new(id, &self.folds, self.behind());
            let (ledger, bare) =
                (past.ledger(), LedgerAccount { rows: BTreeMap::new(), ..account.clone() });
            let mut shown = ledger.accounts[id].clone();
            shown.rows.clear();
            assert_eq!(shown, bare);
        }
    }
}

pub(super) fn connection() -> ConnectionId {
    "con_1".parse().unwrap()
}

fn facts(made_on: Date, text: &str) -> Facts {
    let money = Money::parse("-1.25", "EUR".parse().unwrap()).unwrap();
    let json = serde_json::json!({"d": made_on, "m": money, "n": text});
    serde_json::from_value(json).unwrap()
}

pub(super) fn account(n: usize) -> RemoteAccount {
    RemoteAccount {
        id: (70 + n).to_string().parse().unwrap(),
        name: format!("Account {n}").into(),
        nature: "checking".into(),
        currency: "EUR".parse().unwrap(),
        balance: Some(Money::read("10", "EUR".parse().unwrap()).unwrap()),
        balance_type: None,
        iban: Some(format!("XF12 {n}").into()),
        number: None,
        updated_on_last_attempt: None,
    }
}
