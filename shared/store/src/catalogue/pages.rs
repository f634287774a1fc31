//! Which bank is on which page.

use std::collections::BTreeMap;

use domain::{
    bank::Institution,
    id::{InstitutionId, base32},
};
use ring::digest;

use super::PageName;
use crate::error::StoreError;

/// Banks of one page, about: some 10 to 16 KB, so that one bank's change costs about as many write units.
const PAGE: usize = 200;
/// Bytes of a page's name.
const NAME: usize = 15;

/// A page that may have to be put.
pub(super) struct Cut<'a> {
    pub(super) name: PageName,
    pub(super) banks: Vec<&'a Institution>,
}

impl<'a> Cut<'a> {
    /// A country's banks on its pages. A bank stays on its page as long as their number, which was `pages`, fits.
    pub(super) fn all(banks: &[&'a Institution], pages: usize) -> Result<Vec<Self>, StoreError> {
        let needed = banks.len().div_ceil(PAGE).max(1);
        // Grows and shrinks by leaps, since every one of them moves every bank.
        let fits = (needed..=needed * 3).contains(&pages);
        let pages = if fits { pages } else { needed + needed / 4 };
        let mut cut = vec![Vec::new(); pages];
        for bank in banks {
            cut[place(&bank.id, pages)].push(*bank);
        }
        cut.into_iter().map(Self::of).collect()
    }

    /// A page of these banks.
    pub(super) fn of(mut banks: Vec<&'a Institution>) -> Result<Self, StoreError> {
        banks.sort_by(|a, b| a.id.as_str().cmp(b.id.as_str()));
        banks.dedup_by(|a, b| a.id == b.id);
        let json = serde_json::to_vec(&banks).map_err(|error| StoreError::Unreadable {
            kind: "catalogue page",
            why: error.to_string(),
        })?;
        let hash = digest::digest(&digest::SHA256, &json);
        Ok(Self { name: PageName(base32(&hash.as_ref()[..NAME])), banks })
    }
}

/// The place of a bank among so many pages; 0 where there is none.
pub(super) fn place(id: &InstitutionId, pages: usize) -> usize {
    let hash = digest::digest(&digest::SHA256, id.as_str().as_bytes());
    let start = hash.as_ref().iter().take(4).fold(0, |sum, byte| sum * 256 + usize::from(*byte));
    start.checked_rem(pages).unwrap_or(0)
}

/// The country at the end of Salt Edge's codes.
pub(super) fn country_of(id: &InstitutionId) -> String {
    id.as_str().rsplit('_').next().unwrap_or_default().to_uppercase()
}

/// Banks that are not where their id says.
pub(super) fn strays(banks: &[Institution]) -> BTreeMap<InstitutionId, String> {
    let strays = banks.iter().filter(|bank| country_of(&bank.id) != bank.country);
    strays.map(|bank| (bank.id.clone(), bank.country.clone())).collect()
}
