//! The copied catalogue is replaced as a whole.

use domain::bank::{Health, Institution};

use crate::bed::{at, bed};

fn bank(country: &str, n: usize) -> Institution {
    Institution {
        id: format!("bank_{n:04}_{}", country.to_lowercase()).parse().unwrap(),
        name: format!("Bank {n:04}"),
        country: country.to_owned(),
        bic_codes: Vec::new(),
        logo_url: None,
        health: Health::Active,
        mode: "oauth".to_owned(),
        regulated: true,
        unattended: true,
        history_days: Some(90),
        max_consent_days: Some(180),
        instruction: None,
        timezone: Some("Europe/Berlin".to_owned()),
    }
}

#[tokio::test]
async fn a_catalogue_is_read_by_country_and_replaced_without_a_rest() {
    let bed = bed().await;
    assert_eq!(bed.table.catalogue_age().await.unwrap(), None);
    assert_eq!(bed.table.institutions(None).await.unwrap(), []);

    let mut banks: Vec<_> = (0..450).rev().map(|n| bank("DE", n)).collect();
    banks.extend((0..3).map(|n| bank("XF", n)));
    bed.table.put_catalogue(&banks, at("02T10:00")).await.unwrap();
    let age = bed.table.catalogue_age().await.unwrap().unwrap();
    assert_eq!((age.copied_at, age.institutions), (at("02T10:00"), 453));
    for (country, count) in [(Some("DE"), 450), (Some("XF"), 3), (Some("D"), 0), (None, 453)] {
        let found = bed.table.institutions(country).await.unwrap();
        assert_eq!(found.len(), count, "{country:?}");
        assert!(found.is_sorted_by_key(|bank| (bank.country.clone(), bank.name.clone())));
    }
    let one = bank("DE", 449);
    assert_eq!(bed.table.institution(&one.id).await.unwrap(), Some(one));

    let fewer: Vec<_> = (0..120).map(|n| bank("DE", n)).collect();
    bed.table.put_catalogue(&fewer, at("03T10:00")).await.unwrap();
    for (country, count) in [(Some("DE"), 120), (Some("XF"), 0), (None, 120)] {
        assert_eq!(bed.table.institutions(country).await.unwrap().len(), count, "{country:?}");
    }
    assert_eq!(bed.table.institution(&bank("DE", 449).id).await.unwrap(), None);
}
