//! Accounts: section 5.6. There is no route for a single one.

use serde_json::{Value, json};

use super::Call;
use super::envelope::page;
use super::grammar::wrong;
use crate::clock::seconds_text;
use crate::errors::ApiError;
use crate::world::{CopiedAccount, World};

/// `GET /accounts`; `connection_id` or `customer_id` is needed.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Value, ApiError> {
    let app_id = &call.client.app_id;
    let connection = match call.param("connection_id") {
        Some(id) => Some(world.connection_of(app_id, id)?.id),
        None => None,
    };
    let customer = match call.param("customer_id") {
        Some(id) => Some(world.customer_of(app_id, id)?.id),
        None => None,
    };
    if connection.is_none() && customer.is_none() {
        return Err(wrong("`connection_id` or `customer_id` is required."));
    }
    let belongs = |account: &&CopiedAccount| {
        let owner = world.connections.get(&account.connection_id).map(|c| c.customer_id);
        connection.is_none_or(|id| account.connection_id == id)
            && customer.is_none_or(|id| owner == Some(id))
            && world.shows_data(account.connection_id)
    };
    let items = world
        .accounts
        .values()
        .filter(belongs)
        .map(|account| (account.id.number(), account))
        .collect();
    page(call, &world.switches, items, |account| world.account_json(account))
}

impl World {
    pub(crate) fn account_json(&self, account: &CopiedAccount) -> Value {
        json!({
            "id": self.id(account.id),
            "connection_id": self.id(account.connection_id),
            "name": account.name,
            "nature": account.nature,
            "balance": if account.untold { Value::Null } else { account.balance.number() },
            "currency_code": account.currency_code,
            "extra": account.extra,
            "created_at": seconds_text(account.created_at),
            "updated_at": seconds_text(account.updated_at),
        })
    }
}
