//! Rows of an account.

use domain::{
    bank::{BankError, Listed, Quarantined, RemoteAccount, RemoteTransaction, Rows},
    id::{RemoteAccountId, RemoteConnectionId, RemoteTransactionId},
    limits::READ_ROWS,
    plan::{FetchedAccount, Unread},
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

    /// An account with its booked rows from the one with id `from` on, its announced ones and those set aside;
    /// and what could not be read of them.
    pub async fn rows_of(
        &self,
        connection: &RemoteConnectionId,
        account: RemoteAccount,
        from: Option<RemoteTransactionId>,
        now: Timestamp,
    ) -> Result<(FetchedAccount, Vec<Quarantined>), BankError> {
        let list = |rows, from| self.transactions(connection, &account.id, rows, from, now);
        let booked = list(Rows::Booked, from.as_ref()).await?;
        let pending = list(Rows::Pending, None).await?;
        let duplicated = list(Rows::Duplicated, None).await?;
        if booked.rows.len() > READ_ROWS {
            let what = format!("more than {READ_ROWS} rows of one account");
            return Err(BankError::Unreadable { call: "transactions", what });
        }
        let unread = Unread {
            ids: booked.quarantined.iter().filter_map(|row| row.id.clone()).collect(),
            nameless: booked.quarantined.iter().any(|row| row.id.is_none()),
        };
        let mut quarantined = booked.quarantined;
        quarantined.extend(pending.quarantined);
        let duplicated = duplicated.rows.into_iter().map(|row| row.id).collect();
        let (booked, pending) = (booked.rows, pending.rows);
        let held_by = None;
        let fetched =
            FetchedAccount { account, from, booked, pending, duplicated, unread, held_by };
        Ok((fetched, quarantined))
    }
}
