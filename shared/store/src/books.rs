//! Books of accounts: where they stood is in the index of the folds, the balances that the bank had told until then
//! lie beside the folds, in pieces of some days of a month.

use std::collections::BTreeMap;

use domain::{
    id::{AccountId, ConnectionId, TenantId},
    journal::{Entry, FoldName, Folds, Past, Position},
    proof::{Balances, Book, Books, Wanted},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::{
    dense::Dense,
    error::StoreError,
    folds::Behind,
    keys::{self, END},
    table::{Query, Table},
};

/// Which book is wanted, and what of it.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// What is wanted.
    pub wanted: Wanted<'a>,
    /// The age of the data that a later read found nothing new in.
    pub checked: Option<Timestamp>,
    /// The bank's zone.
    pub zone: &'a TimeZone,
}

impl Table {
    /// An account's book out of folds and the entries behind them. Where they are torn, `behind` is the whole journal
    /// from then on.
    pub async fn book(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        behind: &mut Behind,
        reading: Reading<'_>,
    ) -> Result<Book, StoreError> {
        let Reading { account, wanted, checked, zone } = reading;
        let past = Past::new(account, &behind.folds, &behind.entries);
        let mut found = BTreeMap::new();
        for run in wanted.runs(&past) {
            found.extend(self.folds_from(tenant, connection, account, run).await?);
        }
        let balances = match wanted.since(&past) {
            Some(since) => Some((since, self.balances(tenant, connection, account, since).await?)),
            None => None,
        };
        if let Ok(book) = Book::of(&past, wanted, found, balances, checked, zone) {
            return Ok(book);
        }
        let upto = Some(past.moment());
        *behind = self.behind_nothing(tenant, connection, upto).await?;
        Ok(Book::read(account, &behind.entries, checked, zone))
    }

    /// Folds, and the entries behind them, of which the newest are known: all of them, also where the folds go further.
    pub async fn behind_known(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        known: &[Entry],
    ) -> Result<Behind, StoreError> {
        let mut folds = self.folds(tenant, connection, None).await?;
        let newest = known.last().map(|entry| entry.at);
        if newest.is_none_or(|newest| folds.through > newest) {
            folds = Folds::default();
        }
        let entries = self.through(tenant, connection, folds.through, known).await?;
        Ok(Behind { folds, entries })
    }

    /// Folds, and the entries behind them through a moment, for what is read of one account; where the folds go further, as
    /// they stand.
    pub async fn behind_about(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        at: Position,
    ) -> Result<Behind, StoreError> {
        let folds = self.folds(tenant, connection, Some(account)).await?;
        let entries = self.log(tenant, connection, folds.through.next(), Some(at), false).await?;
        Ok(Behind { folds, entries })
    }

    /// An account's balances from a day on.
    async fn balances(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        since: Date,
    ) -> Result<BTreeMap<Date, Balances>, StoreError> {
        let pk = keys::partition(tenant, connection);
        let from = keys::balances(account, since);
        let to = format!("{}{END}", keys::balances(account, Date::MAX));
        self.by_day(account, Query::table(&pk, &from, &to)).await
    }

    /// The pieces of balances that are added to.
    pub(crate) async fn growing(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        folds: &Folds,
    ) -> Result<BTreeMap<FoldName, Balances>, StoreError> {
        let key = |(account, start): &FoldName| keys::balances(account, *start);
        self.cached(tenant, connection, (&folds.growing(), key)).await
    }

    /// Writes the pieces of balances, and notes where the books stand in an index that is yet to be written; how many
    /// pieces.
    pub(crate) async fn keep_books(
        &self,
        pk: &str,
        next: &mut Folds,
        books: Books,
    ) -> Result<usize, StoreError> {
        for (name, told) in &books.balances {
            let sk = keys::balances(&name.0, name.1);
            self.put_newer((pk, sk), told.bytes(name)?, next.through).await?;
        }
        let written = books.balances.len();
        for (account, standing) in books.standings {
            if let Some(known) = next.accounts.get_mut(&account) {
                known.book = Some(standing);
            }
        }
        Ok(written)
    }
}
