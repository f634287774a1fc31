//! Objects and lines as columns: what is like in each of them stands side by side, and deflate says it once.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Between texts of one column that are written as one.
const BETWEEN: char = '|';

/// JSON as what it is known to be.
pub(crate) fn parts<T: DeserializeOwned>(json: &Value) -> Option<T> {
    serde_json::from_value(json.clone()).ok()
}

/// A column: texts as one text, numbers as what each is more than the one before, the rest as it is. What is not there
/// is empty.
pub(super) fn column(cells: &[Option<Value>]) -> Value {
    let text = |cell: &Option<Value>| match cell {
        None => Some(String::new()),
        Some(Value::String(text)) if !text.is_empty() && !text.contains(BETWEEN) => {
            Some(text.clone())
        }
        Some(_) => None,
    };
    if let Some(texts) = cells.iter().map(text).collect::<Option<Vec<_>>>() {
        return Value::String(texts.join(&BETWEEN.to_string()));
    }
    let numbers: Option<Vec<i64>> = cells.iter().map(|cell| cell.as_ref()?.as_i64()).collect();
    match numbers {
        // What is in an array is told from that by standing alone.
        Some(numbers) => Value::Array(vec![less(&numbers)]),
        None => cells.iter().cloned().map(Option::unwrap_or_default).collect(),
    }
}

/// The cells of a column; none where it has not so many.
pub(super) fn cells(column: &Value, count: usize) -> Option<Vec<Option<Value>>> {
    let cells: Vec<Option<Value>> = match column {
        _ if count == 0 => Vec::new(),
        Value::String(texts) => {
            let cell = |text: &str| (!text.is_empty()).then(|| Value::String(text.to_owned()));
            texts.split(BETWEEN).map(cell).collect()
        }
        Value::Array(one) => match one.as_slice() {
            [Value::Array(numbers)] => {
                more(numbers)?.into_iter().map(|number| Some(number.into())).collect()
            }
            cells => cells.iter().cloned().map(|cell| (!cell.is_null()).then_some(cell)).collect(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    (cells.len() == count).then_some(cells)
}

fn less(numbers: &[i64]) -> Value {
    let mut before = 0;
    let less = |number: &i64| number.wrapping_sub(std::mem::replace(&mut before, *number));
    numbers.iter().map(less).map(Value::from).collect()
}

fn more(less: &[Value]) -> Option<Vec<i64>> {
    let mut before = 0_i64;
    let mut more = |less: &Value| {
        before = before.wrapping_add(less.as_i64()?);
        Some(before)
    };
    less.iter().map(&mut more).collect()
}

/// Objects as a column for each field.
pub(super) fn laid(objects: &[Map<String, Value>]) -> Map<String, Value> {
    let mut columns = Map::new();
    for object in objects {
        for field in object.keys() {
            if !columns.contains_key(field) {
                let cells: Vec<_> = objects.iter().map(|one| one.get(field).cloned()).collect();
                columns.insert(field.clone(), column(&cells));
            }
        }
    }
    columns
}

/// So many objects out of their columns: so many that there are cells of them.
pub(super) fn risen(columns: &Map<String, Value>, count: usize) -> Option<Vec<Map<String, Value>>> {
    let mut objects = vec![Map::new(); count];
    for (field, column) in columns {
        for (object, cell) in objects.iter_mut().zip(cells(column, count)?) {
            if let Some(cell) = cell {
                object.insert(field.clone(), cell);
            }
        }
    }
    Some(objects)
}

/// Lines of one length as their columns.
pub(crate) fn turned(lines: &[Vec<Value>]) -> Option<Vec<Value>> {
    let width = lines.first().map_or(0, Vec::len);
    let cell = |line: &Vec<Value>, at: usize| line.get(at).cloned().filter(|cell| !cell.is_null());
    let same = lines.iter().all(|line| line.len() == width);
    let turn = |at| column(&lines.iter().map(|line| cell(line, at)).collect::<Vec<_>>());
    same.then(|| (0..width).map(turn).collect())
}

/// Lines out of their columns.
pub(crate) fn turned_back(columns: &[Value], count: usize) -> Option<Vec<Vec<Value>>> {
    let columns = columns.iter().map(|column| cells(column, count));
    let columns: Vec<Vec<Option<Value>>> = columns.collect::<Option<_>>()?;
    let lines = columns.first().map_or(0, Vec::len);
    let line = |at: usize| columns.iter().map(move |column| column[at].clone().unwrap_or_default());
    (lines == count).then(|| (0..lines).map(line).map(Iterator::collect).collect())
}
