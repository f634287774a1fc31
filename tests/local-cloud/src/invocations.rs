//! The functions, started from the template, and their invocations: ended by time-out, by a kill, or by themselves.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::task::AbortHandle;

/// Why an invocation gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The function answered with an error.
    #[error("{0}")]
    Failed(String),
    /// Its time was over.
    #[error("timed out")]
    TimedOut,
    /// The fault plan killed it, or it panicked.
    #[error("the environment died")]
    Died,
    /// Nothing of this name was started.
    #[error("no such function")]
    Unknown,
}

/// One function and what it was started with.
pub(crate) struct Hosted {
    pub(crate) function: shell::Function,
    pub(crate) timeout: Duration,
    pub(crate) environment: Vec<(String, String)>,
}

/// All hosted functions and what runs in them.
#[derive(Default)]
pub(crate) struct Invocations {
    hosted: Mutex<BTreeMap<String, Hosted>>,
    running: Mutex<BTreeMap<String, Vec<AbortHandle>>>,
}

impl Invocations {
    /// Adds a started function.
    pub(crate) fn host(&self, package: &str, hosted: Hosted) {
        lock(&self.hosted).insert(package.to_owned(), hosted);
    }

    /// What a function was started with; empty where there is none of this name.
    pub(crate) fn environment(&self, package: &str) -> Vec<(String, String)> {
        lock(&self.hosted).get(package).map(|one| one.environment.clone()).unwrap_or_default()
    }

    /// Runs one invocation to its end.
    pub(crate) async fn invoke(&self, package: &str, event: Value) -> Result<Value, Ended> {
        let (function, timeout) = {
            let hosted = lock(&self.hosted);
            let hosted = hosted.get(package).ok_or(Ended::Unknown)?;
            (hosted.function.clone(), hosted.timeout)
        };
        let task =
            tokio::spawn(
                async move { tokio::time::timeout(timeout, function.invoke(event)).await },
            );
        lock(&self.running).entry(package.to_owned()).or_default().push(task.abort_handle());
        let ended = task.await;
        if let Some(handles) = lock(&self.running).get_mut(package) {
            handles.retain(|handle| !handle.is_finished());
        }
        match ended {
            Ok(Ok(answer)) => answer.map_err(|error| Ended::Failed(error.to_string())),
            Ok(Err(_elapsed)) => Err(Ended::TimedOut),
            Err(_died) => Err(Ended::Died),
        }
    }

    /// Ends whatever runs in this function, at once.
    pub(crate) fn kill(&self, package: &str) {
        for handle in lock(&self.running).remove(package).unwrap_or_default() {
            handle.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
