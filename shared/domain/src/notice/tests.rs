use super::*;
use crate::{
    connection::State,
    consent::Basis,
    duplicate::tests::connection,
    receipt::{Channel, Noticed},
};

fn at(day: i64) -> Timestamp {
    jiff::civil::date(2026, 1, 1).in_tz("UTC").unwrap().timestamp()
        + DAY * i32::try_from(day).unwrap()
}

/// A connection whose consent was given on day 0 and ends on this one.
fn given(end: Option<i64>) -> Connection {
    let fresh = connection("con_1", State::Active, 1);
    let remote = "1".parse().unwrap();
    let consent = Consent {
        id: fresh.id.consent(&remote),
        remote,
        status: ConsentStatus::Active,
        given_at: Some(at(0)),
        expires_at: end.map(at),
        basis: if end.is_some() { Basis::Derived } else { Basis::Unknown },
        scopes: Vec::new(),
        from: None,
        to: None,
        period_days: None,
        ended_at: None,
        ended_by: None,
    };
    fresh.noted(Some(consent), Noticed::by(Channel::Visit, at(0)))
}

/// What is told when somebody comes by on these days: days before the end, and what was left out.
fn told(mut connection: Connection, days: &[i64]) -> Vec<(u16, Vec<u16>)> {
    for day in days {
        // Twice each: ticks repeat.
        for _ in 0..2 {
            connection = connection.noticed(at(*day)).unwrap_or(connection);
        }
    }
    let sent = connection.ladder.unwrap().sent;
    sent.into_iter().map(|one| (one.days.unwrap(), one.skipped)).collect()
}

#[test]
fn c2_each_notice_is_given_once_and_of_those_that_are_late_the_newest() {
    let every: Vec<i64> = (0..=100).collect();
    let one = |days| (days, Vec::new());
    for (end, days, want) in [
        (Some(90), &every[..], vec![one(30), one(15), one(7), one(3), one(1), one(0)]),
        // Given for fewer days: what would have been due before is not told.
        (Some(10), &every[..], vec![one(7), one(3), one(1), one(0)]),
        (Some(0), &every[..], vec![one(0)]),
        // Late, and lost for weeks.
        (Some(90), &[62, 84, 95], vec![one(30), (7, vec![15]), (0, vec![3, 1])]),
        (Some(90), &[200], vec![(0, vec![30, 15, 7, 3, 1])]),
        (Some(90), &[59], vec![]),
        (None, &every[..], vec![]),
    ] {
        assert_eq!(told(given(end), days), want, "ends on {end:?}, looked at on {days:?}");
    }
    assert_eq!(given(Some(90)).next_notice(), Some(at(60)));
    assert_eq!(given(None).next_notice(), None);
}

#[test]
fn c2_the_ladder_begins_anew_with_another_end_and_ends_with_the_consent() {
    let told = given(Some(90)).noticed(at(61)).unwrap();
    let seen = |day| Noticed::by(Channel::Schedule, at(day));
    let other = |change: fn(&mut Consent)| {
        let mut consent = told.consent.clone().unwrap();
        change(&mut consent);
        told.noted(Some(consent), seen(62))
    };
    assert_eq!(other(|_| {}).next_notice(), Some(at(75)), "nothing happened");
    let renewed = other(|one| {
        one.remote = "2".parse().unwrap();
        one.expires_at = Some(at(200));
    });
    assert_eq!(renewed.next_notice(), Some(at(170)));
    assert_eq!(other(|one| one.expires_at = Some(at(100))).next_notice(), Some(at(70)));
    let same_end = other(|one| one.scopes = vec!["accounts".into()]);
    assert_eq!(same_end.next_notice(), Some(at(75)));
    for (status, event) in [
        (ConsentStatus::Expired, NoticeEvent::Expired),
        (ConsentStatus::Revoked, NoticeEvent::Revoked),
    ] {
        let mut consent = told.consent.clone().unwrap();
        consent.status = status;
        let ended = told.noted(Some(consent.clone()), seen(62));
        assert_eq!(ended.next_notice(), None);
        assert_eq!(ended.ladder.as_ref().unwrap().sent.last().unwrap().event, event);
        assert_eq!(ended.noted(Some(consent), seen(63)).ladder, ended.ladder, "told once");
        let asked = told.asked_to_end(Some(&told.customer), at(62));
        let asked = asked.noted(ended.consent.clone(), seen(63));
        let told_of = asked.ladder.unwrap().sent.last().unwrap().event;
        assert_ne!(told_of, NoticeEvent::Revoked, "whoever asked knows");
    }
}

#[test]
fn c2_days_left_are_whole_days() {
    let consent = given(Some(90)).consent.unwrap();
    let hour = jiff::SignedDuration::from_hours(1);
    for (now, want) in [(at(60), 30), (at(60) + hour, 29), (at(89) + hour, 0), (at(95), 0)] {
        assert_eq!(consent.days_left(now), Some(want), "{now}");
    }
    let over = Consent { status: ConsentStatus::Revoked, ..consent };
    assert_eq!(over.days_left(at(1)), None);
    assert_eq!(given(None).consent.unwrap().days_left(at(1)), None);
}
