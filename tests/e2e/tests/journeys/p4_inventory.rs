//! Every kind of item that is stored has a rule by which it goes.

use std::collections::BTreeSet;

use e2e::{
    TENANT, hours, options,
    raw::{Stored, stored},
    user, world,
};
use jiff::civil::date;
use local_cloud::WorldOptions;
use simulator::{BankAt, NewRow};
use store::inventory::{KINDS, Rule, kind};

use crate::t1_statements::choose;

const BANK: &str = "fakebank_oauth_with_n_transactions_xf";

/// What a stored item has that the inventory does not name.
fn unknown(item: &Stored) -> Vec<String> {
    let (pk, sk) = &item.key;
    let Some(kind) = kind(pk, sk) else { return vec![format!("no kind has the key {pk} {sk}")] };
    let mut faults = Vec::new();
    for name in item.names.iter().filter(|name| !["pk", "sk"].contains(&name.as_str())) {
        if !kind.attributes.contains(&name.as_str()) {
            faults.push(format!("{} have no attribute {name}", kind.name));
        }
    }
    let ends = item.names.iter().any(|name| name == "ttl");
    if matches!(kind.rule, Rule::Ends | Rule::EndsAlone) && !ends && kind.name != "erasures" {
        faults.push(format!("{} end by themselves, and {pk} {sk} does not", kind.name));
    }
    faults
}

#[tokio::test]
async fn p4_every_item_and_attribute_that_is_stored_has_a_rule() {
    let mut options = WorldOptions { n_transactions: 1_200, ..options() };
    options.parameters.insert("PartnerCustomer".into(), "email_as_identifier".into());
    let world = world(options).await;
    let ada = user(&world, TENANT, "ada");
    let connection = ada.link(BANK).await;
    choose(&ada, connection["accounts"][0]["id"].as_str().unwrap(), "daily").await;
    // So many rows are folded at once; a statement is published, and a row comes late.
    let late = NewRow::booked("-1.0".parse().unwrap(), "LATE").made_on(date(2026, 2, 9));
    world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", late).unwrap();
    world.advance(hours(48), hours(6)).await;
    user(&world, TENANT, "bob").new_link(BANK).await;
    user(&world, TENANT, "bob").erase().await;
    world.settle().await;
    let items = stored(&world).await;
    let faults: Vec<_> = items.iter().flat_map(unknown).collect();
    assert_eq!(faults, Vec::<String>::new(), "give it a rule in shared/store/src/inventory.rs");
    let met: BTreeSet<_> = items
        .iter()
        .filter_map(|item| kind(&item.key.0, &item.key.1))
        .map(|kind| kind.name)
        .collect();
    // An orphan has a journey of its own.
    let all = KINDS.iter().map(|kind| kind.name);
    let all = all.filter(|name| *name != "orphans");
    let all: BTreeSet<_> = all.collect();
    assert_eq!(met, all, "the journey meets every kind that there is");
}
