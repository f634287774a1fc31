//! Transactions.

use domain::{
    bank::{Facts, RemoteTransaction, Rows},
    id::RemoteAccountId,
    money::{Currency, Money},
    secret::Personal,
};

use jiff::{Timestamp, ToSpan, tz::TimeZone};

use super::{Why, filled};
use crate::wire::transaction::{Transaction, TransactionExtra};

/// What some banks write where they have no end-to-end id.
const NO_REFERENCE: &str = "NOTPROVIDED";

/// The first year that a row may be of.
const FIRST_YEAR: i16 = 1900;
/// Years ahead that a row may be booked for: standing orders are, by some months.
const YEARS_AHEAD: i64 = 2;

/// The same row, when its day can be one. A row of the year 9999 would stand on top of every statement, and
/// its month in every balance.
pub fn plausible(row: RemoteTransaction, now: Timestamp) -> Result<RemoteTransaction, Why> {
    let made_on = row.facts.made_on;
    if made_on.year() < FIRST_YEAR {
        return Err("made_on is before 1900");
    }
    let today = now.to_zoned(TimeZone::UTC).date();
    if today.checked_add(YEARS_AHEAD.years()).is_ok_and(|last| made_on > last) {
        return Err("made_on is years ahead");
    }
    Ok(row)
}

/// A row of the list that was asked for.
///
/// A row of another account or another list means that a filter was not heard: taken as it stands it
/// would be booked twice, or remove what is booked. It is set apart.
pub fn transaction(
    wire: Transaction,
    account: &RemoteAccountId,
    rows: Rows,
) -> Result<RemoteTransaction, Why> {
    let id = wire.id.and_then(|id| id.0.parse().ok()).ok_or("id is missing or no id")?;
    let owner: RemoteAccountId =
        wire.account_id.and_then(|id| id.0.parse().ok()).ok_or("account_id is missing or no id")?;
    if owner != *account {
        return Err("account_id is not the one asked for");
    }
    belongs(rows, wire.status.as_deref(), wire.duplicated)?;
    let currency: Currency = wire
        .currency_code
        .and_then(|code| code.parse().ok())
        .ok_or("currency_code is missing or not in ISO 4217")?;
    let digits = wire.amount.ok_or("amount is missing or no number")?;
    let read = Money::read(&digits.0, currency).map_err(|_| "amount cannot be kept exactly")?;
    let made_on = wire.made_on.ok_or("made_on is missing or no date")?;
    let extra = wire.extra.unwrap_or_default();
    let outgoing = read.money.amount().is_sign_negative();
    Ok(RemoteTransaction {
        id,
        account: owner,
        facts: Facts {
            made_on,
            money: read.money,
            rounded: read.rounded,
            received: read.rounded.then_some(digits.0),
            description: Personal::from(wire.description.unwrap_or_default()),
            mode: filled(wire.mode),
            category: filled(wire.category),
            posting_date: extra.posting_date.filter(|date| *date != made_on),
            balance_snapshot: extra
                .account_balance_snapshot
                .as_ref()
                .and_then(|digits| Money::read(&digits.0, currency).ok())
                .map(|read| read.money),
            counterparty: counterparty(&extra, outgoing).map(Personal::from),
            bank_reference: reference(extra).map(Personal::from),
        },
    })
}

fn belongs(rows: Rows, status: Option<&str>, duplicated: Option<bool>) -> Result<(), Why> {
    match (rows, status, duplicated) {
        (Rows::Booked, Some("pending"), _) => Err("status is pending in the list of booked rows"),
        (Rows::Booked, _, Some(true)) => Err("duplicated in the list of rows that are not"),
        (Rows::Pending, Some("posted"), _) => Err("status is posted in the list of pending rows"),
        (Rows::Duplicated, _, Some(false)) => Err("not duplicated in the list of duplicates"),
        (Rows::Booked | Rows::Pending | Rows::Duplicated, _, _) => Ok(()),
    }
}

/// The bank's own reference.
fn reference(extra: TransactionExtra) -> Option<String> {
    let end_to_end = extra.end_to_end_id.map(|id| id.0).filter(|id| id != NO_REFERENCE);
    filled(extra.id.map(|id| id.0)).or(filled(end_to_end))
}

/// The other side: who got the money that went out, who sent the money that came in. Some banks put an
/// account number there and the name into the field beside it.
fn counterparty(extra: &TransactionExtra, outgoing: bool) -> Option<String> {
    let receiver = name(extra.payee.as_deref(), extra.payee_information.as_deref());
    let sender = name(extra.payer.as_deref(), extra.payer_information.as_deref());
    let (first, second) = if outgoing { (receiver, sender) } else { (sender, receiver) };
    first.or(second).map(str::to_owned)
}

fn name<'a>(first: Option<&'a str>, beside: Option<&'a str>) -> Option<&'a str> {
    let given = |text: &&str| !text.trim().is_empty();
    let (first, beside) = (first.filter(given), beside.filter(given));
    match (first, beside) {
        (Some(first), Some(beside)) if is_iban(first) && !is_iban(beside) => Some(beside),
        (first, beside) => first.or(beside),
    }
}

/// Looks like an international account number.
fn is_iban(text: &str) -> bool {
    let text: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    (15..=34).contains(&text.len())
        && text[..2].iter().all(u8::is_ascii_uppercase)
        && text[2..4].iter().all(u8::is_ascii_digit)
        && text.iter().all(u8::is_ascii_alphanumeric)
}
