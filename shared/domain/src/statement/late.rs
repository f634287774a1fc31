//! What rows that come late change: the statement of their day, and where those behind it begin and end.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{Days, History, Statement, VERSIONS, made, observed};
use crate::{
    id::{AccountId, TransactionId},
    journal::{Balance, Change, Entry, Position},
};

/// Statements that may have to be published again.
#[derive(Debug, Clone, Default)]
pub struct Again {
    before: Option<Box<Statement>>,
    standing: Vec<Statement>,
}

impl Again {
    /// Out of newest versions, the newest number first: from the first one on that rows have moved in since, or that
    /// does not begin where the one before it ends by now.
    pub fn of(newest: Vec<Statement>, moved: &[Moved]) -> Self {
        let mut again = Self::default();
        for one in newest.into_iter().rev() {
            let late = moved.iter().any(|moved| moved.since(&one));
            let parted = again.before.as_ref().is_some_and(|before| one.parted(before));
            if late || parted || !again.standing.is_empty() {
                again.standing.push(one);
            } else {
                again.before = Some(Box::new(one));
            }
        }
        again
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// The days whose lines they take.
    pub fn days(&self) -> impl Iterator<Item = Days> {
        self.standing.iter().map(|one| one.days)
    }

    /// Their next versions, the oldest first: of those whose lines are others, and of those behind them as long as one
    /// does not begin where the one before it ends.
    pub fn versions(&self, history: &History, now: Timestamp) -> Vec<Statement> {
        let mut before = self.before.as_deref().cloned();
        let mut versions = Vec::new();
        for one in &self.standing {
            let next = one.restated(before.as_ref(), history, now);
            versions.extend(next.clone());
            before = Some(next.unwrap_or_else(|| one.clone()));
        }
        versions
    }
}

impl Statement {
    /// Whether the one before it ends with another balance by now than it begins with.
    fn parted(&self, before: &Self) -> bool {
        let ends = before.ends_at(self.days).map(|balance| balance.money);
        let begins = self.opening.as_ref().map(|balance| balance.money);
        self.version < VERSIONS && ends.is_some() && begins.is_some() && ends != begins
    }

    /// The next version, where the lines are not what they were, or it does not begin where the one before it ends. None
    /// also when this one knows more than the history.
    pub(super) fn restated(
        &self,
        before: Option<&Self>,
        history: &History,
        now: Timestamp,
    ) -> Option<Self> {
        if history.at() <= self.made.at || self.version >= VERSIONS {
            return None;
        }
        let made = made(history, self.number, self.period, self.days, now)?;
        if made.made.lines == self.made.lines && !before.is_some_and(|one| self.parted(one)) {
            return None;
        }
        // What the bank told then stands: the journal does not keep every time that it told the same again.
        let begun = before.and_then(|before| before.ends_at(self.days)).cloned();
        let opening = match begun {
            Some(begun) => still(self.opening.as_ref(), Some(begun)),
            None => observed(self.opening.as_ref()).or(made.opening),
        };
        let closing = still(self.closing.as_ref(), made.closing);
        Some(Self {
            version: self.version + 1,
            opening,
            closing,
            before: Some(self.made.clone()),
            previous: Some(self.hash()),
            ..made
        })
    }
}

/// What the bank told, where it is the same amount by now.
fn still(told: Option<&Balance>, now: Option<Balance>) -> Option<Balance> {
    let same = |told: &Balance| now.as_ref().is_some_and(|now| now.money == told.money);
    observed(told).filter(same).or(now)
}

/// Where rows of an account moved: which entry, and on which day; none = that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    at: Position,
    day: Option<Date>,
}

impl Moved {
    /// The day, where it is new to the newest statement and not behind it. A day that is not known may be any.
    pub fn before(&self, newest: &Statement) -> Option<Date> {
        let day = self.day.unwrap_or(Date::MIN);
        (self.at > newest.made.at && day <= newest.days.to).then_some(day)
    }

    /// Whether a version may have other lines because of it.
    pub fn since(&self, version: &Statement) -> bool {
        self.at > version.made.at && self.day.is_none_or(|day| version.days.hold(day))
    }
}

/// Where rows of an account moved in these entries, which are oldest first. What no line shows has not moved.
pub fn moved(entries: &[&Entry], account: &AccountId) -> Vec<Moved> {
    let mut days: BTreeMap<&TransactionId, Date> = BTreeMap::new();
    let mut found = Vec::new();
    for entry in entries {
        let Some(one) = entry.account(account) else { continue };
        for row in one.added.iter().chain(&one.carried) {
            days.insert(&row.id, row.facts.made_on);
        }
        let mut note = |day| found.push(Moved { at: entry.at, day });
        one.added.iter().for_each(|row| note(Some(row.facts.made_on)));
        for Change { from, to } in &one.modified {
            if !from.facts.same_line(&to.facts) {
                note(Some(from.facts.made_on));
                note(Some(to.facts.made_on));
            }
            days.insert(&to.id, to.facts.made_on);
        }
        one.removed.iter().for_each(|row| note(days.get(&row.id).copied()));
    }
    found
}
