//! Rows of an account.

use domain::{
    bank::{BankError, Listed, Quarantined, RemoteAccount, RemoteTransaction, Rows},
    id::{RemoteAccountId, RemoteConnectionId, RemoteTransactionId},
    limits::READ_ROWS,
    plan::{FetchedAccount, Unread},
};
use jiff::Timestamp;

use crate::{
    client::Client,
    page::{List, Whole},
    translate,
    wire::transaction::Transaction,
};

/// What an account shows.
pub struct RowsOf {
    /// The account with its rows.
    pub account: FetchedAccount,
    /// What could not be read of them.
    pub quarantined: Vec<Quarantined>,
    /// Whether they came in more than one page, between which the bank may have gone on.
    pub paged: bool,
}

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
        Ok(self.list_of(connection, account, rows, from, now).await?.read)
    }

    async fn list_of(
        &self,
        connection: &RemoteConnectionId,
        account: &RemoteAccountId,
        rows: Rows,
        from: Option<&RemoteTransactionId>,
        now: Timestamp,
    ) -> Result<Whole<Listed<RemoteTransaction>>, BankError> {
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
        let listed = self.pages(list, now, translate::empty, |read, row| {
            let Ok(wire) = serde_json::from_str::<Transaction>(row.get()) else {
                translate::keep(read, Err("not an object"), None, Some(account.clone()));
                return;
            };
            let id = wire.id.as_ref().and_then(|id| id.0.parse().ok());
            let row = translate::transaction(wire, account, rows);
            let row = row.and_then(|row| translate::plausible(row, now));
            translate::keep(read, row, id, Some(account.clone()));
        });
        listed.await
    }

    /// An account with its booked rows from the one with id `from` on, its announced ones and those set aside.
    pub async fn rows_of(
        &self,
        connection: &RemoteConnectionId,
        account: RemoteAccount,
        from: Option<RemoteTransactionId>,
        now: Timestamp,
    ) -> Result<RowsOf, BankError> {
        let list = |rows, from| self.list_of(connection, &account.id, rows, from, now);
        let booked = list(Rows::Booked, from.as_ref()).await?;
        let pending = list(Rows::Pending, None).await?;
        let duplicated = list(Rows::Duplicated, None).await?;
        let paged = booked.paged || pending.paged || duplicated.paged;
        let (booked, pending, duplicated) = (booked.read, pending.read, duplicated.read);
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
        Ok(RowsOf { account: fetched, quarantined, paged })
    }
}
