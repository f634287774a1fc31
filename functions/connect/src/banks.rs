//! The catalogue as this process holds it: read again only where it changed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{
    bank::{Institution, SANDBOXES, search::Entry},
    id::InstitutionId,
};
use store::{Catalogue, PageName, StoreError, Table};

/// The banks of a page, with what each is found by.
type Page = Arc<Vec<Entry>>;

/// The catalogue. A page's name says what it holds, so one that was read once is good for ever.
pub(crate) struct Banks {
    table: Table,
    sandboxes: bool,
    held: Mutex<BTreeMap<PageName, Page>>,
}

impl Banks {
    /// The catalogue in this table; `sandboxes`: with those of country `XF`.
    pub(crate) fn new(table: Table, sandboxes: bool) -> Self {
        Self { table, sandboxes, held: Mutex::default() }
    }

    /// What there is now; none = nothing was copied yet.
    pub(crate) async fn newest(&self) -> Result<Option<Catalogue>, StoreError> {
        self.table.catalogue().await
    }

    /// How many banks each country has that can be looked through.
    pub(crate) fn countries<'a>(
        &self,
        catalogue: &'a Catalogue,
    ) -> impl Iterator<Item = (&'a str, usize)> {
        catalogue.countries().filter(|(country, _)| self.sandboxes || *country != SANDBOXES)
    }

    /// The banks of a country, or all.
    pub(crate) async fn pages(
        &self,
        catalogue: &Catalogue,
        country: Option<&str>,
    ) -> Result<Vec<Page>, StoreError> {
        let countries: Vec<&str> = match country {
            Some(country) => vec![country],
            None => self.countries(catalogue).map(|(country, _)| country).collect(),
        };
        let names = countries.iter().flat_map(|country| catalogue.pages(Some(country)));
        self.read(catalogue, names.collect()).await
    }

    /// One bank, where it may be chosen from.
    pub(crate) async fn find(&self, id: &InstitutionId) -> Result<Option<Institution>, StoreError> {
        let Some(catalogue) = self.newest().await? else { return Ok(None) };
        let Some(page) = catalogue.page_of(id) else { return Ok(None) };
        let pages = self.read(&catalogue, vec![page]).await?;
        let mut banks = pages.iter().flat_map(|page| page.iter()).map(|entry| &entry.bank);
        let found = banks.find(|bank| bank.id == *id);
        Ok(found.filter(|bank| self.sandboxes || !bank.is_sandbox()).cloned())
    }

    async fn read(
        &self,
        catalogue: &Catalogue,
        names: Vec<PageName>,
    ) -> Result<Vec<Page>, StoreError> {
        let mut found: BTreeMap<PageName, Page> = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let listed = catalogue.pages(None);
            held.retain(|name, _| listed.contains(name));
            let pages =
                names.iter().filter_map(|name| Some((name.clone(), held.get(name)?.clone())));
            pages.collect()
        };
        let missing: Vec<_> = names.into_iter().filter(|name| !found.contains_key(name)).collect();
        if !missing.is_empty() {
            let read = self.table.catalogue_pages(missing).await?;
            let entries = |banks: Vec<Institution>| banks.into_iter().map(Entry::from).collect();
            let read = read.into_iter().map(|(name, banks)| (name, Arc::new(entries(banks))));
            found.extend(read);
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.extend(found.iter().map(|(name, page)| (name.clone(), page.clone())));
        }
        Ok(found.into_values().collect())
    }
}
