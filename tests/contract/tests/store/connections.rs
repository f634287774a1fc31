//! Connections: made once, found by what Salt Edge calls them, listed in pages.

use domain::{connection::Event, stored::StoreError};

use crate::bed::{USER, answered, bed, connection, session};

#[tokio::test]
async fn a_connection_is_made_once_with_its_session_or_not_at_all() {
    let bed = bed().await;
    let (fresh, first) = (connection(1), session(1));
    bed.table.create_session(&first, "hash", &answered("hash")).await.unwrap();
    let (made, moved) = bed.table.link(&fresh, &first).await.unwrap();
    assert_eq!((made.version, moved.version), (1, 1));

    let stale = bed.table.link(&connection(2), &first).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "the session has moved on: {stale:?}");
    let other = connection(2);
    assert_eq!(bed.table.connection(&other.tenant, &other.id).await.unwrap(), None);
    assert_eq!(bed.table.connection_of(&other.remote).await.unwrap(), None);

    let again = bed.table.link(&fresh, &moved).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "it is there already: {again:?}");
    let kept = bed.table.session(&moved.tenant, &moved.id).await.unwrap().unwrap();
    assert_eq!(kept.version, 1, "the session of a refused link");
}

#[tokio::test]
async fn of_two_who_change_a_connection_one_is_told() {
    let bed = bed().await;
    let read = bed.linked(&connection(1)).await;
    let next = bed.table.put_connection(&read).await.unwrap();
    let late = bed.table.put_connection(&read).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    assert_eq!(bed.table.connection(&next.tenant, &next.id).await.unwrap(), Some(next));
}

#[tokio::test]
async fn a_connection_is_found_by_its_ids_at_salt_edge_old_and_new() {
    let bed = bed().await;
    let made = bed.linked(&connection(1)).await;
    assert_eq!(bed.table.connection_of(&made.remote).await.unwrap(), Some(made.clone()));
    let mut next = made.clone();
    next.remote = "1300450000000099999".parse().unwrap();
    let visit = session(7);
    bed.table.create_session(&visit, "hash-7", &answered("hash-7")).await.unwrap();
    let (next, _) = bed.table.link(&next, &visit).await.unwrap();
    for remote in [&made.remote, &next.remote] {
        assert_eq!(bed.table.connection_of(remote).await.unwrap(), Some(next.clone()), "{remote}");
    }
    assert_eq!(bed.table.connection_of(&"42".parse().unwrap()).await.unwrap(), None);
}

#[tokio::test]
async fn lists_are_paged_by_customer_or_by_tenant_without_what_nobody_confirmed() {
    let bed = bed().await;
    let tenant = connection(0).tenant;
    for n in 0..9 {
        let mut one = connection(n);
        one.customer = ["ada", "adam", "eve"][usize::from(n % 3)].parse().unwrap();
        one.unlisted = n == 8;
        bed.linked(&one).await;
    }
    for (customer, all) in
        [(None, 8), (Some("ada"), 3), (Some("adam"), 3), (Some("eve"), 2), (Some("a"), 0)]
    {
        let customer = customer.map(|name: &str| name.parse().unwrap());
        let (mut found, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = bed.table.connections(&tenant, customer.as_ref(), after.as_deref(), 2);
            let page = page.await.unwrap();
            assert!(page.len() <= 2);
            let Some(last) = page.last() else { break };
            after = Some(last.place.clone());
            found.extend(page.into_iter().map(|listed| listed.id));
        }
        let once: std::collections::HashSet<_> = found.iter().collect();
        assert_eq!((found.len(), once.len()), (all, all), "{customer:?}");
    }
}

#[tokio::test]
async fn a_user_with_an_odd_name_is_listed_too() {
    let bed = bed().await;
    let tenant = connection(0).tenant;
    for (n, name) in ["!", "~", "~tilde", "zoe@example.com", "|"].into_iter().enumerate() {
        let mut one = connection(u8::try_from(n).unwrap());
        one.customer = name.parse().unwrap();
        let made = bed.linked(&one).await;
        let own = bed.table.connections(&tenant, Some(&one.customer), None, 10).await.unwrap();
        assert_eq!(own.iter().map(|listed| &listed.id).collect::<Vec<_>>(), [&made.id], "{name}");
        let all = bed.table.connections(&tenant, None, None, 10).await.unwrap();
        assert!(
            all.iter().any(|listed| listed.id == made.id),
            "{name} is not in the tenant's list"
        );
    }
}

#[tokio::test]
async fn a_record_reads_back_as_it_was_written() {
    let bed = bed().await;
    let mut one = connection(1);
    one.institution.name = "Ngân hàng \u{1f3e6} ".repeat(200);
    let made = bed.linked(&one).await;
    let revoking = made.after(Event::RevokeAsked).unwrap();
    let stored = bed.table.put_connection(&revoking).await.unwrap();
    let read = bed.table.connection(&stored.tenant, &stored.id).await.unwrap();
    assert_eq!(read, Some(stored));
    assert_eq!(made.customer.as_str(), USER);
}
