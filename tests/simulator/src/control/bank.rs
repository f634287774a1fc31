//! What happens at the banks. None of it reaches Salt Edge's copy before somebody asks the bank.

use serde::{Deserialize, Serialize};

use super::{Control, ControlError};
use crate::bank::edit::{NewAccount, NewRow, RowEdit};
use crate::bank::{BalanceRule, Book};
use crate::clock::date_of;

/// Whose book at which bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAt {
    /// Provider code.
    pub provider: String,
    /// User name at the bank.
    #[serde(default = "username")]
    pub login: String,
}

fn username() -> String {
    "username".to_owned()
}

impl BankAt {
    /// The book of the login `username`.
    #[must_use]
    pub fn of(provider: &str) -> Self {
        Self { provider: provider.to_owned(), login: username() }
    }

    /// The book of another login.
    #[must_use]
    pub fn login(provider: &str, login: &str) -> Self {
        Self { provider: provider.to_owned(), login: login.to_owned() }
    }
}

impl Control {
    /// Gives a bank a further user; `username` / `secret` is known everywhere.
    pub fn add_login(&self, at: &BankAt, password: &str) -> Result<(), ControlError> {
        self.change(at, |_| Ok(()))?;
        let key = (at.provider.clone(), at.login.clone());
        self.0.world().logins.insert(key, password.to_owned());
        Ok(())
    }

    /// The book as the bank holds it; seeded at the first look.
    pub fn book(&self, at: &BankAt) -> Result<Book, ControlError> {
        self.change(at, |book| Ok(book.clone()))
    }

    /// Adds a row to `account` (key or IBAN). Gives the row's name.
    pub fn add_row(&self, at: &BankAt, account: &str, row: NewRow) -> Result<String, ControlError> {
        let today = date_of(self.now());
        self.change(at, |book| book.add_row(account, row, today))
    }

    /// Changes a row: re-described, corrected, backdated. Gives the row's name.
    pub fn edit_row(&self, at: &BankAt, row: &str, edit: RowEdit) -> Result<String, ControlError> {
        self.change(at, |book| book.edit_row(row, edit))
    }

    /// Takes a row back.
    pub fn remove_row(&self, at: &BankAt, row: &str) -> Result<(), ControlError> {
        self.change(at, |book| book.remove_row(row))
    }

    /// Books a pending row, with what changes on the way. Gives the row's name. In Salt Edge's copy it
    /// appears under a new id, unless [`crate::Switches::posting_keeps_id`].
    pub fn book_row(&self, at: &BankAt, row: &str, edit: RowEdit) -> Result<String, ControlError> {
        let today = date_of(self.now());
        self.change(at, |book| book.book_row(row, edit, today))
    }

    /// Sets how an account states its balance.
    pub fn set_balance(
        &self,
        at: &BankAt,
        account: &str,
        rule: BalanceRule,
    ) -> Result<(), ControlError> {
        self.change(at, |book| book.set_balance(account, rule))
    }

    /// Opens an account. Gives its key. A connection whose user chose accounts does not see it.
    pub fn open_account(&self, at: &BankAt, account: NewAccount) -> Result<String, ControlError> {
        self.change(at, |book| Ok(book.open_account(account)))
    }

    /// Closes an account or opens it again: it is no longer delivered, or again.
    pub fn set_closed(&self, at: &BankAt, account: &str, closed: bool) -> Result<(), ControlError> {
        self.change(at, |book| book.set_closed(account, closed))
    }

    /// Changes an account's currency; rows keep their numbers.
    pub fn set_currency(
        &self,
        at: &BankAt,
        account: &str,
        currency: &str,
    ) -> Result<(), ControlError> {
        self.change(at, |book| book.set_currency(account, currency))
    }

    fn change<T>(
        &self,
        at: &BankAt,
        act: impl FnOnce(&mut Book) -> Result<T, ControlError>,
    ) -> Result<T, ControlError> {
        let now = self.now();
        let mut world = self.0.world();
        if !world.providers.contains_key(&at.provider) {
            return Err(ControlError::NotFound(format!("provider {}", at.provider)));
        }
        act(world.book(&at.provider, &at.login, now))
    }
}
