//! From what came back to what went wrong.

use domain::{
    bank::{BankError, Verdict},
    ending::Ending,
    next_action::Failure,
};
use jiff::{SignedDuration, Timestamp};

use crate::{error_class::ErrorClass, wire::envelope::Failed};

/// An answer that did not say yes.
pub(crate) struct Refusal {
    /// What the caller gets.
    pub(crate) error: BankError,
    /// To find the call at Salt Edge; for logs.
    pub(crate) request_id: Option<String>,
}

/// Sorts an answer whose status is not 2xx, or whose body is an error all the same.
///
/// `retry_after` is the header of that name, in seconds; Salt Edge promises none.
pub(crate) fn refusal(
    call: &'static str,
    status: u16,
    retry_after: Option<u32>,
    body: &[u8],
    now: Timestamp,
) -> Refusal {
    let Ok(failed) = serde_json::from_slice::<Failed>(body) else {
        return Refusal { error: not_json(call, status, body), request_id: None };
    };
    let told = failed.error.unwrap_or_default();
    let later = told
        .next_refresh_possible_at
        .or(failed.next_refresh_possible_at)
        .or(failed.data.and_then(|data| data.next_refresh_possible_at))
        .or(retry_after.and_then(|s| now.checked_add(SignedDuration::from_secs(s.into())).ok()));
    let sorted = match told.class.or(failed.error_class) {
        Some(class) => {
            let class = ErrorClass::told(&class);
            Some((class.verdict(), class.failure()))
        }
        None => unnamed(status),
    };
    let error = match sorted {
        Some((verdict, failure)) => BankError::Refused {
            verdict,
            failure: Failure { not_before: later, ..failure },
            status,
        },
        None => {
            BankError::Unreadable { call, what: format!("HTTP {status} without an error class") }
        }
    };
    Refusal { error, request_id: told.request_id.map(|id| printable(&id)) }
}

/// A JSON refusal without a class: only the status speaks.
fn unnamed(status: u16) -> Option<(Verdict, Failure)> {
    match status {
        429 => Some((Verdict::Retry, Ending::Http429.into())),
        500..=599 => Some((Verdict::Retry, Ending::Http5xx.into())),
        _ => None,
    }
}

/// An HTML page is never proof that a thing is gone; cut JSON is no page.
pub(crate) fn not_json(call: &'static str, status: u16, body: &[u8]) -> BankError {
    let json = body.trim_ascii_start().first().is_some_and(|byte| matches!(byte, b'{' | b'['));
    if json {
        BankError::Unreadable { call, what: format!("HTTP {status} with broken JSON") }
    } else {
        BankError::NotApi { status }
    }
}

/// An answer whose JSON is not what was promised.
pub(crate) fn unreadable(call: &'static str, why: &str) -> BankError {
    BankError::Unreadable { call, what: why.to_owned() }
}

/// What is wrong with the shape of an answer, without a word of its content.
pub(crate) fn shape(error: &serde_json::Error) -> String {
    format!("{:?} error at {}:{}", error.classify(), error.line(), error.column())
}

/// What a log may hold of another's text: 64 letters, digits, `-` and `_`.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).take(64).collect()
}

/// Whether Salt Edge says of a connection that it is not there: this class and this status, no other.
/// Deleted, or never of these keys' account: [`crate::Client::control`] tells which.
pub fn connection_gone(error: &BankError) -> bool {
    let not_found = matches!(error, BankError::Refused { status: 404, .. });
    not_found && class(error) == Some(ErrorClass::ConnectionNotFound)
}

/// Salt Edge's class in an error, where it named one.
pub fn class(error: &BankError) -> Option<ErrorClass> {
    match error {
        BankError::Refused { failure, .. } => Some(ErrorClass::parse(&failure.class)),
        BankError::NotApi { .. } | BankError::Silent { .. } | BankError::Unreadable { .. } => None,
    }
}
