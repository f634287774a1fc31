//! What lies beside the journal comes out as it went in, is one write unit where it can be, and what nobody has written
//! is refused.

use std::collections::BTreeMap;

use domain::journal::Folds;
use serde_json::json;

use super::*;
use crate::{
    entry::tests::{records, written},
    index::{Month, Months, Top, parted},
};

const WRITTEN: &str = include_str!("../../tests/written/dense.txt");
const ACCOUNT: &str = "acc_8673zfhjjhmdy6eepny9p45md1kt99cjbvqs73ky";

fn name() -> FoldName {
    (ACCOUNT.parse().unwrap(), "2026-03-01".parse().unwrap())
}

fn again<T: Dense>(json: &Value) -> Vec<u8> {
    let record: T = serde_json::from_value(json.clone()).unwrap();
    let bytes = record.bytes(&name()).unwrap();
    let back = serde_json::to_value(T::of(&name(), &bytes).unwrap()).unwrap();
    assert_eq!(back, serde_json::to_value(record).unwrap());
    bytes
}

/// So many rows, as a bank books them: two of three with a reference, one of seven with a balance.
fn fold(count: u64) -> Value {
    let row = |n: u64| {
        let remote = (1_330_000_000_000_000_000 + n * 104_729).to_string();
        let mut row = json!({
            "remote": remote, "d": format!("2026-03-{:02}", 1 + n / 20), "k": "normal", "c": "shopping",
            "m": { "amount": format!("-{}.{:02}", n * 37 % 400, n * 13 % 100), "currency": "EUR" },
            "n": format!("CARD PAYMENT {:06}", n * 7_907 % 999_983),
        });
        let remote = remote.parse().unwrap();
        row["id"] = name().0.transaction(&remote).as_str().into();
        if !n.is_multiple_of(3) {
            row["b"] = format!("NTRF{:010}", n * 104_729 % 9_999_999_967).into();
        }
        if n.is_multiple_of(7) {
            row["s"] = json!({ "amount": format!("{n}.00"), "currency": "EUR" });
        }
        json!([[1, 1 + n / 5, n % 5], row])
    };
    let rows: Vec<Value> = (0..count).map(row).collect();
    let changed: serde_json::Map<_, _> = rows.iter().skip(3).step_by(20).map(changed).collect();
    json!({ "at": { "generation": 1, "number": 90 }, "upto": "2026-03-31", "rows": rows, "changed": changed })
}

fn changed(told: &Value) -> (String, Value) {
    (told[1]["id"].as_str().unwrap().to_owned(), json!([1, 60]))
}

#[test]
fn a_fold_of_many_rows_is_one_unit() {
    for count in [0, 1, 2, 20, 40] {
        let bytes = again::<Fold>(&fold(count));
        assert_eq!(bytes[0], FORM, "{count}");
        let fold = Fold::of(&name(), &bytes).unwrap();
        let pk = "T#acme#C#con_00000000000000000000000000";
        assert!(OneUnit { pk }.fold(&name(), &fold), "{count} rows");
        let long = "x".repeat(UNIT);
        assert!(!OneUnit { pk: &long }.fold(&name(), &fold), "the key counts");
    }
    let many = serde_json::from_value(fold(400)).unwrap();
    assert!(!OneUnit { pk: "" }.fold(&name(), &many));
}

/// What the columns have no place for, or another one, comes out all the same.
#[test]
fn odd_rows_come_out_as_they_went_in() {
    let odd = [
        ("remote", json!("00017")),
        ("remote", json!("99999999999999999999999")),
        ("id", json!("txn_aaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("n", json!("one|two")),
        ("n", json!("|")),
        ("c", json!("")),
        ("r", json!(true)),
        ("m", json!({ "amount": "5", "currency": "JPY" })),
        ("s", json!({ "amount": "0.125", "currency": "KWD" })),
        ("p", json!("2026-03-09")),
        ("a", json!({ "y": "amount", "d": "2026-02-27", "n": "RESERVED|" })),
    ];
    for (field, value) in odd {
        for at in [0, 2] {
            let mut fold = fold(5);
            fold["rows"][at][1][field] = value.clone();
            fold["rows"][at][1]["id"] = "txn_bbbbbbbbbbbbbbbbbbbbbbbbbb".into();
            fold["changed"] = json!({ "txn_bbbbbbbbbbbbbbbbbbbbbbbbbb": [2, 1] });
            assert_eq!(again::<Fold>(&fold)[0], FORM, "{field} {value}");
        }
    }
    // Of a row that is not in it: in a form of before.
    let mut fold = fold(5);
    fold["changed"] = json!({ "txn_bbbbbbbbbbbbbbbbbbbbbbbbbb": [2, 1] });
    assert_ne!(again::<Fold>(&fold)[0], FORM);
    fold.as_object_mut().unwrap().remove("changed");
    assert_eq!(again::<Fold>(&fold)[0], FORM);
    for told in [&records()["books"]["balances"], &json!(["EUR", []]), &json!([null, []])] {
        assert_eq!(again::<Balances>(told)[0], FORM);
    }
}

/// The index of records of ours, in its items and back.
fn index(bytes: &[u8], months: Months) -> Value {
    let top = Top::of(bytes).unwrap();
    serde_json::to_value(top.with(months, None).unwrap().0).unwrap()
}

#[test]
fn what_this_format_wrote_is_read() {
    let want = &records()["books"];
    let mut found: BTreeMap<String, Vec<u8>> = written(WRITTEN).into_iter().collect();
    let mut bytes = |kind: &str| found.remove(kind).unwrap();
    let before = encode::encode("fold", &want["fold"]).unwrap();
    for bytes in [bytes("fold"), before] {
        let fold = Fold::of(&name(), &bytes).unwrap();
        assert_eq!(serde_json::to_value(fold).unwrap(), want["fold"]);
    }
    let told = Balances::of(&name(), &bytes("balances")).unwrap();
    assert_eq!(serde_json::to_value(told).unwrap(), want["balances"]);
    let months = Months::from([(name(), Month::of(&bytes("month")).unwrap())]);
    assert_eq!(index(&bytes("folds"), months), want["folds"]);
}

#[test]
fn an_index_is_read_with_its_months_and_not_without() {
    let before = encode::encode("folds", &records()["books"]["folds"]).unwrap();
    assert_eq!(index(&before, Months::new()), records()["books"]["folds"], "of a release before");
    let mut folds: Folds = serde_json::from_value(records()["books"]["folds"].clone()).unwrap();
    let (top, months) = parted(&folds, &Months::new()).unwrap();
    assert_eq!(months.len(), 1);
    assert_eq!(index(&top, months.clone()), records()["books"]["folds"]);
    assert!(Top::of(&top).unwrap().with(Months::new(), None).is_none(), "a month is missing");
    let other = "acc_00000000000000000000000000000000000000000".parse().unwrap();
    assert!(
        Top::of(&top).unwrap().with(Months::new(), Some(&other)).is_some(),
        "of another account"
    );
    // The next writer writes what has changed, and what was written says the newer place.
    folds.through.number = 70;
    let (same, new) = parted(&folds, &months).unwrap();
    assert!(new.is_empty(), "nothing is other in the month");
    folds.accounts.get_mut(&name().0).unwrap().folds.get_mut(&name().1).unwrap().rows = 3;
    let (next, new) = parted(&folds, &months).unwrap();
    assert_eq!(new.len(), 1);
    assert!(Top::of(&same).unwrap().with(new.clone(), None).is_some(), "of a later writer");
    assert!(Top::of(&next).unwrap().with(months, None).is_none(), "a month from before");
    assert_eq!(index(&next, new), serde_json::to_value(&folds).unwrap());
}

#[test]
fn damaged_bytes_are_refused() {
    let bytes = again::<Fold>(&fold(20));
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1 << bit;
            drop((Fold::of(&name(), &bytes), Balances::of(&name(), &bytes), Month::of(&bytes)));
            drop(Top::of(&bytes).map(|top| top.with(Months::new(), None)));
        }
    }
    let many = json!({ "at": { "generation": 1, "number": 1 }, "upto": "2026-03-31", "of": usize::MAX, "in": null,
        "g": [[1]], "n": [[1]], "i": [[1]], "rows": {} });
    assert!(
        Fold::of(&name(), &super::bytes("fold", &many).unwrap()).is_err(),
        "rows that are not there"
    );
    let told = json!(["EUR", usize::MAX, []]);
    assert!(Balances::of(&name(), &super::bytes("balances", &told).unwrap()).is_err());
    for (bytes, why) in [
        (vec![FORM, 9], "its dictionary is 9, which this release does not know"),
        (vec![5, 1], "its form is 5, which this release does not know"),
        (Vec::new(), "it is empty"),
    ] {
        match Fold::of(&name(), &bytes) {
            Err(StoreError::Unreadable { why: told, .. }) => assert_eq!(told, why),
            other => panic!("{other:?}"),
        }
    }
}
