//! Two at once: never both, never neither.

use domain::{connection::Event, stored::StoreError};
use store::Appended;

use crate::bed::{at, bed, connection, entry, numbers, tombstone};

/// Rounds of each race; every one is decided by which request arrives first.
const ROUNDS: u8 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_reads_that_race_one_wins() {
    let bed = bed().await;
    let now = at("02T10:00");
    for round in 0..ROUNDS {
        let made = bed.linked(&connection(round)).await;
        let (left, right) = (entry(1, now, "left"), entry(1, now, "right"));
        let (a, b) = tokio::join!(
            bed.table.append(&made.tenant, &made.id, &left, None),
            bed.table.append(&made.tenant, &made.id, &right, None),
        );
        let mut ends = [a.unwrap(), b.unwrap()];
        ends.sort_by_key(|end| *end != Appended::Won);
        assert_eq!(ends, [Appended::Won, Appended::Lost], "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_read_and_a_revocation_that_race_one_wins() {
    let bed = bed().await;
    let now = at("02T10:00");
    for round in 0..ROUNDS {
        let made = bed.linked(&connection(round)).await;
        let asked = made.after(Event::RevokeAsked).unwrap();
        let (read, end) = (entry(1, now, "read"), tombstone(1, now));
        let (appended, closed) = tokio::join!(
            bed.table.append(&made.tenant, &made.id, &read, None),
            bed.table.close(&asked, &end),
        );
        let journal = bed.table.journal(&made.tenant, &made.id).await.unwrap().unwrap();
        assert_eq!(numbers(&journal.entries), [1], "round {round}");
        match (appended.unwrap(), closed) {
            (Appended::Won, Err(StoreError::Conflict)) => {
                assert_eq!((&journal.entries[0], &journal.connection), (&read, &made));
            }
            (Appended::Lost, Ok(closed)) => {
                assert_eq!((&journal.entries[0], &journal.connection), (&end, &closed));
            }
            (appended, closed) => panic!("round {round}: {appended:?} and {closed:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_writers_that_race_one_is_told() {
    let bed = bed().await;
    for round in 0..ROUNDS {
        let made = bed.linked(&connection(round)).await;
        let (a, b) = tokio::join!(bed.table.put_connection(&made), bed.table.put_connection(&made));
        let told = [&a, &b].iter().filter(|end| matches!(end, Err(StoreError::Conflict))).count();
        assert_eq!((told, a.is_ok() || b.is_ok()), (1, true), "round {round}: {a:?} and {b:?}");
    }
}
