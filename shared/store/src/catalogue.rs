//! The copied catalogue of banks: by country, a few items each.

use std::collections::BTreeMap;

use domain::{bank::Institution, id::InstitutionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::StoreError,
    item::{self, Draft, number, number_of, text_of},
    keys::{CATALOGUE, END, Key},
    table::{Query, Table, When},
};

/// Banks of one item: about 100 KB before it is deflated.
const CHUNK: usize = 200;

/// When the catalogue was copied, and how many banks it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogueAge {
    /// When.
    pub copied_at: Timestamp,
    /// How many.
    pub institutions: usize,
}

/// One item: some of a country's banks.
#[derive(Default)]
struct Chunk {
    version: u64,
    banks: Vec<Institution>,
}

/// The country at the end of Salt Edge's codes.
fn country_of(id: &InstitutionId) -> String {
    id.as_str().rsplit('_').next().unwrap_or_default().to_uppercase()
}

impl Table {
    /// Replaces the catalogue. What is in no list any more is overwritten with nothing.
    pub async fn put_catalogue(
        &self,
        institutions: &[Institution],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut chunks: BTreeMap<String, Vec<&Institution>> = BTreeMap::new();
        self.query(Query::table(CATALOGUE, " ", "\u{7f}"), |item| {
            chunks.insert(text_of(&item, "sk").unwrap_or_default().to_owned(), Vec::new());
            Ok(true)
        })
        .await?;
        let mut sorted: Vec<_> = institutions.iter().collect();
        sorted.sort_by(|a, b| (&a.country, &a.name, &a.id).cmp(&(&b.country, &b.name, &b.id)));
        for country in sorted.chunk_by(|a, b| a.country == b.country) {
            for (chunk, banks) in country.chunks(CHUNK).enumerate() {
                let key = Key::catalogue(&country[0].country, chunk);
                chunks.insert(key.sk, banks.to_vec());
            }
        }
        for (sk, banks) in chunks {
            let key = Key { pk: CATALOGUE.to_owned(), sk };
            let draft = Draft::new(&key, "catalogue", &banks)?;
            // Later than any version that a single bank's change counted up to.
            let version = number(now.as_millisecond());
            self.put(draft.with("v", version).done(), When::Always).await?;
        }
        let age = CatalogueAge { copied_at: now, institutions: institutions.len() };
        let item = Draft::new(&Key::catalogue_age(), "catalogue age", &age)?.done();
        self.put(item, When::Always).await
    }

    /// Replaces or adds one bank, or takes it out where there is none any more: one item is written.
    ///
    /// Errors: [`StoreError::Conflict`] when that item was written in between.
    pub async fn put_institution(
        &self,
        id: &InstitutionId,
        bank: Option<&Institution>,
    ) -> Result<(), StoreError> {
        let country = bank.map_or_else(|| country_of(id), |bank| bank.country.clone());
        let chunks = self.chunks(&country).await?;
        let holds = chunks.iter().position(|chunk| chunk.banks.iter().any(|one| one.id == *id));
        let room = || chunks.iter().position(|chunk| chunk.banks.len() < CHUNK);
        let place = holds.or_else(room).unwrap_or(chunks.len());
        let (there, none) = (chunks.get(place), Chunk::default());
        let when = there.map_or(When::Absent, |chunk| When::Version(chunk.version));
        let Chunk { version, banks } = there.unwrap_or(&none);
        let mut next: Vec<&Institution> = banks.iter().filter(|one| one.id != *id).collect();
        next.extend(bank);
        next.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        if next.iter().copied().eq(banks) {
            return Ok(());
        }
        let draft = Draft::new(&Key::catalogue(&country, place), "catalogue", &next)?;
        self.put(draft.with("v", number(version + 1)).done(), when).await
    }

    /// The items of one country, in their order.
    async fn chunks(&self, country: &str) -> Result<Vec<Chunk>, StoreError> {
        let mut chunks = Vec::new();
        let (from, to) = (format!("{country}#"), format!("{country}#{END}"));
        self.query(Query::table(CATALOGUE, &from, &to), |item| {
            let version = number_of(&item, "v").unwrap_or_default();
            chunks.push(Chunk { version, banks: item::record("catalogue", &item)? });
            Ok(true)
        })
        .await?;
        Ok(chunks)
    }

    /// When the catalogue was copied; none = never.
    pub async fn catalogue_age(&self) -> Result<Option<CatalogueAge>, StoreError> {
        self.get("catalogue age", &Key::catalogue_age()).await
    }

    /// The banks of one country, or of all.
    pub async fn institutions(
        &self,
        country: Option<&str>,
    ) -> Result<Vec<Institution>, StoreError> {
        let mut found: Vec<Institution> = Vec::new();
        let from = country.map_or_else(|| String::from(" "), |country| format!("{country}#"));
        let to =
            country.map_or_else(|| String::from("\u{7f}"), |country| format!("{country}#\u{7f}"));
        self.query(Query::table(CATALOGUE, &from, &to), |item| {
            found.extend(item::record::<Vec<Institution>>("catalogue", &item)?);
            Ok(true)
        })
        .await?;
        Ok(found)
    }

    /// One bank. Salt Edge's codes end with the country's, which is looked through first.
    pub async fn institution(&self, id: &InstitutionId) -> Result<Option<Institution>, StoreError> {
        let near = self.institutions(Some(&country_of(id))).await?;
        if let Some(bank) = near.into_iter().find(|bank| bank.id == *id) {
            return Ok(Some(bank));
        }
        Ok(self.institutions(None).await?.into_iter().find(|bank| bank.id == *id))
    }
}
