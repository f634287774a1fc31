//! Changes at the bank: what [`crate::Control`] asks for, done to a book.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{BalanceRule, BankAccount, BankRow, Book, RowStatus};
use crate::amount::Amount;
use crate::control::ControlError;

/// A row that the bank gets.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRow {
    /// The exact number text that the API will print; negative is money out.
    pub amount: Amount,
    /// The text.
    #[serde(default)]
    pub description: String,
    /// The bank's calendar date; none = today. An old one makes a backdated row.
    #[serde(default)]
    pub made_on: Option<Date>,
    /// Booked or pending.
    #[serde(default = "booked")]
    pub status: RowStatus,
    /// The bank's own id (`extra.id`).
    #[serde(default)]
    pub reference: Option<String>,
    /// `extra.posting_date`.
    #[serde(default)]
    pub posting_date: Option<Date>,
    /// `normal`, `fee` or `transfer`.
    #[serde(default = "normal")]
    pub mode: String,
    /// Salt Edge's category.
    #[serde(default)]
    pub category: Option<String>,
    /// Further keys of `extra`.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// Salt Edge imports it under an id below those of the account's rows, see [`BankRow::early_id`].
    #[serde(default)]
    pub early_id: bool,
}

fn booked() -> RowStatus {
    RowStatus::Booked
}

fn normal() -> String {
    "normal".to_owned()
}

impl NewRow {
    /// A booked row of today without reference.
    #[must_use]
    pub fn booked(amount: Amount, description: &str) -> Self {
        Self {
            amount,
            description: description.to_owned(),
            made_on: None,
            status: RowStatus::Booked,
            reference: None,
            posting_date: None,
            mode: normal(),
            category: None,
            extra: Map::new(),
            early_id: false,
        }
    }

    /// A pending row of today.
    #[must_use]
    pub fn pending(amount: Amount, description: &str) -> Self {
        Self { status: RowStatus::Pending, ..Self::booked(amount, description) }
    }

    /// The same row made on another day.
    #[must_use]
    pub fn made_on(self, date: Date) -> Self {
        Self { made_on: Some(date), ..self }
    }

    /// The same row, which comes to Salt Edge under an id below those of the account's rows.
    #[must_use]
    pub fn with_early_id(self) -> Self {
        Self { early_id: true, ..self }
    }

    /// The same row with the bank's own id.
    #[must_use]
    pub fn with_reference(self, reference: &str) -> Self {
        Self { reference: Some(reference.to_owned()), ..self }
    }
}

/// What changes in a row; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowEdit {
    /// Another amount.
    #[serde(default)]
    pub amount: Option<Amount>,
    /// Another text.
    #[serde(default)]
    pub description: Option<String>,
    /// Another date.
    #[serde(default)]
    pub made_on: Option<Date>,
    /// Another reference.
    #[serde(default)]
    pub reference: Option<String>,
    /// Another posting date.
    #[serde(default)]
    pub posting_date: Option<Date>,
    /// Keys of `extra` to set.
    #[serde(default)]
    pub extra: Map<String, Value>,
    /// Salt Edge imports the changed row under a new id and drops the old one, instead of changing it in place.
    #[serde(default)]
    pub new_id: bool,
}

/// An account that the bank opens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// What the bank calls it.
    pub name: String,
    /// One of Salt Edge's natures.
    #[serde(default = "checking")]
    pub nature: String,
    /// ISO 4217.
    pub currency: String,
    /// Balance before the first row.
    #[serde(default)]
    pub opening: Option<Amount>,
    /// The IBAN; none = made up.
    #[serde(default)]
    pub iban: Option<String>,
}

fn checking() -> String {
    "checking".to_owned()
}

fn missing(what: &str, name: &str) -> ControlError {
    ControlError::NotFound(format!("{what} {name}"))
}

impl Book {
    fn wanted(&mut self, account: &str) -> Result<&mut BankAccount, ControlError> {
        self.account_mut(account).ok_or_else(|| missing("account", account))
    }

    fn wanted_row(&mut self, row: &str) -> Result<&mut BankRow, ControlError> {
        self.accounts
            .iter_mut()
            .flat_map(|account| account.rows.iter_mut())
            .find(|candidate| candidate.row == row)
            .ok_or_else(|| missing("row", row))
    }

    pub(crate) fn add_row(
        &mut self,
        account: &str,
        new: NewRow,
        today: Date,
    ) -> Result<String, ControlError> {
        self.wanted(account)?;
        let row = self.next_row();
        self.wanted(account)?.rows.push(BankRow {
            row: row.clone(),
            status: new.status,
            made_on: new.made_on.unwrap_or(today),
            amount: new.amount,
            description: new.description,
            mode: new.mode,
            category: new.category,
            reference: new.reference,
            posting_date: new.posting_date,
            extra: new.extra,
            early_id: new.early_id,
        });
        Ok(row)
    }

    /// Changes a row; gives its name, which is a new one when `new_id` is asked for.
    pub(crate) fn edit_row(&mut self, row: &str, edit: RowEdit) -> Result<String, ControlError> {
        self.wanted_row(row)?;
        let renamed = edit.new_id.then(|| self.next_row());
        if edit.new_id {
            self.superseded.insert(row.to_owned());
        }
        let found = self.wanted_row(row)?;
        if let Some(name) = renamed {
            found.row = name;
        }
        if let Some(amount) = edit.amount {
            found.amount = amount;
        }
        if let Some(description) = edit.description {
            found.description = description;
        }
        if let Some(made_on) = edit.made_on {
            found.made_on = made_on;
        }
        found.reference = edit.reference.or_else(|| found.reference.take());
        found.posting_date = edit.posting_date.or(found.posting_date);
        found.extra.extend(edit.extra);
        Ok(found.row.clone())
    }

    pub(crate) fn remove_row(&mut self, row: &str) -> Result<(), ControlError> {
        self.wanted_row(row)?;
        for account in &mut self.accounts {
            account.rows.retain(|candidate| candidate.row != row);
        }
        Ok(())
    }

    /// Turns a pending row into a booked one; it moves to the end, where new rows are.
    pub(crate) fn book_row(
        &mut self,
        row: &str,
        edit: RowEdit,
        today: Date,
    ) -> Result<String, ControlError> {
        let name = self.edit_row(row, edit)?;
        for account in &mut self.accounts {
            if let Some(at) = account.rows.iter().position(|candidate| candidate.row == name) {
                let mut booked = account.rows.remove(at);
                booked.status = RowStatus::Booked;
                booked.posting_date = booked.posting_date.or(Some(today));
                account.rows.push(booked);
            }
        }
        Ok(name)
    }

    pub(crate) fn set_balance(
        &mut self,
        account: &str,
        rule: BalanceRule,
    ) -> Result<(), ControlError> {
        self.wanted(account)?.balance = rule;
        Ok(())
    }

    pub(crate) fn set_closed(&mut self, account: &str, closed: bool) -> Result<(), ControlError> {
        self.wanted(account)?.closed = closed;
        Ok(())
    }

    pub(crate) fn set_currency(
        &mut self,
        account: &str,
        currency: &str,
    ) -> Result<(), ControlError> {
        currency.clone_into(&mut self.wanted(account)?.currency);
        Ok(())
    }

    pub(crate) fn open_account(&mut self, new: NewAccount) -> String {
        let index = self.accounts.len() + 1;
        let key = format!("account-{index}");
        let iban = new.iban.unwrap_or_else(|| {
            let seed = format!("{}/{}", self.provider, self.login);
            super::iban::iban(crate::ids::Random::named(0, &seed).next(), index)
        });
        self.accounts.push(BankAccount {
            key: key.clone(),
            iban,
            name: new.name,
            nature: new.nature,
            currency: new.currency,
            opening: new.opening.unwrap_or_else(|| Amount::of(Decimal::ZERO)),
            balance: BalanceRule::Computed,
            states_available: false,
            closed: false,
            rows: Vec::new(),
        });
        key
    }
}
