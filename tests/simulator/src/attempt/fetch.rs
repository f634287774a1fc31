//! What an attempt copies from the bank. Nothing else copies.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::Attempt;
use super::copy::Copying;
use crate::amount::Amount;
use crate::bank::{BalanceRule, BankAccount, Book, RowStatus, add_update_rows};
use crate::clock::date_of;
use crate::ids::Id;
use crate::world::{Connection, CopiedAccount, World};

/// What one fetch works with: the connection, the attempt and the bank's book as they stand.
pub(super) struct Visit {
    pub(super) connection: Connection,
    pub(super) attempt: Attempt,
    pub(super) book: Book,
}

impl World {
    /// The bank's side of an attempt; none when the user shares nothing.
    fn visit(&mut self, attempt_id: Id, now: Timestamp) -> Option<Visit> {
        let attempt = self.attempts.get(&attempt_id)?.clone();
        let connection = self.connections.get(&attempt.connection_id)?.clone();
        if !connection.shared || self.require_consent(connection.id).is_err() {
            return None;
        }
        let login = connection.login.clone()?;
        let book = self.book(&connection.provider_code, &login, now).clone();
        Some(Visit { connection, attempt, book })
    }

    pub(crate) fn fetch_accounts(&mut self, attempt_id: Id, now: Timestamp) {
        let Some(visit) = self.visit(attempt_id, now) else { return };
        if self.providers.get(&visit.book.provider).is_some_and(|provider| provider.updates) {
            let mut random = self.random.clone();
            let today = date_of(now);
            let book = self.book(&visit.book.provider, &visit.book.login, now);
            add_update_rows(book, &mut random, today);
            self.random = random;
        }
        let Some(visit) = self.visit(attempt_id, now) else { return };
        let delivered: BTreeSet<&str> =
            visit.delivered().map(|account| account.key.as_str()).collect();
        for copied in self.accounts.values_mut() {
            if copied.connection_id == visit.connection.id
                && !delivered.contains(copied.bank_key.as_str())
            {
                copied.extra.insert("updated_on_last_attempt".into(), Value::Bool(false));
            }
        }
        for account in visit.delivered() {
            self.copy_account(&visit, account, now);
        }
    }

    fn copy_account(&mut self, visit: &Visit, account: &BankAccount, now: Timestamp) {
        let balance = visit.attempt.fetches("balance").then(|| account.stated_balance());
        let existing = self.accounts.values_mut().find(|copied| {
            copied.connection_id == visit.connection.id && copied.bank_key == account.key
        });
        if let Some(copied) = existing {
            let balance = balance.unwrap_or_else(|| copied.balance.clone());
            if copied.balance != balance {
                copied.updated_at = now;
            }
            copied.balance = balance;
            copied.untold = account.balance == BalanceRule::Untold;
            copied.currency_code.clone_from(&account.currency);
            copied.extra = account_extra(visit, account);
            return;
        }
        let id = self.ids.next();
        let copied = CopiedAccount {
            id,
            connection_id: visit.connection.id,
            bank_key: account.key.clone(),
            name: account.iban.clone(),
            nature: account.nature.clone(),
            balance: balance.unwrap_or_else(|| Amount::of(Decimal::ZERO)),
            untold: account.balance == BalanceRule::Untold,
            currency_code: account.currency.clone(),
            extra: account_extra(visit, account),
            created_at: now,
            updated_at: now,
        };
        self.accounts.insert(id, copied);
    }

    pub(crate) fn fetch_transactions(&mut self, attempt_id: Id, now: Timestamp) {
        let Some(visit) = self.visit(attempt_id, now) else { return };
        let window = self.window(&visit, now);
        let settled = self.settled_day(&visit.book.provider, now);
        let accounts: BTreeMap<String, Id> = self
            .accounts
            .values()
            .filter(|copied| copied.connection_id == visit.connection.id)
            .map(|copied| (copied.bank_key.clone(), copied.id))
            .collect();
        for account in visit.delivered() {
            if let Some(&account_id) = accounts.get(&account.key) {
                let visit = &visit;
                self.copy_rows(&Copying { visit, account, account_id, window, settled, now });
            }
        }
    }

    /// The oldest and newest date that may be copied: section 7, "history".
    fn window(&self, visit: &Visit, now: Timestamp) -> (Date, Date) {
        let today = date_of(now);
        let days = self
            .providers
            .get(&visit.book.provider)
            .map_or(60, |provider| provider.max_fetch_interval);
        let consent = visit.connection.last_consent_id.and_then(|id| self.consents.get(&id));
        let from = [
            today.checked_sub(days.days()).ok(),
            consent.and_then(|consent| consent.from_date),
            visit.attempt.from_date,
        ];
        let to = [consent.and_then(|consent| consent.to_date), visit.attempt.to_date];
        (
            from.into_iter().flatten().max().unwrap_or(Date::MIN),
            to.into_iter().flatten().min().unwrap_or(Date::MAX),
        )
    }
}

impl Visit {
    /// Accounts that the bank delivers to this connection.
    fn delivered(&self) -> impl Iterator<Item = &BankAccount> {
        self.book.accounts.iter().filter(|account| {
            let chosen = self.connection.selected.as_ref();
            let natures = self.connection.natures.as_ref();
            !account.closed
                && chosen.is_none_or(|keys| keys.contains(&account.key))
                && natures.is_none_or(|wanted| wanted.contains(&account.nature))
        })
    }
}

fn account_extra(visit: &Visit, account: &BankAccount) -> Map<String, Value> {
    let mut extra = Map::new();
    extra.insert("iban".into(), account.iban.clone().into());
    extra.insert("account_name".into(), account.name.clone().into());
    extra.insert("holder_name".into(), visit.book.holder.clone().into());
    extra.insert("status".into(), "active".into());
    extra.insert(
        "transactions_count".into(),
        json!({ "posted": account.count(RowStatus::Booked), "pending": account.count(RowStatus::Pending) }),
    );
    extra.insert("updated_on_last_attempt".into(), Value::Bool(true));
    if account.balance == BalanceRule::Available {
        extra.insert("balance_type".into(), "interimAvailable".into());
    }
    if account.states_available {
        let available = account.stated_balance().value() + account.sum(RowStatus::Pending);
        extra.insert("available_amount".into(), Amount::of(available).number());
    }
    extra
}
