//! Whoever began before an erasure and writes during it brings nothing back: what they wrote is deleted too.

#![expect(clippy::async_yields_async, reason = "what is begun goes on only when its step is held")]

use std::{future::Future, pin::Pin};

use e2e::{RETURN_TO, TENANT, User, erasing::naming, minutes, oracle::newest, raw::raw, user};
use local_cloud::{Effect, Fault, Service};
use serde_json::{Value, json};
use simulator::{BankAt, NewRow, Walk};

use crate::p4_erasure::client_world;

const BANK: &str = "fakebank_oauth_xf";
const SECOND: &str = "fakebank_simple_xf";
/// More steps than any of them has.
const STEPS: u32 = 60;

type Straggler<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// One of a function's steps is held while the customer is erased, and done after their items are deleted.
async fn held_at_each_step(
    name: &str,
    function: &str,
    fewest: u32,
    begun: impl for<'a> AsyncFn(&'a User<'a>) -> Straggler<'a>,
) {
    let world = client_world().await;
    for step in 1..STEPS {
        let sub = format!("ada-{name}-{step}");
        let ada = user(&world, TENANT, &sub);
        let mut straggler = begun(&ada).await;
        let service = Some(Service::DynamoDb);
        let fault = Fault { service, ..Fault::at(function, step, Effect::HoldBefore) };
        world.cloud.tap().arm(fault);
        let held = tokio::select! {
            () = &mut straggler => false,
            () = world.cloud.tap().holds(1) => true,
        };
        world.cloud.tap().disarm();
        let asked = ada.erase().await;
        // A visit that may still come to something is waited for, a day at most.
        for _ in 0..30 {
            world.advance(minutes(61), minutes(61)).await;
            if ada.erasure(&asked).await["status"] == "looking_again" {
                break;
            }
        }
        assert_eq!(ada.erasure(&asked).await["status"], "looking_again", "{name} {step}");
        if held {
            assert!(world.cloud.tap().release());
            straggler.await;
        }
        world.advance(minutes(130), minutes(65)).await;
        assert_eq!(ada.erasure(&asked).await["status"], "erased", "{name} {step}");
        let found = naming(&world, &[format!("#{sub}"), format!("\"{sub}\"")]).await;
        assert_eq!(found, Vec::<String>::new(), "{name}: what was held at {step} came afterwards");
        if !held {
            assert!(step > fewest, "{name} has more steps than {step}");
            return;
        }
    }
    panic!("{name} does not end");
}

fn boxed<'a>(straggler: impl Future<Output = ()> + 'a) -> Straggler<'a> {
    Box::pin(straggler)
}

/// What a call comes to is not asked: who is being erased may be refused.
async fn called(user: &User<'_>, method: &'static str, path: String, body: Value) {
    user.call(method, &path, Some(&body)).await;
}

#[tokio::test]
async fn p4_a_pull_held_at_each_of_its_steps_brings_nothing_back() {
    held_at_each_step("pull", "sync", 5, async |ada| {
        ada.link(BANK).await;
        let row = NewRow::booked("-3.50".parse().unwrap(), "COFFEE");
        ada.world.salt_edge.control().add_row(&BankAt::of(BANK), "account-1", row).unwrap();
        let control = ada.world.salt_edge.control();
        ada.world.cloud.clock().advance(minutes(1));
        control.visit_bank(newest(ada.world)).unwrap();
        control.pump().await;
        boxed(async { while ada.world.cloud.deliver("sync").await {} })
    })
    .await;
}

#[tokio::test]
async fn p4_a_session_held_at_each_of_its_steps_brings_nothing_back() {
    held_at_each_step("session", "sync", 8, async |ada| {
        let session = ada.new_link(BANK).await;
        let visit = ada.visit(&session, &Walk::default()).await;
        ada.confirm(&visit).await.expect(200);
        boxed(async { while ada.world.cloud.deliver("sync").await {} })
    })
    .await;
}

#[tokio::test]
async fn p4_calls_held_at_each_of_their_steps_bring_nothing_back() {
    held_at_each_step("link", "connect", 3, async |ada| {
        ada.link(BANK).await;
        let body = json!({"intent": "link", "institution_id": SECOND, "return_to": RETURN_TO});
        boxed(called(ada, "POST", String::from("/v1/link-sessions"), body))
    })
    .await;
    held_at_each_step("redirect", "connect", 3, async |ada| {
        let session = ada.new_link(SECOND).await;
        let url = session["connect_url"].as_str().unwrap().to_owned();
        boxed(async move { drop(ada.browse(&url).await) })
    })
    .await;
    held_at_each_step("confirm", "connect", 1, async |ada| {
        let session = ada.new_link(BANK).await;
        let visit = ada.visit(&session, &Walk::default()).await;
        boxed(async move { drop(ada.confirm(&visit).await) })
    })
    .await;
}

#[tokio::test]
async fn p4_a_reference_held_at_each_of_its_steps_brings_nothing_back() {
    held_at_each_step("patch", "connect", 1, async |ada| {
        let connection = ada.link(BANK).await;
        let account = connection["accounts"][0]["id"].as_str().unwrap().to_owned();
        let (bearer, path) = (format!("Bearer {}", ada.token()), format!("/v1/accounts/{account}"));
        boxed(async move {
            let json = ("content-type", "application/json");
            let headers = [("authorization", bearer.as_str()), json, ("if-match", "*")];
            raw(ada.world, "PATCH", &path, &headers, br#"{"reference":"mine"}"#).await;
        })
    })
    .await;
}
