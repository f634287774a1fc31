//! Ways into every state, through HTTP, and with what may go wrong at a bank, at Salt Edge, or with us.

use domain::{
    connection::{Phase, StateKind},
    consent::ConsentStatus,
    next_action::NextAction,
    session::StageKind,
};
use e2e::{
    RETURN_TO, User, Visit, hours, minutes, options, oracle::newest, quiet, ways_out::Subject,
    world,
};
use local_cloud::{World, WorldOptions};
use serde_json::{Value, json};
use simulator::{
    ApiFault, ApiFaultKind, BankAt, BankFault, ClientKind, ErrorClass, ProviderStatus, ReturnWhen,
    RevokeReason, SameLogin, StageName, Walk,
};

const OAUTH: &str = "fakebank_oauth_xf";
const SIMPLE: &str = "fakebank_simple_xf";
const FAILING: &str = "fakebank_with_error_xf";
const CONNECT: &str = "/api/v6/connections/connect";

/// How to get into one state.
pub(crate) struct Way {
    play: Play,
    kind: ClientKind,
}

/// What happens, and what is looked at then.
enum Play {
    /// A link session that is left where it is.
    Left(StageKind),
    /// A link whose user does this at this bank.
    Walked(&'static str, Walk),
    /// A link that Salt Edge refuses once: here, with this.
    Refused(&'static str, ErrorClass),
    /// A link that Salt Edge refuses to open until somebody puts it right.
    Forbidden(ErrorClass),
    /// A second link of a login that is linked.
    LinkedAlready,
    /// A reconnect with another login; its session, or its connection.
    OtherLogin { connection: bool },
    /// A link that stands and is never confirmed.
    Unconfirmed,
    /// A connection, asked by itself, whose bank ends the attempt like this.
    Asked(ErrorClass),
    /// A connection whose consent is ended elsewhere.
    ConsentEnded(RevokeReason),
    /// A connection of a bank that is closed.
    Closed,
    /// A connection as it is when it was linked.
    Linked,
    /// A revocation that was just asked for.
    RevokeAsked,
    /// A revocation that gets no further than this for a while.
    RevokeHeld {
        method: &'static str,
        path: &'static str,
        fault: ApiFaultKind,
        times: u32,
        days: i64,
    },
    /// A revocation that ended by itself.
    Revoked,
}

impl From<Play> for Way {
    fn from(play: Play) -> Self {
        Self { play, kind: ClientKind::Partner }
    }
}

/// None: there are as many as there are next steps, see [`failed`].
pub(crate) fn stage(kind: StageKind) -> Option<Way> {
    match kind {
        StageKind::Created
        | StageKind::Redirected
        | StageKind::Returned
        | StageKind::Confirmed
        | StageKind::Asking
        | StageKind::Reading
        | StageKind::Finished
        | StageKind::Expired
        | StageKind::Cancelled => Some(Play::Left(kind).into()),
        StageKind::Failed => None,
    }
}

/// A session that failed with this next step; none where no session does.
pub(crate) fn failed(action: NextAction) -> Option<Way> {
    let usual = Walk::default;
    let error = |class: &str| Walk { error: Some(class.to_owned()), ..usual() };
    let play = match action {
        NextAction::Reconnect => Play::Walked(SIMPLE, Walk { password: "no".into(), ..usual() }),
        NextAction::UseSameLogin => Play::OtherLogin { connection: false },
        NextAction::RetryWhilePresent => Play::Walked(FAILING, error("InteractiveTimeout")),
        NextAction::ConsentNotGranted => Play::Walked(OAUTH, Walk { ticks: false, ..usual() }),
        NextAction::SelectAccounts => {
            Play::Walked(OAUTH, Walk { accounts: Some(Vec::new()), ..usual() })
        }
        NextAction::RenewConsent => Play::Refused(CONNECT, ErrorClass::ConsentExpired),
        NextAction::ReuseConnection => Play::LinkedAlready,
        NextAction::DeleteDuplicate => Play::Refused(CONNECT, ErrorClass::ConnectionDuplicated),
        NextAction::ChooseOtherBank => Play::Refused(CONNECT, ErrorClass::ProviderInactive),
        NextAction::ContactSupport => Play::Forbidden(ErrorClass::ConnectionDisabled),
        NextAction::FixContract => Play::Forbidden(ErrorClass::ClientRestricted),
        NextAction::FixKeys => Play::Forbidden(ErrorClass::ApiKeyNotFound),
        NextAction::Report => Play::Forbidden(ErrorClass::WrongRequestFormat),
        NextAction::CorrectContact => Play::Refused("/api/v6/customers", ErrorClass::EmailInvalid),
        NextAction::StartAgainLater => Play::Walked(FAILING, error("ProviderError")),
        NextAction::StartAgain => Play::Unconfirmed,
        // What is told of a connection, of a session that has not ended, or of a request.
        NextAction::WaitUntil
        | NextAction::WaitBudget
        | NextAction::Backoff
        | NextAction::RetryLater
        | NextAction::BankProblem
        | NextAction::DeleteInDashboard
        | NextAction::SlowDown
        | NextAction::TryAgain
        | NextAction::OpenLink
        | NextAction::FinishAtBank
        | NextAction::Confirm
        | NextAction::InProgress
        | NextAction::BeingRevoked
        | NextAction::FixRequest => return None,
    };
    Some(play.into())
}

/// A connection that waits for its user with this next step; none where no connection does.
pub(crate) fn needs_reconnect(action: NextAction) -> Option<Way> {
    let play = match action {
        NextAction::Reconnect => Play::Asked(ErrorClass::InvalidCredentials),
        NextAction::UseSameLogin => Play::OtherLogin { connection: true },
        NextAction::RetryWhilePresent => Play::Asked(ErrorClass::InteractiveTimeout),
        NextAction::ConsentNotGranted => Play::Asked(ErrorClass::ProviderAccessNotGranted),
        NextAction::SelectAccounts => Play::Asked(ErrorClass::AllAccountsExcluded),
        NextAction::RenewConsent => Play::ConsentEnded(RevokeReason::Expired),
        NextAction::ContactSupport => Play::Asked(ErrorClass::ConnectionDisabled),
        // A bank that is out of order is asked again by itself; what belongs to a visit is none of a
        // connection's; the rest is nobody's whose connection it is.
        NextAction::ReuseConnection
        | NextAction::ChooseOtherBank
        | NextAction::WaitUntil
        | NextAction::WaitBudget
        | NextAction::Backoff
        | NextAction::RetryLater
        | NextAction::BankProblem
        | NextAction::FixContract
        | NextAction::FixKeys
        | NextAction::DeleteInDashboard
        | NextAction::DeleteDuplicate
        | NextAction::StartAgain
        | NextAction::StartAgainLater
        | NextAction::SlowDown
        | NextAction::TryAgain
        | NextAction::CorrectContact
        | NextAction::OpenLink
        | NextAction::FinishAtBank
        | NextAction::Confirm
        | NextAction::InProgress
        | NextAction::BeingRevoked
        | NextAction::FixRequest
        | NextAction::Report => return None,
    };
    Some(play.into())
}

/// Into a state of a connection that holds nothing but its name.
pub(crate) fn state(kind: StateKind) -> Way {
    match kind {
        StateKind::Active => Play::Linked.into(),
        StateKind::Disabled => Play::Closed.into(),
        StateKind::LeftWithOwner => Play::Revoked.into(),
        StateKind::Revoked => Way { play: Play::Revoked, kind: ClientKind::Client },
        StateKind::NeedsReconnect | StateKind::Revoking => {
            unreachable!("these hold more: {kind:?}")
        }
    }
}

/// Into a phase of a revocation.
pub(crate) fn revoking(phase: Phase) -> Way {
    let fault = ApiFaultKind::HtmlNotFound;
    let path = "/api/v6/connections/*";
    let held = |method| Play::RevokeHeld { method, path, fault, times: 3, days: 0 };
    match phase {
        Phase::Requested => Play::RevokeAsked.into(),
        Phase::ConsentRevoked => Way { play: held("DELETE"), kind: ClientKind::Client },
        Phase::Removed => Way { play: held("GET"), kind: ClientKind::Client },
    }
}

/// A revocation that somebody has to help, and was told so.
pub(crate) fn stuck() -> Way {
    let fault = ApiFaultKind::Error(ErrorClass::ActionNotAllowed);
    Play::RevokeHeld { method: "POST", path: "/api/v6/consents*", fault, times: 1_000, days: 3 }
        .into()
}

/// Into a connection whose consent is in this state.
pub(crate) fn consent(status: ConsentStatus) -> Way {
    match status {
        ConsentStatus::Active => Play::Linked.into(),
        ConsentStatus::Expired => Play::ConsentEnded(RevokeReason::Expired).into(),
        ConsentStatus::Revoked => Play::ConsentEnded(RevokeReason::Saltedge).into(),
    }
}

impl Way {
    /// A world in which it can be gone.
    pub(crate) async fn world(&self) -> World {
        let mut switches = quiet().switches;
        if let Play::LinkedAlready = self.play {
            switches.same_login = SameLogin::Duplicated;
        }
        if let Play::Left(StageKind::Asking) = self.play {
            switches.return_when = ReturnWhen::Authorised;
            switches.stage_millis_of = [(StageName::FetchTransactions, 150_000)].into();
        }
        world(WorldOptions { kind: self.kind, switches, ..options() }).await
    }

    /// Goes it.
    pub(crate) async fn reach(&self, ada: &User<'_>) -> Subject {
        let control = ada.world.salt_edge.control();
        match &self.play {
            Play::Left(stage) => left(ada, *stage).await,
            Play::Walked(bank, walk) => walked(ada, bank, walk).await,
            Play::Refused(path, class) => {
                control.add_api_fault(ApiFault::next(ApiFaultKind::Error(*class), "POST", path));
                refused(ada).await
            }
            Play::Forbidden(class) => {
                control.add_api_fault(lasting(ApiFaultKind::Error(*class), "POST", CONNECT, 1_000));
                refused(ada).await
            }
            Play::LinkedAlready => {
                ada.link(SIMPLE).await;
                walked(ada, SIMPLE, &Walk::default()).await
            }
            Play::OtherLogin { connection } => other_login(ada, *connection).await,
            Play::Unconfirmed => {
                let (created, visit) = visited(ada).await;
                ada.world.advance(hours(25), hours(1)).await;
                ada.world.advance(minutes(3), minutes(1)).await;
                Subject::visited(created, visit)
            }
            Play::Asked(class) => {
                let linked = ada.link(OAUTH).await;
                let fault = BankFault { class: *class, provider: None, connection: None, times: 1 };
                control.add_bank_fault(fault);
                ada.world.advance(hours(24), minutes(30)).await;
                Subject::Connection(linked)
            }
            Play::ConsentEnded(reason) => {
                let linked = ada.link(OAUTH).await;
                control.end_consent_of(newest(ada.world), *reason).unwrap();
                ada.world.advance(hours(13), hours(1)).await;
                Subject::Connection(linked)
            }
            Play::Closed => {
                let linked = ada.link(OAUTH).await;
                control.set_provider_status(OAUTH, ProviderStatus::Disabled).unwrap();
                ada.world.advance(hours(13), hours(1)).await;
                Subject::Connection(linked)
            }
            Play::Linked => Subject::Connection(ada.link(OAUTH).await),
            Play::RevokeAsked | Play::RevokeHeld { .. } | Play::Revoked => self.revoke(ada).await,
        }
    }

    async fn revoke(&self, ada: &User<'_>) -> Subject {
        let linked = ada.link(OAUTH).await;
        if let Play::RevokeHeld { method, path, fault, times, .. } = self.play {
            ada.world.salt_edge.control().add_api_fault(lasting(fault, method, path, times));
        }
        ada.revoke(&linked).await.expect(202);
        if let Play::RevokeAsked = self.play {
            return Subject::Connection(linked);
        }
        ada.world.settle().await;
        if let Play::RevokeHeld { days, .. } = self.play {
            ada.world.advance(hours(24 * days), minutes(30)).await;
        }
        Subject::Connection(linked)
    }
}

fn lasting(fault: ApiFaultKind, method: &str, path: &str, times: u32) -> ApiFault {
    ApiFault { times, ..ApiFault::next(fault, method, path) }
}

async fn visited(ada: &User<'_>) -> (Value, Visit) {
    let created = ada.new_link(OAUTH).await;
    let visit = ada.visit(&created, &Walk::default()).await;
    (created, visit)
}

async fn left(ada: &User<'_>, stage: StageKind) -> Subject {
    let created = ada.new_link(OAUTH).await;
    let id = created["id"].as_str().unwrap().to_owned();
    match stage {
        StageKind::Created => return Subject::created(created),
        StageKind::Redirected => {
            let at = Some(ada.open(&created).await);
            return Subject::Session { created, at, visit: None };
        }
        StageKind::Expired => {
            ada.world.advance(hours(2), hours(1)).await;
            return Subject::created(created);
        }
        StageKind::Cancelled => {
            ada.post(&format!("/v1/link-sessions/{id}/cancel"), &json!({})).await.expect(200);
            return Subject::created(created);
        }
        StageKind::Returned
        | StageKind::Confirmed
        | StageKind::Asking
        | StageKind::Reading
        | StageKind::Finished => {}
        StageKind::Failed => unreachable!("it is left for many reasons"),
    }
    let visit = ada.visit(&created, &Walk::default()).await;
    if stage == StageKind::Reading {
        let unread = lasting(ApiFaultKind::ServerError, "GET", "/api/v6/transactions*", 25);
        ada.world.salt_edge.control().add_api_fault(unread);
    }
    if stage != StageKind::Returned {
        ada.confirm(&visit).await.expect(200);
    }
    if matches!(stage, StageKind::Asking | StageKind::Reading | StageKind::Finished) {
        ada.world.settle().await;
    }
    Subject::visited(created, visit)
}

async fn walked(ada: &User<'_>, bank: &str, walk: &Walk) -> Subject {
    let created = ada.new_link(bank).await;
    let visit = ada.visit(&created, walk).await;
    if visit.code.is_some() {
        ada.confirm(&visit).await.expect(200);
    }
    ada.world.settle().await;
    Subject::visited(created, visit)
}

/// The click is not served; the browser goes back to the SaaS.
async fn refused(ada: &User<'_>) -> Subject {
    let created = ada.new_link(OAUTH).await;
    let back = ada.open(&created).await;
    assert!(back.starts_with("https://app.acme.example/"), "{back}");
    Subject::created(created)
}

async fn other_login(ada: &User<'_>, connection: bool) -> Subject {
    let control = ada.world.salt_edge.control();
    control.add_login(&BankAt::login(SIMPLE, "other"), "secret").unwrap();
    let linked = ada.link(SIMPLE).await;
    ada.world.advance(minutes(61), minutes(61)).await;
    let reconnect = format!("/v1/connections/{}/reconnect", linked["id"].as_str().unwrap());
    let created = ada.post(&reconnect, &json!({"return_to": RETURN_TO})).await.expect(201);
    let visit = ada.visit(&created, &Walk { login: "other".into(), ..Walk::default() }).await;
    if visit.code.is_some() {
        ada.confirm(&visit).await.expect(200);
    }
    ada.world.settle().await;
    if connection { Subject::Connection(linked) } else { Subject::visited(created, visit) }
}
