//! Rows cut into folds, and their sums.

use jiff::civil::Date;

use super::{
    Arrival, Row,
    fold::{Fold, FoldName, Lines},
};
use crate::{money::Money, proof::Balances};

/// What says how much is kept in one piece: who keeps it knows what a piece may be.
pub trait Fits {
    /// Whether a fold may be so big.
    fn fold(&self, name: &FoldName, fold: &Fold) -> bool;
    /// Whether so many balances may be in one piece.
    fn balances(&self, name: &FoldName, told: &Balances) -> bool;
}

pub(super) fn sum(rows: &[(Arrival, Row)]) -> Option<Money> {
    let mut money = rows.iter().map(|(_, row)| row.facts.money);
    let first = money.next()?;
    money.try_fold(first, |sum, one| sum.plus(one).ok())
}

/// Rows as folds of whole days, the first with the first day and the last with the last one: as few as fit. A day that
/// does not fit alone is one fold all the same.
pub(super) fn cut(
    start: Date,
    upto: Date,
    rows: &[(Arrival, Row)],
    fits: impl Fn(Date, &[(Arrival, Row)]) -> bool,
) -> Vec<(Date, Date, Lines)> {
    if fits(start, rows) {
        return vec![(start, upto, rows.to_vec())];
    }
    let mut pieces = vec![(start, upto, Vec::new())];
    for of_a_day in rows.chunk_by(|a, b| a.1.facts.made_on == b.1.facts.made_on) {
        let day = of_a_day[0].1.facts.made_on;
        if let Some((begins, end, piece)) = pieces.last_mut() {
            let before = piece.len();
            piece.extend_from_slice(of_a_day);
            if before == 0 || fits(*begins, piece) {
                continue;
            }
            piece.truncate(before);
            *end = day.yesterday().unwrap_or(day);
        }
        pieces.push((day, upto, of_a_day.to_vec()));
    }
    pieces
}
