//! Folds, in the connection's partition: an index, and one item for each fold. Only newer ones take the
//! place of older ones, so writers that meet, or come late, do no harm.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{AccountId, ConnectionId, TenantId},
    journal::{Entry, Fold, FoldName, Folds, Position, Torn},
};
use jiff::civil::Date;

use crate::{
    dense::{Dense, OneUnit},
    entries::Bases,
    error::StoreError,
    index::Top,
    item::{Draft, bytes_of, number, text_of},
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

impl Behind {
    /// The newest entry.
    pub fn newest(&self) -> Position {
        self.entries.last().map_or(self.folds.through, |entry| entry.at)
    }
}

impl Table {
    /// Folds and the entries behind them, as they stand or as they stood at an entry, for what is read of one account:
    /// not more is read than stands behind the folds. Folds that this release cannot read are not there.
    pub async fn behind_folds(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: &AccountId,
        upto: Option<Position>,
    ) -> Result<Behind, StoreError> {
        let folds = self.folds(tenant, connection, Some(account)).await?;
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
        self.by_day(account, Query::table(&pk, &from, &to)).await
    }

    /// What a query finds of an account, by the day with which each key ends. What cannot be read is left out.
    pub(crate) async fn by_day<T: Dense>(
        &self,
        account: &AccountId,
        query: Query<'_>,
    ) -> Result<BTreeMap<Date, T>, StoreError> {
        let mut found = BTreeMap::new();
        self.query(query, |item| {
            let day = text_of(&item, "sk").and_then(|sk| sk.rsplit('#').next()?.parse().ok());
            if let (Some(day), Some(bytes)) = (day, bytes_of(&item))
                && let Some(one) = cached(T::of(&(account.clone(), day), bytes))?
            {
                found.insert(day, one);
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
        let top = self.top(tenant, connection, true).await?;
        let accounts = top.as_ref().and_then(Top::folds).unwrap_or_default();
        if !accounts.due(newest) {
            return Ok(0);
        }
        let months = self.months(tenant, connection, None, top.as_ref(), true).await?;
        let (folds, months) = top.and_then(|top| top.with(months, None)).unwrap_or_default();
        let pk = keys::partition(tenant, connection);
        let fits = OneUnit { pk: &pk };
        let entries = self.through(tenant, connection, folds.through, known).await?;
        let loaded = self.listed(tenant, connection, &folds.stale(&entries), &folds).await?;
        let growing = self.growing(tenant, connection, &folds).await?;
        let books = folds.observe(&loaded, &growing, &entries, &fits);
        let mut next = folds;
        let written = next.advance(loaded, &entries, &fits);
        let (written, books) = if let (Ok(written), Ok(books)) = (&written, &books) {
            (written.clone(), books.clone())
        } else {
            // What is missing is made of the journal, and nothing else: the rest is as it was.
            let all = self.through(tenant, connection, Position::start(1), known).await?;
            let written = written.unwrap_or_else(|Torn| {
                next = Folds::default();
                next.advance(BTreeMap::new(), &all, &fits).unwrap_or_default()
            });
            let nothing = (&BTreeMap::new(), &BTreeMap::new());
            let books =
                books.or_else(|Torn| Folds::default().observe(nothing.0, nothing.1, &all, &fits));
            (written, books.unwrap_or_default())
        };
        if next.through != newest.at {
            // An entry is not to be seen yet.
            return Ok(0);
        }
        for (name, fold) in &written {
            self.put_newer((&pk, keys::fold(&name.0, name.1)), fold.bytes(name)?, fold.at).await?;
        }
        let pieces = self.keep_books(&pk, &mut next, books).await?;
        let listed = self.keep_index(&pk, &next, &months).await?;
        Ok(written.len() + pieces + listed)
    }

    /// Those of these folds that are listed.
    async fn listed(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        names: &BTreeSet<FoldName>,
        folds: &Folds,
    ) -> Result<BTreeMap<FoldName, Fold>, StoreError> {
        let listed = |(account, start): &FoldName| {
            let known = folds.accounts.get(account);
            known.is_some_and(|known| known.folds.contains_key(start))
        };
        let names: Vec<FoldName> = names.iter().filter(|name| listed(name)).cloned().collect();
        let key = |(account, start): &FoldName| keys::fold(account, *start);
        self.cached(tenant, connection, (&names, key)).await
    }

    /// What these names lead to, at full price. Those that are missing or cannot be read are left out.
    pub(crate) async fn cached<T: Dense>(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        (names, key): (&[FoldName], impl Fn(&FoldName) -> String),
    ) -> Result<BTreeMap<FoldName, T>, StoreError> {
        let pk = keys::partition(tenant, connection);
        let key = |name| Key { pk: pk.clone(), sk: key(name) };
        let keys: Vec<Key> = names.iter().map(key).collect();
        let mut loaded = BTreeMap::new();
        for item in self.items(&keys, true).await? {
            let sk = text_of(&item, "sk").unwrap_or_default();
            let name = keys.iter().position(|key| key.sk == sk).and_then(|at| names.get(at));
            if let (Some(name), Some(bytes)) = (name, bytes_of(&item))
                && let Some(found) = cached(T::of(name, bytes))?
            {
                loaded.insert(name.clone(), found);
            }
        }
        Ok(loaded)
    }

    /// The entries behind a place: those that are known, where they leave no hole, else the table's.
    pub(crate) async fn through(
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

    pub(crate) async fn log(
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

    /// Puts a fold, or of the index, where nothing or an older one is.
    pub(crate) async fn put_newer(
        &self,
        (pk, sk): (&str, String),
        bytes: Vec<u8>,
        at: Position,
    ) -> Result<(), StoreError> {
        let order = u64::from(at.generation) * 1_000_000_000_000 + at.number;
        let draft = Draft::of_bytes(&Key::there(pk, &sk), bytes).with("v", number(order));
        match self.put(draft.done(), When::Newer(order)).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// What cannot be read is as good as deleted.
pub(crate) fn cached<T>(found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::Unreadable { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
