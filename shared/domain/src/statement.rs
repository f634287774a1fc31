//! Statements: what an account did in a day, a week or a month, published when the bank's day is over.
//!
//! A published statement never changes. It names the place of the journal that it was made of, so its lines are the same
//! whenever they are asked for; rows that come late make its next version.

mod history;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

pub use history::History;

use crate::{
    id::{AccountId, StatementId, TransactionId, base32, digest},
    journal::{Balance, BalanceBasis, Change, Entry, Position, Row},
    money::{Currency, Money},
};

/// How long a statement of an account is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day.
    Daily,
    /// Monday to Sunday.
    Weekly,
    /// A calendar month.
    #[default]
    Monthly,
}

/// Whole days, by the bank's own dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
}

impl Period {
    /// The days of the one that this day lies in.
    pub fn around(self, day: Date) -> Days {
        match self {
            Self::Daily => Days { from: day, to: day },
            Self::Weekly => {
                let past = i64::from(day.weekday().to_monday_zero_offset());
                let from = day.checked_sub(past.days()).unwrap_or(day);
                Days { from, to: from.checked_add(6.days()).unwrap_or(Date::MAX) }
            }
            Self::Monthly => Days { from: day.first_of_month(), to: day.last_of_month() },
        }
    }
}

impl Days {
    /// Whether a row of this day is one of them.
    pub fn hold(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
}

/// What a version was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The newest entry of the journal then.
    pub at: Position,
    /// A hash of the lines.
    pub lines: String,
}

/// One version of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The account.
    pub account: AccountId,
    /// Counts the statements of the account from 1, without holes.
    pub number: u32,
    /// Counts its versions from 1, without holes.
    pub version: u32,
    /// The account's currency.
    pub currency: Currency,
    /// How long it is.
    pub period: Period,
    /// Its days.
    #[serde(flatten)]
    pub days: Days,
    /// When this version was published.
    pub published_at: Timestamp,
    /// The balance before its first day; none = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<Balance>,
    /// The balance after its last day; none = unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Balance>,
    /// How many lines it has.
    pub count: usize,
    /// Σ of its lines; none where they cannot be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Money>,
    /// What it was made of.
    pub made: Made,
    /// What the version before was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Made>,
    /// The hash of the one before: of a first version the newest of the statement before it, where that is as long.
    /// None on one of a release that kept none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

/// Versions of one statement at most: what changes more often has something wrong with it.
const VERSIONS: u32 = 999;
/// Statements of one account at most.
const NUMBERS: u32 = 99_999;

impl Statement {
    /// The id of this version.
    pub fn id(&self) -> StatementId {
        StatementId::of(&self.account, self.number, self.version)
    }

    /// A hash of all that it says, its lines and the hash of the one before: who changes one changes all behind it.
    pub fn hash(&self) -> String {
        let said = serde_json::to_string(self).unwrap_or_default();
        base32(&digest(&[&said]))
    }

    /// Closing less opening and lines, where both balances are known: zero, or what the bank counted and no row tells.
    pub fn difference(&self) -> Option<Money> {
        let (opening, closing) = (self.opening.as_ref()?, self.closing.as_ref()?);
        closing.money.minus(opening.money).ok()?.minus(self.total?).ok()
    }

    /// The next version, where the lines are not what they were. None also when this one knows more than the history.
    pub fn restated(&self, history: &History, now: Timestamp) -> Option<Self> {
        if history.at() <= self.made.at || self.version >= VERSIONS {
            return None;
        }
        let made = made(history, self.number, self.period, self.days, now)?;
        // What the bank told then stands: the journal does not keep every time that it told the same again.
        let next =
            Self { opening: observed(self.opening.as_ref()).or(made.opening.clone()), ..made };
        let before = Some(self.made.clone());
        (next.made.lines != self.made.lines).then(|| Self {
            version: self.version + 1,
            before,
            previous: Some(self.hash()),
            ..next
        })
    }
}

/// The statement after the newest, if its last day is over: `today` = the bank's day up to which its data is complete.
pub fn next(
    history: &History,
    newest: Option<&Statement>,
    period: Period,
    today: Date,
    now: Timestamp,
) -> Option<Statement> {
    let days = following(newest, history.first_day(), period)?;
    let number = newest.map_or(1, |newest| newest.number + 1);
    if days.to >= today || number > NUMBERS {
        return None;
    }
    let made = made(history, number, period, days, now)?;
    // One begins where the one before it ended.
    let before =
        newest.filter(|newest| newest.days.to.tomorrow().is_ok_and(|day| day == days.from));
    let opening = observed(before.and_then(|before| before.closing.as_ref()));
    let previous = newest.filter(|newest| newest.period == period).map(Statement::hash);
    Some(Statement { opening: opening.or(made.opening.clone()), previous, ..made })
}

/// A balance, if the bank told it.
fn observed(balance: Option<&Balance>) -> Option<Balance> {
    balance.filter(|balance| balance.basis == BalanceBasis::Observed).cloned()
}

/// The days of the statement after the newest; of the first one, those that the first read lies in.
pub fn following(newest: Option<&Statement>, first: Date, period: Period) -> Option<Days> {
    let begin = match newest {
        Some(newest) => newest.days.to.tomorrow().ok()?,
        None => first,
    };
    Some(period.around(begin))
}

fn made(
    history: &History,
    number: u32,
    period: Period,
    days: Days,
    now: Timestamp,
) -> Option<Statement> {
    let lines = history.lines(days);
    let mut total = Some(Money::zero(history.currency()));
    for line in &lines {
        total = total.and_then(|sum| sum.plus(line.facts.money).ok());
    }
    Some(Statement {
        account: history.account().clone(),
        currency: history.currency(),
        number,
        version: 1,
        period,
        days,
        published_at: now,
        opening: history.balance_after(days.from.yesterday().ok()?),
        closing: history.balance_after(days.to),
        count: lines.len(),
        total,
        made: Made { at: history.at(), lines: fingerprint(&lines) },
        before: None,
        previous: None,
    })
}

/// A hash of what a line shows. The provider's category is not part of it: it changes without anything having happened.
pub fn fingerprint(lines: &[&Row]) -> String {
    let mut hash = String::new();
    for row in lines {
        let facts = &row.facts;
        let text = |text: &Option<crate::secret::Personal>| {
            text.as_ref().map_or_else(String::new, |text| text.reveal().to_owned())
        };
        let day = facts.made_on.to_string();
        let posted = facts.posting_date.map(|day| day.to_string()).unwrap_or_default();
        let (amount, currency) = (facts.money.text(), facts.money.currency().to_string());
        let (reference, other) = (text(&facts.bank_reference), text(&facts.counterparty));
        let parts = [
            hash.as_str(),
            row.id.as_str(),
            &day,
            &posted,
            &amount,
            &currency,
            facts.description.reveal(),
            &reference,
            &other,
        ];
        hash = base32(&digest(&parts)[..16]);
    }
    hash
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
