//! Entries out of the items that a query finds, and those that they go by.

use std::collections::{BTreeMap, btree_map::Entry as Place};

use domain::journal::{Entry, Position};

use crate::{
    entry::{Base, Stored},
    error::StoreError,
    keys::{self, Key},
    table::{Query, Table},
};

/// Texts that entries are deflated behind.
#[derive(Debug, Default)]
pub(crate) struct Bases(BTreeMap<Position, Base>);

impl Bases {
    /// The newest that later entries may go by.
    pub(crate) fn newest(self) -> Option<Base> {
        self.0.into_values().next_back()
    }
}

impl Table {
    /// The entries that a query finds, at most so many, oldest first.
    pub(crate) async fn stored(
        &self,
        query: Query<'_>,
        most: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        let mut stored = Vec::new();
        self.query(query, |item| {
            stored.push(Stored::of(&item)?);
            Ok(stored.len() < most)
        })
        .await?;
        if query.descending {
            stored.reverse();
        }
        Ok(stored)
    }

    /// Entries out of their items. What one of them goes by and is not among them is read as well.
    pub(crate) async fn entries(
        &self,
        pk: &str,
        stored: &[Stored],
        bases: &mut Bases,
    ) -> Result<Vec<Entry>, StoreError> {
        for one in stored {
            if one.small()
                && let Some(base) = one.base()?
            {
                bases.0.insert(base.at, base);
            }
        }
        let mut entries = Vec::new();
        for one in stored {
            let base = match one.behind()? {
                Some(at) => Some(self.base(pk, at, bases).await?),
                None => None,
            };
            entries.push(one.entry(base)?);
        }
        Ok(entries)
    }

    /// What an entry is deflated behind. A read that is a moment old may not show it yet.
    async fn base<'b>(
        &self,
        pk: &str,
        at: Position,
        bases: &'b mut Bases,
    ) -> Result<&'b Base, StoreError> {
        let missing =
            || StoreError::Unreadable { kind: "entry", why: format!("{at:?} is not there") };
        match bases.0.entry(at) {
            Place::Occupied(known) => Ok(known.into_mut()),
            Place::Vacant(place) => {
                let key = Key { pk: pk.to_owned(), sk: keys::entry(at) };
                let found = match self.item(&key, false).await? {
                    Some(found) => found,
                    None => self.item(&key, true).await?.ok_or_else(missing)?,
                };
                Ok(place.insert(Stored::of(&found)?.base()?.ok_or_else(missing)?))
            }
        }
    }
}
