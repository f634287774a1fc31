//! Rows of the wire become facts, digit by digit.

#![expect(clippy::unwrap_used, reason = "test helpers")]

use domain::{
    bank::{Facts, Rows},
    money::Money,
    secret::Personal,
};
use salt_edge::{translate, wire::transaction::Transaction};

const ROW: &str = r#"{ "id": "1800890000000000101", "account_id": "1700780000000000011",
  "duplicated": false, "mode": "normal", "status": "posted", "made_on": "2026-02-27",
  "amount": -23.9, "currency_code": "EUR", "description": "CARD 4411 GROCER BERLIN",
  "category": "groceries",
  "extra": { "id": "BK-20260227-0007", "posting_date": "2026-02-28", "time": "18:22:10", "mcc": "5411",
             "payee": "Grocer GmbH", "account_balance_snapshot": 2412.2, "possible_duplicate": false },
  "created_at": "2026-03-01T10:04:40Z", "updated_at": "2026-03-01T10:04:40Z" }"#;

/// The example row with one text in it changed.
fn with(from: &str, to: &str) -> Result<Facts, &'static str> {
    assert!(ROW.contains(from), "{from}");
    let wire: Transaction = serde_json::from_str(&ROW.replacen(from, to, 1)).unwrap();
    let account = "1700780000000000011".parse().unwrap();
    translate::transaction(wire, &account, Rows::Booked).map(|row| row.facts)
}

#[test]
fn the_published_example_is_read() {
    let facts = with("4411", "4411").unwrap();
    assert_eq!(facts.money.text(), "-23.90");
    assert_eq!(facts.made_on, "2026-02-27".parse().unwrap());
    assert_eq!(facts.posting_date, Some("2026-02-28".parse().unwrap()));
    assert_eq!(facts.description.reveal(), "CARD 4411 GROCER BERLIN");
    assert_eq!(facts.category.as_deref(), Some("groceries"));
    assert_eq!(facts.bank_reference.as_ref().map(Personal::reveal), Some("BK-20260227-0007"));
    assert_eq!(facts.counterparty.as_ref().map(Personal::reveal), Some("Grocer GmbH"));
    assert_eq!(facts.balance_snapshot.map(Money::text).as_deref(), Some("2412.20"));
    assert!(!facts.rounded);
}

#[test]
fn amounts_come_from_their_own_digits() {
    for (digits, currency, want, rounded) in [
        ("-23.9", "EUR", "-23.90", false),
        ("0", "EUR", "0.00", false),
        ("-0.0", "EUR", "0.00", false),
        ("1.0E-5", "EUR", "0.00001", false),
        ("1.25E+2", "EUR", "125.00", false),
        ("1234.5600000000001", "EUR", "1234.56", true),
        ("12345678901234567.89", "EUR", "12345678901234567.89", false),
        ("1000", "JPY", "1000", false),
        ("1.2345", "KWD", "1.2345", false),
        ("\"12.5\"", "HUF", "12.50", false),
    ] {
        let row = ROW.replacen("-23.9", digits, 1).replacen("EUR", currency, 1);
        let wire: Transaction = serde_json::from_str(&row).unwrap();
        let account = "1700780000000000011".parse().unwrap();
        let facts = translate::transaction(wire, &account, Rows::Booked).unwrap().facts;
        assert_eq!((facts.money.text().as_str(), facts.rounded), (want, rounded), "{digits}");
        assert_eq!(facts.received.as_deref(), rounded.then_some(digits), "{digits}");
    }
}

#[test]
fn a_row_that_cannot_be_read_says_why_and_nothing_else() {
    for (from, to, why) in [
        (
            r#""id": "1800890000000000101""#,
            r#""id": "#.to_owned() + "null",
            "id is missing or no id",
        ),
        (r#""id": "1800890000000000101""#, r#""id": "a b""#.to_owned(), "id is missing or no id"),
        ("1700780000000000011", "42".to_owned(), "account_id is not the one asked for"),
        ("-23.9", "\"a lot\"".to_owned(), "amount cannot be kept exactly"),
        ("-23.9", "true".to_owned(), "amount is missing or no number"),
        ("-23.9", "1e99".to_owned(), "amount cannot be kept exactly"),
        ("-23.9", "0.".to_owned() + &"1".repeat(40), "amount cannot be kept exactly"),
        ("EUR", "euro".to_owned(), "currency_code is missing or not in ISO 4217"),
        ("2026-02-27", "2026-02-30".to_owned(), "made_on is missing or no date"),
        ("2026-02-27", "27.02.2026".to_owned(), "made_on is missing or no date"),
        (
            r#""status": "posted""#,
            r#""status": "pending""#.to_owned(),
            "status is pending in the list of booked rows",
        ),
    ] {
        assert_eq!(with(from, &to), Err(why), "{from} -> {to}");
    }
}

#[test]
fn what_is_not_needed_may_be_missing_null_or_new() {
    for (from, to) in [
        (r#""category": "groceries","#, ""),
        (r#""groceries""#, "null"),
        (r#""groceries""#, "{\"id\": 1.5}"),
        (r#""mode": "normal""#, r#""mode": "teleport""#),
        (r#""status": "posted""#, r#""status": "settled""#),
        (r#""description": "CARD 4411 GROCER BERLIN","#, ""),
        ("2026-02-28", "soon"),
        ("2412.2,", "\"unknown\","),
        ("1800890000000000101\"", "1800890000000000101\", \"next_year\": [1e400, {}]"),
        (r#""possible_duplicate": false"#, r#""installments": 3.333333333333333333333"#),
    ] {
        let facts = with(from, to);
        assert!(facts.is_ok_and(|facts| facts.money.text() == "-23.90"), "{from} -> {to}");
    }
    let bare = r#"{"id":1,"account_id":2,"made_on":"2026-01-01","amount":1,"currency_code":"EUR","extra":[]}"#;
    let wire: Transaction = serde_json::from_str(bare).unwrap();
    let facts = translate::transaction(wire, &"2".parse().unwrap(), Rows::Pending).unwrap().facts;
    assert_eq!((facts.category, facts.bank_reference, facts.counterparty), (None, None, None));
}

#[test]
fn the_other_side_is_a_name_where_there_is_one() {
    for (amount, extra, want) in [
        ("-1", r#"{"payee":"Grocer","payer":"Jane"}"#, Some("Grocer")),
        ("1", r#"{"payee":"Jane","payer":"Employer"}"#, Some("Employer")),
        ("1", r#"{"payee":"Only side"}"#, Some("Only side")),
        (
            "-1",
            r#"{"payee":"DE89370400440532013000","payee_information":"Grocer"}"#,
            Some("Grocer"),
        ),
        (
            "-1",
            r#"{"payee":"Grocer","payee_information":"DE89 3704 0044 0532 0130 00"}"#,
            Some("Grocer"),
        ),
        ("-1", r#"{"payee":"DE89370400440532013000"}"#, Some("DE89370400440532013000")),
        ("-1", r#"{"payee":" ","payee_information":"Grocer"}"#, Some("Grocer")),
        ("-1", r#"{"payee":"ÄÖÜ Bäckerei am Ring"}"#, Some("ÄÖÜ Bäckerei am Ring")),
        ("-1", "{}", None),
    ] {
        let row = format!(
            r#"{{"id":1,"account_id":2,"made_on":"2026-01-01","amount":{amount},"currency_code":"EUR","extra":{extra}}}"#
        );
        let wire: Transaction = serde_json::from_str(&row).unwrap();
        let facts =
            translate::transaction(wire, &"2".parse().unwrap(), Rows::Booked).unwrap().facts;
        assert_eq!(facts.counterparty.as_ref().map(Personal::reveal), want, "{extra}");
    }
}

#[test]
fn a_bank_reference_is_one() {
    for (extra, want) in [
        (r#"{"id":"BK-1","end_to_end_id":"E2E"}"#, Some("BK-1")),
        (r#"{"id":77}"#, Some("77")),
        (r#"{"id":"","end_to_end_id":"E2E"}"#, Some("E2E")),
        (r#"{"end_to_end_id":"NOTPROVIDED"}"#, None),
        (r#"{"id":null}"#, None),
    ] {
        let row = format!(
            r#"{{"id":1,"account_id":2,"made_on":"2026-01-01","amount":1,"currency_code":"EUR","extra":{extra}}}"#
        );
        let wire: Transaction = serde_json::from_str(&row).unwrap();
        let facts =
            translate::transaction(wire, &"2".parse().unwrap(), Rows::Booked).unwrap().facts;
        assert_eq!(facts.bank_reference.as_ref().map(Personal::reveal), want, "{extra}");
    }
}
