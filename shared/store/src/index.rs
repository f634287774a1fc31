//! The index of the folds: how the accounts stood, in one item, and beside it for each account and month an item that
//! lists the folds and the pieces of balances that begin in it. So only what has changed is written, and no item grows
//! with the years.
//!
//! Months are written before the accounts, whose item lists them, each with the entry that it was written at. A month
//! that is newer than it is listed is of a writer who is still at it, or died: it is as good, because it says of each fold
//! at which entry that was written. One that is older, or missing, makes the index as good as none.

use std::collections::BTreeMap;

use domain::{
    id::{AccountId, ConnectionId, TenantId},
    journal::{FoldName, Folds, Position},
};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::{
    dense::{self, columns::parts},
    encode,
    error::StoreError,
    folds::cached,
    item::{bytes_of, text_of},
    keys::{self, END, Key},
    table::{Query, Table},
};

mod month;

const KIND: &str = "folds";

/// What is known of months: the entry that each was written at, and what it lists.
pub(crate) type Months = BTreeMap<FoldName, Month>;

/// A month as it lies in the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Month {
    at: Position,
    lists: Value,
}

impl Month {
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, StoreError> {
        let value = dense::value(KIND, bytes)?.ok_or_else(unreadable)?;
        let (at, lists): (Position, Value) = parts(&value).ok_or_else(unreadable)?;
        Ok(Self { at, lists })
    }

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, StoreError> {
        dense::bytes(KIND, &json!([self.at, self.lists]))
    }
}

/// The item of the accounts, before its months are known.
pub(crate) enum Top {
    /// Of a release that listed everything in it.
    Whole(Folds),
    /// Beside months, each with the entry at which it was written last.
    Beside(Value, BTreeMap<FoldName, Position>),
}

impl Top {
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, StoreError> {
        match dense::value(KIND, bytes)? {
            None => Ok(Self::Whole(encode::decode(KIND, bytes)?)),
            Some(top) => {
                let listed = month::listed(&top).ok_or_else(unreadable)?;
                Ok(Self::Beside(top, listed))
            }
        }
    }

    /// The accounts as they stood, without what months list.
    pub(crate) fn folds(&self) -> Option<Folds> {
        match self {
            Self::Whole(folds) => Some(folds.clone()),
            Self::Beside(top, _) => joined(top.clone(), &Months::new()),
        }
    }

    /// With its months, or those of one account; none where they do not fit each other.
    pub(crate) fn with(
        self,
        mut found: Months,
        whose: Option<&AccountId>,
    ) -> Option<(Folds, Months)> {
        let (top, listed) = match self {
            Self::Whole(folds) => return Some((folds, Months::new())),
            Self::Beside(top, listed) => (top, listed),
        };
        let mut months = Months::new();
        for (name, at) in listed {
            if whose.is_none_or(|whose| *whose == name.0) {
                let month = found.remove(&name).filter(|month| month.at >= at)?;
                months.insert(name, month);
            }
        }
        Some((joined(top, &months)?, months))
    }
}

impl Table {
    /// Writes what is other of the index than in these months: what lists the rest last; how many items.
    pub(crate) async fn keep_index(
        &self,
        pk: &str,
        next: &Folds,
        known: &Months,
    ) -> Result<usize, StoreError> {
        let (top, new) = parted(next, known)?;
        for (name, month) in &new {
            let sk = keys::month(&name.0, name.1);
            self.put_newer((pk, sk), month.bytes()?, next.through).await?;
        }
        self.put_newer((pk, keys::FOLD.to_owned()), top, next.through).await?;
        Ok(new.len() + 1)
    }

    /// Folds as they are listed, or those of one account; the default where there are none, or not of one moment.
    pub(crate) async fn folds(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: Option<&AccountId>,
    ) -> Result<Folds, StoreError> {
        let top = self.top(tenant, connection, false).await?;
        let months = self.months(tenant, connection, account, top.as_ref(), false).await?;
        let folds = top.and_then(|top| top.with(months, account));
        Ok(folds.map(|(folds, _)| folds).unwrap_or_default())
    }

    /// The item of the accounts, where this release can read it.
    pub(crate) async fn top(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        newest: bool,
    ) -> Result<Option<Top>, StoreError> {
        let item = self.item(&Key::folds(tenant, connection), newest).await?;
        let bytes = item.as_ref().and_then(bytes_of);
        Ok(bytes.map(|bytes| cached(Top::of(bytes))).transpose()?.flatten())
    }

    /// What the index lists by month, of one account or of all.
    pub(crate) async fn months(
        &self,
        tenant: &TenantId,
        connection: &ConnectionId,
        account: Option<&AccountId>,
        top: Option<&Top>,
        consistent: bool,
    ) -> Result<Months, StoreError> {
        let mut found = Months::new();
        if !matches!(top, Some(Top::Beside(..))) {
            return Ok(found);
        }
        let (pk, from) = (keys::partition(tenant, connection), keys::months(account));
        let to = format!("{from}{END}");
        let query = Query { consistent, ..Query::table(&pk, &from, &to) };
        self.query(query, |item| {
            let name = text_of(&item, "sk").and_then(keys::of_month);
            if let (Some(name), Some(bytes)) = (name, bytes_of(&item))
                && let Some(month) = cached(Month::of(bytes))?
            {
                found.insert(name, month);
            }
            Ok(true)
        })
        .await?;
        Ok(found)
    }
}

/// The item of the accounts, and the months that are new beside those that are known.
pub(crate) fn parted(folds: &Folds, known: &Months) -> Result<(Vec<u8>, Months), StoreError> {
    let mut top = serde_json::to_value(folds).map_err(|_| unreadable())?;
    let (mut new, mut listed) = (Months::new(), BTreeMap::new());
    for id in folds.accounts.keys() {
        let place = top.pointer_mut(&format!("/accounts/{id}")).ok_or_else(unreadable)?;
        for (month, lists) in month::parted(place).ok_or_else(unreadable)? {
            let name = (id.clone(), month);
            let same = known.get(&name).filter(|known| known.lists == lists);
            let at = same.map_or(folds.through, |known| known.at);
            listed.insert(name.clone(), at);
            if same.is_none() {
                new.insert(name, Month { at, lists });
            }
        }
        month::list(
            place,
            listed.range((id.clone(), Date::MIN)..).filter(|(name, _)| name.0 == *id),
        );
    }
    Ok((dense::bytes(KIND, &top)?, new))
}

/// The accounts with what these months list.
fn joined(mut top: Value, months: &Months) -> Option<Folds> {
    for account in top.get_mut("accounts")?.as_object_mut()?.values_mut() {
        let account = account.as_object_mut()?;
        account.remove("listed");
        account.insert(String::from("folds"), Value::Object(Map::new()));
        if let Some(book) = account.get_mut("book").and_then(Value::as_object_mut) {
            book.insert(String::from("months"), Value::Object(Map::new()));
        }
    }
    for ((id, month), lists) in months {
        month::join(top.pointer_mut(&format!("/accounts/{id}"))?, *month, &lists.lists)?;
    }
    serde_json::from_value(top).ok()
}

fn unreadable() -> StoreError {
    StoreError::Unreadable { kind: KIND, why: String::from("it is no index") }
}
