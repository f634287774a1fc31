//! Finding a bank by what a person types: pure, and the same order for the same catalogue.
//!
//! The order of the hits, best first; where two are equal the healthier goes first, then by name, country and id:
//!
//! | rank | what was typed |
//! |---|---|
//! | [`Rank::Bic`] | its BIC; three X at the end say nothing |
//! | [`Rank::BicBranch`] | the BIC of another branch of it: the first eight characters are its own |
//! | [`Rank::BicPrefix`] | how its BIC begins |
//! | [`Rank::Name`] | its name |
//! | [`Rank::NamePrefix`] | how its name begins |
//! | [`Rank::Words`] | how words of its name begin, each typed word one of them, in any order |
//! | [`Rank::Group`] | the same with the words of its group too |
//! | [`Rank::Inside`] | letters from within its name or group, each typed word somewhere |
//! | [`Rank::Listed`] | nothing |

mod fold;

use fold::forms;

use super::{Health, Institution};

/// The shortest text that is taken for the beginning of a BIC where a name may be meant as well: bank and country.
const BIC_IN_TEXT: usize = 6;
/// Characters of a BIC that name the bank; the rest names its branch.
const BIC_BANK: usize = 8;

/// Why a bank is a hit. Smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table above says each")]
pub enum Rank {
    Bic,
    BicBranch,
    BicPrefix,
    Name,
    NamePrefix,
    Words,
    Group,
    Inside,
    Listed,
}

/// A BIC, or how one begins: 4 to 11 letters and digits, in upper case, without the three X of a head office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bic(String);

/// Not the beginning of a BIC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("4 to 11 letters and digits: a BIC, or how it begins")]
pub struct NoBic;

impl std::str::FromStr for Bic {
    type Err = NoBic;

    fn from_str(text: &str) -> Result<Self, NoBic> {
        let bic: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let legal = bic.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if legal && (4..=11).contains(&bic.len()) { Ok(Self(plain(&bic))) } else { Err(NoBic) }
    }
}

/// A BIC as it is compared.
fn plain(bic: &str) -> String {
    let bic = bic.trim().to_ascii_uppercase();
    match bic.split_at_checked(BIC_BANK) {
        Some((bank, branch)) if branch.len() == 3 && branch.bytes().all(|byte| byte == b'X') => {
            bank.to_owned()
        }
        Some(_) | None => bic,
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    bic: Option<Bic>,
    text: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    forms: Vec<String>,
    bic: Option<Bic>,
}

impl Wanted {
    /// A text that a person typed, a BIC, both, or nothing: then every bank is a hit.
    pub fn new(text: &str, bic: Option<Bic>) -> Self {
        let as_bic = |text: &str| text.parse().ok().filter(|bic: &Bic| bic.0.len() >= BIC_IN_TEXT);
        let typed = !text.trim().is_empty();
        let text = typed.then(|| Text { forms: forms(text), bic: as_bic(text) });
        Self { bic, text }
    }
}

/// A bank with what it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The bank.
    pub bank: Institution,
    names: Vec<String>,
    groups: Vec<String>,
    bics: Vec<String>,
}

/// The place of a hit in the order of all hits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<'a> {
    /// Why it is a hit.
    pub rank: Rank,
    /// 0 is served, 1 is not known, 2 is out of order.
    pub health: u8,
    /// The name as it is compared.
    pub name: &'a str,
    /// Its country.
    pub country: &'a str,
    /// Its id.
    pub id: &'a str,
}

impl From<Institution> for Entry {
    fn from(bank: Institution) -> Self {
        let groups = bank.group.as_deref().map(forms).unwrap_or_default();
        let bics = bank.bic_codes.iter().map(|bic| plain(bic)).collect();
        Self { names: forms(&bank.name), groups, bics, bank }
    }
}

impl Entry {
    /// Where it stands among the hits; none = it is no hit.
    pub fn place(&self, wanted: &Wanted) -> Option<Place<'_>> {
        let health = match self.bank.health {
            Health::Active => 0,
            Health::Unknown => 1,
            Health::Inactive => 2,
            Health::Disabled => return None,
        };
        let by_bic = wanted.bic.as_ref().map(|bic| self.by_bic(bic));
        let by_text = wanted.text.as_ref().map(|text| self.by_text(text));
        let rank = match (by_bic, by_text) {
            (None, None) => Some(Rank::Listed),
            (Some(rank), None) | (None, Some(rank)) => rank,
            (Some(bic), Some(text)) => bic.zip(text).map(|(bic, text)| bic.min(text)),
        }?;
        let name = self.names.first().map_or("", String::as_str);
        Some(Place { rank, health, name, country: &self.bank.country, id: self.bank.id.as_str() })
    }

    fn by_bic(&self, Bic(wanted): &Bic) -> Option<Rank> {
        let bank = wanted.get(..BIC_BANK).filter(|_| wanted.len() > BIC_BANK);
        let rank = |bic: &String| {
            if bic == wanted {
                Some(Rank::Bic)
            } else if bank.is_some_and(|bank| bic.starts_with(bank)) {
                Some(Rank::BicBranch)
            } else {
                bic.starts_with(wanted).then_some(Rank::BicPrefix)
            }
        };
        self.bics.iter().filter_map(rank).min()
    }

    fn by_text(&self, text: &Text) -> Option<Rank> {
        let by_bic = text.bic.as_ref().and_then(|bic| self.by_bic(bic));
        let by_name = text.forms.iter().filter_map(|form| self.by_form(form)).min();
        by_bic.into_iter().chain(by_name).min()
    }

    fn by_form(&self, wanted: &str) -> Option<Rank> {
        let words = || wanted.split(' ');
        let both = || self.names.iter().chain(&self.groups);
        if self.names.iter().any(|name| name == wanted) {
            Some(Rank::Name)
        } else if self.names.iter().any(|name| name.starts_with(wanted)) {
            Some(Rank::NamePrefix)
        } else if self.names.iter().any(|name| words().all(|word| begins(name, word))) {
            Some(Rank::Words)
        } else if words().all(|word| both().any(|text| begins(text, word))) {
            Some(Rank::Group)
        } else {
            let inside = words().all(|word| both().any(|text| text.contains(word)));
            inside.then_some(Rank::Inside)
        }
    }
}

/// Whether a word of the text begins so.
fn begins(text: &str, word: &str) -> bool {
    text.split(' ').any(|known| known.starts_with(word))
}

#[cfg(test)]
mod tests;
