//! The catalogue: as many made-up banks as are asked for, and how fast it may be read.

use std::collections::BTreeSet;

use serde_json::Value;
use simulator::{BankList, ClientKind, Options};

use crate::support::{Integrator, client};

async fn with(banks: BankList) -> Integrator {
    let options = Options::for_clients(vec![client(ClientKind::Client)]);
    let us = Integrator::with(Options { banks, ..options }).await;
    us.salt_edge.control().switch(|switches| switches.catalogue_per_second = None);
    us
}

/// Every page of a list.
async fn all(us: &Integrator, query: &str) -> Vec<Value> {
    let (mut rows, mut from) = (Vec::new(), String::from("0"));
    loop {
        let path =
            format!("/providers?per_page=1000&include_ais_fields=true&from_id={from}{query}");
        let page = us.get(&path).await.json();
        rows.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["meta"]["next_id"].as_str() {
            Some(next) => next.clone_into(&mut from),
            None => return rows,
        }
    }
}

fn distinct<'a>(rows: &'a [Value], name: &str) -> BTreeSet<&'a str> {
    rows.iter().filter_map(|row| row[name].as_str()).collect()
}

#[tokio::test]
async fn six_thousand_banks_in_sixty_countries_are_the_same_for_the_same_seed() {
    let us = with(BankList::of(6_000)).await;
    let banks = all(&us, "").await;
    assert_eq!((banks.len(), distinct(&banks, "code").len()), (6_000, 6_000));
    assert_eq!(distinct(&banks, "country_code").len(), 60);
    assert_eq!(all(&us, "&include_sandboxes=true").await.len(), 6_019);
    let german = all(&us, "&country_code=DE").await;
    assert!(german.len() > 1_000, "{}", german.len());
    assert_eq!(us.get("/countries").await.data().as_array().unwrap().len(), 61);
    for (what, name) in [("Đ", "name"), ("ö", "name"), ("Л", "name"), ("Sparkassen", "group_name")]
    {
        let has = |row: &&Value| row[name].as_str().is_some_and(|text| text.contains(what));
        assert!(banks.iter().any(|row| has(&row)), "no {name} with {what}");
    }
    assert!(distinct(&banks, "status").contains("inactive"));
    assert!(banks.iter().any(|row| row["bic_codes"].as_array().unwrap().len() > 1));

    assert_eq!(all(&with(BankList::of(6_000)).await, "").await, banks);
    let other = with(BankList { seed: 2, ..BankList::of(6_000) }).await;
    assert_ne!(all(&other, "").await, banks);
    assert_eq!(all(&with(BankList::of(0)).await, "").await.len(), 0);
}

#[tokio::test]
async fn more_calls_of_the_catalogue_than_a_second_allows_are_too_many() {
    let us = Integrator::licensed().await;
    for _ in 0..10 {
        assert_eq!(us.get("/providers/fakebank_simple_xf").await.class(), "200");
    }
    // How many more come within this second depends on the machine; that none may does not.
    us.salt_edge.control().switch(|switches| switches.catalogue_per_second = Some(0));
    for (path, class) in [
        ("/providers", "TooManyRequests"),
        ("/providers/fakebank_simple_xf", "TooManyRequests"),
        ("/countries", "TooManyRequests"),
        ("/customers", "200"),
    ] {
        assert_eq!(us.get(path).await.class(), class, "{path}");
    }
}
