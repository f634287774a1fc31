//! Books and lines of statements out of folds, against those out of the journal.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};

use super::bed::Bed;
use crate::{
    id::AccountId,
    journal::{Entry, Fold, Ledger, Lines, Past, Position, Row},
    proof::{Book, Wanted, prove},
    statement::{Days, History, Period, fingerprint},
};

/// What was published of an account: its days and lines, and the entry that it was made of.
pub(super) struct Published {
    account: AccountId,
    days: Days,
    at: Position,
    lines: Vec<Row>,
}

impl Bed {
    /// Publishes a week and a month of each account.
    pub(super) fn publish(&mut self) {
        let Some(at) = self.journal.last().map(|entry| entry.at) else { return };
        for id in Ledger::replay(&self.journal).accounts.into_keys() {
            let history = self.replayed(&id);
            for period in [Period::Weekly, Period::Monthly] {
                let days = period.around(self.today());
                let lines = history.lines(days).into_iter().cloned().collect();
                self.published.push(Published { account: id.clone(), days, at, lines });
            }
        }
    }

    /// An index as a release before has left it.
    pub(super) fn forget_books(&mut self) {
        self.folds.accounts.values_mut().for_each(|known| known.book = None);
    }

    fn replayed(&self, id: &AccountId) -> History {
        History::of(Book::read(id, &self.journal, None, &TimeZone::UTC)).unwrap()
    }

    fn kept(&self, id: &AccountId, starts: &[Date]) -> BTreeMap<Date, Fold> {
        let found = |start: &Date| Some((*start, self.kept.get(&(id.clone(), *start))?.clone()));
        starts.iter().filter_map(found).collect()
    }

    /// The book out of folds; none where they are torn.
    pub(super) fn book(&self, id: &AccountId, wanted: Wanted<'_>) -> Option<Book> {
        let past = Past::new(id, &self.folds, self.behind());
        let found = self.kept(id, &wanted.folds(&past));
        let balances = wanted.since(&past).map(|since| {
            let of_it = self.balances.range((id.clone(), since)..);
            let of_it = of_it.take_while(|((account, _), _)| account == id);
            (since, of_it.map(|((_, month), told)| (*month, told.clone())).collect())
        });
        Book::of(&past, wanted, found, balances, None, &TimeZone::UTC).ok()
    }

    pub(super) fn assert_books(&self) {
        let replayed = Ledger::replay(&self.journal);
        for id in replayed.accounts.keys() {
            if let Some(book) = self.book(id, Wanted::Proof) {
                let want = Book::read(id, &self.journal, None, &TimeZone::UTC);
                assert!(prove(&book) == prove(&want), "the proof out of folds is another");
            }
            let today = self.today();
            let days = [Period::Weekly.around(today), Period::Monthly.around(today)];
            let history = self.replayed(id);
            for days in days {
                let before = days.from.yesterday().unwrap();
                if let Some(book) = self.book(id, Wanted::Days(&[days])) {
                    let found = History::of(book).unwrap();
                    let tell = |history: &History| {
                        let ends = [before, days.to].map(|day| history.balance_after(day));
                        (history.at(), history.first_day(), ends)
                    };
                    assert_eq!(tell(&found), tell(&history));
                    assert!(found.lines(days) == history.lines(days), "other lines");
                }
            }
        }
        self.assert_published();
    }

    /// What has the same hash is what was published, in all that is shown of it.
    fn assert_published(&self) {
        for one in &self.published {
            if let Some(lines) = self.lines(one) {
                assert!(shown(&lines) == shown(&one.lines), "it was published otherwise");
            }
        }
    }

    /// The lines of what was published, out of folds; none where they do not tell.
    fn lines(&self, one: &Published) -> Option<Vec<Row>> {
        let beyond = self.folds.through >= one.at;
        let upto = self.behind().partition_point(|entry| entry.at <= one.at);
        let behind: &[Entry] = if beyond { &[] } else { &self.behind()[..upto] };
        let past = Past::new(&one.account, &self.folds, behind);
        let days = one.days.from..=one.days.to;
        let starts: Vec<_> = past.stretches_of(&days).iter().map(|one| one.start).collect();
        let found = past.rows_at(one.at, days, self.kept(&one.account, &starts)).ok()?;
        let lines = rows(found);
        (hash(&lines) == hash(&one.lines)).then_some(lines)
    }
}

fn rows(lines: Lines) -> Vec<Row> {
    lines.into_iter().map(|(_, row)| row).collect()
}

fn hash(lines: &[Row]) -> String {
    fingerprint(&lines.iter().collect::<Vec<_>>())
}

/// All but the provider's id, which is shown nowhere.
fn shown(lines: &[Row]) -> Vec<Row> {
    let remote = |row: &Row| Row { remote: "1".parse().unwrap(), ..row.clone() };
    lines.iter().map(remote).collect()
}
