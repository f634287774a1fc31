//! The banks over HTTP.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Shared, done, of, shown};
use crate::bank::BalanceRule;
use crate::bank::edit::{NewAccount, NewRow, RowEdit};
use crate::control::BankAt;

pub(super) async fn book(State(inner): Shared, Json(at): Json<BankAt>) -> Answer {
    shown(of(inner).book(&at)?)
}

#[derive(Deserialize)]
pub(super) struct Login {
    #[serde(flatten)]
    at: BankAt,
    password: String,
}

pub(super) async fn login(State(inner): Shared, Json(asked): Json<Login>) -> Answer {
    of(inner).add_login(&asked.at, &asked.password)?;
    Ok(done())
}

#[derive(Deserialize)]
pub(super) struct AddRow {
    #[serde(flatten)]
    at: BankAt,
    account: String,
    row: NewRow,
}

fn named(row: &str) -> Json<Value> {
    Json(json!({ "row": row }))
}

pub(super) async fn add_row(State(inner): Shared, Json(asked): Json<AddRow>) -> Answer {
    Ok(named(&of(inner).add_row(&asked.at, &asked.account, asked.row)?))
}

#[derive(Deserialize)]
pub(super) struct ChangeRow {
    #[serde(flatten)]
    at: BankAt,
    row: String,
    #[serde(default)]
    edit: RowEdit,
}

pub(super) async fn edit_row(State(inner): Shared, Json(asked): Json<ChangeRow>) -> Answer {
    Ok(named(&of(inner).edit_row(&asked.at, &asked.row, asked.edit)?))
}

pub(super) async fn book_row(State(inner): Shared, Json(asked): Json<ChangeRow>) -> Answer {
    Ok(named(&of(inner).book_row(&asked.at, &asked.row, asked.edit)?))
}

pub(super) async fn remove_row(State(inner): Shared, Json(asked): Json<ChangeRow>) -> Answer {
    of(inner).remove_row(&asked.at, &asked.row)?;
    Ok(done())
}

#[derive(Deserialize)]
pub(super) struct OpenAccount {
    #[serde(flatten)]
    at: BankAt,
    account: NewAccount,
}

pub(super) async fn open_account(State(inner): Shared, Json(asked): Json<OpenAccount>) -> Answer {
    Ok(Json(json!({ "account": of(inner).open_account(&asked.at, asked.account)? })))
}

#[derive(Deserialize)]
pub(super) struct EditAccount {
    #[serde(flatten)]
    at: BankAt,
    account: String,
    balance: Option<BalanceRule>,
    closed: Option<bool>,
    currency: Option<String>,
}

pub(super) async fn edit_account(State(inner): Shared, Json(asked): Json<EditAccount>) -> Answer {
    let control = of(inner);
    if let Some(rule) = asked.balance {
        control.set_balance(&asked.at, &asked.account, rule)?;
    }
    if let Some(closed) = asked.closed {
        control.set_closed(&asked.at, &asked.account, closed)?;
    }
    if let Some(currency) = asked.currency {
        control.set_currency(&asked.at, &asked.account, &currency)?;
    }
    Ok(done())
}
