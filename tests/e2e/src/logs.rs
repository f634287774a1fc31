//! What the functions log, as an operator's log group would hold it.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

/// The deployment that metrics name.
pub const DEPLOYMENT: &str = "halite-test";

/// Lines that were logged on this thread while this lives. A journey runs on one thread.
pub struct Logs {
    written: Written,
    _guard: tracing::subscriber::DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Begins to listen, as loud as `filter` says (`info`, `info,sync=trace`).
    pub fn at(filter: &str) -> Self {
        let written = Written::default();
        let writer = written.clone();
        let writer = move || writer.clone();
        let lines = shell::log_lines(filter, DEPLOYMENT, &shell::Clock::system(), writer);
        let guard = tracing_subscriber::registry().with(lines).set_default();
        Self { written, _guard: guard }
    }

    /// Everything so far.
    pub fn text(&self) -> String {
        let bytes = self.written.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Every line so far.
    pub fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The sum of a metric, over all its dimensions.
    pub fn sum(&self, metric: &str) -> u64 {
        let lines = self.lines();
        lines
            .iter()
            .filter(|line| line["_aws"].is_object())
            .filter_map(|l| l[metric].as_u64())
            .sum()
    }

    /// How often an alarm was raised.
    pub fn alarms(&self, name: &str) -> usize {
        self.text().matches(&format!("\"alarm\":\"{name}\"")).count()
    }
}

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
