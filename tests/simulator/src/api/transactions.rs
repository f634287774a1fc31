//! Transactions: section 5.7.

use serde_json::{Value, json};

use super::Call;
use super::envelope::{one, page};
use super::grammar::{self, wrong};
use crate::bank::RowStatus;
use crate::clock::seconds_text;
use crate::errors::{ApiError, ErrorClass};
use crate::ids::Id;
use crate::switches::CategoryRule;
use crate::world::{CopiedTransaction, World};

const MAX_BATCH: usize = 100;

/// `GET /transactions`: posted and not duplicated, unless `pending=true` or `duplicated=true`.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let Some(connection) = call.param("connection_id") else {
        return Err(wrong("`connection_id` is required."));
    };
    let connection = world.connection_of(&call.client.app_id, connection)?.id;
    let account = match call.param("account_id") {
        Some(text) => Some(account_of(world, connection, text)?),
        None => None,
    };
    let duplicated = call.flag("duplicated");
    let status = if call.flag("pending") { RowStatus::Pending } else { RowStatus::Booked };
    let shown = world.shows_data(connection);
    let items = world
        .transactions
        .values()
        .filter(|row| shown && row.connection_id == connection)
        .filter(|row| account.is_none_or(|id| row.account_id == id))
        .filter(|row| row.duplicated == duplicated && (duplicated || row.status == status))
        .map(|row| (row.id.number(), row))
        .collect();
    page(call, &world.switches, items, |row| world.transaction_json(row))
}

fn account_of(world: &World, connection: Id, text: &str) -> Result<Id, ApiError> {
    text.parse()
        .ok()
        .filter(|id| world.accounts.get(id).is_some_and(|a| a.connection_id == connection))
        .ok_or_else(|| {
            let message = format!("Account with id: {text} was not found.");
            ApiError::new(ErrorClass::AccountNotFound, message)
        })
}

/// `PUT /transactions`: flags duplicates, all or none.
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    grammar::check(call.data, grammar::UPDATE_TRANSACTIONS, world.switches.strict_grammar)?;
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let Some(connection) = call.data.get("connection_id").map(plain) else {
        return Err(wrong("`connection_id` is required."));
    };
    let connection = world.connection_of(&call.client.app_id, &connection)?.id;
    let Some(texts) = call.data.get("transaction_ids").and_then(Value::as_array) else {
        return Err(wrong("`transaction_ids` is required."));
    };
    let Some(duplicate) = call.data.get("duplicate").and_then(Value::as_bool) else {
        return Err(wrong("`duplicate` is required."));
    };
    if texts.len() > MAX_BATCH {
        let message = "At most 100 transactions at once.";
        return Err(ApiError::new(ErrorClass::BatchSizeLimitExceeded, message));
    }
    let mut ids = Vec::new();
    for text in texts.iter().map(plain) {
        let known = text.parse().ok().filter(|id: &Id| {
            world.transactions.get(id).is_some_and(|row| row.connection_id == connection)
        });
        ids.push(known.ok_or_else(|| {
            let message = format!("Transaction with id: {text} was not found.");
            ApiError::new(ErrorClass::TransactionNotFound, message)
        })?);
    }
    for id in &ids {
        if let Some(row) = world.transactions.get_mut(id) {
            row.duplicated = duplicate;
            row.updated_at = call.now;
        }
    }
    let ids: Vec<Value> = ids.into_iter().map(|id| world.id(id)).collect();
    Ok(one(json!({ "duplicated": duplicate, "transaction_ids": ids })))
}

impl World {
    pub(crate) fn transaction_json(&self, row: &CopiedTransaction) -> Value {
        let status = match row.status {
            RowStatus::Booked => "posted",
            RowStatus::Pending => "pending",
        };
        let mut shown = json!({
            "id": self.id(row.id),
            "account_id": self.id(row.account_id),
            "duplicated": row.duplicated,
            "mode": row.mode,
            "status": status,
            "made_on": row.made_on.to_string(),
            "amount": row.amount.number(),
            "currency_code": row.currency_code,
            "description": row.description,
            "extra": row.extra,
            "created_at": seconds_text(row.created_at),
            "updated_at": seconds_text(row.updated_at),
        });
        let categorized = self
            .connections
            .get(&row.connection_id)
            .is_some_and(|connection| connection.categorization != "none");
        let has_category = match self.switches.category {
            CategoryRule::Always => true,
            CategoryRule::WhenCategorized => categorized,
            CategoryRule::Never => false,
        };
        if let Some(category) = row.category.as_ref().filter(|_| has_category) {
            shown["category"] = category.clone().into();
        }
        shown
    }
}
