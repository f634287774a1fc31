//! The tap: every request of a function to the world passes it, is counted, and can be made to fail.

mod answers;
mod fault;
mod pages;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::Response;
use serde_json::Value;
use tokio::sync::{oneshot, watch};

use self::answers::{broken, contended, failure, not_api};
use self::pages::Pages;
use crate::invocations::Invocations;
pub use fault::{Effect, Fault, Io, Service};

#[derive(Debug)]
struct Armed {
    fault: Fault,
    seen: u32,
}

/// One request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a> {
    pub(crate) function: &'a str,
    pub(crate) service: Service,
    pub(crate) operation: &'a str,
    /// The request's text, of a read that need not be the newest.
    pub(crate) may_be_older: Option<String>,
}

/// Decides what happens to a request, knowing the ones before it.
type Script = Box<dyn FnMut(&str, Service, &str) -> Option<Effect> + Send>;

#[derive(Default)]
struct State {
    log: Vec<Io>,
    armed: Vec<Armed>,
    script: Option<Script>,
    fired: u32,
    pages: Option<Pages>,
    held: Vec<oneshot::Sender<()>>,
}

/// The tap of one local cloud. Clones are the same tap.
#[derive(Clone)]
pub struct Tap {
    state: Arc<Mutex<State>>,
    /// How many requests are held.
    holding: watch::Sender<usize>,
    invocations: Arc<Invocations>,
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tap").field("fired", &self.fired()).finish_non_exhaustive()
    }
}

impl Tap {
    pub(crate) fn new(invocations: Arc<Invocations>) -> Self {
        Self { state: Arc::default(), holding: watch::Sender::new(0), invocations }
    }

    /// Lets `script` decide about every request from now on, given function, service and operation.
    pub fn script(
        &self,
        script: impl FnMut(&str, Service, &str) -> Option<Effect> + Send + 'static,
    ) {
        self.state().script = Some(Box::new(script));
    }

    /// Keeps the answers to reads from now on, so that [`Effect::Stale`] has older pages; forgets those
    /// that it had.
    pub fn keep_pages(&self) {
        self.state().pages = Some(Pages::default());
    }

    /// Waits until so many requests are held.
    pub async fn holds(&self, count: usize) {
        let mut holding = self.holding.subscribe();
        // The sender is this tap's own: it cannot be gone.
        drop(holding.wait_for(|held| *held >= count).await);
    }

    /// Lets the request go on that was held last. Whether there was one.
    pub fn release(&self) -> bool {
        let Some(held) = self.state().held.pop() else { return false };
        self.holding.send_modify(|count| *count -= 1);
        // A request whose function was killed meanwhile has nobody who waits.
        let _killed = held.send(());
        true
    }

    /// Arms a fault.
    pub fn arm(&self, fault: Fault) {
        self.state().armed.push(Armed { fault, seen: 0 });
    }

    /// Takes back what was armed and has not been met.
    pub fn disarm(&self) {
        let mut state = self.state();
        state.armed.clear();
        state.script = None;
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
        asked: Asked<'_>,
        work: impl Future<Output = Response<Bytes>>,
    ) -> Response<Body> {
        let Asked { function, service, operation, .. } = asked;
        let effect = self.next_effect(function, service, operation);
        let refused = matches!(effect, Some(Effect::FailBefore | Effect::Contend | Effect::NotApi));
        let before = refused || effect == Some(Effect::KillBefore);
        if effect == Some(Effect::HoldBefore) {
            self.hold().await;
        }
        let done = if before { None } else { Some(work.await) };
        let (read_half_units, write_half_units) = match &done {
            Some(answer) if service == Service::DynamoDb => units(operation, answer.body()),
            Some(_) | None => (0, 0),
        };
        let done = done.map(|answer| self.page(asked.may_be_older, effect, answer));
        if effect == Some(Effect::HoldAfter) {
            self.hold().await;
        }
        if matches!(effect, Some(Effect::KillBefore | Effect::KillAfter)) {
            self.invocations.kill(function);
        }
        let answer = answer(effect, done);
        let lost =
            matches!(effect, Some(Effect::LoseAnswer | Effect::KillBefore | Effect::KillAfter));
        let status = if lost { 0 } else { answer.status().as_u16() };
        let (function, operation) = (function.to_owned(), operation.to_owned());
        let io = Io { function, service, operation, read_half_units, write_half_units, status };
        self.state().log.push(io);
        answer
    }

    async fn hold(&self) {
        let (release, released) = oneshot::channel();
        self.state().held.push(release);
        self.holding.send_modify(|count| *count += 1);
        // A tap that is dropped lets everything go on.
        drop(released.await);
    }

    /// Keeps the answer, and gives an older one where that is the effect.
    fn page(
        &self,
        read: Option<String>,
        effect: Option<Effect>,
        answer: Response<Bytes>,
    ) -> Response<Bytes> {
        let mut state = self.state();
        let (Some(read), Some(pages)) = (read, &mut state.pages) else { return answer };
        pages.keep(read.clone(), &answer);
        let older = pages.older(&read, &answer).filter(|_| effect == Some(Effect::Stale));
        if let Some(older) = older {
            state.fired += 1;
            return older;
        }
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
        if effect.is_none() {
            effect = state.script.as_mut().and_then(|decide| decide(function, service, operation));
        }
        // An older page is met when there is one.
        state.fired += u32::from(effect.is_some_and(|effect| effect != Effect::Stale));
        effect
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the function gets.
fn answer(effect: Option<Effect>, done: Option<Response<Bytes>>) -> Response<Body> {
    match (effect, done) {
        (Some(Effect::FailBefore | Effect::FailAfter), _) => failure(),
        (Some(Effect::Contend), _) => contended(),
        (Some(Effect::NotApi), _) => not_api(),
        (None | Some(Effect::Stale | Effect::HoldBefore | Effect::HoldAfter), Some(done)) => {
            done.map(Body::from)
        }
        (Some(Effect::LoseAnswer | Effect::KillBefore | Effect::KillAfter), _)
        | (None | Some(Effect::Stale | Effect::HoldBefore | Effect::HoldAfter), None) => broken(),
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
