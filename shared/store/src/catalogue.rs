//! The copied catalogue of banks: pages that are never changed, and one head that lists them.
//!
//! A page is named by the hash of what it holds, and put before the head that lists it: whoever has a head reads the
//! whole catalogue of one moment, also while the next is being written. What no head lists any more ends by itself.

mod pages;

use std::collections::{BTreeMap, BTreeSet};

use domain::{bank::Institution, id::InstitutionId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    error::StoreError,
    item::{self, Draft, number, number_of, text_of},
    keys::Key,
    table::{Table, When},
};
use pages::{Cut, country_of};

/// A page ends so long after it was written: nobody has an older head.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 180);
/// A page that is listed at this age is written anew.
const RENEWED: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The name of a page: a hash of what it holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PageName(String);

/// A page as the head lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Listed {
    #[serde(rename = "n")]
    name: PageName,
    #[serde(rename = "b")]
    banks: usize,
    #[serde(rename = "w")]
    written_at: Timestamp,
}

/// What the catalogue consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// When all of it was copied.
    pub copied_at: Timestamp,
    /// By country. A bank is on the page that its id's hash points at.
    #[serde(rename = "pages")]
    countries: BTreeMap<String, Vec<Listed>>,
    /// Banks whose id does not end with their country, and that country.
    #[serde(default)]
    strays: BTreeMap<InstitutionId, String>,
    /// Of the item, not of the record.
    #[serde(skip)]
    version: u64,
}

impl Catalogue {
    /// Before anything was copied.
    pub fn none() -> Self {
        let (countries, strays) = (BTreeMap::new(), BTreeMap::new());
        Self { copied_at: Timestamp::UNIX_EPOCH, countries, strays, version: 0 }
    }

    /// How many banks each country has.
    pub fn countries(&self) -> impl Iterator<Item = (&str, usize)> {
        let count = |pages: &[Listed]| pages.iter().map(|page| page.banks).sum();
        self.countries.iter().map(move |(country, pages)| (country.as_str(), count(pages)))
    }

    /// How many banks there are.
    pub fn institutions(&self) -> usize {
        self.countries().map(|(_, banks)| banks).sum()
    }

    /// The pages of a country, or all; those without banks are left out.
    pub fn pages(&self, country: Option<&str>) -> BTreeSet<PageName> {
        let wanted = |has: &String| country.is_none_or(|country| country == has);
        let pages = self.countries.iter().filter(|(has, _)| wanted(has));
        let filled = pages.flat_map(|(_, pages)| pages).filter(|page| page.banks > 0);
        filled.map(|page| page.name.clone()).collect()
    }

    /// The one page that may hold a bank.
    pub fn page_of(&self, id: &InstitutionId) -> Option<PageName> {
        let country = self.strays.get(id).cloned().unwrap_or_else(|| country_of(id));
        let pages = self.countries.get(&country)?;
        let page = pages.get(pages::place(id, pages.len())).filter(|page| page.banks > 0);
        page.map(|page| page.name.clone())
    }
}

/// What a copy wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Pages that were put: those that the head did not list, or had listed for long.
    pub pages: usize,
    /// Pages that are listed.
    pub of: usize,
}

impl Table {
    /// What the catalogue consists of; none = never copied. One read unit, or half of one.
    pub async fn catalogue(&self) -> Result<Option<Catalogue>, StoreError> {
        let key = Key::catalogue();
        let request = self.client.get_item().table_name(&self.name).set_key(Some(item::key(&key)));
        let answer =
            request.send().await.map_err(|error| crate::error::sorted("a read", &error))?;
        let Some(item) = answer.item else { return Ok(None) };
        let version = number_of(&item, "v").unwrap_or_default();
        Ok(Some(Catalogue { version, ..item::record("catalogue", &item)? }))
    }

    /// Pages of a catalogue, in no order. One request for a hundred.
    ///
    /// Errors: [`StoreError::Unavailable`] where one is not there.
    pub async fn catalogue_pages(
        &self,
        names: impl IntoIterator<Item = PageName>,
    ) -> Result<Vec<(PageName, Vec<Institution>)>, StoreError> {
        let mut pages = Vec::new();
        let mut missing: Vec<PageName> = names.into_iter().collect();
        // A page is written just before its head: a replica that is behind is asked past.
        for consistent in [false, true] {
            let keys: Vec<_> =
                missing.iter().map(|PageName(name)| Key::catalogue_page(name)).collect();
            for item in self.items(&keys, consistent).await? {
                let key = text_of(&item, "pk").unwrap_or_default();
                let name = key.rsplit('#').next().unwrap_or_default().to_owned();
                pages.push((PageName(name), item::record("catalogue page", &item)?));
            }
            missing.retain(|name| pages.iter().all(|(found, _)| found != name));
            if missing.is_empty() {
                return Ok(pages);
            }
        }
        Err(StoreError::Unavailable {
            what: "a page of the catalogue",
            code: String::from("not there"),
            request: String::from("none"),
        })
    }

    /// One bank of a catalogue: one page is read.
    pub async fn institution_of(
        &self,
        catalogue: &Catalogue,
        id: &InstitutionId,
    ) -> Result<Option<Institution>, StoreError> {
        let Some(page) = catalogue.page_of(id) else { return Ok(None) };
        let pages = self.catalogue_pages([page]).await?;
        Ok(pages.into_iter().flat_map(|(_, banks)| banks).find(|bank| bank.id == *id))
    }

    /// Replaces a catalogue: what it holds already is not written again.
    ///
    /// Errors: [`StoreError::Conflict`] when it is not the newest any more.
    pub async fn replace_catalogue(
        &self,
        was: &Catalogue,
        institutions: &[Institution],
        now: Timestamp,
    ) -> Result<Written, StoreError> {
        let mut countries: BTreeMap<&str, Vec<&Institution>> = BTreeMap::new();
        for bank in institutions {
            countries.entry(&bank.country).or_default().push(bank);
        }
        let mut next =
            Catalogue { copied_at: now, countries: BTreeMap::new(), ..Catalogue::none() };
        let mut written = Written { pages: 0, of: 0 };
        for (country, banks) in countries {
            let held = was.countries.get(country).map_or(&[][..], Vec::as_slice);
            for cut in Cut::all(&banks, held.len())? {
                let fresh =
                    |page: &&Listed| page.name == cut.name && now < page.written_at + RENEWED;
                let kept = held.iter().find(fresh).cloned();
                let page = if let Some(page) = kept {
                    page
                } else {
                    written.pages += 1;
                    self.put_page(&cut, now).await?
                };
                written.of += 1;
                next.countries.entry(country.to_owned()).or_default().push(page);
            }
        }
        next.strays = pages::strays(institutions);
        self.put_head(was, &next).await?;
        Ok(written)
    }

    /// Replaces or adds one bank, or takes it out where there is none any more: one page is written.
    ///
    /// Errors: [`StoreError::Conflict`] when `was` is not the newest catalogue any more.
    pub async fn replace_institution(
        &self,
        was: &Catalogue,
        id: &InstitutionId,
        bank: Option<&Institution>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut next = was.clone();
        let held = was.strays.get(id).cloned().unwrap_or_else(|| country_of(id));
        let country = bank.map_or_else(|| held.clone(), |bank| bank.country.clone());
        let mut touched = vec![held, country.clone()];
        touched.dedup();
        for touched in touched {
            let here = bank.filter(|_| touched == country);
            self.replace_on_page(&mut next, &touched, id, here, now).await?;
        }
        next.strays.remove(id);
        next.strays.extend(bank.map(std::slice::from_ref).map(pages::strays).unwrap_or_default());
        if next == *was { Ok(()) } else { self.put_head(was, &next).await }
    }

    async fn replace_on_page(
        &self,
        next: &mut Catalogue,
        country: &str,
        id: &InstitutionId,
        bank: Option<&Institution>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let pages = next.countries.entry(country.to_owned()).or_default();
        let place = pages::place(id, pages.len());
        let mut banks = Vec::new();
        if let Some(page) = pages.get(place) {
            let held = self.catalogue_pages([page.name.clone()]).await?;
            banks = held.into_iter().flat_map(|(_, banks)| banks).collect();
        }
        banks.retain(|one| one.id != *id);
        banks.extend(bank.cloned());
        let cut = Cut::of(banks.iter().collect())?;
        match pages.get_mut(place) {
            Some(page) if page.name == cut.name => {}
            Some(page) => *page = self.put_page(&cut, now).await?,
            None if bank.is_some() => pages.push(self.put_page(&cut, now).await?),
            None => {}
        }
        if pages.iter().all(|page| page.banks == 0) {
            next.countries.remove(country);
        }
        Ok(())
    }

    async fn put_page(&self, cut: &Cut<'_>, now: Timestamp) -> Result<Listed, StoreError> {
        let PageName(name) = &cut.name;
        let draft = Draft::new(&Key::catalogue_page(name), "catalogue page", &cut.banks)?;
        self.put(draft.until(now + LIFE).done(), When::Always).await?;
        Ok(Listed { name: cut.name.clone(), banks: cut.banks.len(), written_at: now })
    }

    async fn put_head(&self, was: &Catalogue, next: &Catalogue) -> Result<(), StoreError> {
        let when = if was.version == 0 { When::Absent } else { When::Version(was.version) };
        let draft = Draft::new(&Key::catalogue(), "catalogue", next)?;
        self.put(draft.with("v", number(was.version + 1)).done(), when).await
    }
}
