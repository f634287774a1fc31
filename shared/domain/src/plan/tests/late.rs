//! Which rows teach that a bank is late.

use super::*;

#[test]
fn what_could_not_be_shown_before_teaches_nothing() {
    let known_at = Some(now() - jiff::SignedDuration::from_hours(1));
    let first = fetched(&[(10, 18, "A", None)], None, &[]);
    let apart = |account: Option<&str>, id: Option<&str>| Quarantined {
        id: id.map(|id| id.parse().unwrap()),
        account: account.map(|id| id.parse().unwrap()),
        why: String::from("amount"),
        since: None,
    };
    let with = |row: Quarantined| Fetched { quarantined: vec![row], ..first.clone() };
    let mut gone = first.clone();
    gone.accounts[0].account.updated_on_last_attempt = Some(false);
    let mut other = first.clone();
    other.accounts[0].account.id = "70".parse().unwrap();
    for (name, before, teaches) in [
        ("the row was not there", first.clone(), Some(17)),
        ("another row could not be read", with(apart(Some("7"), Some("6"))), Some(17)),
        ("nor could one of another account", with(apart(Some("8"), None)), Some(17)),
        ("the row could not be read", with(apart(Some("7"), Some("5"))), None),
        ("one without an id could not", with(apart(Some("7"), None)), None),
        ("nobody knows whose it was", with(apart(None, None)), None),
        ("the account was not delivered", gone, None),
        ("it was under another id", other, None),
    ] {
        let mut ledger = Ledger::default();
        read(&mut ledger, Held::Everything, &before);
        let shown = fetched(&[(5, 3, "LATE", None), (10, 18, "A", None)], None, &[]);
        let shown = Fetched { known_at, ..shown };
        let delta = plan(&connection(), &ledger, Held::Everything, &shown, &[7; 32]);
        assert_eq!(delta.accounts[0].added.len(), 1, "{name}");
        assert_eq!(late(&ledger, &shown, &delta), teaches, "{name}");
    }
}
