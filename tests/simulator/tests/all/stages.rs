//! Walks whose stages take time: the user sees a page that waits in between.

use jiff::SignedDuration;
use simulator::{Id, Options, Switches, Walk};

use crate::support::{Integrator, client};

const STAGE: SignedDuration = SignedDuration::from_secs(1);

async fn slow() -> Integrator {
    Integrator::with(Options {
        switches: Switches { stage_millis: 1_000, ..Switches::default() },
        ..Options::for_clients(vec![client(simulator::ClientKind::Partner)])
    })
    .await
}

impl Integrator {
    /// Walks on whenever a stage is over; the connection, and how often there was a page to wait at.
    async fn waits_through(&self, url: &str) -> (Id, usize) {
        for waited in 0..12 {
            let page = self.browser.walk(url, &Walk::default()).await.unwrap();
            assert!(page.left || !page.html.is_empty(), "an empty page at {}", page.url);
            if page.left {
                assert_eq!(page.query("error_class"), None, "{}", page.url);
                return (page.query("connection_id").unwrap().parse().unwrap(), waited);
            }
            self.later(STAGE);
        }
        panic!("the walk did not end");
    }
}

#[tokio::test]
async fn every_kind_of_bank_shows_its_pages_when_stages_take_time() {
    let us = slow().await;
    let customer = us.customer("jane@example.com").await;
    for (provider, stages) in [
        // start, connect, accounts, transactions, finish; and interactive where the user is asked
        ("fakebank_simple_xf", 5),
        ("fakebank_two_step_interactive_xf", 6),
        ("fake_demobank_xf", 6),
        ("fakebank_oauth_xf", 6),
        ("fakebank_oauth_with_n_transactions_xf", 6),
    ] {
        let url = us.connect_url(&customer, provider).await;
        let (id, waited) = us.waits_through(&url).await;
        assert_eq!(waited, stages, "{provider}");
        assert_eq!(us.connection(id).await["status"], "active", "{provider}");
        assert!(!us.transactions(id).await.is_empty(), "{provider}");
    }
}
