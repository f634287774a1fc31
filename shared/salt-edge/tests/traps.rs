//! Traps that integrators of Salt Edge fell into, each under its number in the list that we keep of them: those that lie in the
//! answers themselves.

#![expect(clippy::unwrap_used, reason = "test helpers")]

use domain::bank::{Facts, RemoteTransaction, Rows};
use salt_edge::{
    translate,
    wire::{account::Account, connection::Connection, transaction::Transaction},
};

fn now() -> jiff::Timestamp {
    "2026-03-01T10:01:00Z".parse().unwrap()
}

const ROW: &str = r#"{ "id": "101", "account_id": "11", "status": "posted", "made_on": "2026-03-01",
  "amount": -23.9, "currency_code": "EUR", "description": "GROCER", "category": "groceries",
  "extra": { "posting_date": "2026-03-03", "time": "23:59:59", "current_date": "28.2.2026" },
  "created_at": "2026-03-04T00:30:00Z", "updated_at": "2026-03-04T00:30:00Z" }"#;

const ACCOUNT: &str = r#"{ "id": "11", "connection_id": "7", "name": "Everyday", "nature": "credit_card",
  "balance": -120.5, "currency_code": "EUR", "extra": { "balance_type": "interimAvailable" } }"#;

fn row(changes: &[(&str, &str)]) -> RemoteTransaction {
    let mut text = ROW.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let wire: Transaction = serde_json::from_str(&text).unwrap();
    translate::transaction(wire, &"11".parse().unwrap(), Rows::Booked).unwrap()
}

fn facts(changes: &[(&str, &str)]) -> Facts {
    row(changes).facts
}

#[test]
fn trap_7_a_row_that_salt_edge_holds_back_for_some_days_is_read_as_the_pending_row_that_it_is() {
    let held =
        ROW.replace("posted", "pending").replace("\"time\"", "\"posted_by_aspsp\": true, \"time\"");
    let read = |rows| {
        let wire: Transaction = serde_json::from_str(&held).unwrap();
        translate::transaction(wire, &"11".parse().unwrap(), rows).map(|row| row.facts.made_on)
    };
    assert!(read(Rows::Pending).is_ok());
    assert!(read(Rows::Booked).is_err(), "it is no booked row before Salt Edge says so");
}

#[test]
fn trap_10_updated_at_is_about_edits_by_clients_and_no_news() {
    let edited = [("\"updated_at\": \"2026-03-04", "\"updated_at\": \"2026-03-09")];
    assert_eq!(facts(&edited), facts(&[]));
}

#[test]
fn trap_11_amounts_are_their_own_digits_and_never_a_double() {
    for (sent, want, rounded) in [
        ("1.0E-5", "0.00001", false),
        ("1.25e2", "125.00", false),
        ("1234.5600000000001", "1234.56", true),
        ("0.30000000000000004", "0.30", true),
        ("90071992547409.93", "90071992547409.93", false),
    ] {
        let facts = facts(&[("-23.9", sent)]);
        assert_eq!((facts.money.text().as_str(), facts.rounded), (want, rounded), "{sent}");
        assert_eq!(facts.received.as_deref(), rounded.then_some(sent));
    }
}

#[test]
fn trap_12_digits_are_the_currencys_and_more_are_kept() {
    for (amount, currency, want) in [
        ("1000", "JPY", "1000"),
        ("1000", "HUF", "1000.00"),
        ("1.5", "KWD", "1.500"),
        ("1.5", "BHD", "1.500"),
        ("0.12345678", "EUR", "0.12345678"),
        ("12.5", "JPY", "12.5"),
    ] {
        let facts = facts(&[("-23.9", amount), ("EUR", currency)]);
        assert_eq!(facts.money.text(), want, "{amount} {currency}");
    }
}

#[test]
fn trap_13_a_row_of_nothing_is_a_row() {
    for zero in ["0", "0.0", "-0.00", "0E-10"] {
        assert_eq!(facts(&[("-23.9", zero)]).money.text().trim_end_matches('0'), "0.", "{zero}");
    }
}

#[test]
fn trap_14_a_day_is_the_banks_and_is_never_moved_by_a_zone() {
    for time in ["00:00:00", "23:59:59", "2026-03-01T23:59:59+14:00"] {
        let facts = facts(&[("23:59:59", time)]);
        assert_eq!(facts.made_on.to_string(), "2026-03-01", "{time}");
        assert_eq!(facts.posting_date.unwrap().to_string(), "2026-03-03", "{time}");
    }
}

#[test]
fn trap_15_dates_in_the_banks_own_form_and_the_import_are_not_the_booking() {
    let imported = [("\"created_at\": \"2026-03-04", "\"created_at\": \"2027-01-01")];
    assert_eq!(facts(&imported), facts(&[]));
    assert_eq!(facts(&[("28.2.2026", "31.12.1999")]).made_on.to_string(), "2026-03-01");
}

#[test]
fn trap_16_which_balance_it_is_is_kept_and_its_sign_is_the_banks() {
    let wire: Account = serde_json::from_str(ACCOUNT).unwrap();
    let account = translate::account(wire).unwrap();
    assert_eq!(account.balance_type.as_deref(), Some("interimAvailable"));
    assert_eq!(account.balance.unwrap().money.text(), "-120.50");
}

#[test]
fn trap_24_a_connection_that_never_succeeded_is_readable_and_has_no_data() {
    let text = r#"{ "id": "7", "customer_id": "8", "provider_code": "bank_xf", "status": "inactive",
      "last_attempt": { "id": "9", "finished": true, "success_at": null,
                        "fail_at": "2026-03-01T10:00:00Z", "fail_error_class": "InvalidCredentials" } }"#;
    let wire: Connection = serde_json::from_str(text).unwrap();
    let attempt = translate::connection(wire, now()).unwrap().attempt.unwrap();
    assert!(attempt.finished && attempt.success_at.is_none() && attempt.failure.is_some());
}

#[test]
fn bad_input_an_attempt_of_the_future_is_from_when_it_began_or_nobody_knows() {
    let (began, ended) = ("2026-03-01T09:58:00Z", "2026-03-01T10:00:00Z");
    let (soon, ahead) = ("2026-03-01T10:04:00Z", "2126-03-01T10:00:00Z");
    for (told, want) in [
        ([Some(began), Some(ended)], [Some(began), Some(ended)]),
        ([Some(began), Some(soon)], [Some(began), Some(soon)]),
        ([Some(began), Some(ahead)], [Some(began), Some(began)]),
        ([Some(ahead), Some(ended)], [None, Some(ended)]),
        ([Some(ahead), Some(ahead)], [None, None]),
        ([None, Some(ahead)], [None, None]),
        ([Some(ahead), None], [None, None]),
    ] {
        let attempt = serde_json::json!({"id": "9", "created_at": told[0], "success_at": told[1]});
        let text = serde_json::json!({"id": "7", "customer_id": "8", "provider_code": "bank_xf",
            "status": "active", "last_attempt": attempt});
        let wire: Connection = serde_json::from_value(text).unwrap();
        assert_eq!(translate::ahead(&wire, now()), want != told, "{told:?}");
        let read = translate::connection(wire, now()).unwrap().attempt.unwrap();
        let want = want.map(|at| at.map(|at| at.parse().unwrap()));
        assert_eq!([read.created_at, read.success_at], want, "{told:?}");
        assert_eq!(read.finished, told[1].is_some(), "{told:?}");
    }
}

#[test]
fn trap_29_a_balance_that_was_not_sent_is_unknown_and_not_nothing() {
    let wire: Account = serde_json::from_str(&ACCOUNT.replace("-120.5", "null")).unwrap();
    assert!(translate::account(wire).unwrap().balance.is_none());
}

#[test]
fn trap_32_an_id_may_be_a_number() {
    let numeric = row(&[("\"101\"", "1800890000000000101"), ("\"11\"", "11")]);
    assert_eq!(numeric.id.as_str(), "1800890000000000101");
}

#[test]
fn trap_33_a_category_may_be_absent() {
    assert_eq!(facts(&[("\"category\": \"groceries\",", "")]).category, None);
}
