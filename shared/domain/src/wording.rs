//! What people read: every next action as a sentence, in each language.
//!
//! The sentences are `locales/*.ftl`; `build.rs` makes a total function of each file.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::{id::hex_digest, next_action::NextAction};

include!(concat!(env!("OUT_DIR"), "/sentences.rs"));

/// Languages of one header that are looked at; browsers send fewer.
const LOOKED_AT: usize = 32;

/// A language that every sentence is complete in.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, VariantArray, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// English; what every other language falls back to.
    #[default]
    En,
    /// Vietnamese.
    Vi,
}

/// The version of the words that users read before they give a consent: it changes whenever the words do, in any
/// language.
pub const WORDING: &str = "2026-11-22";

impl FromStr for Locale {
    type Err = std::convert::Infallible;

    /// A language tag: its first part decides, and what we do not speak is English.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        Ok(Self::spoken(tag).unwrap_or_default())
    }
}

impl Locale {
    /// The language of an `Accept-Language` header that its sender likes best of those that we speak, else
    /// this one. Source: RFC 9110, 12.5.4 and 12.4.2: `q` is 0 to 1 with three digits, 0 is a refusal.
    #[must_use]
    pub fn or_preferred(self, accept_language: &str) -> Self {
        let liked = accept_language.split(',').take(LOOKED_AT).filter_map(|range| {
            let (tag, parameter) = range.split_once(';').unwrap_or((range, "q=1"));
            Some((Self::spoken(tag.trim())?, weight(parameter)?))
        });
        let liked = liked.filter(|(_, weight)| *weight > 0);
        // Of equals the first.
        liked
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(self, |(l, _)| l)
    }

    fn spoken(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or("");
        Self::VARIANTS.iter().copied().find(|one| one.code().eq_ignore_ascii_case(language))
    }

    /// ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Vi => "vi",
        }
    }

    /// What a user is about to allow: to be read before they open a link.
    pub fn consent(self) -> &'static str {
        match self {
            Self::En => en_consent(),
            Self::Vi => vi_consent(),
        }
    }

    /// SHA-256 of these words, as UTF-8; none where they are of another version than this release has.
    pub fn consent_hash(self, version: &str) -> Option<String> {
        (version == WORDING).then(|| hex_digest(self.consent().as_bytes()))
    }

    /// The next action as a sentence that names who does what.
    pub fn sentence(self, action: NextAction) -> &'static str {
        match self {
            Self::En => en(action),
            Self::Vi => vi(action),
        }
    }
}

/// `q=0.5` in thousandths; none where it cannot be read.
fn weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.trim().split_once('=')?;
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    let legal = name.eq_ignore_ascii_case("q") && rest.len() <= 3;
    let digits = format!("{whole}{rest:0<3}");
    let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|weight| legal && plain && *weight <= 1_000)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::next_action::Actor;

    #[test]
    fn o3_every_action_has_its_own_sentence_in_every_language() {
        let mut sentences = BTreeSet::new();
        for action in NextAction::ALL {
            for locale in Locale::VARIANTS {
                let sentence = locale.sentence(*action);
                assert!(
                    sentences.insert(sentence),
                    "{action:?} says what another says: {sentence}"
                );
                assert!(sentence.ends_with('.'), "{action:?}: {sentence}");
            }
        }
        assert_eq!(sentences.len(), NextAction::ALL.len() * Locale::VARIANTS.len());
    }

    #[test]
    fn c1_other_words_have_another_version() {
        for (locale, sha256) in [
            (Locale::En, "6c33e91a712ba5bb15b460501e33cc4b6cc9171bdc4ef43f2629059dbaee9378"),
            (Locale::Vi, "686c9643fb3d4f91dc310de12e0c767e1697ff9e744e3275fcd449bb99e8fd4b"),
        ] {
            assert_eq!(locale.consent_hash("2026-11-22").as_deref(), Some(sha256));
            assert_eq!(locale.consent_hash("2026-11-21"), None);
        }
    }

    /// Words of which a sentence has one, by who acts: they name the actor, or speak to them of a step.
    fn names(locale: Locale, actor: Actor) -> &'static [&'static str] {
        match (locale, actor) {
            (Locale::En, Actor::EndUser) => &["Please ", " please "],
            (Locale::En, Actor::Operator) => &["perator "],
            (Locale::En, Actor::Bank) => &["The bank "],
            (Locale::En, Actor::Halite) => &["We "],
            (Locale::Vi, Actor::EndUser) => &["Vui lòng ", " vui lòng "],
            (Locale::Vi, Actor::Operator) => &["Đơn vị vận hành "],
            (Locale::Vi, Actor::Bank) => &["Ngân hàng "],
            (Locale::Vi, Actor::Halite) => &["húng tôi "],
        }
    }

    #[test]
    fn o3_every_sentence_names_who_acts() {
        for action in NextAction::ALL {
            for locale in Locale::VARIANTS {
                let (sentence, words) = (locale.sentence(*action), names(*locale, action.actor()));
                let named = words.iter().any(|word| sentence.contains(word));
                assert!(named, "{action:?} in {locale:?} has none of {words:?}: {sentence}");
            }
        }
    }

    #[test]
    fn the_best_liked_language_that_we_speak_is_taken() {
        for (header, want) in [
            ("vi-VN,vi;q=0.9", Locale::Vi),
            ("fr, vi;q=0.5", Locale::Vi),
            ("de", Locale::En),
            ("", Locale::En),
            ("*", Locale::En),
            ("en-GB,vi", Locale::En),
            ("en;q=0.5,vi", Locale::Vi),
            ("en;q=0.899, VI-vn ; Q=0.9", Locale::Vi),
            ("vi;q=0, en;q=0.1", Locale::En),
            ("vi;q=2, vi;q=NaN, vi;q=-1, vi;q=, vi;level=1, en;q=0.001", Locale::En),
            ("village, en", Locale::En),
        ] {
            assert_eq!(Locale::En.or_preferred(header), want, "{header}");
        }
        for nothing_liked in ["de", "", "en;q=0", "en;q=0.0000", &",".repeat(9_000)] {
            assert_eq!(Locale::Vi.or_preferred(nothing_liked), Locale::Vi, "{nothing_liked}");
        }
    }
}
