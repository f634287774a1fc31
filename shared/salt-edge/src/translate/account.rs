//! Accounts.

use domain::{
    bank::RemoteAccount,
    money::{Currency, Money},
    secret::Personal,
};

use super::{Why, filled};
use crate::wire::account::{Account, AccountExtra};

/// An account of the connection that was asked for.
pub fn account(wire: Account) -> Result<RemoteAccount, Why> {
    let id = wire.id.and_then(|id| id.0.parse().ok()).ok_or("id is missing or no id")?;
    let currency: Currency = wire
        .currency_code
        .and_then(|code| code.parse().ok())
        .ok_or("currency_code is missing or not in ISO 4217")?;
    // Nothing is not zero: rows are copied all the same, and their balance is unknown.
    let balance = wire.balance.map(|digits| Money::read(&digits.0, currency)).transpose();
    let balance = balance.map_err(|_| "balance cannot be kept exactly")?;
    let AccountExtra {
        account_name,
        iban,
        account_number,
        sort_code,
        bban,
        balance_type,
        updated_on_last_attempt,
    } = wire.extra.unwrap_or_default();
    let number = filled(account_number.or(bban).map(|number| number.0));
    let number = match (filled(sort_code.map(|code| code.0)), number) {
        (Some(code), Some(number)) => Some(format!("{code} {number}")),
        (_, number) => number,
    };
    Ok(RemoteAccount {
        id,
        // `name` is often the number; what its owner calls the account is in `extra`.
        name: Personal::from(filled(account_name).or(wire.name).unwrap_or_default()),
        nature: wire.nature.unwrap_or_default(),
        currency,
        balance,
        balance_type: filled(balance_type),
        iban: filled(iban).map(Personal::from),
        number: number.map(Personal::from),
        updated_on_last_attempt,
    })
}
