//! Callbacks that are refused, lost, doubled, late or out of order.

use std::time::Duration;

use jiff::SignedDuration;
use simulator::{CallbackFault, CallbackFaultKind, CallbackKind, Callbacks};

use crate::ears::with_ears;
use crate::support::Integrator;

fn fault(fault: CallbackFaultKind, kind: CallbackKind, times: Option<u32>) -> CallbackFault {
    CallbackFault { fault, kind: Some(kind), times }
}

#[tokio::test]
async fn a_callback_that_is_not_taken_comes_again_after_1_5_and_30_minutes() {
    let (us, ears) = with_ears().await;
    let control = us.salt_edge.control();
    control.switch(|s| {
        s.success_callbacks = 1;
        s.notify_callbacks = false;
    });
    ears.answer(500);
    us.connected("fakebank_simple_xf").await;
    for (step, sent) in [(0, 1), (59, 1), (1, 2), (299, 2), (1, 3), (1_799, 3), (1, 4), (86_400, 4)]
    {
        us.later(SignedDuration::from_secs(step));
        control.switch(|s| s.nightly_refresh = false);
        us.salt_edge.pump().await;
        assert_eq!(ears.heard().len(), sent, "after {step} more seconds");
    }
    let bodies: Vec<Vec<u8>> = ears.heard().into_iter().map(|heard| heard.body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "the same bytes every time");
    let record = control.record();
    assert!(!record.callbacks[0].delivered);
    assert_eq!(record.callbacks[0].deliveries.len(), 4);
    ears.answer(200);
    control.clear_record();
    assert_eq!(control.waiting_callbacks(), 0);
}

#[tokio::test]
async fn a_receiver_that_takes_it_the_second_time_hears_it_twice_only() {
    let (us, ears) = with_ears().await;
    us.salt_edge.control().switch(|s| {
        s.success_callbacks = 1;
        s.notify_callbacks = false;
    });
    ears.answer(503);
    us.connected("fakebank_simple_xf").await;
    us.salt_edge.pump().await;
    ears.answer(202);
    us.later(SignedDuration::from_hours(2));
    us.salt_edge.pump().await;
    us.later(SignedDuration::from_hours(2));
    us.salt_edge.pump().await;
    assert_eq!(ears.heard().len(), 2);
    assert!(us.salt_edge.control().record().callbacks[0].delivered);
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_timed_out() {
    let us = Integrator::partner().await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let control = us.salt_edge.control();
    control.set_callbacks("app", Callbacks::under(&url)).unwrap();
    control.switch(|s| {
        s.callback_timeout_millis = 50;
        s.success_callbacks = 1;
        s.notify_callbacks = false;
    });
    us.connected("fakebank_simple_xf").await;
    tokio::time::timeout(Duration::from_secs(20), us.salt_edge.pump()).await.unwrap();
    let delivery = control.record().callbacks[0].deliveries[0].clone();
    assert!(delivery.status.is_none() && delivery.error.is_some());
    assert_eq!(control.waiting_callbacks(), 1, "it will be tried again");
}

#[tokio::test]
async fn callbacks_can_be_lost_doubled_late_and_out_of_order() {
    use CallbackFaultKind::{Doubled, Late, Lost, Reordered};
    for (kind, heard, later) in [
        (Lost, vec!["success fetch_transactions", "success finish"], None),
        (
            Doubled,
            vec![
                "success fetch_accounts",
                "success fetch_accounts",
                "success fetch_transactions",
                "success finish",
            ],
            None,
        ),
        (
            Reordered,
            vec!["success fetch_transactions", "success fetch_accounts", "success finish"],
            None,
        ),
        (
            Late(120),
            vec!["success fetch_transactions", "success finish"],
            Some("success fetch_accounts"),
        ),
    ] {
        let (us, ears) = with_ears().await;
        let control = us.salt_edge.control();
        control.switch(|s| s.notify_callbacks = false);
        control.add_callback_fault(fault(kind, CallbackKind::Success, Some(1)));
        us.connected("fakebank_simple_xf").await;
        us.salt_edge.pump().await;
        assert_eq!(ears.story(), heard, "{kind:?}");
        ears.take();
        us.later(SignedDuration::from_mins(2));
        us.salt_edge.pump().await;
        assert_eq!(ears.story().first().map(String::as_str), later, "{kind:?}");
        assert!(control.record().callbacks[0].fault.is_some());
    }
    let (us, ears) = with_ears().await;
    us.salt_edge.control().add_callback_fault(CallbackFault {
        fault: Lost,
        kind: None,
        times: None,
    });
    us.connected("fakebank_simple_xf").await;
    us.salt_edge.pump().await;
    assert!(ears.heard().is_empty(), "every callback lost");
}

#[tokio::test]
async fn a_held_callback_goes_out_alone_when_nothing_follows() {
    let (us, ears) = with_ears().await;
    let control = us.salt_edge.control();
    control.switch(|s| {
        s.success_callbacks = 1;
        s.notify_callbacks = false;
    });
    control.add_callback_fault(fault(CallbackFaultKind::Reordered, CallbackKind::Success, Some(1)));
    us.connected("fakebank_simple_xf").await;
    us.salt_edge.pump().await;
    assert_eq!(ears.story(), ["success finish"]);
}
