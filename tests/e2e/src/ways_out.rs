//! What each next action makes its actor do, and nothing else: no dead end is left by luck.

use domain::next_action::{NextAction, Retry};
use local_cloud::World;
use serde_json::{Value, json};
use simulator::Walk;

use crate::{RETURN_TO, User, Visit, minutes, oracle::newest, revoking::delete_in_dashboard};

/// A bank that always serves.
const OTHER_BANK: &str = "fakebank_interactive_xf";
/// Longest wait for something that goes on by itself, in minutes.
const PATIENCE: i64 = 26 * 60;

/// What is looked at, and what its user holds in their hands.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A session, as its creation was answered: with `connect_url`.
    Session {
        /// The answer.
        created: Value,
        /// Where the browser was left, when it was sent to Salt Edge and is not back.
        at: Option<String>,
        /// How it came back.
        visit: Option<Visit>,
    },
    /// A connection.
    Connection(Value),
}

impl Subject {
    /// A session of which only the address is known.
    pub fn created(created: Value) -> Self {
        Self::Session { created, at: None, visit: None }
    }

    /// A session whose browser came back.
    pub fn visited(created: Value, visit: Visit) -> Self {
        Self::Session { created, at: None, visit: Some(visit) }
    }

    /// As the API shows it.
    pub async fn shown(&self, user: &User<'_>) -> Value {
        match self {
            Self::Session { created, .. } => user.session(created["id"].as_str().unwrap()).await,
            Self::Connection(connection) => user.again(connection).await,
        }
    }
}

/// Where it stands, as the API tells it, where nothing more is to be done.
pub fn goal(shown: &Value) -> bool {
    ["active", "revoked"].iter().any(|end| shown["status"] == *end)
}

/// One actor takes one step. What is looked at next.
pub async fn take(user: &User<'_>, action: NextAction, subject: Subject) -> Subject {
    match action {
        NextAction::Reconnect
        | NextAction::UseSameLogin
        | NextAction::RetryWhilePresent
        | NextAction::ConsentNotGranted
        | NextAction::SelectAccounts
        | NextAction::RenewConsent
        | NextAction::StartAgain => again(user, &subject).await,
        NextAction::StartAgainLater => {
            let Retry::After(pause) = action.retry() else { panic!("later, and not when") };
            user.world.advance(pause, pause).await;
            again(user, &subject).await
        }
        NextAction::CorrectContact => {
            let bank = subject.shown(user).await["institution"]["id"].clone();
            through(user, user.new_link(bank.as_str().unwrap()).await).await
        }
        NextAction::ReuseConnection => reuse(user, &subject).await,
        NextAction::ChooseOtherBank => other_bank(user, subject).await,
        NextAction::OpenLink => {
            let Subject::Session { created, .. } = subject else { panic!("only a link is opened") };
            let visit = user.visit(&created, &Walk::default()).await;
            Subject::visited(created, visit)
        }
        NextAction::FinishAtBank => {
            let Subject::Session { created, at: Some(at), .. } = subject else {
                panic!("nobody is at the bank")
            };
            let visit = user.walk(&created, at, &Walk::default()).await;
            Subject::visited(created, visit)
        }
        NextAction::Confirm => {
            let Subject::Session { visit: Some(visit), .. } = &subject else { panic!("no code") };
            user.confirm(visit).await.expect(200);
            subject
        }
        NextAction::DeleteInDashboard => {
            delete_in_dashboard(user.world, "ada@example.com", newest(user.world)).await;
            user.world.settle().await;
            user.world.advance(minutes(2), minutes(1)).await;
            subject
        }
        NextAction::DeleteDuplicate => without_duplicate(user, &subject).await,
        NextAction::InProgress | NextAction::BeingRevoked => wait(user, subject).await,
        // Whoever can mend it does; the rest is as the step says: it goes on, or the user begins anew.
        NextAction::ContactSupport
        | NextAction::FixContract
        | NextAction::FixKeys
        | NextAction::Report => mended(user, subject).await,
        NextAction::WaitUntil
        | NextAction::WaitBudget
        | NextAction::Backoff
        | NextAction::RetryLater
        | NextAction::BankProblem
        | NextAction::SlowDown
        | NextAction::TryAgain
        | NextAction::FixRequest => panic!("{action:?} is said of requests, never of a state"),
    }
}

/// The user deletes what another service connected, where the simulator has it, and begins anew.
async fn without_duplicate(user: &User<'_>, subject: &Subject) -> Subject {
    if let Some(found) = user.world.salt_edge.control().connections().last() {
        delete_in_dashboard(user.world, "ada@example.com", found.id).await;
    }
    user.world.settle().await;
    again(user, subject).await
}

/// The user goes through Salt Edge's pages once more and does everything right: where the session says so
/// by its `retry_url`, else in a reconnect session of an open connection, else in a new link session.
async fn again(user: &User<'_>, subject: &Subject) -> Subject {
    let shown = subject.shown(user).await;
    if let Some(url) = shown["retry_url"].as_str() {
        let path = &url[url.find("/v1/").expect("a route of ours")..];
        return through(user, user.post(path, &json!({})).await.expect(201)).await;
    }
    let bank = shown["institution"]["id"].as_str().unwrap().to_owned();
    let known = match subject {
        Subject::Session { .. } => shown["connection_id"].as_str().map(str::to_owned),
        Subject::Connection(connection) => connection["id"].as_str().map(str::to_owned),
    };
    if let Some(id) = known {
        let reconnect = format!("/v1/connections/{id}/reconnect");
        let begun = user.post(&reconnect, &json!({"return_to": RETURN_TO})).await;
        if begun.status == 201 {
            return through(user, begun.json).await;
        }
    }
    through(user, user.new_link(&bank).await).await
}

async fn through(user: &User<'_>, created: Value) -> Subject {
    let visit = user.visit(&created, &Walk::default()).await;
    user.confirm(&visit).await.expect(200);
    user.world.settle().await;
    settled(user, Subject::visited(created, visit)).await
}

/// A session that has finished is left for its connection.
pub async fn settled(user: &User<'_>, subject: Subject) -> Subject {
    let shown = subject.shown(user).await;
    if shown["stage"] != "finished" {
        return subject;
    }
    let id = &shown["connection_id"];
    Subject::Connection(user.get(&format!("/v1/connections/{}", id.as_str().unwrap())).await)
}

/// The connection that has this login already is named, and signed in to again.
async fn reuse(user: &User<'_>, subject: &Subject) -> Subject {
    let named = subject.shown(user).await["connection_id"].clone();
    let path = format!("/v1/connections/{}", named.as_str().expect("the connection to reuse"));
    let begun = user.post(&format!("{path}/reconnect"), &json!({"return_to": RETURN_TO})).await;
    through(user, begun.expect(201)).await
}

/// A visit is begun at another bank; a connection is let go.
async fn other_bank(user: &User<'_>, subject: Subject) -> Subject {
    match subject {
        Subject::Session { .. } => through(user, user.new_link(OTHER_BANK).await).await,
        Subject::Connection(connection) => {
            user.revoke(&connection).await.expect(202);
            Subject::Connection(connection)
        }
    }
}

/// Nobody does anything: the clock goes on until something is different.
async fn wait(user: &User<'_>, subject: Subject) -> Subject {
    let before = subject.shown(user).await["next_action"]["code"].clone();
    user.world.settle().await;
    let mut waited = 0;
    while waited < PATIENCE && subject.shown(user).await["next_action"]["code"] == before {
        let step = if waited < 60 { 1 } else { 15 };
        user.world.advance(minutes(step), minutes(step)).await;
        waited += step;
    }
    settled(user, subject).await
}

/// What was wrong at Salt Edge, with keys or contract, is put right.
async fn mended(user: &User<'_>, subject: Subject) -> Subject {
    put_right(user.world);
    match &subject {
        Subject::Session { .. } => again(user, &subject).await,
        Subject::Connection(connection) => {
            let status = &user.again(connection).await["status"];
            if status == "needs_reconnect" {
                again(user, &subject).await
            } else {
                wait(user, subject).await
            }
        }
    }
}

fn put_right(world: &World) {
    world.salt_edge.control().clear_faults();
}
