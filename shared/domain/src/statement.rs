//! Statements: what an account did in a day, a week or a month, published when the bank's day is over.
//!
//! A published statement never changes. It names the place of the journal that it was made of, so its lines are the same
//! whenever they are asked for; rows that come late make its next version.

mod history;
mod late;

#[cfg(test)]
mod tests;

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

pub use history::History;
pub use late::{Again, Moved, moved};

use crate::{
    id::{AccountId, StatementId, base32, digest},
    journal::{Balance, BalanceBasis, Position, Row},
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

    /// The balance with which it ends, for one that begins on the day after.
    fn ends_at(&self, next: Days) -> Option<&Balance> {
        self.closing.as_ref().filter(|_| self.days.to.tomorrow().is_ok_and(|day| day == next.from))
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
    let opening = newest.and_then(|newest| newest.ends_at(days)).cloned();
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
