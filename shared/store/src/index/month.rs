//! What a month lists, and how the accounts' item lists months.

use std::collections::BTreeMap;

use domain::{
    id::AccountId,
    journal::{FoldName, Position},
};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::dense::columns::{parts, turned, turned_back};

/// Takes what months list out of an account.
pub(super) fn parted(account: &mut Value) -> Option<BTreeMap<Date, Value>> {
    let mut lines: BTreeMap<Date, [Vec<Vec<Value>>; 2]> = BTreeMap::new();
    let folds = account.as_object_mut()?.remove("folds")?;
    for (start, fold) in folds.as_object()? {
        let start: Date = start.parse().ok()?;
        let (at, sum) = (fold.get("at")?, fold.get("sum"));
        let [amount, currency] =
            ["amount", "currency"].map(|part| sum.and_then(|sum| sum.get(part)));
        let line = json!([
            start.day(),
            at.get("generation"),
            at.get("number"),
            fold.get("rows"),
            amount,
            currency
        ]);
        lines.entry(start.first_of_month()).or_default()[0].push(parts(&line)?);
    }
    let book = account.get_mut("book").and_then(Value::as_object_mut);
    let pieces = book.and_then(|book| book.remove("months")).unwrap_or_else(|| json!({}));
    for (start, count) in pieces.as_object()? {
        let start: Date = start.parse().ok()?;
        let line = vec![json!(start.day()), count.clone()];
        lines.entry(start.first_of_month()).or_default()[1].push(line);
    }
    let lists = lines.into_iter().map(|(month, [folds, pieces])| {
        let lists = json!([folds.len(), turned(&folds)?, pieces.len(), turned(&pieces)?]);
        Some((month, lists))
    });
    lists.collect()
}

/// Puts what a month lists back to its account.
pub(super) fn join(account: &mut Value, month: Date, lists: &Value) -> Option<()> {
    let (folds, of_folds, pieces, of_pieces): (usize, Vec<Value>, usize, Vec<Value>) =
        parts(lists)?;
    let day = |day: &Value| Some(month.with().day(parts(day)?).build().ok()?.to_string());
    for line in turned_back(&of_folds, folds)? {
        let [start, generation, number, rows, amount, currency]: [Value; 6] =
            line.try_into().ok()?;
        let mut fold =
            json!({ "at": { "generation": generation, "number": number }, "rows": rows });
        if !amount.is_null() {
            fold["sum"] = json!({ "amount": amount, "currency": currency });
        }
        account.get_mut("folds")?.as_object_mut()?.insert(day(&start)?, fold);
    }
    for line in turned_back(&of_pieces, pieces)? {
        let [start, count]: [Value; 2] = line.try_into().ok()?;
        let book = account.get_mut("book")?.as_object_mut()?;
        book.get_mut("months")?.as_object_mut()?.insert(day(&start)?, count);
    }
    Some(())
}

/// Lists an account's months in it: each as what is more than with the one before.
pub(super) fn list<'a>(
    account: &mut Value,
    listed: impl Iterator<Item = (&'a FoldName, &'a Position)>,
) {
    let (mut before, mut less) = ([0; 3], Vec::new());
    for ((_, month), at) in listed {
        let now = [months(*month), i64::from(at.generation), at.number.cast_signed()];
        less.extend(
            now.iter().zip(before).map(|(now, before)| Value::from(now.wrapping_sub(before))),
        );
        before = now;
    }
    if let Some(account) = account.as_object_mut() {
        account.insert(String::from("listed"), Value::Array(less));
    }
}

/// The months that the accounts' item lists.
pub(super) fn listed(top: &Value) -> Option<BTreeMap<FoldName, Position>> {
    let mut all = BTreeMap::new();
    for (id, account) in top.get("accounts")?.as_object()? {
        let id: AccountId = id.parse().ok()?;
        let less: Vec<i64> = parts(account.get("listed")?)?;
        let mut now = [0_i64; 3];
        for three in less.chunks(3) {
            let three: [i64; 3] = three.try_into().ok()?;
            now.iter_mut().zip(three).for_each(|(now, more)| *now = now.wrapping_add(more));
            let generation = u32::try_from(now[1]).ok()?;
            let at = Position { generation, number: now[2].cast_unsigned() };
            all.insert((id.clone(), month(now[0])?), at);
        }
    }
    Some(all)
}

/// Months since the year 0.
fn months(month: Date) -> i64 {
    i64::from(month.year()) * 12 + i64::from(month.month()) - 1
}

fn month(months: i64) -> Option<Date> {
    let year = i16::try_from(months.div_euclid(12)).ok()?;
    let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
    Date::new(year, month, 1).ok()
}
