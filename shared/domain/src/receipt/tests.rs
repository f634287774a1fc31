use super::*;
use crate::{
    bank::EndedBy,
    connection::{Connection, State},
    consent::{Basis, Consent, ConsentStatus},
    duplicate::tests::connection,
};

fn at(day: i8) -> Timestamp {
    jiff::civil::date(2026, 3, day).in_tz("UTC").unwrap().timestamp()
}

#[expect(clippy::unnecessary_wraps, reason = "as a connection has it")]
fn consent(remote: &str, status: ConsentStatus, ended_by: Option<EndedBy>) -> Option<Consent> {
    let connection = connection("con_1", State::Active, 1);
    let remote = remote.parse().unwrap();
    Some(Consent {
        id: connection.id.consent(&remote),
        remote,
        status,
        given_at: None,
        expires_at: None,
        basis: Basis::Unknown,
        scopes: vec!["accounts".into()],
        from: None,
        to: None,
        period_days: None,
        ended_at: None,
        ended_by,
    })
}

/// What the newest receipt says happened, and by whom.
fn last(connection: &Connection) -> (String, String) {
    let text = &connection.receipts.unwritten.last().unwrap().text;
    let said: Value = serde_json::from_str(text).unwrap();
    let word = |name: &str| said[name].as_str().unwrap_or("").to_owned();
    (word("event"), word("by"))
}

#[test]
fn c1_each_change_has_its_receipt_and_what_is_the_same_has_none() {
    use ConsentStatus::{Active, Expired, Revoked};
    let seen = Noticed::by(Channel::Callback, at(2));
    let mut now = connection("con_1", State::Active, 1);
    for (consent, want) in [
        (consent("1", Active, None), Some(("given", "unknown"))),
        (consent("1", Active, None), None),
        (consent("2", Active, None), Some(("renewed", "unknown"))),
        (consent("2", Expired, Some(EndedBy::Time)), Some(("expired", "time"))),
        (consent("2", Expired, Some(EndedBy::Time)), None),
        (consent("3", Active, None), Some(("renewed", "unknown"))),
        (consent("3", Revoked, Some(EndedBy::Bank)), Some(("revoked", "bank"))),
        (consent("4", Revoked, Some(EndedBy::SaltEdge)), Some(("revoked", "salt_edge"))),
        (consent("5", Revoked, Some(EndedBy::Client)), Some(("revoked", "halite"))),
        (consent("6", Revoked, None), Some(("revoked", "unknown"))),
        (None, None),
    ] {
        let before = now.receipts.count;
        now = now.noted(consent.clone(), seen);
        assert_eq!(now.receipts.count > before, want.is_some(), "{consent:?}");
        if let Some((event, by)) = want {
            assert_eq!(last(&now), (event.to_owned(), by.to_owned()), "{consent:?}");
        }
    }
    now = connection("con_1", State::Active, 1).noted(consent("1", Active, None), seen);
    now = Connection { state: State::Revoked, ..now };
    // Only a callback that says so is evidence that its owner deleted it.
    for (channel, want) in [
        (Channel::Callback, "unknown"),
        (Channel::Schedule, "unknown"),
        (Channel::Destroyed, "owner"),
    ] {
        let gone = now.noted(now.consent.clone(), Noticed::by(channel, at(2)));
        assert_eq!(last(&gone), ("revoked".into(), want.into()), "{channel:?}");
    }
    let nobody = now.asked_to_end(None, at(3));
    assert_eq!(last(&nobody), ("revocation_requested".into(), "halite".into()));
    let asked = now.asked_to_end(Some(&"boss".parse().unwrap()), at(3));
    assert_eq!(last(&asked), ("revocation_requested".into(), "user".into()));
    let gone = asked.noted(asked.consent.clone(), seen);
    assert_eq!(last(&gone), ("revoked".into(), "user".into()));
    let again = Connection { state: State::Active, generation: 2, ..gone };
    let again = again.noted(consent("9", Active, None), seen);
    assert_eq!(last(&again).0, "given");
    assert_eq!(again.receipts.asked_by, None);
    assert_eq!(again.receipts.written().unwritten, Vec::new());
}

#[test]
fn c1_a_receipt_is_canonical_and_holds_the_hash_of_the_one_before() {
    let seen = Noticed::by(Channel::Schedule, at(2));
    let mut now = connection("con_1", State::Active, 1);
    for remote in ["1", "2", "3"] {
        now = now.noted(consent(remote, ConsentStatus::Active, None), seen);
    }
    let mut previous = NONE_BEFORE.to_owned();
    for (index, receipt) in now.receipts.unwritten.iter().enumerate() {
        let said: Value = serde_json::from_str(&receipt.text).unwrap();
        assert_eq!(canonical(&said), receipt.text);
        assert_eq!(said["number"], index + 1);
        assert_eq!(said["previous"], previous.as_str());
        let names: Vec<_> = said.as_object().unwrap().keys().collect();
        assert!(names.is_sorted());
        assert_eq!(names.len(), 25, "every name is always there");
        previous = hex_digest(receipt.text.as_bytes());
    }
    assert_eq!(now.receipts.last.as_deref(), Some(previous.as_str()));
    let texts: Vec<_> = now.receipts.unwritten.iter().map(|one| one.text.clone()).collect();
    let holds = |texts: &[String]| unbroken(texts.iter().map(String::as_str), &now.receipts);
    assert!(holds(&texts));
    assert!(!holds(&texts[..2]), "cut off");
    assert!(!holds(&texts[1..]), "without its beginning");
    for (place, text) in texts.iter().enumerate() {
        let mut other = texts.clone();
        other[place] = text.replace("schedule", "callback");
        assert!(!holds(&other), "{place}");
    }
}
