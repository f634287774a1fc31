//! Bytes that releases have written stay readable, and bytes that nobody has written are refused.

use domain::{
    journal::{Fold, Folds},
    proof::Balances,
    statement::Statement,
};
use serde::{Serialize, de::DeserializeOwned};

use super::*;
use crate::encode::decode;

const RECORDS: &str = include_str!("../../tests/written/records.json");
const WRITTEN: [(&str, &str); 2] = [
    ("the first format", include_str!("../../tests/written/before.txt")),
    ("this one", include_str!("../../tests/written/now.txt")),
];
const BOOKS: &str = include_str!("../../tests/written/books.txt");

pub(crate) fn records() -> Value {
    serde_json::from_str(RECORDS).unwrap()
}

/// Each record's kind and bytes.
pub(crate) fn written(text: &str) -> Vec<(String, Vec<u8>)> {
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let line = |line: &str| {
        let (kind, hex) = line.split_once(' ').unwrap();
        (kind.to_owned(), hex.as_bytes().chunks(2).map(byte).collect())
    };
    lines.map(line).collect()
}

fn stored(number: u64, bytes: Vec<u8>) -> Stored {
    Stored { at: Position { generation: 1, number }, bytes }
}

/// Two entries, the second behind the first.
fn two(text: &str) -> [Stored; 2] {
    let mut bytes = written(text).into_iter().filter(|(kind, _)| kind == "entry");
    [1, 2].map(|number| stored(number, bytes.next().unwrap().1))
}

fn why<T: fmt::Debug>(refused: Result<T, StoreError>) -> String {
    match refused {
        Err(StoreError::Unreadable { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

fn same<T: DeserializeOwned + Serialize>(bytes: &[u8], want: &Value, which: &str) {
    let record: T = decode("record", bytes).unwrap();
    assert_eq!(serde_json::to_value(record).unwrap(), *want, "{which}");
}

#[test]
fn what_either_release_wrote_is_read() {
    let want = records();
    for (which, text) in WRITTEN {
        let [first, second] = two(text);
        let base = first.base().unwrap();
        let entries = [first.entry(None).unwrap(), second.entry(base.as_ref()).unwrap()];
        assert_eq!(serde_json::to_value(&entries).unwrap(), want["entries"], "{which}");
        for (kind, bytes) in written(text) {
            match kind.as_str() {
                "fold" => same::<Fold>(&bytes, &want["fold"], which),
                "folds" => same::<Folds>(&bytes, &want["folds"], which),
                "statement" => same::<Statement>(&bytes, &want["statement"], which),
                _ => {}
            }
        }
        // What is written today behind what was written then: by it, or alone where that gains little.
        let entry: Entry = serde_json::from_value(want["entries"][1].clone()).unwrap();
        let again = stored(2, packed(&entry, base.as_ref()).unwrap());
        let by = base.filter(|_| again.behind().unwrap() == Some(first.at));
        assert_eq!(by.is_some(), second.behind().unwrap().is_some(), "{which}");
        assert_eq!(again.tail_from().unwrap(), Some(first.at), "{which}");
        assert_eq!(again.entry(by.as_ref()).unwrap(), entry, "{which}");
    }
}

/// Of a fold and an index where rows were changed and where books stood; and the balances of a month.
#[test]
fn what_is_kept_of_books_is_read() {
    let want = &records()["books"];
    for (kind, bytes) in written(BOOKS) {
        match kind.as_str() {
            "fold" => same::<Fold>(&bytes, &want["fold"], "books"),
            "folds" => same::<Folds>(&bytes, &want["folds"], "books"),
            _ => same::<Balances>(&bytes, &want["balances"], "books"),
        }
    }
}

/// A newer release may tell more: the rest is read, and nothing is taken for something else.
#[test]
fn fields_of_a_newer_release_are_passed_over() {
    fn more(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                // One of these words is which body it is.
                let enumerated = fields.contains_key("read");
                fields.values_mut().for_each(more);
                if !enumerated {
                    fields.insert(String::from("of_a_newer_release"), json!({ "x": [1] }));
                }
            }
            Value::Array(values) => values.iter_mut().for_each(more),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let want = records();
    for (number, entry) in (1..).zip(want["entries"].as_array().unwrap()) {
        let mut newer = entry.clone();
        more(&mut newer);
        let stored = stored(number, encode::encode(KIND, &newer).unwrap());
        assert_eq!(serde_json::to_value(stored.entry(None).unwrap()).unwrap(), *entry);
    }
    for kind in ["fold", "statement"] {
        let mut newer = want[kind].clone();
        more(&mut newer);
        let bytes = encode::encode("record", &newer).unwrap();
        let told = match kind {
            "fold" => serde_json::to_value(decode::<Fold>("record", &bytes).unwrap()),
            _ => serde_json::to_value(decode::<Statement>("record", &bytes).unwrap()),
        };
        assert_eq!(told.unwrap(), want[kind], "{kind}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let [first, second] = two(WRITTEN[1].1);
    let base = first.base().unwrap();
    let with = |at: usize, byte: u8| {
        let mut bytes = second.bytes.clone();
        bytes[at] = byte;
        stored(2, bytes)
    };
    for (what, told, want) in [
        ("a newer form", why(with(0, 4).entry(base.as_ref())), "its form is 4, which this release"),
        ("a newer dictionary", why(with(1, 2).behind()), "its dictionary is 2, which this release"),
        ("another base", why(with(6, 9).entry(base.as_ref())), "that it goes by is another"),
        ("no base", why(second.entry(None)), "that it goes by is another"),
        ("a base that cannot be", why(with(2, 9).behind()), "it reaches back too far"),
        ("a tail that cannot be", why(with(5, 9).tail_from()), "it reaches back too far"),
    ] {
        assert!(told.contains(want), "{what}: {told}");
    }
}

/// Neither panics, nor is anything else than the entry made of what was cut off.
#[test]
fn damaged_bytes_are_refused() {
    let [first, second] = two(WRITTEN[1].1);
    let base = first.base().unwrap();
    let entry = second.entry(base.as_ref()).unwrap();
    for length in 0..second.bytes.len() {
        let cut = stored(2, second.bytes[..length].to_vec());
        if let Ok(read) = cut.entry(base.as_ref()) {
            assert_eq!(read, entry, "{length} bytes");
        }
        for bit in 0..8 {
            let mut bytes = second.bytes.clone();
            bytes[length] ^= 1 << bit;
            let damaged = stored(2, bytes);
            drop((damaged.entry(base.as_ref()), damaged.behind(), damaged.tail_from()));
        }
    }
    let mut bomb = second.bytes[..HEAD].to_vec();
    let spaces = vec![b' '; 4 * 1024 * 1024];
    bomb = deflated(KIND, bomb, &known(base.as_ref()), &spaces).unwrap();
    // Behind its end is what makes it long enough: without that it is a bomb.
    bomb.truncate(6 * 1024);
    assert!(why(stored(2, bomb).entry(base.as_ref())).contains("unfold to more than"));
}
