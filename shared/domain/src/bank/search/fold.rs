//! Text as it is compared: without accents, case, script and punctuation.

use deunicode::deunicode;

/// Letters that are typed as two where the accent cannot be: Köln is looked for as Koeln, and as Koln.
const AS_TWO: [(char, &str); 5] = [('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('ø', "oe"), ('å', "aa")];

/// The ways in which a text is spelt, in small Latin letters and digits, one space between words: one, or two where
/// [`AS_TWO`] makes a difference. None where it holds no letter and no digit.
pub(super) fn forms(text: &str) -> Vec<String> {
    let small = text.to_lowercase();
    let mut wide = String::with_capacity(small.len());
    for letter in small.chars() {
        match AS_TWO.iter().find(|(one, _)| *one == letter) {
            Some((_, two)) => wide.push_str(two),
            None => wide.push(letter),
        }
    }
    let mut forms = vec![words(&small), words(&wide)];
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

/// Latin words. A full stop is no border: `S.p.A.` is one word.
fn words(text: &str) -> String {
    let latin = deunicode(text).to_ascii_lowercase().replace('.', "");
    let words = latin.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_script_and_punctuation_make_no_difference() {
        for (text, want) in [
            ("Ngân hàng TMCP Phương Đông", &["ngan hang tmcp phuong dong"][..]),
            ("o\u{31b} u\u{31b}\u{301} D\u{335}O\u{302}NG", &["o u dong"]),
            ("Sparkasse KölnBonn", &["sparkasse kolnbonn", "sparkasse koelnbonn"]),
            ("Ko\u{308}ln", &["koln"]),
            ("Straße, STRAẞE", &["strasse strasse"]),
            ("Łódź · Ærø", &["lodz aero", "lodz aeroe"]),
            ("Århus", &["arhus", "aarhus"]),
            ("Crédit Agricole d’Île-de-France", &["credit agricole d ile de france"]),
            ("S.p.A.  J&T", &["spa j t"]),
            ("İstanbul ILGIN ılgın", &["istanbul ilgin ilgin"]),
            ("Сбербанк", &["sberbank"]),
            ("Τράπεζα Πειραιώς", &["trapeza peiraios"]),
            ("ﬁnance ＢＡＮＫ", &["finance bank"]),
            ("N26", &["n26"]),
            (" \u{0}\u{200b}-'.!", &[]),
        ] {
            assert_eq!(forms(text), want, "{text}");
        }
    }
}
