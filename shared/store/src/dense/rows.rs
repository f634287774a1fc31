//! A fold's rows in columns, without what follows from the rest.

use domain::id::{AccountId, RemoteTransactionId};
use serde_json::{Map, Value, json};

use super::columns::{cells, column, laid, parts, risen};

/// Fields of a row that are money: of the fold's currency they are their amounts.
const MONEY: [&str; 2] = ["m", "s"];

type Object = Map<String, Value>;
/// Generation, number and place of how a row came.
type Came = (i64, i64, i64);

/// A fold's JSON in columns.
pub(super) fn lay(account: &AccountId, fold: &Value) -> Option<Value> {
    let told: Vec<(Came, Object)> = parts(fold.get("rows")?)?;
    let (arrivals, mut rows): (Vec<_>, Vec<Object>) = told.into_iter().unzip();
    let currency = rows.first().and_then(|row| row.get("m")?.get("currency")).cloned();
    let currency = currency.unwrap_or_default();
    let changed = fold.get("changed").map(|changed| places(&rows, changed));
    let remotes: Option<Vec<i64>> = rows.iter().map(remote).collect();
    for row in &mut rows {
        if row.get("id") == follows(account, row).as_ref() {
            row.remove("id");
        }
        for field in MONEY {
            if let Some(money) = row.get_mut(field)
                && money.get("currency") == Some(&currency)
            {
                *money = money.get("amount")?.clone();
            }
        }
        if remotes.is_some() {
            row.remove("remote");
        }
    }
    let numbers = |numbers: Vec<i64>| {
        column(&numbers.into_iter().map(|number| Some(number.into())).collect::<Vec<_>>())
    };
    let mut laid = json!({
        "at": fold.get("at")?, "upto": fold.get("upto")?, "of": rows.len(), "in": currency,
        "g": numbers(arrivals.iter().map(|one| one.0).collect()),
        "n": numbers(arrivals.iter().map(|one| one.1).collect()),
        "i": numbers(arrivals.iter().map(|one| one.2).collect()),
        "rows": laid(&rows),
    });
    if let Some(remotes) = remotes {
        laid["remote"] = numbers(remotes);
    }
    if let Some(changed) = changed {
        laid["changed"] = changed?;
    }
    Some(laid)
}

/// A fold's JSON out of columns.
pub(super) fn rise(account: &AccountId, laid: &Value) -> Option<Value> {
    let count: usize = parts(laid.get("of")?)?;
    let currency = laid.get("in")?;
    let arrivals = ["g", "n", "i"].map(|part| cells(laid.get(part)?, count));
    let [generation, number, index] = arrivals;
    let arrivals = generation?.into_iter().zip(number?).zip(index?);
    let mut rows = risen(laid.get("rows")?.as_object()?, count)?;
    let remotes = laid.get("remote").map(|remotes| cells(remotes, count));
    if let Some(remotes) = remotes {
        for (row, remote) in rows.iter_mut().zip(remotes?) {
            row.insert(String::from("remote"), Value::String(remote?.as_i64()?.to_string()));
        }
    }
    for row in &mut rows {
        for field in MONEY {
            if let Some(amount) = row.get_mut(field).filter(|money| money.is_string()) {
                *amount = json!({ "amount": amount.take(), "currency": currency });
            }
        }
        if !row.contains_key("id") {
            row.insert(String::from("id"), follows(account, row)?);
        }
    }
    let mut fold = json!({ "at": laid.get("at")?, "upto": laid.get("upto")? });
    if let Some(changed) = laid.get("changed") {
        let changed: Vec<(usize, Value)> = parts(changed)?;
        let named = changed.into_iter().map(|(row, at)| {
            let id = rows.get(row)?.get("id")?.as_str()?.to_owned();
            Some((id, at))
        });
        fold["changed"] = Value::Object(named.collect::<Option<_>>()?);
    }
    let told = arrivals
        .zip(rows)
        .map(|(((generation, number), index), row)| json!([[generation, number, index], row]));
    fold["rows"] = told.collect();
    Some(fold)
}

/// Which rows were changed, by their places.
fn places(rows: &[Object], changed: &Value) -> Option<Value> {
    let changed = changed.as_object()?;
    let place = |(id, at): (&String, &Value)| {
        let row = rows.iter().position(|row| row.get("id").and_then(Value::as_str) == Some(id))?;
        Some(json!([row, at]))
    };
    changed.iter().map(place).collect::<Option<Vec<_>>>().map(Value::Array)
}

/// The id of Salt Edge's as a number, where it is one and nothing else.
fn remote(row: &Object) -> Option<i64> {
    let text = row.get("remote")?.as_str()?;
    text.parse().ok().filter(|number: &i64| number.to_string() == text)
}

/// The id that a row has unless it came under another id of Salt Edge's.
fn follows(account: &AccountId, row: &Object) -> Option<Value> {
    let remote: RemoteTransactionId = row.get("remote")?.as_str()?.parse().ok()?;
    Some(Value::String(account.transaction(&remote).as_str().to_owned()))
}
