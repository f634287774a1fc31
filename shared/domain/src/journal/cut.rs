//! Rows cut into folds, and their sums.

use jiff::civil::Date;

use super::{Arrival, Row, fold::Lines};
use crate::{limits::FOLD_ROWS, money::Money};

pub(super) fn sum(rows: &[(Arrival, Row)]) -> Option<Money> {
    let mut money = rows.iter().map(|(_, row)| row.facts.money);
    let first = money.next()?;
    money.try_fold(first, |sum, one| sum.plus(one).ok())
}

/// Rows as folds of whole days, the first with the first day and the last with the last one.
pub(super) fn cut(start: Date, upto: Date, rows: &[(Arrival, Row)]) -> Vec<(Date, Date, Lines)> {
    let mut pieces = vec![(start, upto, Vec::new())];
    let whole = rows.len() <= FOLD_ROWS + FOLD_ROWS / 2;
    for of_a_day in rows.chunk_by(|a, b| a.1.facts.made_on == b.1.facts.made_on) {
        let day = of_a_day[0].1.facts.made_on;
        if let Some((_, end, piece)) = pieces.last_mut() {
            let full = !piece.is_empty() && piece.len() + of_a_day.len() > FOLD_ROWS;
            if whole || !full {
                piece.extend_from_slice(of_a_day);
                continue;
            }
            *end = day.yesterday().unwrap_or(day);
        }
        pieces.push((day, upto, of_a_day.to_vec()));
    }
    pieces
}
