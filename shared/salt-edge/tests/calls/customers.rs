//! Customers: created once, found again, in whichever form Salt Edge takes.

use domain::bank::NewCustomer;
use salt_edge::{CustomerPractice, Mode};

use crate::{
    answers::{CUSTOMER, last_page, page},
    server::{Server, failed, json, told},
};

fn new() -> NewCustomer {
    NewCustomer {
        identifier: "tenant-42-user-7".to_owned(),
        email: Some("jane@example.com".into()),
    }
}

const BOTH: &str = r#"{"data":{"identifier":"tenant-42-user-7","email":"jane@example.com"}}"#;
const IDENTIFIER: &str = r#"{"data":{"identifier":"tenant-42-user-7"}}"#;
const EMAIL: &str = r#"{"data":{"identifier":"jane@example.com"}}"#;

#[tokio::test]
async fn each_practice_is_tried_only_when_the_form_was_refused() {
    let no = || failed(400, "WrongRequestFormat");
    let reversed = CustomerPractice::DEFAULT.into_iter().rev().collect::<Vec<_>>();
    let usual = || CustomerPractice::DEFAULT.to_vec();
    for (mode, practices, replies, want, bodies) in [
        (Mode::Client, usual(), vec![json(CUSTOMER)], "ok", vec![IDENTIFIER]),
        (Mode::Partner, usual(), vec![json(CUSTOMER)], "ok", vec![BOTH]),
        (Mode::Partner, usual(), vec![no(), json(CUSTOMER)], "ok", vec![BOTH, IDENTIFIER]),
        (
            Mode::Partner,
            usual(),
            vec![no(), no(), json(CUSTOMER)],
            "ok",
            vec![BOTH, IDENTIFIER, EMAIL],
        ),
        (Mode::Partner, reversed, vec![no(), json(CUSTOMER)], "ok", vec![EMAIL, IDENTIFIER]),
        (
            Mode::Partner,
            usual(),
            vec![no(), no(), no()],
            "400 WrongRequestFormat Ours Report",
            vec![BOTH, IDENTIFIER, EMAIL],
        ),
        (
            Mode::Partner,
            usual(),
            vec![failed(400, "EmailInvalid")],
            "400 EmailInvalid User FixRequest",
            vec![BOTH],
        ),
        (
            Mode::Partner,
            usual(),
            vec![failed(500, "InternalServerError")],
            "500 InternalServerError Retry RetryLater",
            vec![BOTH],
        ),
    ] {
        let server = Server::start(replies).await;
        let customer = server.client_with(mode, practices).customer(&new(), server.now).await;
        assert_eq!(told(&customer), want, "{bodies:?}");
        assert_eq!(server.seen().into_iter().map(|seen| seen.body).collect::<Vec<_>>(), bodies);
    }
}

#[tokio::test]
async fn a_customer_that_exists_is_found_by_identifier_alone() {
    let other = r#"{"customer_id":"1","identifier":"someone","email":"jane@example.com"}"#;
    let ours = r#"{"customer_id":2,"identifier":"tenant-42-user-7"}"#;
    let taken = || failed(409, "DuplicatedCustomer");
    let more = r#"{"next_id":"2","next_page":"/api/v6/customers?from_id=2"}"#;
    let own = json(r#"{"data":{"customer_id":"3"}}"#.to_owned());
    let same_mail = r#"{"customer_id":"4","identifier":"jane@example.com"}"#;
    let by_mail = vec![CustomerPractice::EmailAsIdentifier, CustomerPractice::IdentifierOnly];
    let replies = [taken(), json(last_page(&[same_mail])), own.clone()];
    let server = Server::start(replies).await;
    let customer = server.client_with(Mode::Partner, by_mail).customer(&new(), server.now).await;
    assert_eq!(customer.unwrap().as_str(), "3", "whoever has the e-mail for a name is left alone");
    for (replies, want) in [
        (vec![taken(), json(page(&[other], more)), json(last_page(&[ours]))], "2"),
        // The e-mail is another customer's, who is left alone: ours is made without it.
        (vec![taken(), json(last_page(&[other])), own], "3"),
    ] {
        let server = Server::start(replies).await;
        let customer = server.client(Mode::Partner).customer(&new(), server.now).await;
        assert_eq!(customer.unwrap().as_str(), want);
    }
}
