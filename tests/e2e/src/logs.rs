//! What the functions log, as an operator's log group would hold it.

use std::{
    io,
    sync::{Arc, Mutex, Once, PoisonError},
};

use serde_json::Value;
use tracing::{
    Event, Metadata, Subscriber, level_filters::LevelFilter, span, subscriber::Interest,
};
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

/// The deployment that metrics name.
pub const DEPLOYMENT: &str = "halite-test";

/// Listens to nothing, and asks to be asked each time. Without it, a line that is met first while nobody listens
/// on any thread is taken for one that nobody will ever listen to.
struct Attentive;

impl Subscriber for Attentive {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }
    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Every line is offered to whoever listens on its thread, also when nobody did when it was met first.
pub(crate) fn be_attentive() {
    static ONCE: Once = Once::new();
    // A program that listens by itself keeps its own.
    ONCE.call_once(|| drop(tracing::subscriber::set_global_default(Attentive)));
}

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
        be_attentive();
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
