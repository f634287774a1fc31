//! The hands behind the scenes: as methods here, and as JSON under `/_simulator`.

mod actions;
mod bank;
mod error;
mod http;
mod mark;
mod view;

use std::fmt;
use std::sync::Arc;

use crate::simulator::{Inner, Pumped, StateError};

pub use bank::BankAt;
pub use error::ControlError;
pub(crate) use http::router;
pub use mark::Mark;

/// A handle on a simulator. Cheap to clone.
#[derive(Clone)]
pub struct Control(Arc<Inner>);

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Control({})", self.0.base_url)
    }
}

impl Control {
    pub(crate) fn new(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// The public key (PEM) that verifies callbacks.
    #[must_use]
    pub fn callback_public_key(&self) -> &str {
        &self.0.public_key
    }

    pub(crate) fn save(&self) -> Result<String, StateError> {
        self.0.world().save(&self.0.clock)
    }

    pub(crate) fn changes(&self) -> u64 {
        self.0.changes()
    }

    /// Does everything that is due at the present instant.
    pub async fn pump(&self) -> Pumped {
        self.0.pump().await
    }
}
