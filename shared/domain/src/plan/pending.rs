//! Which announced row a booked one was: by id, by reference, by amount and merchant, and by less.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::{
    bank::Facts,
    id::RemoteTransactionId,
    journal::{Announced, AnnouncedBy, LedgerAccount, Row},
};

/// Days between an announced row and the one that was booked, at most.
const DAYS: i32 = 14;
/// How far a booked amount may be from the one that was announced: a tip, fuel, another rate. As 1 in so many.
const NEAR: Decimal = Decimal::from_parts(4, 0, 0, false, 0);

/// An announced row that is announced no more.
struct Waiting<'a> {
    id: Option<&'a RemoteTransactionId>,
    facts: &'a Facts,
}

type Rule = fn(&Waiting<'_>, &Row) -> bool;

/// The ladder, and whether a step needs one choice on both sides.
const LADDER: [(AnnouncedBy, Rule, bool); 5] = [
    (AnnouncedBy::Id, |waiting, row| waiting.id == Some(&row.remote), false),
    (AnnouncedBy::Reference, same_reference, false),
    (
        AnnouncedBy::AmountAndMerchant,
        |waiting, row| exact(waiting, row) && paid(waiting, row),
        false,
    ),
    (AnnouncedBy::Amount, exact, true),
    (AnnouncedBy::NearAmount, |waiting, row| near(waiting, row) && paid(waiting, row), true),
];

/// Says of each new row which announced one it was, where one has gone from what is announced. An announced row is
/// taken once; equal ones in their order.
pub(super) fn explain(added: &mut [Row], known: &LedgerAccount, still: &[Facts]) {
    let mut still: Vec<&Facts> = still.iter().collect();
    let mut waiting = Vec::new();
    for (index, facts) in known.pending.iter().enumerate() {
        match still.iter().position(|one| *one == facts) {
            Some(at) => drop(still.swap_remove(at)),
            None => waiting.push(Waiting { id: known.pending_ids.get(index), facts }),
        }
    }
    for (by, fits, alone) in LADDER {
        let mut taken = BTreeSet::new();
        for at in 0..added.len() {
            if added[at].announced.is_some() {
                continue;
            }
            let row = &added[at];
            let free = waiting.iter().enumerate().filter(|(index, _)| !taken.contains(index));
            let fitting: Vec<_> = free.filter(|(_, one)| fits(one, row)).collect();
            let Some((index, one)) = fitting.iter().min_by_key(|(_, one)| days(one, row)) else {
                continue;
            };
            let rivals = added.iter().filter(|other| other.announced.is_none() && fits(one, other));
            if alone && (fitting.len() > 1 || rivals.count() > 1) {
                continue;
            }
            let told = told(by, one.facts, &row.facts);
            taken.insert(*index);
            added[at].announced = Some(Box::new(told));
        }
        let mut index = 0..;
        waiting.retain(|_| index.next().is_none_or(|index| !taken.contains(&index)));
    }
}

fn told(by: AnnouncedBy, was: &Facts, is: &Facts) -> Announced {
    let money = Some(was.money).filter(|money| *money != is.money);
    let description = Some(&was.description).filter(|text| **text != is.description).cloned();
    Announced { by, made_on: was.made_on, money, description }
}

fn same_reference(waiting: &Waiting<'_>, row: &Row) -> bool {
    let said = waiting.facts.bank_reference.as_ref().filter(|text| !text.reveal().is_empty());
    said.is_some() && said == row.facts.bank_reference.as_ref()
}

fn days(waiting: &Waiting<'_>, row: &Row) -> i32 {
    (row.facts.made_on - waiting.facts.made_on).get_days().abs()
}

fn exact(waiting: &Waiting<'_>, row: &Row) -> bool {
    waiting.facts.money == row.facts.money && days(waiting, row) <= DAYS
}

fn near(waiting: &Waiting<'_>, row: &Row) -> bool {
    let (was, is) = (waiting.facts.money, row.facts.money);
    let Ok(off) = is.minus(was) else { return false };
    let same_way = was.amount().is_sign_negative() == is.amount().is_sign_negative();
    let far = off.amount().abs().checked_mul(NEAR).is_none_or(|far| far > was.amount().abs());
    same_way && !far && days(waiting, row) <= DAYS
}

/// Whether both name the same other side: the words of one are among those of the other. Digits are dates and numbers
/// of cards, and change on the way.
fn paid(waiting: &Waiting<'_>, row: &Row) -> bool {
    let (was, is) = (words(waiting.facts), words(&row.facts));
    let (few, many) = if was.len() <= is.len() { (&was, &is) } else { (&is, &was) };
    !few.is_empty() && few.is_subset(many)
}

fn words(facts: &Facts) -> BTreeSet<String> {
    let side = facts.counterparty.as_ref().filter(|side| !side.reveal().is_empty());
    let text = side.unwrap_or(&facts.description).reveal().to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphabetic());
    words.filter(|word| word.chars().count() > 1).map(str::to_owned).collect()
}
