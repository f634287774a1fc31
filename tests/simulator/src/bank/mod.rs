//! The banks: what they hold, before Salt Edge has asked for it.
//!
//! A book belongs to one login at one bank. It is seeded when somebody first looks at it, and nothing
//! is booked in it after that but through [`crate::Control`] (and by `fakebank_with_updates_xf`, whose
//! nature it is, at every fetch).

pub(crate) mod catalogue;
pub(crate) mod edit;
mod generated;
mod iban;
mod provider;
mod seed;

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::amount::Amount;

pub use generated::BankList;
pub(crate) use generated::country_name;
pub use provider::{
    Field, FieldNature, InteractiveStep, KeyOwner, Provider, ProviderMode, ProviderStatus,
};
pub(crate) use seed::{add_update_rows, seed_book};

/// Whether the bank calls a row final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// Booked; Salt Edge says `posted`.
    Booked,
    /// Pending.
    Pending,
}

/// A row in an account at the bank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankRow {
    /// The simulator's name of the row, unique in its book. Salt Edge never shows it.
    pub row: String,
    /// Booked or pending.
    pub status: RowStatus,
    /// The bank's calendar date.
    pub made_on: Date,
    /// In the account's currency; negative is money out.
    pub amount: Amount,
    /// The text, may be empty.
    pub description: String,
    /// `normal`, `fee` or `transfer`.
    pub mode: String,
    /// Salt Edge's category for it, if any.
    pub category: Option<String>,
    /// The bank's own id: `extra.id`.
    pub reference: Option<String>,
    /// `extra.posting_date`.
    pub posting_date: Option<Date>,
    /// Further keys of `extra`.
    pub extra: Map<String, Value>,
    /// Salt Edge imports it under an id that it drew before those of the account's rows: ids are not promised to
    /// grow with import. Who reads from an id on never sees it.
    #[serde(default)]
    pub early_id: bool,
}

/// How an account states its balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceRule {
    /// Opening balance and the sum of the booked rows.
    Computed,
    /// This number, whatever is booked.
    Fixed(Amount),
    /// As computed, and that much off.
    OffBy(Amount),
    /// As computed, and the pending rows; `extra.balance_type` says `interimAvailable`.
    Available,
    /// Not at all.
    Untold,
}

/// An account at the bank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BankAccount {
    /// The simulator's name of the account, unique in its book: `account-1`.
    pub key: String,
    /// The IBAN; the same however often the bank is connected.
    pub iban: String,
    /// What the bank calls it.
    pub name: String,
    /// One of Salt Edge's natures.
    pub nature: String,
    /// ISO 4217.
    pub currency: String,
    /// Balance before the first row.
    pub opening: Amount,
    /// How the balance is stated.
    pub balance: BalanceRule,
    /// The bank states `available_amount` too: the balance and the pending rows.
    pub states_available: bool,
    /// Closed: no longer delivered.
    pub closed: bool,
    /// Rows in the order in which the bank got them.
    pub rows: Vec<BankRow>,
}

impl BankAccount {
    /// The balance that the bank states.
    #[must_use]
    pub fn stated_balance(&self) -> Amount {
        let computed = self.opening.value() + self.sum(RowStatus::Booked);
        match &self.balance {
            BalanceRule::Computed | BalanceRule::Untold => Amount::of(computed),
            BalanceRule::Available => Amount::of(computed + self.sum(RowStatus::Pending)),
            BalanceRule::Fixed(amount) => amount.clone(),
            BalanceRule::OffBy(amount) => Amount::of(computed + amount.value()),
        }
    }

    /// Sum of the rows of one status.
    #[must_use]
    pub fn sum(&self, status: RowStatus) -> Decimal {
        self.rows.iter().filter(|row| row.status == status).map(|row| row.amount.value()).sum()
    }

    /// Number of rows of one status.
    #[must_use]
    pub fn count(&self, status: RowStatus) -> usize {
        self.rows.iter().filter(|row| row.status == status).count()
    }
}

/// What one login sees at one bank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// Provider code.
    pub provider: String,
    /// User name at the bank.
    pub login: String,
    /// The holder's name.
    pub holder: String,
    /// Accounts in the order in which they were opened.
    pub accounts: Vec<BankAccount>,
    /// Names of rows that were replaced by others; the copy drops them.
    pub(crate) superseded: BTreeSet<String>,
    /// Rows made so far, for the names of new ones.
    pub(crate) rows_made: u64,
}

impl Book {
    /// The account with this key or IBAN.
    #[must_use]
    pub fn account(&self, key_or_iban: &str) -> Option<&BankAccount> {
        self.accounts
            .iter()
            .find(|account| account.key == key_or_iban || account.iban == key_or_iban)
    }

    pub(crate) fn account_mut(&mut self, key_or_iban: &str) -> Option<&mut BankAccount> {
        self.accounts
            .iter_mut()
            .find(|account| account.key == key_or_iban || account.iban == key_or_iban)
    }

    pub(crate) fn next_row(&mut self) -> String {
        self.rows_made += 1;
        format!("row-{:06}", self.rows_made)
    }
}
