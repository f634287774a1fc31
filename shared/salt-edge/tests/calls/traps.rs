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
