//! The copied catalogue is replaced as a whole, or bank by bank, and is never seen half replaced.

use domain::bank::{Health, Institution};
use local_cloud::Service;
use store::{Catalogue, StoreError, Written};

use crate::bed::{Bed, at, bed};

fn bank(country: &str, n: usize) -> Institution {
    Institution {
        id: format!("bank_{n:04}_{}", country.to_lowercase()).parse().unwrap(),
        name: format!("Bank {n:04}"),
        bic_codes: Vec::new(),
        logo_url: None,
        group: None,
        country: country.to_owned(),
        health: Health::Active,
        status: None,
        mode: "oauth".to_owned(),
        regulated: true,
        unattended: true,
        history_days: Some(90),
        max_consent_days: Some(180),
        account_natures: vec!["checking".to_owned()],
        account_types: vec!["personal".to_owned()],
        timezone: Some("Europe/Berlin".to_owned()),
        instruction: None,
    }
}

fn banks(country: &str, count: usize) -> Vec<Institution> {
    (0..count).map(|n| bank(country, n)).collect()
}

impl Bed {
    async fn newest(&self) -> Catalogue {
        self.table.catalogue().await.unwrap().unwrap_or_else(Catalogue::none)
    }

    async fn replace(&self, banks: &[Institution], now: &str) -> Written {
        self.table.replace_catalogue(&self.newest().await, banks, at(now)).await.unwrap()
    }

    async fn change(&self, id: &str, bank: Option<&Institution>) {
        let (id, now) = (id.parse().unwrap(), at("02T12:00"));
        self.table.replace_institution(&self.newest().await, &id, bank, now).await.unwrap();
    }

    async fn read(&self, catalogue: &Catalogue, country: Option<&str>) -> Vec<Institution> {
        let pages = self.table.catalogue_pages(catalogue.pages(country)).await.unwrap();
        let mut banks: Vec<_> = pages.into_iter().flat_map(|(_, banks)| banks).collect();
        banks.sort_by(|a, b| (&a.country, a.id.as_str()).cmp(&(&b.country, b.id.as_str())));
        banks
    }

    /// Write units since the last call.
    fn written(&self) -> u64 {
        let tap = self.cloud.tap();
        let puts = tap.log().into_iter().filter(|io| io.service == Service::DynamoDb);
        let halves: u64 = puts.map(|io| io.write_half_units).sum();
        tap.reset();
        halves / 2
    }
}

#[tokio::test]
async fn a_catalogue_is_read_by_country_and_replaced_without_a_rest() {
    let bed = bed().await;
    assert_eq!(bed.table.catalogue().await.unwrap(), None);

    let all: Vec<_> = [banks("DE", 450), banks("XF", 3)].concat();
    bed.replace(&all.iter().rev().cloned().collect::<Vec<_>>(), "02T10:00").await;
    let head = bed.newest().await;
    assert_eq!((head.copied_at, head.institutions()), (at("02T10:00"), 453));
    assert_eq!(head.countries().collect::<Vec<_>>(), [("DE", 450), ("XF", 3)]);
    for (country, want) in [
        (Some("DE"), banks("DE", 450)),
        (Some("XF"), banks("XF", 3)),
        (Some("D"), vec![]),
        (None, all),
    ] {
        assert_eq!(bed.read(&head, country).await, want, "{country:?}");
    }
    let one = bank("DE", 449);
    assert_eq!(bed.table.institution_of(&head, &one.id).await.unwrap(), Some(one.clone()));

    bed.replace(&banks("DE", 120), "03T10:00").await;
    let next = bed.newest().await;
    assert_eq!(bed.read(&next, None).await, banks("DE", 120));
    assert_eq!(next.countries().collect::<Vec<_>>(), [("DE", 120)], "a country is gone");
    assert_eq!(bed.table.institution_of(&next, &one.id).await.unwrap(), None);
    assert_eq!(
        bed.read(&head, None).await.len(),
        453,
        "who began to read the older one finds all of it"
    );
}

#[tokio::test]
async fn an_unchanged_day_writes_the_head_and_a_changed_bank_its_page() {
    let bed = bed().await;
    let mut all = [banks("DE", 1_000), banks("FR", 150), banks("XF", 19)].concat();
    let first = bed.replace(&all, "02T10:00").await;
    assert_eq!(first.pages, first.of);
    let everything = bed.written();

    let unchanged = bed.replace(&all, "03T10:00").await;
    assert_eq!((unchanged.pages, unchanged.of), (0, first.of));
    let nothing = bed.written();
    assert!(nothing <= 2, "{nothing} units for nothing new");

    all[7].health = Health::Inactive;
    assert_eq!(bed.replace(&all, "04T10:00").await.pages, 1);
    let one = bed.written();
    assert!(one <= nothing + everything / 4, "{one} units for one bank of {everything}");
    println!(
        "catalogue of {}: {everything} write units, {nothing} unchanged, {one} one bank",
        all.len()
    );

    // After a quarter the pages are put again, so that none ends while it is listed.
    let later = "2026-06-20T10:00:00Z".parse().unwrap();
    let renewed = bed.table.replace_catalogue(&bed.newest().await, &all, later).await.unwrap();
    assert_eq!(renewed.pages, first.of);
}

#[tokio::test]
async fn one_bank_is_replaced_added_and_taken_out() {
    let bed = bed().await;
    bed.replace(&banks("DE", 450), "02T10:00").await;
    let ill = Institution { health: Health::Disabled, ..bank("DE", 30) };
    let (new, abroad) = (bank("DE", 500), bank("FR", 1));
    let stray = Institution { country: "CH".to_owned(), ..bank("DE", 600) };
    let home = Institution { country: "DE".to_owned(), ..stray.clone() };
    for (id, shown, count) in [
        ("bank_0030_de", Some(&ill), 450),
        ("bank_0030_de", Some(&ill), 450),
        ("bank_0500_de", Some(&new), 451),
        ("bank_0001_fr", Some(&abroad), 452),
        ("bank_0600_de", Some(&stray), 453),
        ("bank_0600_de", Some(&home), 453),
        ("bank_0600_de", Some(&stray), 453),
        ("bank_0600_de", None, 452),
        ("bank_0007_de", None, 451),
        ("bank_0007_de", None, 451),
        ("bank_0001_it", None, 451),
    ] {
        bed.change(id, shown).await;
        let head = bed.newest().await;
        let found = bed.table.institution_of(&head, &id.parse().unwrap()).await.unwrap();
        assert_eq!(found.as_ref(), shown, "{id}");
        assert_eq!(
            (head.institutions(), bed.read(&head, None).await.len()),
            (count, count),
            "{id}"
        );
        assert_eq!(head.copied_at, at("02T10:00"), "it is no copy of them all");
    }
    assert_eq!(bed.newest().await.countries().collect::<Vec<_>>(), [("DE", 450), ("FR", 1)]);
    bed.change("bank_0001_fr", None).await;
    assert_eq!(bed.newest().await.countries().count(), 1, "a country without banks is none");
    bed.replace(&banks("DE", 450), "03T10:00").await;
    assert_eq!(bed.read(&bed.newest().await, None).await, banks("DE", 450));
}

#[tokio::test]
async fn what_is_not_the_newest_any_more_replaces_nothing() {
    let bed = bed().await;
    bed.replace(&banks("DE", 3), "02T10:00").await;
    let old = bed.newest().await;
    bed.change("bank_0001_de", None).await;
    let id = bank("DE", 2).id;
    let copy = bed.table.replace_catalogue(&old, &banks("DE", 3), at("02T11:00")).await;
    let change = bed.table.replace_institution(&old, &id, None, at("02T11:00")).await;
    for refused in [copy.map(drop), change] {
        assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    }
    assert_eq!(bed.newest().await.institutions(), 2);
}

#[tokio::test]
async fn two_changes_at_once_lose_none() {
    let bed = bed().await;
    bed.replace(&[bank("DE", 1)], "02T10:00").await;
    let mut running = tokio::task::JoinSet::new();
    for bank in (2..10).map(|n| bank("DE", n)) {
        let table = bed.table.clone();
        running.spawn(async move {
            loop {
                let was = table.catalogue().await.unwrap().unwrap();
                let now = at("02T11:00");
                match table.replace_institution(&was, &bank.id, Some(&bank), now).await {
                    Err(StoreError::Conflict) => {}
                    done => return done.unwrap(),
                }
            }
        });
    }
    running.join_all().await;
    assert_eq!(bed.newest().await.institutions(), 9);
}
