//! Accounts of a connection.

use domain::{
    bank::{BankError, Listed, RemoteAccount},
    id::RemoteConnectionId,
};
use jiff::Timestamp;

use crate::{client::Client, page::List, translate, wire::account::Account};

impl Client {
    /// All accounts of a connection, with their balances as Salt Edge last fetched them.
    pub async fn accounts(
        &self,
        id: &RemoteConnectionId,
        now: Timestamp,
    ) -> Result<Listed<RemoteAccount>, BankError> {
        let query = &[("connection_id", id.as_str())];
        let list = List { name: "GET /accounts", path: "accounts", query, from: None };
        let listed = self.pages(list, now, translate::empty, |accounts, row| {
            let Ok(wire) = serde_json::from_str::<Account>(row.get()) else {
                translate::keep(accounts, Err("not an object"), None, None);
                return;
            };
            let account = wire.id.as_ref().and_then(|id| id.0.parse().ok());
            let foreign = wire.connection_id.as_ref().is_some_and(|other| other.0 != id.as_str());
            let read = if foreign {
                Err("connection_id is not the one asked for")
            } else {
                translate::account(wire)
            };
            translate::keep(accounts, read, None, account);
        });
        Ok(listed.await?.read)
    }
}
