//! How often each fault was met.

use std::collections::BTreeMap;

/// The faults that a run must have met, each at least [`Counts::LEAST`] times.
pub(crate) const NAMES: [&str; 14] = [
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
    "three pulls that race",
    "two pulls that race",
];

#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(BTreeMap<&'static str, u32>);

impl Counts {
    pub(crate) const LEAST: u32 = 20;

    pub(crate) fn add(&mut self, name: &'static str, times: u32) {
        *self.0.entry(name).or_default() += times;
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
