//! A login that Salt Edge has already: whose it is, and what its user does about it.

use jiff::Timestamp;

use crate::{
    connection::{Connection, State},
    id::ConnectionId,
    limits::OTHER_LOGIN_KEPT,
    next_action::{Failure, NextAction},
};

/// Salt Edge's word for a login of which it has a connection. Another says that a step was repeated: nothing is in the
/// way, so nobody is told to delete anything.
const TAKEN: &str = "ConnectionDuplicated";

/// Who can delete what is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The end user, in their own Salt Edge account.
    EndUser,
    /// The operator: connections are of the deployment's own licence.
    Operator,
}

/// What became of a login that Salt Edge refuses as a duplicate, given the customer's connections at that
/// bank: one of them is used again, or, when none is ours, its owner deletes what is in the way. Salt Edge
/// does not say which connection has the login: one that its user has just tried with it is not the one.
pub fn resolve(
    failure: Failure,
    connections: &[Connection],
    owner: Owner,
    now: Timestamp,
) -> (Failure, Option<ConnectionId>) {
    if !refused(&failure) {
        return (failure, None);
    }
    let tried = |one: &Connection| one.other_login.is_some_and(|at| now < at + OTHER_LOGIN_KEPT);
    let usable = connections.iter().filter(|one| !tried(one));
    let usable = usable.filter_map(|one| usable_as(&one.state).map(|rank| (rank, one)));
    let best = usable.min_by_key(|(rank, one)| (*rank, std::cmp::Reverse(one.created_at)));
    if let Some((_, connection)) = best {
        return (failure, Some(connection.id.clone()));
    }
    let ending = connections.iter().any(|one| matches!(one.state, State::Revoking { .. }));
    let action = match owner {
        _ if ending || failure.class != TAKEN => NextAction::StartAgain,
        Owner::EndUser => NextAction::DeleteDuplicate,
        Owner::Operator => NextAction::ContactSupport,
    };
    (Failure { action, ..failure }, None)
}

/// Whether this says that Salt Edge has the login already.
pub fn refused(failure: &Failure) -> bool {
    failure.action == NextAction::ReuseConnection
}

/// Whether this says that the connection of a visit has another login.
pub fn other_login(failure: &Failure) -> bool {
    failure.action == NextAction::UseSameLogin
}

/// Whether a connection can be reconnected, and which of several first: the one that needs it.
fn usable_as(state: &State) -> Option<u8> {
    match state {
        State::NeedsReconnect { .. } => Some(0),
        State::LeftWithOwner => Some(1),
        State::Active => Some(2),
        State::Disabled { .. } | State::Revoking { .. } | State::Revoked => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{connection::Phase, session::InstitutionRef};
    use NextAction as A;

    pub(crate) fn connection(id: &str, state: State, day: i8) -> Connection {
        let created_at = jiff::civil::date(2026, 3, day).in_tz("UTC").unwrap().timestamp();
        let institution = InstitutionRef {
            id: "b".parse().unwrap(),
            name: "B".into(),
            country: "XF".into(),
            timezone: None,
        };
        let whose = ("t".parse().unwrap(), "c".parse().unwrap());
        let remote = ("1".parse().unwrap(), "2".parse().unwrap());
        let new = Connection::new(id.parse().unwrap(), whose, institution, remote, created_at);
        Connection { state, version: 1, ..new }
    }

    fn now() -> Timestamp {
        "2026-04-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn l7_a_connection_that_was_tried_with_the_login_is_not_the_one() {
        let taken = || Failure::new("ConnectionDuplicated", NextAction::ReuseConnection);
        let hours = jiff::SignedDuration::from_hours;
        for (ago, other, want) in [
            (None, true, Some("con_2")),
            (Some(23), true, Some("con_1")),
            (Some(23), false, None),
            (Some(25), false, Some("con_2")),
        ] {
            let tried = ago.map(|ago| now() - hours(ago));
            let mut all =
                vec![Connection { other_login: tried, ..connection("con_2", State::Active, 2) }];
            all.extend(other.then(|| connection("con_1", State::Active, 1)));
            let (failure, reuse) = resolve(taken(), &all, Owner::EndUser, now());
            assert_eq!(reuse.as_ref().map(ConnectionId::as_str), want, "{ago:?} {other}");
            let dashboard = failure.action == NextAction::DeleteDuplicate;
            assert_eq!(dashboard, want.is_none(), "{ago:?} {other}");
        }
    }

    #[test]
    fn l7_a_duplicate_always_leads_on() {
        let taken = || Failure::new("ConnectionDuplicated", NextAction::ReuseConnection);
        let waits = || State::NeedsReconnect { failure: taken() };
        let revoking = || State::Revoking { phase: Phase::Requested };
        let (end_user, operator) = (Owner::EndUser, Owner::Operator);
        for (name, states, owner, action, id) in [
            ("open", vec![State::Active], end_user, A::ReuseConnection, Some("con_0")),
            (
                "the newest",
                vec![State::Active, State::Active],
                operator,
                A::ReuseConnection,
                Some("con_1"),
            ),
            (
                "the one that waits",
                vec![waits(), State::Active],
                end_user,
                A::ReuseConnection,
                Some("con_0"),
            ),
            (
                "left with its owner",
                vec![State::LeftWithOwner],
                end_user,
                A::ReuseConnection,
                Some("con_0"),
            ),
            ("being revoked", vec![revoking()], end_user, A::StartAgain, None),
            ("none of ours", vec![], end_user, A::DeleteDuplicate, None),
            ("gone", vec![State::Revoked], end_user, A::DeleteDuplicate, None),
            ("own licence", vec![], operator, A::ContactSupport, None),
        ] {
            let all: Vec<_> = (0_i8..)
                .zip(states)
                .map(|(n, state)| connection(&format!("con_{n}"), state, n + 1))
                .collect();
            let (failure, reuse) = resolve(taken(), &all, owner, now());
            let reuse = reuse.as_ref().map(ConnectionId::as_str);
            assert_eq!((failure.action, reuse), (action, id), "{name}");
        }
        let repeated = Failure::new("ConnectionAlreadyAuthorized", NextAction::ReuseConnection);
        for owner in [end_user, operator] {
            let (failure, reuse) = resolve(repeated.clone(), &[], owner, now());
            assert_eq!((failure.action, reuse), (A::StartAgain, None), "a step that was repeated");
        }
        let other = Failure::new("InvalidCredentials", NextAction::Reconnect);
        assert_eq!(resolve(other.clone(), &[], end_user, now()), (other, None));
    }
}
