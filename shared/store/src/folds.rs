//! Folds, in the connection's partition: an index, and one item for each fold. Only newer ones take the
//! place of older ones, so writers that meet, or come late, do no harm.

use std::collections::BTreeMap;

use domain::{
    id::{AccountId, ConnectionId, TenantId},
    journal::{Entry, Fold, FoldName, Folds, Position},
};
use jiff::civil::Date;

use crate::{
    entries::Bases,
    error::StoreError,
    item::{self, Draft, number, text_of},
    keys::{self, Key},
    table::{Query, Table, When},
};

/// Folds, and the entries behind them.
#[derive(Debug, Clone, Default)]
pub struct Behind {
    /// Which folds there are; the default where there are none.
    pub folds: Folds,
    /// The entries behind them, oldest first.
    pub entries: Vec<Entry>,
}

impl Table {
    /// Folds and the entries behind them, as they stand or as they stood at an entry: not more is read than
    /// stands behind the folds. Folds that this release cannot read are not there.
    pub async fn behind_folds(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        upto: Option<Position>,
    ) -> Result<Behind, StoreError> {
        let folds = self.folds(tenant, connection, false).await?.unwrap_or_default();
        if upto.is_some_and(|upto| folds.through > upto) {
            return self.behind_nothing(tenant, connection, upto).await;
        }
        let entries = self.log(tenant, connection, folds.through.next(), upto, false).await?;
        Ok(Behind { folds, entries })
    }

    /// The whole journal, as it stands or as it stood at an entry.
    pub async fn behind_nothing(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        upto: Option<Position>,
    ) -> Result<Behind, StoreError> {
        let folds = Folds::default();
        let entries = self.log(tenant, connection, folds.through, upto, false).await?;
        Ok(Behind { folds, entries })
    }

    /// An account's folds that begin on these days, with one query. Those that are missing or cannot be
    /// read are left out.
    pub async fn folds_from(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        (first, last): (Date, Date),
    ) -> Result<BTreeMap<Date, Fold>, StoreError> {
        let pk = keys::partition(tenant, connection);
        let (from, to) = (keys::fold(account, first), keys::fold(account, last));
        let mut found = BTreeMap::new();
        self.query(Query::table(&pk, &from, &to), |item| {
            let start = text_of(&item, "sk").and_then(|sk| sk.rsplit('#').next()?.parse().ok());
            if let (Some(start), Some(fold)) = (start, cached(item::record("fold", &item))?) {
                found.insert(start, fold);
            }
            Ok(true)
        })
        .await?;
        Ok(found)
    }

    /// Writes the folds anew where that is due at this entry, the newest; how many items were written.
    /// `known` are the newest entries that the caller holds: what they leave open is read.
    ///
    /// Nobody may depend on it: a writer that dies leaves the folds as they were, or some of them torn, and
    /// the next one writes them.
    pub async fn keep_folds(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        known: &[Entry],
    ) -> Result<usize, StoreError> {
        let Some(newest) = known.last() else { return Ok(0) };
        // Full price: what is written from folds must not be older than their index says.
        let folds = self.folds(tenant, connection, true).await?.unwrap_or_default();
        if !folds.due(newest) {
            return Ok(0);
        }
        let entries = self.through(tenant, connection, folds.through, known).await?;
        let loaded = self.listed(tenant, connection, &folds, &entries).await?;
        let mut next = folds;
        let written = if let Ok(written) = next.advance(loaded, &entries) {
            written
        } else {
            next = Folds::default();
            let all = self.through(tenant, connection, next.through, known).await?;
            next.advance(BTreeMap::new(), &all).unwrap_or_default()
        };
        if next.through != newest.at {
            // An entry is not to be seen yet.
            return Ok(0);
        }
        for ((account, start), fold) in &written {
            let key = Key::fold(tenant, connection, account, *start);
            self.put_newer(Draft::new(&key, "fold", fold)?, fold.at).await?;
        }
        let index = Draft::new(&Key::folds(tenant, connection), "folds", &next)?;
        self.put_newer(index, next.through).await?;
        Ok(written.len() + 1)
    }

    async fn folds(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        newest: bool,
    ) -> Result<Option<Folds>, StoreError> {
        let key = Key::folds(tenant, connection);
        let found = if newest {
            self.get_newest("folds", &key).await
        } else {
            self.get("folds", &key).await
        };
        Ok(cached(found)?.flatten())
    }

    /// The folds that are listed and that these entries may change.
    async fn listed(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        folds: &Folds,
        entries: &[Entry],
    ) -> Result<BTreeMap<FoldName, Fold>, StoreError> {
        let listed = |(account, start): &FoldName| {
            let known = folds.accounts.get(account);
            known.is_some_and(|known| known.folds.contains_key(start))
        };
        let names: Vec<FoldName> = folds.stale(entries).into_iter().filter(listed).collect();
        let key = |(account, start): &FoldName| Key::fold(tenant, connection, account, *start);
        let keys: Vec<Key> = names.iter().map(key).collect();
        let mut loaded = BTreeMap::new();
        for item in self.items(&keys, true).await? {
            let sk = text_of(&item, "sk").unwrap_or_default().to_owned();
            let name = keys.iter().position(|key| key.sk == sk).and_then(|at| names.get(at));
            if let (Some(name), Some(fold)) = (name, cached(item::record("fold", &item))?) {
                loaded.insert(name.clone(), fold);
            }
        }
        Ok(loaded)
    }

    /// The entries behind a place: those that are known, where they leave no hole, else the table's.
    async fn through(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        behind: Position,
        known: &[Entry],
    ) -> Result<Vec<Entry>, StoreError> {
        let own: Vec<&Entry> = known.iter().filter(|entry| entry.at > behind).collect();
        let begins = own.first().is_some_and(|entry| entry.at == behind.next());
        if begins && own.windows(2).all(|two| two[1].at == two[0].at.next()) {
            return Ok(own.into_iter().cloned().collect());
        }
        let newest = known.last().map(|entry| entry.at);
        self.log(tenant, connection, behind.next(), newest, true).await
    }

    async fn log(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        from: Position,
        upto: Option<Position>,
        consistent: bool,
    ) -> Result<Vec<Entry>, StoreError> {
        // The table refuses a range that ends before it begins.
        if upto.is_some_and(|upto| upto < from) {
            return Ok(Vec::new());
        }
        let pk = keys::partition(tenant, connection);
        let (from, to) = (keys::entry(from), upto.map_or(keys::LAST.to_owned(), keys::entry));
        let query = Query { consistent, ..Query::table(&pk, &from, &to) };
        let stored = self.stored(query, usize::MAX).await?;
        self.entries(&pk, &stored, &mut Bases::default()).await
    }

    /// Puts a fold, or their index, where nothing or an older one is.
    async fn put_newer(&self, draft: Draft, at: Position) -> Result<(), StoreError> {
        let order = u64::from(at.generation) * 1_000_000_000_000 + at.number;
        match self.put(draft.with("v", number(order)).done(), When::Newer(order)).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// What cannot be read is as good as deleted.
fn cached<T>(found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::Unreadable { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
