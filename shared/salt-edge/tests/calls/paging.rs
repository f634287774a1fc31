//! Lists: read to their end, or not taken at all.

use domain::{
    bank::{BankError, Listed, RemoteTransaction, Rows},
    id::RemoteTransactionId,
};
use salt_edge::Mode;

use crate::{
    answers::{ACCOUNT_ID, CONNECTION_ID, last_page, page, row},
    server::{Server, json, told},
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
        assert!(server.lines().len() <= 2, "{meta}");
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
