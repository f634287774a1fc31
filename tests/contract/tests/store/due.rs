//! What waits for an instant, and what comes by on a minute of the cycle.

use domain::{
    connection::{Connection, Event, State},
    limits::CYCLE_MINUTES,
    next_action::{Failure, NextAction},
    session::Stage,
};
use jiff::{SignedDuration, Timestamp};
use store::{Due, DueKind};

use crate::bed::{answered, at, bed, connection, session};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn ids(due: &[Due]) -> Vec<(DueKind, &str)> {
    due.iter().map(|due| (due.kind, due.id.as_str())).collect()
}

#[tokio::test]
async fn what_is_due_is_found_from_its_instant_on() {
    let bed = bed().await;
    let when = at("03T10:00");
    let mut waiting = connection(1);
    waiting.due = Some(when);
    let made = bed.linked(&waiting).await;
    for (since, now, found) in [
        (when - MINUTE * 10, when - MINUTE, false),
        (when - MINUTE, when, true),
        (when, when + MINUTE, true),
        (when + MINUTE, when + MINUTE * 2, true),
        (when + MINUTE * 5, when + MINUTE * 6, false),
        (Timestamp::UNIX_EPOCH + MINUTE * 2, when + MINUTE * 60, true),
    ] {
        let due = bed.table.due(since, now).await.unwrap();
        let want = if found { vec![(DueKind::Pull, made.id.as_str())] } else { Vec::new() };
        assert_eq!(ids(&due), want, "from {since} through {now}");
        let whose = due.first().map(|due| (due.tenant.clone(), due.connection()));
        assert_eq!(whose, found.then(|| (made.tenant.clone(), Some(made.id.clone()))));
    }
    let mut done = made.clone();
    done.due = None;
    bed.table.put_connection(&done).await.unwrap();
    assert_eq!(bed.table.due(when - MINUTE, when).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_given_up_is_overdue_until_somebody_moves_it() {
    let bed = bed().await;
    let when = at("03T10:00");
    let mut waiting = connection(1);
    waiting.due = Some(when);
    let made = bed.linked(&waiting).await;
    for (since, overdue) in [
        (when, false),
        (when + MINUTE * 2, false),
        (when + MINUTE * 3, true),
        (when + MINUTE * 60, true),
        (when + MINUTE * 100_000, true),
    ] {
        let now = since + MINUTE;
        let found = bed.table.overdue(since).await.unwrap();
        let want = if overdue { vec![(DueKind::Pull, made.id.as_str())] } else { Vec::new() };
        assert_eq!(ids(&found), want, "{since}");
        let due = bed.table.due(since, now).await.unwrap();
        assert_eq!(due.is_empty(), overdue, "one of the two finds it: {since}");
    }
    let moved = Connection { due: Some(when + MINUTE * 90), ..made };
    bed.table.put_connection(&moved).await.unwrap();
    assert_eq!(bed.table.overdue(when + MINUTE * 60).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_due_says_who_looks_at_it() {
    let bed = bed().await;
    let when = at("03T10:00");
    let failure = || Failure::new("InvalidCredentials", NextAction::Reconnect);
    let states = [
        (State::Active, DueKind::Pull),
        (State::NeedsReconnect { failure: failure() }, DueKind::Pull),
        (State::Active.apply(Event::RevokeAsked).unwrap(), DueKind::Revoke),
        (State::LeftWithOwner, DueKind::Revoke),
    ];
    for (n, (state, kind)) in (0..).zip(states) {
        let mut one = connection(n);
        (one.state, one.due) = (state, Some(when + MINUTE * i32::from(n) * 10));
        let made = bed.linked(&one).await;
        let now = when + MINUTE * i32::from(n) * 10;
        let due = bed.table.due(now, now).await.unwrap();
        assert_eq!(ids(&due), [(kind, made.id.as_str())], "{}", made.state.name());
    }
}

#[tokio::test]
async fn what_is_due_of_a_session_says_who_looks_at_it() {
    let bed = bed().await;
    let when = at("03T10:00");
    let stages = [
        (Stage::Created, DueKind::Unlink),
        (Stage::Returned, DueKind::Unlink),
        (Stage::Confirmed, DueKind::Session),
        (Stage::Asking, DueKind::Session),
        (Stage::Reading, DueKind::Session),
    ];
    for (n, (stage, kind)) in (0..).zip(stages) {
        let now = when + MINUTE * i32::from(n) * 10;
        let mut one = session(n);
        (one.stage, one.due) = (stage, Some(now));
        bed.table
            .create_session(&one, &format!("hash-{n}"), &answered(&format!("hash-{n}")))
            .await
            .unwrap();
        let due = bed.table.due(now, now).await.unwrap();
        assert_eq!(ids(&due), [(kind, one.id.as_str())], "{}", one.stage.name());
        assert_eq!(due[0].session(), Some(one.id));
    }
}

#[tokio::test]
async fn an_open_connection_comes_by_once_a_cycle_on_its_minute() {
    let bed = bed().await;
    let mut slots = Vec::new();
    for n in 0..12 {
        let made = bed.linked(&connection(n)).await;
        slots.push((made.slot(), made.tenant.clone(), made.id.clone()));
    }
    for (slot, tenant, id) in &slots {
        let found = bed.table.slots(*slot..=*slot).await.unwrap();
        assert!(found.contains(&(tenant.clone(), id.clone())), "minute {slot}");
        assert!(
            found.iter().all(|(_, id)| slots.iter().any(|(s, _, known)| s == slot && known == id))
        );
    }
    let cycle = bed.table.slots(0..=CYCLE_MINUTES - 1).await.unwrap();
    assert_eq!(cycle.len(), 12, "each once");

    let (slot, tenant, id) = slots.swap_remove(0);
    let open = bed.table.connection(&tenant, &id).await.unwrap().unwrap();
    bed.table.put_connection(&open.after(Event::RevokeAsked).unwrap()).await.unwrap();
    let found = bed.table.slots(slot..=slot).await.unwrap();
    assert!(!found.contains(&(tenant, id)), "a connection that is being revoked is not asked");
}

#[tokio::test]
async fn a_tenant_with_an_odd_name_has_its_minute_and_its_instant_too() {
    let bed = bed().await;
    let when = at("03T10:00");
    for (n, name) in (0..).zip(["!", "~", "~tilde", "acme.example", "|"]) {
        let mut one = connection(n);
        (one.tenant, one.due) = (name.parse().unwrap(), Some(when));
        let made = bed.linked(&one).await;
        let minute = bed.table.slots(made.slot()..=made.slot()).await.unwrap();
        assert!(minute.contains(&(made.tenant.clone(), made.id.clone())), "{name} has no slot");
        let due = bed.table.due(when, when).await.unwrap();
        assert!(due.iter().any(|due| due.tenant == made.tenant), "{name} is never due");
    }
}

#[tokio::test]
async fn the_schedule_remembers_how_far_it_came() {
    let bed = bed().await;
    assert_eq!(bed.table.ticked().await.unwrap(), None);
    for minute in ["02T10:00", "02T10:01"] {
        bed.table.set_ticked(at(minute)).await.unwrap();
        assert_eq!(bed.table.ticked().await.unwrap(), Some(at(minute)));
    }
}
