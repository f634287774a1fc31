//! Published statements: put once, listed newest first.

use domain::{
    id::AccountId,
    journal::Position,
    statement::{Days, Made, Period, Statement},
};
use jiff::civil::date;

use crate::bed::{bed, connection};

fn statement(account: &AccountId, number: u32, version: u32) -> Statement {
    Statement {
        account: account.clone(),
        number,
        version,
        currency: "EUR".parse().unwrap(),
        period: Period::Daily,
        days: Days { from: date(2026, 3, 1), to: date(2026, 3, 1) },
        published_at: "2026-03-02T06:00:00Z".parse().unwrap(),
        opening: None,
        closing: None,
        count: 0,
        total: None,
        made: Made { at: Position::FIRST, lines: String::from("none") },
        before: None,
        previous: None,
    }
}

#[tokio::test]
async fn a_version_is_published_once_and_the_newest_is_told_first() {
    let bed = bed().await;
    let made = bed.linked(&connection(1)).await;
    let [account, other] = ["7", "8"].map(|remote| made.id.account(&remote.parse().unwrap()));
    let (tenant, id) = (&made.tenant, &made.id);
    let first = statement(&account, 1, 1);
    for one in [&first, &statement(&account, 1, 2), &statement(&account, 10, 1)] {
        assert!(bed.table.publish(tenant, id, one).await.unwrap());
    }
    assert!(bed.table.publish(tenant, id, &statement(&other, 2, 1)).await.unwrap());
    // Its own put again stands as it was given; another one does not take its place.
    assert!(bed.table.publish(tenant, id, &first).await.unwrap());
    let another = Statement { count: 9, ..first.clone() };
    assert!(!bed.table.publish(tenant, id, &another).await.unwrap());
    let stored = bed.table.statement(tenant, id, &account, (1, 1)).await.unwrap();
    assert_eq!(stored, Some(first));
    for (before, want) in [
        (None, vec![(10, 1), (1, 2), (1, 1)]),
        (Some((10, 1)), vec![(1, 2), (1, 1)]),
        (Some((1, 2)), vec![(1, 1)]),
        (Some((1, 1)), vec![]),
    ] {
        let mut told = Vec::new();
        let take = |one: Statement| {
            told.push((one.number, one.version));
            true
        };
        bed.table.statements_before(tenant, id, &account, before, take).await.unwrap();
        assert_eq!(told, want, "before {before:?}");
    }
    let newest = bed.table.newest_statement(tenant, id, &account).await.unwrap().unwrap();
    assert_eq!((newest.number, newest.version), (10, 1));
    // Statements are out of the way of what a pull reads.
    assert_eq!(bed.table.tail(tenant, id).await.unwrap().unwrap().entries, []);
}
