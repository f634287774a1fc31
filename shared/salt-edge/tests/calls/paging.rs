//! Lists: read to their end, or not taken at all.

use domain::{
    bank::{BankError, Listed, RemoteTransaction, Rows},
    id::RemoteTransactionId,
};
use salt_edge::Mode;

use crate::{
    answers::{ACCOUNT_ID, CONNECTION_ID, last_page, page, row},
    server::{Reply, Server, json, told},
};

const START: &str =
    "/api/v6/transactions?connection_id=1300450000000000007&account_id=1700780000000000011";

async fn read(
    server: &Server,
    rows: Rows,
    from: Option<&str>,
) -> Result<Listed<RemoteTransaction>, BankError> {
    let from = from.map(|id| id.parse::<RemoteTransactionId>().unwrap());
    let (connection, account) = (CONNECTION_ID.parse().unwrap(), ACCOUNT_ID.parse().unwrap());
    let client = server.client(Mode::Client);
    client.transactions(&connection, &account, rows, from.as_ref(), server.now).await
}

fn ids(listed: &Listed<RemoteTransaction>) -> Vec<&str> {
    listed.rows.iter().map(|row| row.id.as_str()).collect()
}

#[tokio::test]
async fn pages_follow_next_id_and_keep_every_filter() {
    // The link has lost our `pending`; the id is what counts.
    let link = format!(r#"{{"next_id":12,"next_page":"{START}&from_id=12"}}"#);
    let server = Server::start([
        json(page(&[&row("11").replace("posted", "pending")], &link)),
        json(last_page(&[])),
    ])
    .await;
    let listed = read(&server, Rows::Pending, Some("11")).await.unwrap();
    assert_eq!(ids(&listed), ["11"]);
    assert_eq!(
        server.lines(),
        [
            format!("GET {START}&pending=true&per_page=1000&from_id=11"),
            format!("GET {START}&pending=true&per_page=1000&from_id=12"),
        ]
    );
}

#[tokio::test]
async fn a_link_alone_is_followed_without_doubling_the_base() {
    for link in [
        format!("{START}&from_id=12"),
        START.replace("/api/v6/", "/") + "&from_id=12",
        START.replace("/api/v6/", "") + "&from_id=12",
    ] {
        let first = page(&[&row("11")], &format!(r#"{{"next_id":null,"next_page":"{link}"}}"#));
        let server = Server::start([json(first), json(last_page(&[&row("12")]))]).await;
        let listed = read(&server, Rows::Booked, None).await.unwrap();
        assert_eq!(ids(&listed), ["11", "12"], "{link}");
        assert_eq!(server.lines()[1], format!("GET {START}&from_id=12"), "{link}");
    }
}

#[tokio::test]
async fn a_list_ends_where_it_says_so() {
    for meta in [
        r#"{"next_id":null,"next_page":null}"#,
        r#"{"next_id":"0"}"#,
        r#"{"next_id":"","next_page":""}"#,
        "{}",
        "null",
    ] {
        let server = Server::start([json(page(&[&row("11")], meta))]).await;
        assert_eq!(ids(&read(&server, Rows::Booked, None).await.unwrap()), ["11"], "{meta}");
        assert_eq!(server.lines().len(), 1, "{meta}");
    }
}

#[tokio::test]
async fn paging_that_repeats_itself_or_leads_elsewhere_is_an_error() {
    let repeats = "unreadable: the paging repeats itself";
    let elsewhere = "unreadable: next_page leads elsewhere";
    for (meta, from, want) in [
        (r#"{"next_id":"12"}"#.to_owned(), None, repeats),
        (r#"{"next_id":"11"}"#.to_owned(), Some("11"), repeats),
        (format!(r#"{{"next_page":"{START}&from_id=12"}}"#), None, repeats),
        (r#"{"next_page":"https://evil.example/api/v6/transactions"}"#.to_owned(), None, elsewhere),
        (r#"{"next_page":"//evil.example/api/v6/transactions"}"#.to_owned(), None, elsewhere),
        (
            r#"{"next_id":"12","next_page":"http://127.0.0.1:1/api/v6/transactions"}"#.to_owned(),
            None,
            elsewhere,
        ),
        (r#"{"next_page":"/api/v6/accounts?from_id=12"}"#.to_owned(), None, elsewhere),
        (r#"{"next_page":"/api/v6/api/v6/transactions"}"#.to_owned(), None, elsewhere),
        (r#"{"next_page":"../v5/transactions"}"#.to_owned(), None, elsewhere),
    ] {
        let server = Server::start(std::iter::repeat_n(json(page(&[&row("11")], &meta)), 4)).await;
        assert_eq!(told(&read(&server, Rows::Booked, from).await), want, "{meta}");
        // A circle may have come of a change meanwhile: it is gone round once more, and not a third time.
        assert!(server.lines().len() <= 4, "{meta}");
        assert!(server.lines().iter().all(|line| line.contains("/api/v6/transactions")), "{meta}");
    }
}

#[tokio::test]
async fn a_meta_of_another_shape_is_not_taken_for_the_end() {
    for meta in [r#""next""#, r#"{"next_id":{"id":"12"}}"#, r#"{"next_page":7}"#] {
        let server = Server::start([json(page(&[&row("11")], meta))]).await;
        let told = told(&read(&server, Rows::Booked, None).await);
        assert!(told.starts_with("unreadable: Data error at"), "{meta}: {told}");
    }
}

#[tokio::test]
async fn a_list_without_end_is_given_up() {
    let endless = (1..=1_001).map(|id| json(page(&[], &format!(r#"{{"next_id":"{id}"}}"#))));
    let server = Server::start(endless).await;
    assert_eq!(
        told(&read(&server, Rows::Booked, None).await),
        "unreadable: more pages than any list has"
    );
    let small = "{},".repeat(60_000) + "{}";
    let huge = (1..=3).map(|id| json(page(&[&small], &format!(r#"{{"next_id":"{id}"}}"#))));
    let server = Server::start(huge).await;
    assert_eq!(
        told(&read(&server, Rows::Booked, None).await),
        "unreadable: more rows than can be held"
    );
    assert_eq!(server.lines().len(), 2);
}

/// A page of these rows; behind it comes the one that begins with `next`.
fn listed(rows: &[&str], next: Option<&str>) -> Reply {
    let next = next.map_or("null".to_owned(), |id| format!("\"{id}\""));
    json(page(rows, &format!(r#"{{"next_id":{next}}}"#)))
}

#[tokio::test]
async fn y10_pages_that_change_under_the_reader_are_read_again_from_the_first() {
    let (one, two, three) = (row("11"), row("12"), row("13"));
    let changed = row("11").replace("GROCER", "BAKER");
    // Each first pass shows that something moved: a row on two pages, one that is gone, a circle.
    for (case, first) in [
        ("changed", [listed(&[&one, &two], Some("13")), listed(&[&changed, &three], None)]),
        ("gone", [listed(&[&one], Some("12")), listed(&[&three], None)]),
        ("a circle", [listed(&[&one], Some("12")), listed(&[&two], Some("12"))]),
    ] {
        let [page_1, page_2] = first;
        let again = [listed(&[&changed, &two], Some("13")), listed(&[&three], None)];
        let server = Server::start([page_1, page_2].into_iter().chain(again)).await;
        let read = read(&server, Rows::Booked, None).await.unwrap();
        assert_eq!(ids(&read), ["11", "12", "13"], "{case}");
        assert_eq!(read.rows[0].facts.description.reveal(), "BAKER", "{case}: nothing of before");
        let lines = server.lines();
        assert_eq!((lines.len(), &lines[0]), (4, &lines[2]), "{case}");
    }
}

#[tokio::test]
async fn y10_pages_that_never_stand_still_are_given_up_by_name() {
    let first = |n: usize| row("11").replace("GROCER", &format!("SHOP {n}"));
    let pages = (0..20).map(|n| {
        let (at, next) = if n % 2 == 0 { (first(n), Some("12")) } else { (first(n), None) };
        listed(&[&at], next)
    });
    let server = Server::start(pages).await;
    let said = told(&read(&server, Rows::Booked, None).await);
    assert_eq!(said, "unreadable: its pages change while they are read");
    assert_eq!(server.lines().len(), 8, "four passes");
}

#[tokio::test]
async fn y10_what_two_passes_show_alike_is_how_it_is_paged() {
    // The next page begins behind `next_id`; and the last row comes again as the first, which is no second row.
    let (one, two, three) = (row("11"), row("12"), row("14"));
    let strange = [listed(&[&one], Some("13")), listed(&[&two, &three], None)];
    let server = Server::start(strange.iter().cloned().chain(strange.clone())).await;
    assert_eq!(ids(&read(&server, Rows::Booked, None).await.unwrap()), ["11", "12", "14"]);
    assert_eq!(server.lines().len(), 4);
    let inclusive = [listed(&[&one, &two], Some("12")), listed(&[&two, &three], None)];
    let server = Server::start(inclusive).await;
    assert_eq!(ids(&read(&server, Rows::Booked, None).await.unwrap()), ["11", "12", "14"]);
    assert_eq!(server.lines().len(), 2, "nothing has changed");
}
