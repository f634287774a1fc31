//! Why the provider did not do what was asked.

use crate::next_action::Failure;

/// What can be made of a provider's refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again later, by ourselves.
    Retry,
    /// Try again at a stated time.
    Wait,
    /// The user must act.
    User,
    /// The thing is not there any more.
    Gone,
    /// What was asked for is already so.
    Already,
    /// Our request, keys or contract are wrong.
    Ours,
}

/// Why the provider did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// It answered with one of its error classes.
    #[error("Salt Edge refused: {}", .failure.class)]
    Refused {
        /// What can be made of it.
        verdict: Verdict,
        /// Class, next action, and the instant of a later try.
        failure: Failure,
        /// HTTP status.
        status: u16,
    },
    /// It answered something that is not its API: an HTML page. Never proof that a thing is gone.
    #[error("Salt Edge answered HTTP {status} without JSON")]
    NotApi {
        /// HTTP status.
        status: u16,
    },
    /// No answer came: refused, reset, timed out, or too long.
    #[error("no answer from Salt Edge: {what}")]
    Silent {
        /// What happened, without the URL.
        what: &'static str,
    },
    /// The answer is JSON, but not of the promised shape.
    #[error("Salt Edge's answer to {call} cannot be read: {what}")]
    Unreadable {
        /// The call.
        call: &'static str,
        /// What is wrong with the shape; holds no content.
        what: String,
    },
}
