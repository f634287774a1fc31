//! What a control call can be refused for.

use std::fmt;

/// Why a control call did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlError {
    /// What was named is not there.
    NotFound(String),
    /// What was asked for makes no sense.
    Invalid(String),
    /// The clock belongs to the embedder.
    ClockIsGiven,
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound(what) => write!(f, "not found: {what}"),
            Self::Invalid(why) => write!(f, "invalid: {why}"),
            Self::ClockIsGiven => f.write_str("the clock belongs to the embedder; move it there"),
        }
    }
}

impl std::error::Error for ControlError {}
