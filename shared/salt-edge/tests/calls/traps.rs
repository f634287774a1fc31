//! Traps that integrators of Salt Edge fell into, each under its number in the list that we keep of them: those that lie in how it
//! answers.

use domain::bank::Rows;
use salt_edge::{Mode, error::connection_gone};

use crate::{
    answers::{ACCOUNT_ID, CONNECTION_ID, last_page, page, row},
    server::{Server, failed, html, json, told},
};

#[tokio::test]
async fn trap_31_a_404_in_html_is_no_answer_and_proves_nothing() {
    for (reply, want, gone) in [
        (html(404), "404 not api", false),
        (failed(404, "ConnectionNotFound"), "404 ConnectionNotFound Gone StartAgain", true),
    ] {
        let server = Server::start([reply]).await;
        let id = CONNECTION_ID.parse().unwrap();
        let shown = server.client(Mode::Client).connection(&id, server.now).await;
        assert_eq!(told(&shown), want);
        assert_eq!(connection_gone(&shown.unwrap_err()), gone, "{want}");
    }
}

#[tokio::test]
async fn trap_35_next_page_may_hold_the_bases_path_and_is_not_doubled() {
    let base = format!("transactions?connection_id={CONNECTION_ID}&account_id={ACCOUNT_ID}");
    for link in [format!("/api/v6/{base}&from_id=12"), format!("/{base}&from_id=12")] {
        let first = page(&[&row("11")], &format!(r#"{{"next_page":"{link}"}}"#));
        let server = Server::start([json(first), json(last_page(&[&row("12")]))]).await;
        let client = server.client(Mode::Client);
        let (connection, account) = (CONNECTION_ID.parse().unwrap(), ACCOUNT_ID.parse().unwrap());
        let listed =
            client.transactions(&connection, &account, Rows::Booked, None, server.now).await;
        assert_eq!(listed.unwrap().rows.len(), 2, "{link}");
        assert_eq!(server.lines()[1], format!("GET /api/v6/{base}&from_id=12"), "{link}");
    }
}

/// What is sent for one row, and what is noted of it; nothing = it is a row.
#[tokio::test]
async fn bad_input_is_a_row_set_apart_or_an_error_with_a_name() {
    let good = row("11");
    for (from, to, why) in [
        ("", "", None),
        ("2026-02-27", "9999-12-31", Some("made_on is years ahead")),
        ("2026-02-27", "1899-12-31", Some("made_on is before 1900")),
        ("2026-02-27", "0000-00-00", Some("made_on is missing or no date")),
        ("2026-02-27", "2027-06-30", None),
        ("\"2026-02-27\"", "20260227", Some("made_on is missing or no date")),
        ("EUR", "XQZ", Some("currency_code is missing or not in ISO 4217")),
        ("\"EUR\"", "978", Some("currency_code is missing or not in ISO 4217")),
        ("-23.9", "\"NaN\"", Some("amount cannot be kept exactly")),
        ("-23.9", "1e400", Some("amount cannot be kept exactly")),
        ("-23.9", "[]", Some("amount is missing or no number")),
        ("\"11\"", "{}", Some("id is missing or no id")),
        ("\"11\"", "-11", Some("id is missing or no id")),
        ("\"GROCER\"", "[\"GROCER\"]", None),
        ("\"extra\":{}", "\"extra\":\"none\"", None),
    ] {
        let changed = good.replacen(from, to, 1);
        let server = Server::start([json(last_page(&[&changed, &row("12")]))]).await;
        let (connection, account) = (CONNECTION_ID.parse().unwrap(), ACCOUNT_ID.parse().unwrap());
        let client = server.client(Mode::Client);
        let listed =
            client.transactions(&connection, &account, Rows::Booked, None, server.now).await;
        let listed = listed.unwrap();
        let apart: Vec<_> = listed.quarantined.iter().map(|row| row.why.as_str()).collect();
        assert_eq!(apart, why.as_slice(), "{from} -> {to}");
        assert_eq!(listed.rows.len(), 2 - apart.len(), "the other row is read: {from} -> {to}");
    }
    for (body, want) in [
        (r#"{"data":7,"meta":{}}"#.to_owned(), "unreadable: Data error at"),
        (r#"{"data":null}"#.to_owned(), "unreadable: Data error at"),
        ("[".repeat(100_000), "unreadable: HTTP 200 with broken JSON"),
        ("<html>Welcome</html>".to_owned(), "200 not api"),
        (
            format!(r#"{{"data":["{}"]}}"#, "x".repeat(6 << 20)),
            "silent: the answer is longer than 5 MB",
        ),
    ] {
        let server = Server::start([json(body)]).await;
        let (connection, account) = (CONNECTION_ID.parse().unwrap(), ACCOUNT_ID.parse().unwrap());
        let client = server.client(Mode::Client);
        let listed =
            client.transactions(&connection, &account, Rows::Booked, None, server.now).await;
        let said = told(&listed);
        assert!(said.starts_with(want), "{want}: {said}");
    }
}
