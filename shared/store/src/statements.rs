//! Published statements: one item a version, put once and never again.

use domain::{
    id::{AccountId, ConnectionId, TenantId},
    statement::Statement,
};

use crate::{
    error::StoreError,
    item::{self, Draft},
    keys::{self, END, Key},
    table::{Query, Table, When},
};

/// Statements that are read ahead where only the newest is wanted.
const FEW: i32 = 4;

impl Table {
    /// The newest version of an account's newest statement.
    pub async fn newest_statement(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
    ) -> Result<Option<Statement>, StoreError> {
        let mut newest = None;
        self.statements(tenant, connection, account, None, Some(1), |statement| {
            newest = Some(statement);
            false
        })
        .await?;
        Ok(newest)
    }

    /// Every version of an account's statements before one, the newest number first and of it the newest version, until
    /// `take` answers false.
    pub async fn statements_before(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        before: Option<(u32, u32)>,
        take: impl FnMut(Statement) -> bool + Send,
    ) -> Result<(), StoreError> {
        self.statements(tenant, connection, account, before, Some(FEW), take).await
    }

    async fn statements(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        before: Option<(u32, u32)>,
        page: Option<i32>,
        mut take: impl FnMut(Statement) -> bool + Send,
    ) -> Result<(), StoreError> {
        let pk = keys::partition(tenant, connection);
        let from = keys::statements(account);
        let to = match before {
            // The one before: versions count from 1, and the lower end is below every one.
            Some((number, version)) => {
                keys::statement(account, (number, version.saturating_sub(1)))
            }
            None => format!("{from}{END}"),
        };
        self.query(Query { descending: true, page, ..Query::table(&pk, &from, &to) }, |item| {
            Ok(take(item::record("statement", &item)?))
        })
        .await
    }

    /// One version of a statement.
    pub async fn statement(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        (number, version): (u32, u32),
    ) -> Result<Option<Statement>, StoreError> {
        let key = Key::statement(tenant, connection, account, (number, version));
        self.get("statement", &key).await
    }

    /// Publishes a version, which is never written again: whether it stands as it is given. False = another's does.
    pub async fn publish(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        statement: &Statement,
    ) -> Result<bool, StoreError> {
        let version = (statement.number, statement.version);
        let key = Key::statement(tenant, connection, &statement.account, version);
        match self.put(Draft::new(&key, "statement", statement)?.done(), When::Absent).await {
            Ok(()) => Ok(true),
            // A put whose answer was lost is sent again by the SDK, and meets itself.
            Err(StoreError::Conflict) => {
                let there: Option<Statement> = self.get_newest("statement", &key).await?;
                Ok(there.as_ref() == Some(statement))
            }
            Err(error) => Err(error),
        }
    }
}
