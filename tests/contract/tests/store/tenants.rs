//! Two tenants in one table never see each other.

use domain::{id::TenantId, journal::Position};
use store::Catalogue;

use crate::bed::{TENANT, answered, at, bed, connection, entry, session};

#[tokio::test]
async fn the_same_ids_under_another_tenant_lead_nowhere() {
    let bed = bed().await;
    let visit = session(9);
    bed.table.create_session(&visit, "hash", &answered("hash")).await.unwrap();
    let made = bed.linked(&connection(1)).await;
    bed.table.append(&made.tenant, &made.id, &entry(1, at("02T10:00"), "a"), None).await.unwrap();
    // Names that begin alike, and one that is a part of the other.
    for name in ["acm", "acme2", "ACME", "acme/C", "other"] {
        let other: TenantId = name.parse().unwrap();
        let (table, id) = (&bed.table, &made.id);
        assert_eq!(table.session(&other, &visit.id).await.unwrap(), None, "{name}");
        assert_eq!(table.connection(&other, id).await.unwrap(), None, "{name}");
        assert_eq!(table.connections(&other, None, None, 10).await.unwrap(), [], "{name}");
        let own = table.connections(&other, Some(&made.customer), None, 10).await.unwrap();
        assert_eq!(own, [], "{name}");
        assert!(table.tail(&other, id).await.unwrap().is_none(), "{name}");
        assert!(table.journal(&other, id).await.unwrap().is_none(), "{name}");
        assert!(table.newest(&other, id).await.unwrap().is_none(), "{name}");
        let feed = table.entries_after(&other, id, Position::default(), 10).await.unwrap();
        assert_eq!(feed, [], "{name}");
    }
}

#[tokio::test]
async fn the_same_connection_id_is_two_things_for_two_tenants() {
    let bed = bed().await;
    let mine = bed.linked(&connection(1)).await;
    let mut theirs = connection(1);
    theirs.tenant = "other".parse().unwrap();
    theirs.remote = "1300450000000077777".parse().unwrap();
    let mut visit = session(2);
    visit.tenant.clone_from(&theirs.tenant);
    bed.table.create_session(&visit, "hash-2", &answered("hash-2")).await.unwrap();
    let (theirs, _) = bed.table.link(&theirs, &visit).await.unwrap();
    bed.table
        .append(&mine.tenant, &mine.id, &entry(1, at("02T10:00"), "mine"), None)
        .await
        .unwrap();
    let other = bed.table.journal(&theirs.tenant, &theirs.id).await.unwrap().unwrap();
    assert_eq!((other.connection, other.entries.len()), (theirs, 0));
    assert_eq!(bed.table.connection_of(&mine.remote).await.unwrap(), Some(mine));
}

#[tokio::test]
async fn every_partition_is_a_tenants_or_one_of_the_few_that_are_nobodys() {
    let bed = bed().await;
    let made = bed.linked(&connection(1)).await;
    bed.table.append(&made.tenant, &made.id, &entry(1, at("02T10:00"), "a"), None).await.unwrap();
    bed.table.replace_catalogue(&Catalogue::none(), &[], at("02T10:00")).await.unwrap();
    bed.table.set_ticked(at("02T10:00")).await.unwrap();
    let (client, name) = bed.cloud.table();
    let all = client.scan().table_name(name).send().await.unwrap();
    assert!(all.items().len() >= 7, "only {} items", all.items().len());
    for item in all.items() {
        let key = item["pk"].as_s().unwrap();
        let own = *key == format!("T#{TENANT}") || key.starts_with(&format!("T#{TENANT}#"));
        let nobodys =
            ["REMOTE#", "TOKEN#", "CATALOGUE", "TICK"].iter().any(|one| key.starts_with(one));
        assert!(own || nobodys, "{key}");
    }
}
