//! Rows of an account.

use domain::{
    bank::{BankError, Listed, RemoteTransaction, Rows},
    id::{RemoteAccountId, RemoteConnectionId, RemoteTransactionId},
};
use jiff::Timestamp;

use crate::{client::Client, page::List, translate, wire::transaction::Transaction};

impl Client {
    /// The rows of an account in the order of their ids, from the one with id `from` (included) on.
    pub async fn transactions(
        &self,
        connection: &RemoteConnectionId,
        account: &RemoteAccountId,
        rows: Rows,
        from: Option<&RemoteTransactionId>,
        now: Timestamp,
    ) -> Result<Listed<RemoteTransaction>, BankError> {
        let mut query =
            vec![("connection_id", connection.as_str()), ("account_id", account.as_str())];
        match rows {
            Rows::Booked => {}
            Rows::Pending => query.push(("pending", "true")),
            Rows::Duplicated => query.push(("duplicated", "true")),
        }
        let list = List {
            name: "GET /transactions",
            path: "transactions",
            query: &query,
            from: from.map(RemoteTransactionId::as_str),
        };
        let mut read = translate::empty();
        self.pages(list, now, |row| {
            let Ok(wire) = serde_json::from_str::<Transaction>(row.get()) else {
                translate::keep(&mut read, Err("not an object"), None, Some(account.clone()));
                return;
            };
            let id = wire.id.as_ref().and_then(|id| id.0.parse().ok());
            let row = translate::transaction(wire, account, rows);
            let row = row.and_then(|row| translate::plausible(row, now));
            translate::keep(&mut read, row, id, Some(account.clone()));
        })
        .await?;
        Ok(read)
    }
}
