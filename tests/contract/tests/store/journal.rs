//! The journal: an append-only log per connection.

use domain::{
    bank::Quarantined,
    connection::Event,
    journal::{Body, Entry, Position},
    stored::StoreError,
};
use store::Appended;

use crate::bed::{Bed, at, bed, connection, entry, numbers, part, reaching, tombstone};

/// Noise that no compression makes smaller.
fn noise(length: usize, mut seed: u64) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.extend(seed.rotate_left(17).to_be_bytes().map(|byte| char::from(b' ' + byte % 95)));
    }
    text
}

async fn with_entries(bed: &Bed, entries: &[Entry]) -> domain::connection::Connection {
    let made = bed.linked(&connection(1)).await;
    for entry in entries {
        assert_eq!(
            bed.table.append(&made.tenant, &made.id, entry, None).await.unwrap(),
            Appended::Won
        );
    }
    made
}

#[tokio::test]
async fn a_number_is_won_once() {
    let bed = bed().await;
    let now = at("02T10:00");
    let made = with_entries(&bed, &[entry(1, now, "a")]).await;
    for (what, next, want) in [
        ("the same read again", entry(1, now, "a"), Appended::Already),
        ("another read", entry(1, now, "b"), Appended::Lost),
        ("a tombstone where a read stands", tombstone(1, now), Appended::Lost),
        ("the next number", entry(2, now, "b"), Appended::Won),
        ("a tombstone", tombstone(3, now), Appended::Won),
        ("the same tombstone", tombstone(3, now), Appended::Already),
        ("a read where a tombstone stands", entry(3, now, "c"), Appended::Lost),
    ] {
        let got = bed.table.append(&made.tenant, &made.id, &next, None).await.unwrap();
        assert_eq!(got, want, "{what}");
    }
    let journal = bed.table.journal(&made.tenant, &made.id).await.unwrap().unwrap();
    assert_eq!(numbers(&journal.entries), [1, 2, 3]);
    assert_eq!(journal.entries[0], entry(1, now, "a"), "what was won is not overwritten");
}

#[tokio::test]
async fn closing_writes_tombstone_and_state_or_neither() {
    let bed = bed().await;
    let now = at("02T10:00");
    let made = with_entries(&bed, &[entry(1, now, "a")]).await;
    let asked = made.after(Event::RevokeAsked).unwrap();

    let taken = bed.table.close(&asked, &tombstone(1, now)).await;
    assert!(matches!(taken, Err(StoreError::Conflict)), "the number is taken: {taken:?}");
    let kept = bed.table.connection(&made.tenant, &made.id).await.unwrap().unwrap();
    assert_eq!(kept, made, "the state of a refused close");

    bed.table.put_connection(&made).await.unwrap();
    let stale = bed.table.close(&asked, &tombstone(2, now)).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "the state has moved on: {stale:?}");
    let journal = bed.table.journal(&made.tenant, &made.id).await.unwrap().unwrap();
    assert_eq!(numbers(&journal.entries), [1], "the tombstone of a refused close");

    let asked = journal.connection.after(Event::RevokeAsked).unwrap();
    let closed = bed.table.close(&asked, &tombstone(2, now)).await.unwrap();
    assert_eq!(closed.version, journal.connection.version + 1);
    let newest = bed.table.newest(&made.tenant, &made.id).await.unwrap().unwrap();
    assert_eq!((newest.connection, numbers(&newest.entries)), (closed, vec![1, 2]));
}

#[tokio::test]
async fn a_tail_reaches_back_as_far_as_its_newest_entry_says() {
    for (from, want, whole) in [
        (1, &[1, 2, 3, 4, 5][..], true),
        (3, &[3, 4, 5], false),
        (4, &[4, 5], false),
        (5, &[5], false),
    ] {
        let bed = bed().await;
        let day = at("06T10:00");
        let older = (1..5).map(|n| entry(n, day, &format!("{n}")));
        let newest = reaching(entry(5, day, "5"), from);
        let made = with_entries(&bed, &older.chain([newest]).collect::<Vec<_>>()).await;
        let tail = bed.table.tail(&made.tenant, &made.id).await.unwrap().unwrap();
        assert_eq!((numbers(&tail.entries), tail.whole), (want.to_vec(), whole), "from {from}");
        assert_eq!(tail.connection, made);
        assert_eq!(tail.head(), Position { generation: 1, number: 5 });
        let nothing = bed.table.tail(&made.tenant, &connection(2).id).await.unwrap();
        assert!(nothing.is_none(), "there is no such connection");
    }
}

#[tokio::test]
async fn a_tail_ends_where_a_big_first_read_begins() {
    let bed = bed().await;
    let now = at("02T10:00");
    let last = entry(3, now, "last part");
    let made = with_entries(&bed, &[part(1, now), part(2, now)]).await;
    let (tenant, id) = (&made.tenant, &made.id);
    let begun = bed.table.tail(tenant, id).await.unwrap().unwrap();
    assert_eq!((numbers(&begun.entries), begun.whole), (vec![2], false), "a part is never alone");
    assert_eq!(
        begun.head(),
        Position { generation: 1, number: 2 },
        "it goes on behind its last part"
    );
    let newest = bed.table.newest(tenant, id).await.unwrap().unwrap();
    assert_eq!(numbers(&newest.entries), [1, 2], "no read is complete yet");

    bed.table.append(tenant, id, &last, None).await.unwrap();
    let done = bed.table.tail(tenant, id).await.unwrap().unwrap();
    assert_eq!((numbers(&done.entries), done.whole), (vec![3], false));
    bed.table.append(tenant, id, &part(4, now), None).await.unwrap();
    let newest = bed.table.newest(tenant, id).await.unwrap().unwrap();
    assert_eq!(numbers(&newest.entries), [3, 4], "back to the newest complete read");
    let journal = bed.table.journal(tenant, id).await.unwrap().unwrap();
    assert_eq!((numbers(&journal.entries), journal.whole), (vec![1, 2, 3, 4], true));
}

#[tokio::test]
async fn a_generation_begins_anew_and_the_feed_crosses_it() {
    let bed = bed().await;
    let now = at("02T10:00");
    let made = with_entries(&bed, &[entry(1, now, "a"), tombstone(2, now)]).await;
    let mut next = made.clone();
    next.generation = 2;
    let next = bed.table.put_connection(&next).await.unwrap();
    let tail = bed.table.newest(&next.tenant, &next.id).await.unwrap().unwrap();
    assert_eq!(tail.head(), Position::start(2), "no entry of this generation yet");

    let mut first = entry(1, now, "b");
    first.at.generation = 2;
    assert_eq!(
        bed.table.append(&next.tenant, &next.id, &first, None).await.unwrap(),
        Appended::Won
    );
    let feed = bed.table.entries_after(&next.tenant, &next.id, Position::default(), 10).await;
    let places: Vec<_> =
        feed.unwrap().iter().map(|one| (one.at.generation, one.at.number)).collect();
    assert_eq!(places, [(1, 1), (1, 2), (2, 1)]);
}

#[tokio::test]
async fn a_feed_of_more_than_a_megabyte_is_whole_and_in_order() {
    let bed = bed().await;
    let now = at("02T10:00");
    let entries: Vec<_> = (1..=12)
        .map(|n| {
            let mut entry = entry(n, now, &n.to_string());
            let Body::Read(read) = &mut entry.body else { unreachable!("it is a read") };
            let why = noise(300_000, n);
            read.quarantined.push(Quarantined { id: None, account: None, why, since: None });
            reaching(entry, 1)
        })
        .collect();
    let made = with_entries(&bed, &entries).await;
    let (tenant, id) = (&made.tenant, &made.id);
    for (after, limit, want) in [
        (0, 100, (1..=12).collect::<Vec<_>>()),
        (0, 12, (1..=12).collect()),
        (0, 5, (1..=5).collect()),
        (5, 100, (6..=12).collect()),
        (11, 100, vec![12]),
        (12, 100, vec![]),
    ] {
        let place = Position { generation: 1, number: after };
        let got = bed.table.entries_after(tenant, id, place, limit).await.unwrap();
        assert_eq!(numbers(&got), want, "after {after}, at most {limit}");
    }
    let journal = bed.table.journal(tenant, id).await.unwrap().unwrap();
    assert!(journal.entries == entries, "every entry reads back as it was written");
    let tail = bed.table.tail(tenant, id).await.unwrap().unwrap();
    assert_eq!((tail.entries.len(), tail.whole), (12, true));
}

#[tokio::test]
async fn an_entry_that_no_item_holds_is_refused_by_its_size() {
    let bed = bed().await;
    let made = with_entries(&bed, &[]).await;
    let mut huge = entry(1, at("02T10:00"), "huge");
    let Body::Read(read) = &mut huge.body else { unreachable!("it is a read") };
    read.quarantined.push(Quarantined {
        id: None,
        account: None,
        why: noise(900_000, 1),
        since: None,
    });
    let refused = bed.table.append(&made.tenant, &made.id, &huge, None).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })), "{:?}", refused.is_ok());
}
