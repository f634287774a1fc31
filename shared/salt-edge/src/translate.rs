//! From the wire's shapes to the domain's: pure, row by row.
//!
//! A row that cannot be read is [`Quarantined`] with its ids and a reason that holds none of its content.

mod account;
mod connection;
mod consent;
mod provider;
mod transaction;

use domain::{
    bank::{Health, Listed, Quarantined},
    id::{RemoteAccountId, RemoteTransactionId},
};

pub use account::account;
pub use connection::{ahead, connection};
pub use consent::consent;
pub use provider::provider;
pub use transaction::{plausible, transaction};

/// Why a row is set apart.
pub(crate) type Why = &'static str;

/// A list that nothing was read into yet.
pub(crate) fn empty<T>() -> Listed<T> {
    Listed { rows: Vec::new(), quarantined: Vec::new() }
}

/// Keeps a row, or sets it apart.
pub(crate) fn keep<T>(
    list: &mut Listed<T>,
    row: Result<T, Why>,
    id: Option<RemoteTransactionId>,
    account: Option<RemoteAccountId>,
) {
    match row {
        Ok(row) => list.rows.push(row),
        Err(why) => {
            let why = why.to_owned();
            list.quarantined.push(Quarantined { id, account, why, since: None });
        }
    }
}

/// `status` of a provider or a connection.
pub fn health(status: Option<&str>) -> Health {
    match status {
        Some("active") => Health::Active,
        Some("inactive") => Health::Inactive,
        Some("disabled") => Health::Disabled,
        _ => Health::Unknown,
    }
}

/// A number of days; more than fits is as good as the most that fits.
fn days(days: Option<u64>) -> Option<u16> {
    days.map(|days| u16::try_from(days).unwrap_or(u16::MAX))
}

/// A text with something in it.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
