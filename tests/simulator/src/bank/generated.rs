//! A catalogue of made-up banks, as large and as mixed as a real one: names in many languages, groups, BICs.
//!
//! The same list gives the same banks on every machine. Any of them can be linked: it behaves as an OAuth bank does.

mod countries;
mod names;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::catalogue::oauth_bank;
use super::provider::{KeyOwner, Provider, ProviderMode, ProviderStatus};
use crate::ids::Random;
use countries::{COUNTRIES, Country};
use names::Style;

/// Which banks there are beside the sandboxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankList {
    /// How many.
    pub banks: usize,
    /// In how many countries, 1 to 60. The larger a country, the more of them it has.
    pub countries: usize,
    /// The same seed gives the same banks.
    pub seed: u64,
}

impl Default for BankList {
    fn default() -> Self {
        Self { banks: 0, countries: COUNTRIES.len(), seed: 1 }
    }
}

impl BankList {
    /// So many, in sixty countries.
    #[must_use]
    pub fn of(banks: usize) -> Self {
        Self { banks, ..Self::default() }
    }
}

/// Natures that a bank may deliver.
const NATURES: [&[&str]; 3] = [
    &["account", "card", "checking", "credit_card", "savings"],
    &["account", "checking", "savings"],
    &["account", "card", "checking", "credit_card", "debit_card", "loan", "mortgage", "savings"],
];

/// What the country is called.
pub(crate) fn country_name(code: &str) -> &'static str {
    COUNTRIES.iter().find(|country| country.code == code).map_or("Fake", |country| country.name)
}

/// The banks, in the order of their ids: countries mixed, as they joined.
pub(super) fn generated(list: BankList) -> Vec<Provider> {
    let mut random = Random::named(list.seed, "catalogue");
    let countries = &COUNTRIES[..list.countries.clamp(1, COUNTRIES.len())];
    let weights: u64 = countries.iter().map(|country| country.weight).sum();
    let mut taken = BTreeSet::new();
    let mut banks = Vec::with_capacity(list.banks);
    while banks.len() < list.banks {
        // Every country has one at least.
        let country = match countries.get(banks.len()) {
            Some(country) => country,
            None => heavy(countries, random.below(weights)),
        };
        banks.push(bank(country, &mut random, &mut taken));
    }
    banks
}

fn heavy(countries: &[Country], mut at: u64) -> &Country {
    for country in countries {
        match at.checked_sub(country.weight) {
            Some(rest) => at = rest,
            None => return country,
        }
    }
    &countries[0]
}

fn bank(country: &Country, random: &mut Random, taken: &mut BTreeSet<String>) -> Provider {
    let style = country.style;
    let (pattern, group) = random.pick(style.patterns).copied().unwrap_or(("{} Bank", None));
    let place = place(style, random);
    let name = pattern.replace("{}", &place);
    let code = code(&name, country.code, taken);
    let inactive = random.below(40) == 0;
    let closed_book = random.below(6) == 0;
    let consent = [Some(180), Some(180), Some(90), None];
    Provider {
        country: country.code.to_owned(),
        bic_codes: bics(country.code, random),
        group: group.map(|group| (slug(group), group.to_owned())),
        timezone: country.timezone,
        natures: random.pick(&NATURES).copied().unwrap_or_default(),
        mode: if random.below(5) == 0 { ProviderMode::Api } else { ProviderMode::Oauth },
        status: if inactive { ProviderStatus::Inactive } else { ProviderStatus::Active },
        automatic_fetch: !closed_book,
        max_consent_days: random.pick(&consent).copied().flatten(),
        max_fetch_interval: *random.pick(&[90, 90, 365, 730]).unwrap_or(&90),
        key_owner: KeyOwner::Saltedge,
        ..oauth_bank(&code, &name)
    }
}

/// A town, perhaps one of several that are called so.
fn place(style: &Style, random: &mut Random) -> String {
    let town = random.pick(style.towns).copied().unwrap_or("Faketown");
    match random.pick(style.before).copied().unwrap_or_default() {
        "" => town.to_owned(),
        before => format!("{before}{town}"),
    }
}

/// None, one or a few, the last of them of a branch.
fn bics(country: &str, random: &mut Random) -> Vec<String> {
    let letter =
        |random: &mut Random| char::from(b'A' + u8::try_from(random.below(26)).unwrap_or(0));
    let bank: String = (0..4).map(|_| letter(random)).collect();
    let place: String = (0..2).map(|_| letter(random)).collect();
    let head = format!("{bank}{country}{place}");
    match random.below(8) {
        0 => Vec::new(),
        1 => vec![head + &"X".repeat(3)],
        2 => vec![head.clone(), format!("{head}{:03}", random.below(1_000))],
        _ => vec![head],
    }
}

/// A key that no other bank has.
fn code(name: &str, country: &str, taken: &mut BTreeSet<String>) -> String {
    let country = country.to_lowercase();
    let slug = slug(name);
    let mut code = format!("{slug}_{country}");
    let mut again = 1;
    while !taken.insert(code.clone()) {
        again += 1;
        code = format!("{slug}_{again}_{country}");
    }
    code
}

/// Small letters and digits, whatever else there was as one `_`.
fn slug(name: &str) -> String {
    let plain = name.to_lowercase();
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "bank".to_owned() } else { words.join("_") }
}
