//! How often each fault was met.

use std::collections::BTreeMap;

use local_cloud::Effect;

use crate::{
    points::Beside,
    scenario::{BESIDE, FUNCTIONS},
};

/// The faults that a run must have met, each at least [`Counts::LEAST`] times.
const NAMES: [&str; 15] = [
    "a 404 in HTML",
    "a 500 after the effect",
    "a 500 before the effect",
    "a bank that goes on in a race",
    "a lost callback",
    "a pair of points",
    "a revocation during a pull",
    "a stale read",
    "an answer lost",
    "callbacks more than one",
    "killed after the effect, before the answer",
    "killed before a request",
    "small pages",
    "three pulls that race",
    "two pulls that race",
];

/// All of them: those of `sync`, and each at each of the other functions.
pub(crate) fn names() -> Vec<String> {
    let functions = FUNCTIONS.into_iter().map(|(function, ..)| function);
    let others = functions
        .flat_map(|function| BESIDE.map(|effect| of(Beside { function, place: 1, effect })));
    NAMES.into_iter().map(str::to_owned).chain(others).collect()
}

/// How one at another function is counted.
pub(crate) fn of(beside: Beside) -> String {
    format!("{}: {}", beside.function, name(beside.effect))
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(BTreeMap<String, u32>);

impl Counts {
    pub(crate) const LEAST: u32 = 20;

    pub(crate) fn add(&mut self, name: &str, times: u32) {
        *self.0.entry(name.to_owned()).or_default() += times;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (name, times) in &other.0 {
            self.add(name, *times);
        }
    }

    pub(crate) fn of(&self, name: &str) -> u32 {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// How a fault is counted.
pub(crate) fn name(effect: Effect) -> &'static str {
    match effect {
        Effect::KillBefore => "killed before a request",
        Effect::KillAfter => "killed after the effect, before the answer",
        Effect::LoseAnswer => "an answer lost",
        Effect::FailBefore => "a 500 before the effect",
        Effect::FailAfter => "a 500 after the effect",
        Effect::NotApi => "a 404 in HTML",
        Effect::Stale => "a stale read",
        Effect::Contend | Effect::HoldBefore | Effect::HoldAfter => "something else",
    }
}
