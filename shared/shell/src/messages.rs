//! What a function says when it could not process a message.

use std::fmt;

/// The message stays on the queue: it is delivered again, and after five times it is a dead letter.
///
/// Any error of our rooms turns into it, because every one of them means just that here; none of them
/// holds personal data.
#[derive(Debug)]
pub struct Failed(String);

impl Failed {
    /// Failed because of this, in a sentence without personal data.
    pub fn because(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
