//! What passes the tap, and what can happen to it.

/// Whom a function talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The table.
    DynamoDb,
    /// The queues.
    Sqs,
    /// The secrets.
    Secrets,
    /// The keys that sign.
    Kms,
    /// Salt Edge.
    SaltEdge,
}

/// One request of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Io {
    /// The function's package; `test` for the client that [`crate::LocalCloud::table`] gives.
    pub function: String,
    /// Whom it asked.
    pub service: Service,
    /// `PutItem`, `SendMessage`; for Salt Edge `GET /accounts`.
    pub operation: String,
    /// Read units that the table and its indexes charged, in halves.
    pub read_half_units: u64,
    /// Write units that the table and its indexes charged, in halves.
    pub write_half_units: u64,
    /// The HTTP status, or 0 when the answer was lost.
    pub status: u16,
}

/// What happens to a request that a [`Fault`] meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is answered 500 and has done nothing.
    FailBefore,
    /// A transaction is answered as one that met another at work on the same item, and has done nothing.
    Contend,
    /// It is done, and the connection breaks before the answer.
    LoseAnswer,
    /// It is done, and answered 500.
    FailAfter,
    /// It is answered with a 404 in HTML, which no API sends, and has done nothing.
    NotApi,
    /// A read that need not be the newest is answered with an older page, where there is one.
    Stale,
    /// It waits for [`Tap::release`](super::Tap::release), then it is done.
    HoldBefore,
    /// It is done, and its answer waits for [`Tap::release`](super::Tap::release).
    HoldAfter,
    /// The function's running invocations end before it is done.
    KillBefore,
    /// It is done, then the function's running invocations end.
    KillAfter,
}

/// A scripted fault. Empty fields meet everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Only requests of this function.
    pub function: Option<String>,
    /// Only requests to this service.
    pub service: Option<Service>,
    /// Only this operation.
    pub operation: Option<String>,
    /// The first matching request that it meets, counted from 1.
    pub nth: u32,
    /// How many matching requests in a row it meets.
    pub times: u32,
    /// What happens.
    pub effect: Effect,
}

impl Fault {
    /// Meets the `nth` request of `function`, once.
    pub fn at(function: &str, nth: u32, effect: Effect) -> Self {
        let function = Some(function.to_owned());
        Self { function, service: None, operation: None, nth, times: 1, effect }
    }

    pub(super) fn meets(&self, function: &str, service: Service, operation: &str) -> bool {
        self.function.as_deref().is_none_or(|name| name == function)
            && self.service.is_none_or(|one| one == service)
            && self.operation.as_deref().is_none_or(|name| name == operation)
    }
}
