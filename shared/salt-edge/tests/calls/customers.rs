//! Customers: created once, found again, in whichever form Salt Edge takes.

use domain::{bank::NewCustomer, id::RemoteCustomerId};
use salt_edge::{CustomerPractice, Mode};

use crate::{
    answers::{CUSTOMER, last_page, page},
    server::{Server, failed, json, told},
};

fn new() -> NewCustomer {
    NewCustomer {
        identifier: "tenant-42-user-7".to_owned(),
        email: Some("jane@example.com".into()),
        email_since: Some("2026-03-01T00:00:00Z".parse().unwrap()),
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
            "400 EmailInvalid User CorrectContact",
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

const EVERYBODY: &str = r#"{"customer_id":"1","identifier":"someone","email":"jane@example.com"}"#;
const OURS: &str = r#"{"customer_id":2,"identifier":"tenant-42-user-7"}"#;
const MORE: &str = r#"{"next_id":"2","next_page":"/api/v6/customers?from_id=2"}"#;

fn one(customer: &str) -> crate::server::Reply {
    json(format!(r#"{{"data":{customer}}}"#))
}

#[tokio::test]
async fn a_customer_that_exists_is_found_by_identifier_and_listed_as_the_last_resort() {
    let taken = || failed(409, "DuplicatedCustomer");
    let unknown = || failed(404, "CustomerNotFound");
    let own = json(r#"{"data":{"customer_id":"3"}}"#.to_owned());
    for (case, replies, want) in [
        ("shown by its name", vec![taken(), one(OURS)], "2"),
        (
            "not shown",
            vec![taken(), unknown(), json(page(&[EVERYBODY], MORE)), json(last_page(&[OURS]))],
            "2",
        ),
        ("another is shown", vec![taken(), one(EVERYBODY), json(last_page(&[OURS]))], "2"),
        // The e-mail is another customer's, who is left alone: ours is made without it.
        ("not there", vec![taken(), unknown(), json(last_page(&[EVERYBODY])), own], "3"),
    ] {
        let asked = replies.len();
        let server = Server::start(replies).await;
        let customer = server.client(Mode::Partner).customer(&new(), server.now).await;
        assert_eq!(customer.unwrap().as_str(), want, "{case}");
        assert_eq!(server.seen().len(), asked, "{case}");
    }
}

#[tokio::test]
async fn the_last_resort_ends() {
    let next = |n: u32| {
        let meta = format!(r#"{{"next_id":"{n}","next_page":"/api/v6/customers?from_id={n}"}}"#);
        json(page(&[EVERYBODY], &meta))
    };
    let mut replies = vec![failed(409, "DuplicatedCustomer"), failed(404, "CustomerNotFound")];
    replies.extend((10..40).map(next));
    let server = Server::start(replies).await;
    let customer = server.client(Mode::Client).customer(&new(), server.now).await;
    assert!(customer.is_err(), "{customer:?}");
    assert_eq!(server.seen().len(), 2 + 10);
}

#[tokio::test]
async fn a_customer_named_after_an_e_mail_is_ours_since_we_claimed_it() {
    let named = |made: &str| {
        let (id, name) = ("4", "jane@example.com");
        format!(r#"{{"customer_id":"{id}","identifier":"{name}","created_at":"{made}"}}"#)
    };
    let (ours, before) = (named("2026-03-01T00:00:01Z"), named("2026-02-01T00:00:00Z"));
    let unmade = r#"{"customer_id":"4","identifier":"jane@example.com"}"#;
    let anothers = NewCustomer { email_since: None, ..new() };
    let taken = || failed(409, "DuplicatedCustomer");
    let alone = || vec![CustomerPractice::EmailAsIdentifier];
    let both = || vec![CustomerPractice::EmailAsIdentifier, CustomerPractice::IdentifierOnly];
    for (case, practices, new, replies, want) in [
        ("ours", alone(), new(), vec![taken(), one(&ours)], Some("4")),
        ("older", alone(), new(), vec![taken(), one(&before), json(last_page(&[&before]))], None),
        ("ageless", alone(), new(), vec![taken(), one(unmade), json(last_page(&[unmade]))], None),
        ("claimed by another", alone(), anothers.clone(), vec![], None),
        ("another way", both(), anothers, vec![json(CUSTOMER)], Some("1200340000000000001")),
    ] {
        let asked = replies.len();
        let server = Server::start(replies).await;
        let client = server.client_with(Mode::Partner, practices);
        let customer = client.customer(&new, server.now).await;
        assert_eq!(
            customer.as_ref().ok().map(RemoteCustomerId::as_str),
            want,
            "{case}: {customer:?}"
        );
        assert_eq!(server.seen().len(), asked, "{case}");
    }
}
