//! Sessions and the tokens that lead to them.

use domain::{session::LinkSession, stored::StoreError};
use jiff::SignedDuration;
use store::TokenKind;

use crate::bed::{answered, at, bed, session};

#[tokio::test]
async fn an_answer_is_its_tenants_and_ends_although_the_table_still_has_it() {
    let bed = bed().await;
    let (first, answer) = (session(1), answered("request-1"));
    bed.table.create_session(&first, "hash-1", &answer).await.unwrap();
    let second = SignedDuration::from_secs(1);
    let other = "other".parse().unwrap();
    for (tenant, request, when, want) in [
        (&first.tenant, "request-1", first.created_at, true),
        (&first.tenant, "request-1", answer.until - second, true),
        (&first.tenant, "request-1", answer.until, false),
        (&first.tenant, "request-2", first.created_at, false),
        (&other, "request-1", first.created_at, false),
    ] {
        let want = Some(answer.clone()).filter(|_| want);
        let found = bed.table.answered(tenant, request, when).await.unwrap();
        assert_eq!(found, want, "{request} of {tenant} at {when}");
        assert_eq!(bed.table.answered_now(tenant, request, when).await.unwrap(), want);
    }
    let next = LinkSession { created_at: answer.until, ..session(2) };
    bed.table.create_session(&next, "hash-2", &answered("request-1")).await.unwrap();
}

#[tokio::test]
async fn a_session_is_created_once_with_its_token_or_not_at_all() {
    let bed = bed().await;
    let (first, now) = (session(1), at("02T09:00"));
    bed.table.create_session(&first, "hash-1", &answered("request-1")).await.unwrap();
    let again = bed.table.create_session(&first, "hash-2", &answered("request-2")).await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    let lost = bed.table.session_of_token(TokenKind::Open, "hash-2", now).await.unwrap();
    assert_eq!(lost, None, "the token of a refused session");
    let taken = bed.table.create_session(&session(2), "hash-1", &answered("request-2")).await;
    assert!(matches!(taken, Err(StoreError::Conflict)), "{taken:?}");
    let third = bed.table.create_session(&session(2), "hash-2", &answered("request-1")).await;
    assert!(matches!(third, Err(StoreError::Conflict)), "the request was answered: {third:?}");
    let other = session(2);
    assert_eq!(bed.table.session(&other.tenant, &other.id).await.unwrap(), None);
    assert_eq!(bed.table.session(&first.tenant, &first.id).await.unwrap(), Some(first));
}

#[tokio::test]
async fn of_two_who_change_a_session_one_is_told() {
    let bed = bed().await;
    let session = session(1);
    bed.table.create_session(&session, "hash", &answered("request-1")).await.unwrap();
    let next = bed.table.put_session(&session).await.unwrap();
    assert_eq!(next.version, session.version + 1);
    let late = bed.table.put_session(&session).await;
    assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
    bed.table.put_session(&next).await.unwrap();
}

#[tokio::test]
async fn a_token_is_of_one_kind_and_ends_although_the_table_still_has_it() {
    let bed = bed().await;
    let (session, now) = (session(1), at("02T09:00"));
    let hour = SignedDuration::from_hours(1);
    bed.table.create_session(&session, "open", &answered("request-1")).await.unwrap();
    bed.table.put_token(&session, TokenKind::Return, "return", now + hour).await.unwrap();
    for (kind, hash, when, good) in [
        (TokenKind::Open, "open", now, true),
        (TokenKind::Return, "return", now, true),
        (TokenKind::Return, "open", now, false),
        (TokenKind::Open, "return", now, false),
        (TokenKind::Open, "unheard of", now, false),
        (TokenKind::Return, "return", now + hour - SignedDuration::from_secs(1), true),
        (TokenKind::Return, "return", now + hour, false),
    ] {
        let found = bed.table.session_of_token(kind, hash, when).await.unwrap();
        assert_eq!(found.is_some(), good, "{hash} as {kind:?} at {when}");
    }
    let twice = bed.table.put_token(&session, TokenKind::Return, "return", now + hour).await;
    assert!(matches!(twice, Err(StoreError::Conflict)), "a token leads to one session");

    bed.cloud.clock().advance(hour * 25);
    assert_eq!(
        bed.cloud.sweep(),
        4,
        "tokens with the line of one, and answer are past their life, the session is not"
    );
    bed.cloud.clock().advance(hour * 24 * 31);
    assert_eq!(bed.cloud.sweep(), 2, "then the session with its line");
}
