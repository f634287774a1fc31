//! What the functions log, as an operator's log group would hold it.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tracing_subscriber::{
    EnvFilter, fmt::MakeWriter, layer::SubscriberExt, util::SubscriberInitExt,
};

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
        let lines =
            tracing_subscriber::fmt::layer().json().without_time().with_writer(written.clone());
        let filter = EnvFilter::try_new(filter).unwrap();
        let guard = tracing_subscriber::registry().with(filter).with(lines).set_default();
        Self { written, _guard: guard }
    }

    /// Everything so far.
    pub fn text(&self) -> String {
        let bytes = self.written.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
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

impl MakeWriter<'_> for Written {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
