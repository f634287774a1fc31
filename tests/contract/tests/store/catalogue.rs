//! The copied catalogue is replaced as a whole, or bank by bank.

use domain::bank::{Health, Institution};
use store::StoreError;

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

#[tokio::test]
async fn one_bank_is_replaced_added_and_taken_out() {
    let bed = bed().await;
    let banks: Vec<_> = (0..450).map(|n| bank("DE", n)).collect();
    bed.table.put_catalogue(&banks, at("02T10:00")).await.unwrap();
    let (ill, new, abroad) = (
        Institution { health: Health::Disabled, ..bank("DE", 30) },
        bank("DE", 500),
        bank("FR", 1),
    );
    let gone = bank("DE", 7).id;
    for (id, shown, count) in [
        (&ill.id, Some(&ill), 450),
        (&ill.id, Some(&ill), 450),
        (&new.id, Some(&new), 451),
        (&abroad.id, Some(&abroad), 452),
        (&gone, None, 451),
        (&gone, None, 451),
        (&bank("IT", 1).id, None, 451),
    ] {
        bed.table.put_institution(id, shown).await.unwrap();
        assert_eq!(bed.table.institution(id).await.unwrap().as_ref(), shown, "{id}");
        assert_eq!(bed.table.institutions(None).await.unwrap().len(), count, "{id}");
    }
    let age = bed.table.catalogue_age().await.unwrap().unwrap();
    assert_eq!(age.copied_at, at("02T10:00"), "it is no copy of them all");

    for n in 501..700 {
        let more = bank("DE", n);
        bed.table.put_institution(&more.id, Some(&more)).await.unwrap();
    }
    let held = bed.table.institutions(Some("DE")).await.unwrap();
    assert_eq!(held.len(), 649, "a full item is followed by another");
    bed.table.put_catalogue(&banks, at("03T10:00")).await.unwrap();
    assert_eq!(bed.table.institutions(None).await.unwrap().len(), 450);
    assert_eq!(bed.table.institution(&ill.id).await.unwrap(), Some(bank("DE", 30)));
}

#[tokio::test]
async fn two_changes_at_once_lose_none() {
    let bed = bed().await;
    bed.table.put_catalogue(&[bank("DE", 1)], at("02T10:00")).await.unwrap();
    let more: Vec<_> = (2..10).map(|n| bank("DE", n)).collect();
    let mut running = tokio::task::JoinSet::new();
    for bank in more {
        let table = bed.table.clone();
        running.spawn(async move {
            while let Err(error) = table.put_institution(&bank.id, Some(&bank)).await {
                assert!(matches!(error, StoreError::Conflict), "{error}");
            }
        });
    }
    running.join_all().await;
    assert_eq!(bed.table.institutions(Some("DE")).await.unwrap().len(), 9);
}
