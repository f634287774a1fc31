//! The tap: every request of a function to the world passes it, is counted, and can be made to fail.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{Response, StatusCode};
use serde_json::Value;

use crate::invocations::Invocations;

/// Whom a function talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// The table.
    DynamoDb,
    /// The queues.
    Sqs,
    /// The secrets.
    Secrets,
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

    fn meets(&self, function: &str, service: Service, operation: &str) -> bool {
        self.function.as_deref().is_none_or(|name| name == function)
            && self.service.is_none_or(|one| one == service)
            && self.operation.as_deref().is_none_or(|name| name == operation)
    }
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    seen: u32,
}

#[derive(Debug, Default)]
struct State {
    log: Vec<Io>,
    armed: Vec<Armed>,
    fired: u32,
}

/// The tap of one local cloud. Clones are the same tap.
#[derive(Clone)]
pub struct Tap {
    state: Arc<Mutex<State>>,
    invocations: Arc<Invocations>,
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.state().fmt(f)
    }
}

impl Tap {
    pub(crate) fn new(invocations: Arc<Invocations>) -> Self {
        Self { state: Arc::default(), invocations }
    }

    /// Arms a fault.
    pub fn arm(&self, fault: Fault) {
        self.state().armed.push(Armed { fault, seen: 0 });
    }

    /// Takes back what was armed and has not been met.
    pub fn disarm(&self) {
        self.state().armed.clear();
    }

    /// How many requests met a fault so far.
    pub fn fired(&self) -> u32 {
        self.state().fired
    }

    /// Faults that wait for their request.
    pub fn waiting(&self) -> usize {
        self.state().armed.len()
    }

    /// Every request since the last [`Tap::reset`], in order of their answers.
    pub fn log(&self) -> Vec<Io> {
        self.state().log.clone()
    }

    /// Forgets the requests seen so far.
    pub fn reset(&self) {
        self.state().log.clear();
    }

    /// Requests by function, service and operation.
    pub fn counts(&self) -> BTreeMap<(String, Service, String), usize> {
        let mut counts = BTreeMap::new();
        for io in self.log() {
            *counts.entry((io.function, io.service, io.operation)).or_default() += 1;
        }
        counts
    }

    /// Read and write units of one function, in halves.
    pub fn half_units(&self, function: &str) -> (u64, u64) {
        let state = self.state();
        let own = state.log.iter().filter(|io| io.function == function);
        own.fold((0, 0), |(r, w), io| (r + io.read_half_units, w + io.write_half_units))
    }

    /// Lets one request through, or does to it what was armed.
    pub(crate) async fn pass(
        &self,
        function: &str,
        service: Service,
        operation: &str,
        work: impl Future<Output = Response<Bytes>>,
    ) -> Response<Body> {
        let effect = self.next_effect(function, service, operation);
        let refused = matches!(effect, Some(Effect::FailBefore | Effect::Contend));
        let before = refused || effect == Some(Effect::KillBefore);
        let done = if before { None } else { Some(work.await) };
        let (read_half_units, write_half_units) = match &done {
            Some(answer) if service == Service::DynamoDb => units(operation, answer.body()),
            Some(_) | None => (0, 0),
        };
        if matches!(effect, Some(Effect::KillBefore | Effect::KillAfter)) {
            self.invocations.kill(function);
        }
        let answer = match (effect, done) {
            (None, Some(answer)) => answer.map(Body::from),
            (Some(Effect::FailBefore), _) => failure(),
            (Some(Effect::Contend), _) => contended(),
            (Some(Effect::LoseAnswer | Effect::KillBefore | Effect::KillAfter), _)
            | (None, None) => broken(),
        };
        let lost = effect.is_some() && !refused;
        let status = if lost { 0 } else { answer.status().as_u16() };
        let (function, operation) = (function.to_owned(), operation.to_owned());
        let io = Io { function, service, operation, read_half_units, write_half_units, status };
        self.state().log.push(io);
        answer
    }

    fn next_effect(&self, function: &str, service: Service, operation: &str) -> Option<Effect> {
        let mut state = self.state();
        let mut effect = None;
        for armed in &mut state.armed {
            if armed.fault.meets(function, service, operation) {
                armed.seen += 1;
                if armed.seen >= armed.fault.nth && effect.is_none() {
                    effect = Some(armed.fault.effect);
                }
            }
        }
        let last = |armed: &Armed| armed.fault.nth.saturating_add(armed.fault.times - 1);
        state.armed.retain(|armed| armed.seen < last(armed));
        state.fired += u32::from(effect.is_some());
        effect
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The 500 that both AWS and Salt Edge can give.
fn failure() -> Response<Body> {
    let body = r#"{"__type":"InternalServerError","message":"a fault was armed","error":{"class":"InternalServerError","message":"a fault was armed"}}"#;
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    answer
        .headers_mut()
        .insert("content-type", axum::http::HeaderValue::from_static("application/json"));
    answer
}

/// DynamoDB's answer to a transaction that met another.
fn contended() -> Response<Body> {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"a fault was armed","CancellationReasons":[{"Code":"TransactionConflict"}]}"#;
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    answer
        .headers_mut()
        .insert("content-type", axum::http::HeaderValue::from_static("application/x-amz-json-1.0"));
    answer
}

/// An answer whose body never comes: the server closes the connection in the middle.
fn broken() -> Response<Body> {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::new(Body::new(Broken(Some(reset))))
}

struct Broken(Option<std::io::Error>);

impl axum::body::HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        std::task::Poll::Ready(self.0.take().map(Err))
    }
}

/// Read and write units of an answer's `ConsumedCapacity`, in halves.
fn units(operation: &str, body: &Bytes) -> (u64, u64) {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return (0, 0) };
    let consumed = &answer["ConsumedCapacity"];
    let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
    let charged = tables.iter().map(|table| halves(&table["CapacityUnits"])).sum();
    let reads = ["GetItem", "Query", "BatchGetItem", "TransactGetItems", "Scan"];
    if reads.contains(&operation) { (charged, 0) } else { (0, charged) }
}

/// A number of capacity units in halves; the engine counts in halves as AWS does.
fn halves(units: &Value) -> u64 {
    let text = units.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    whole.parse::<u64>().unwrap_or_default() * 2 + u64::from(part.starts_with('5'))
}
