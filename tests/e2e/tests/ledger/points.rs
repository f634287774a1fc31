//! Where something goes wrong: each point so many requests of `sync` after the one before; and one of another function.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use local_cloud::{Effect, Service, Tap};

/// What goes wrong at a request of another function than `sync`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    pub(crate) function: &'static str,
    /// Which of its requests, from 1.
    pub(crate) place: u32,
    pub(crate) effect: Effect,
}

/// The points of one step. Clones are the same points.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    left: VecDeque<(u32, Effect)>,
    seen: u32,
    met: Vec<Effect>,
    fired: u32,
    beside: Option<Beside>,
    /// Requests of its function so far.
    passed: u32,
    met_beside: Option<Beside>,
}

impl Points {
    pub(crate) fn set(&self, points: &[(u32, Effect)]) {
        let mut state = self.state();
        state.left = points.iter().copied().collect();
        state.seen = 0;
        state.met = Vec::new();
    }

    /// Lets the tap ask these points about every request.
    pub(crate) fn watch(&self, tap: &Tap, beside: Option<Beside>) {
        let fired = self.fired();
        *self.state() = State { fired, beside, ..State::default() };
        let points = self.clone();
        tap.script(move |function, service, operation| match (function, service) {
            (_, Service::Secrets) => None,
            ("sync", _) => points.state().meet(service, operation),
            (other, _) => points.state().meet_beside(other),
        });
    }

    /// What went wrong at another function.
    pub(crate) fn met_beside(&self) -> Option<Beside> {
        self.state().met_beside
    }

    /// How many are still to come.
    pub(crate) fn left(&self) -> usize {
        self.state().left.len()
    }

    /// Those that a request has met.
    pub(crate) fn met(&self) -> Vec<Effect> {
        self.state().met.clone()
    }

    /// How many were met since the beginning, without the stale reads, which may find no older page.
    pub(crate) fn fired(&self) -> u32 {
        self.state().fired
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What happens to this request.
    fn meet(&mut self, service: Service, operation: &str) -> Option<Effect> {
        self.seen += 1;
        let (place, effect) = *self.left.front()?;
        if self.seen < place || !can(effect, service, operation) {
            return None;
        }
        self.left.pop_front();
        self.seen = 0;
        self.met.push(effect);
        self.fired += u32::from(effect != Effect::Stale);
        Some(effect)
    }

    fn meet_beside(&mut self, function: &str) -> Option<Effect> {
        let beside = self.beside.filter(|beside| beside.function == function)?;
        self.passed += 1;
        if self.passed < beside.place {
            return None;
        }
        self.fired += 1;
        self.met_beside = self.beside.take();
        Some(beside.effect)
    }
}

/// Whether it can happen to this request; else it waits for the next to which it can.
fn can(effect: Effect, service: Service, operation: &str) -> bool {
    match effect {
        Effect::Stale => service == Service::DynamoDb && matches!(operation, "GetItem" | "Query"),
        Effect::NotApi => service == Service::SaltEdge,
        Effect::KillBefore
        | Effect::KillAfter
        | Effect::LoseAnswer
        | Effect::FailBefore
        | Effect::FailAfter
        | Effect::Contend
        | Effect::HoldBefore
        | Effect::HoldAfter => true,
    }
}
