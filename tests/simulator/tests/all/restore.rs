//! A simulator that is saved and goes on in another process.

use jiff::SignedDuration;
use serde_json::Value;
use simulator::{
    BankAt, BankFault, BankRow, Callbacks, ClientKind, ErrorClass, NewRow, Options, ProviderStatus,
    Simulator, StartError, Switches, TEST_PUBLIC_KEY, callback_message, verifies,
};

use crate::ears::Ears;
use crate::support::{Integrator, amount, client, described};

const BANK: &str = "fakebank_oauth_xf";

fn options(restore: Option<String>) -> Options {
    let switches = Switches { nightly_refresh: false, ..Switches::default() };
    Options { restore, switches, ..Options::for_clients(vec![client(ClientKind::Partner)]) }
}

impl Integrator {
    fn bank_rows(&self) -> Vec<BankRow> {
        let book = self.salt_edge.control().book(&BankAt::of(BANK)).unwrap();
        book.accounts.into_iter().flat_map(|account| account.rows).collect()
    }
}

#[tokio::test]
async fn what_was_linked_is_there_after_a_restart_and_goes_on() {
    let before = Integrator::with(options(None)).await;
    let id = before.connected(BANK).await;
    before.salt_edge.pump().await;
    before.salt_edge.control().add_login(&BankAt::login(BANK, "second"), "pass").unwrap();
    before
        .salt_edge
        .control()
        .set_provider_status("fakebank_simple_xf", ProviderStatus::Inactive)
        .unwrap();
    before.refreshed(id).await;
    let newest = before.transactions(id).await.last().unwrap()["id"].clone();
    let shown = (before.connection(id).await, before.accounts(id).await);
    let (rows, now) = (before.bank_rows(), before.salt_edge.control().now());
    let saved = before.salt_edge.save().unwrap();
    drop(before);

    let after = Integrator::with(options(Some(saved.clone()))).await;
    assert_eq!(after.salt_edge.control().now(), now, "a clock that was moved stays moved");
    assert_eq!(after.salt_edge.save().unwrap(), saved, "nothing was lost on the way");
    assert_eq!((after.connection(id).await, after.accounts(id).await), shown);
    assert_eq!(after.bank_rows(), rows);
    let simple = after.get("/providers/fakebank_simple_xf").await.data();
    assert_eq!(simple["status"], "inactive");

    let row = NewRow::booked(amount("-7.25"), "AFTER THE RESTART");
    after.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
    after.refreshed(id).await;
    let all = after.transactions(id).await;
    let new = described(&all, "AFTER THE RESTART");
    assert_eq!(new.len(), 1);
    let number = |id: &Value| id.as_str().unwrap().parse::<u64>().unwrap();
    assert!(number(&new[0]["id"]) > number(&newest), "ids go on growing");
    let second = after.connected_again(&after.customer("new").await, BANK).await;
    assert!(second > id);
}

#[tokio::test]
async fn a_callback_on_its_way_goes_to_the_address_of_the_new_start() {
    let before = Integrator::with(options(None)).await;
    let old = Callbacks::under("http://127.0.0.1:9/hooks");
    before.salt_edge.control().set_callbacks("app", old).unwrap();
    let id = before.connected(BANK).await;
    assert!(before.salt_edge.control().waiting_callbacks() > 0);
    let saved = before.salt_edge.save().unwrap();
    drop(before);

    let after = Integrator::with(options(Some(saved))).await;
    let ears = Ears::open().await;
    after.salt_edge.control().set_callbacks("app", ears.callbacks()).unwrap();
    after.salt_edge.pump().await;
    assert_eq!(after.salt_edge.control().waiting_callbacks(), 0);
    let heard = ears.heard();
    assert!(heard.iter().any(|call| call.json()["data"]["connection_id"] == id.to_string()));
    for call in heard {
        let message = callback_message(&format!("{}{}", ears.origin, call.path), &call.body);
        let signature = call.headers["signature"].to_str().unwrap();
        assert!(verifies(TEST_PUBLIC_KEY, &message, signature), "signed over the new address");
    }
}

#[tokio::test]
async fn an_attempt_that_ran_finishes_after_the_restart() {
    let before = Integrator::with(options(None)).await;
    let id = before.connected(BANK).await;
    before.salt_edge.control().switch(|switches| switches.stage_millis = 60_000);
    before.later(SignedDuration::from_hours(2));
    assert_eq!(before.background_refresh(id).await.status, 200);
    before.salt_edge.pump().await;
    assert_eq!(before.salt_edge.control().running_attempts(), 1);
    let saved = before.salt_edge.save().unwrap();
    drop(before);

    let after = Integrator::with(options(Some(saved))).await;
    assert_eq!(after.salt_edge.control().running_attempts(), 1);
    after.later(SignedDuration::from_mins(5));
    after.salt_edge.pump().await;
    assert_eq!(after.connection(id).await["last_attempt"]["finished"], true);
}

#[tokio::test]
async fn only_what_is_saved_counts_as_a_change() {
    let us = Integrator::with(options(None)).await;
    let still = us.salt_edge.changes();
    us.salt_edge.pump().await;
    let _looked = (us.salt_edge.control().ledger(), us.salt_edge.save().unwrap());
    assert_eq!(us.salt_edge.changes(), still, "an idle simulator is saved once");
    us.later(SignedDuration::from_secs(1));
    assert!(us.salt_edge.changes() > still);
    let then = us.salt_edge.changes();
    us.customer("jane").await;
    assert!(us.salt_edge.changes() > then);
}

#[tokio::test]
async fn faults_are_not_saved() {
    let us = Integrator::with(options(None)).await;
    let fault =
        BankFault { class: ErrorClass::ProviderError, provider: None, connection: None, times: 1 };
    us.salt_edge.control().add_bank_fault(fault);
    let after = Integrator::with(options(Some(us.salt_edge.save().unwrap()))).await;
    assert!(after.salt_edge.control().faults().bank.is_empty());
}

#[tokio::test]
async fn what_is_no_saved_state_is_refused_in_one_sentence() {
    let saved = Simulator::start(options(None)).await.unwrap().save().unwrap();
    let no_world = "the saved state is not a simulator's: ";
    for (text, want) in [
        (String::new(), no_world),
        ("{\"version\":1}".to_owned(), no_world),
        (saved[..saved.len() / 2].to_owned(), no_world),
        (
            saved.replacen("\"version\":1", "\"version\":2", 1),
            "the saved state is of version 2, which this simulator does not read",
        ),
    ] {
        let refused: StartError = Simulator::start(options(Some(text.clone()))).await.unwrap_err();
        let sentence = refused.to_string();
        assert!(sentence.starts_with(want), "{text}: {sentence}");
        assert!(!sentence.contains('\n'));
    }
}
