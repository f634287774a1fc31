//! Each thing that may stand at Salt Edge, with each reason to look: one decision.

use super::*;
use crate::{
    limits::{CADENCE, DAY},
    next_action::NextAction,
};

fn at(hours_ago: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours_ago)
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn ended(hours_ago: i64, success: bool) -> Attempt {
    let wrong = Failure::new("InvalidCredentials", NextAction::Reconnect);
    Attempt {
        id: None,
        created_at: Some(at(hours_ago)),
        finished: true,
        success_at: success.then(|| at(hours_ago)),
        failure: (!success).then_some(wrong),
        tag: None,
        user_present: false,
    }
}

/// A bank that was read 13 hours ago, may be asked, and has nothing new.
fn bank() -> RemoteConnection {
    RemoteConnection {
        id: "7".parse().unwrap(),
        customer: "8".parse().unwrap(),
        institution: "bank_xf".parse().unwrap(),
        institution_name: "Bank".into(),
        country: "XF".into(),
        health: Health::Active,
        created_at: None,
        last_consent: None,
        next_refresh_possible_at: Some(at(12)),
        attempt: Some(ended(13, true)),
    }
}

fn with(attempt: Attempt) -> RemoteConnection {
    RemoteConnection { attempt: Some(attempt), ..bank() }
}

/// What the two who may ask do, the slot and a user; what the two who only look do, an ask's deadline and a callback.
fn decided(remote: &RemoteConnection, seen: Seen, asks: &Asks) -> [Look; 4] {
    [Reason::Slot, Reason::User, Reason::Due, Reason::Callback]
        .map(|reason| look(remote, seen, asks, reason, CADENCE, now()))
}

#[test]
fn y1_y2_each_state_and_reason_has_one_decision() {
    let read = Seen { data_as_of: Some(at(13)), complete: true };
    let none = Asks::default();
    let spent = [20, 15, 14, 13].into_iter().fold(none.clone(), |asks, ago| asks.with(at(ago)));
    let budget = Some(at(20) + DAY);
    let soon = now() + SignedDuration::from_mins(40);
    let leave = |until| Look::Leave { until };
    let (idle, ask, fetch) = (leave(None), Look::Ask, Look::Read);
    let begun = |ago| Attempt { finished: false, success_at: None, ..ended(ago, true) };
    let unknown = Attempt { created_at: None, ..begun(1) };
    let given_up = Attempt { user_present: true, ..ended(1, false) };
    let closed = RemoteConnection { health: Health::Disabled, ..bank() };
    let refused = RemoteConnection { next_refresh_possible_at: None, ..bank() };
    let later = RemoteConnection { next_refresh_possible_at: Some(soon), ..bank() };
    let half = Seen { complete: false, ..read };
    let all = |one: &Look| [one.clone(), one.clone(), one.clone(), one.clone()];
    let askers = |one: &Look| [one.clone(), one.clone(), idle.clone(), idle.clone()];
    let user = |one: &Look| [idle.clone(), one.clone(), idle.clone(), idle.clone()];
    for (case, remote, seen, asks, want) in [
        ("a cadence ago", bank(), read, &none, askers(&ask)),
        ("newer than read", with(ended(1, true)), read, &none, all(&fetch)),
        ("read by half", bank(), half, &none, all(&fetch)),
        ("never read", bank(), Seen { data_as_of: None, ..read }, &none, all(&fetch)),
        (
            "young",
            with(ended(3, true)),
            Seen { data_as_of: Some(at(3)), ..read },
            &none,
            user(&ask),
        ),
        ("running", with(begun(1)), read, &none, all(&idle)),
        ("never ended", with(begun(14)), read, &none, askers(&ask)),
        ("nobody knows since when", with(unknown.clone()), read, &none, askers(&ask)),
        ("… but it was asked for", with(unknown), read, &none.with(at(1)), all(&idle)),
        ("the day is spent", bank(), read, &spent, askers(&leave(budget))),
        ("the bank wants a pause", later, read, &none, askers(&leave(Some(soon)))),
        ("it cannot be asked", refused, read, &none, all(&idle)),
        ("a visit that was given up", with(given_up), read, &none, user(&ask)),
    ] {
        assert_eq!(decided(&remote, seen, asks), want, "{case}");
    }
    let changed =
        |remote| decided(&remote, read, &none).map(|look| matches!(look, Look::Change(_)));
    assert_eq!(changed(closed), [true; 4], "a bank that is closed for good");
    assert_eq!(changed(with(ended(1, false))), [true; 4], "what its user must mend");
}

#[test]
fn y1_what_was_read_in_the_future_hides_nothing() {
    let ahead = Some("2126-03-02T09:00:00Z".parse().unwrap());
    for (entry, checked, want) in [
        (Some(at(13)), Some(at(3)), Some(at(3))),
        (ahead, Some(at(3)), Some(at(3))),
        (Some(at(13)), ahead, Some(at(13))),
        (ahead, ahead, None),
        (Some(at(13)), Some(now() + CLOCKS), Some(now() + CLOCKS)),
    ] {
        assert_eq!(newest_read(entry, checked, now()), want, "{entry:?} {checked:?}");
    }
}
