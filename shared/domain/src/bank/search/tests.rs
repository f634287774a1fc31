use super::*;

fn bank(id: &str, name: &str, group: Option<&str>, bics: &[&str]) -> Institution {
    Institution {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        bic_codes: bics.iter().map(|&bic| bic.to_owned()).collect(),
        logo_url: None,
        group: group.map(str::to_owned),
        country: id.rsplit('_').next().unwrap().to_uppercase(),
        health: Health::Active,
        status: None,
        mode: "oauth".to_owned(),
        regulated: true,
        unattended: true,
        history_days: None,
        max_consent_days: None,
        account_natures: Vec::new(),
        account_types: Vec::new(),
        timezone: None,
        instruction: None,
    }
}

fn catalogue() -> Vec<Entry> {
    let savings = Some("Sparkassen-Finanzgruppe");
    let banks = [
        bank("commerzbank_de", "Commerzbank", None, &["COBADEFFXXX", "COBADEFF100"]),
        bank("koelnbonn_de", "Sparkasse KölnBonn", savings, &["COLSDE33"]),
        bank("muenchen_de", "Stadtsparkasse München", savings, &["SSKMDEMM"]),
        bank("haspa_de", "Haspa", savings, &["HASPDEHH"]),
        bank("ing_de", "ING", None, &["INGDDEFF"]),
        bank("ing_pl", "ING Bank Śląski", None, &["INGBPLPW"]),
        bank("ingo_ua", "Інго Банк", None, &[]),
        bank("finging_de", "Finging", None, &[]),
        bank("ocb_vn", "Ngân hàng TMCP Phương Đông", None, &["ORCOVNVX"]),
        bank("dong_a_vn", "Đông Á Bank", None, &["EACBVNVX"]),
        bank("twin_fr", "Twin Bank", None, &[]),
        bank("twin_it", "Twin Bank", None, &[]),
        Institution { health: Health::Inactive, ..bank("twin_at", "Twin Bank", None, &[]) },
        Institution { health: Health::Unknown, ..bank("twin_be", "Twin Bank", None, &[]) },
        Institution { health: Health::Disabled, ..bank("twin_cz", "Twin Bank", None, &[]) },
    ];
    banks.into_iter().map(Entry::from).collect()
}

/// The hits with their ranks, best first.
fn found(wanted: &Wanted) -> Vec<(Rank, String)> {
    let entries = catalogue();
    let mut places: Vec<_> = entries.iter().filter_map(|entry| entry.place(wanted)).collect();
    places.sort();
    places.into_iter().map(|place| (place.rank, place.id.to_owned())).collect()
}

#[test]
fn hits_come_in_the_order_that_is_promised() {
    use Rank::{Bic, BicBranch, BicPrefix, Group, Inside, Name, NamePrefix, Words};
    for (q, bic, want) in [
        ("", "COBADEFF", &[(Bic, "commerzbank_de")][..]),
        ("", "cobadeffxxx", &[(Bic, "commerzbank_de")]),
        ("", "COBA DEFF 100", &[(Bic, "commerzbank_de")]),
        ("", "COBADEFF999", &[(BicBranch, "commerzbank_de")]),
        ("", "INGB", &[(BicPrefix, "ing_pl")]),
        ("", "INGDPLPW", &[]),
        ("cobadeffxxx", "", &[(Bic, "commerzbank_de")]),
        ("hAspDe", "", &[(BicPrefix, "haspa_de")]),
        ("hasp", "", &[(NamePrefix, "haspa_de")]),
        (
            "ing",
            "",
            &[
                (Name, "ing_de"),
                (NamePrefix, "ing_pl"),
                (NamePrefix, "ingo_ua"),
                (Inside, "finging_de"),
            ],
        ),
        ("bank slaski", "", &[(Words, "ing_pl")]),
        ("BANK   śląski", "", &[(Words, "ing_pl")]),
        ("koln", "", &[(Words, "koelnbonn_de")]),
        ("bonn", "", &[(Inside, "koelnbonn_de")]),
        ("Sparkasse Koeln", "", &[(NamePrefix, "koelnbonn_de")]),
        (
            "sparkasse",
            "",
            &[(NamePrefix, "koelnbonn_de"), (Group, "haspa_de"), (Group, "muenchen_de")],
        ),
        ("stadt finanzgruppe", "", &[(Group, "muenchen_de")]),
        ("PHUONG DONG", "", &[(Words, "ocb_vn")]),
        ("phươ", "", &[(Words, "ocb_vn")]),
        ("dong", "", &[(NamePrefix, "dong_a_vn"), (Words, "ocb_vn")]),
        ("d\u{335}o\u{302}ng a", "", &[(NamePrefix, "dong_a_vn"), (Inside, "ocb_vn")]),
        ("инго", "", &[(NamePrefix, "ingo_ua")]),
        (
            "twin bank",
            "",
            &[(Name, "twin_fr"), (Name, "twin_it"), (Name, "twin_be"), (Name, "twin_at")],
        ),
        ("ing", "INGBPLPW", &[(Bic, "ing_pl")]),
        ("commerz", "INGBPLPW", &[]),
        ("ing zzz", "", &[]),
        ("!", "", &[]),
    ] {
        let by_bic = (!bic.is_empty()).then(|| bic.parse().unwrap());
        let want: Vec<_> = want.iter().map(|(rank, id)| (*rank, (*id).to_owned())).collect();
        assert_eq!(found(&Wanted::new(q, by_bic)), want, "{q:?} {bic:?}");
    }
    assert_eq!(found(&Wanted::new("  ", None)).len(), 14, "all but the one that is closed");
}

#[test]
fn a_bic_has_four_to_eleven_letters_and_digits() {
    for (text, fine) in [
        ("COBA", true),
        ("coba de ff xxx", true),
        ("2XYZDEFF", true),
        ("COB", false),
        ("COBADEFFXXXX", false),
        ("COBA-DE", false),
        ("ÇOBA", false),
        ("", false),
    ] {
        assert_eq!(text.parse::<Bic>().is_ok(), fine, "{text:?}");
    }
}
