//! Faults that are played on request.

use serde::{Deserialize, Serialize};

use crate::api::Spoilt;
use crate::clients::CallbackKind;
use crate::errors::ErrorClass;
use crate::ids::Id;

/// What goes wrong with an API call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiFaultKind {
    /// 429 `TooManyRequests`.
    TooManyRequests,
    /// 500 `InternalServerError` in JSON.
    ServerError,
    /// 502 with an HTML body.
    BadGateway,
    /// The HTML 404 of an unknown route.
    HtmlNotFound,
    /// No answer at all; the socket stays open until the caller hangs up.
    NoAnswer,
    /// The answer comes this many milliseconds of real time late.
    Slow(u64),
    /// The socket is closed without an answer.
    Reset,
    /// An answer that stops in the middle of its JSON.
    Truncated,
    /// The true answer, a list, spoilt in this way.
    Spoilt(Spoilt),
    /// Any error class.
    Error(ErrorClass),
}

/// A fault for the next calls that match.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiFault {
    /// What goes wrong.
    pub fault: ApiFaultKind,
    /// Method; none = any.
    #[serde(default)]
    pub method: Option<String>,
    /// Path and query, `*` stands for anything: `/api/v6/accounts*`. None = any.
    #[serde(default)]
    pub path: Option<String>,
    /// Matching calls that pass before it begins.
    #[serde(default)]
    pub skip: u32,
    /// Matching calls that it hits.
    #[serde(default = "once")]
    pub times: u32,
    /// The call takes effect first and only its answer is spoilt.
    #[serde(default)]
    pub after_effect: bool,
}

fn once() -> u32 {
    1
}

impl ApiFault {
    /// A fault for the next call to `path`, before it takes effect.
    #[must_use]
    pub fn next(fault: ApiFaultKind, method: &str, path: &str) -> Self {
        Self {
            fault,
            method: Some(method.to_owned()),
            path: Some(path.to_owned()),
            skip: 0,
            times: 1,
            after_effect: false,
        }
    }
}

/// What goes wrong with a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackFaultKind {
    /// It is never sent.
    Lost,
    /// It is sent twice, the same bytes.
    Doubled,
    /// It is sent this many seconds of the simulator's clock late.
    Late(i64),
    /// It is sent after the callback that comes up next.
    Reordered,
}

/// A fault for the next callbacks of a kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackFault {
    /// What goes wrong.
    pub fault: CallbackFaultKind,
    /// Kind; none = any.
    #[serde(default)]
    pub kind: Option<CallbackKind>,
    /// Callbacks that it hits; none = all from now on.
    #[serde(default)]
    pub times: Option<u32>,
}

/// An error that the bank ends the next attempts with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankFault {
    /// The class.
    pub class: ErrorClass,
    /// Provider; none = any.
    #[serde(default)]
    pub provider: Option<String>,
    /// Connection; none = any.
    #[serde(default)]
    pub connection: Option<Id>,
    /// Attempts that it hits.
    #[serde(default = "once")]
    pub times: u32,
}

/// What the next connect URL that is made leads to, whatever the user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextConnect {
    /// The page says that the link has expired.
    Expired,
    /// The first step that the user takes counts as cancelling.
    Cancelled,
    /// The consent box counts as not ticked.
    BoxNotTicked,
}

/// The faults in waiting.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Faults {
    /// For API calls.
    pub api: Vec<ApiFault>,
    /// For callbacks.
    pub callbacks: Vec<CallbackFault>,
    /// For attempts.
    pub bank: Vec<BankFault>,
    /// For the next connect URLs, oldest first.
    pub connect: Vec<NextConnect>,
}

impl Faults {
    /// Takes the fault that hits this call, if any.
    pub(crate) fn for_call(&mut self, method: &str, path: &str) -> Option<(ApiFaultKind, bool)> {
        for fault in &mut self.api {
            let same_method = fault.method.as_deref().is_none_or(|wanted| wanted == method);
            let same_path = fault.path.as_deref().is_none_or(|pattern| matches(pattern, path));
            if fault.times == 0 || !same_method || !same_path {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            return Some((fault.fault, fault.after_effect));
        }
        None
    }

    /// Takes the fault that hits this callback, if any.
    pub(crate) fn for_callback(&mut self, kind: CallbackKind) -> Option<CallbackFaultKind> {
        let hit = self.callbacks.iter_mut().find(|fault| {
            fault.times != Some(0) && fault.kind.is_none_or(|wanted| wanted == kind)
        })?;
        hit.times = hit.times.map(|times| times - 1);
        Some(hit.fault)
    }

    /// Takes the error that this attempt will end with, if any.
    pub(crate) fn attempt_error(&mut self, connection: Id, provider: &str) -> Option<ErrorClass> {
        let hit = self.bank.iter_mut().find(|fault| {
            fault.times > 0
                && fault.connection.is_none_or(|wanted| wanted == connection)
                && fault.provider.as_deref().is_none_or(|wanted| wanted == provider)
        })?;
        hit.times -= 1;
        Some(hit.class)
    }
}

/// Whether `text` is what `pattern` says, `*` standing for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|head| text.strip_prefix(head)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            let Some(at) = rest.find(middle) else { return false };
            rest = &rest[at + middle.len()..];
        }
    }
    last.map_or(rest.is_empty(), |tail| rest.ends_with(tail))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, want) in [
            ("/a", "/a", true),
            ("/a", "/ab", false),
            ("/a*", "/ab?c=1", true),
            ("*", "", true),
            ("/c/*/refresh", "/c/12/refresh", true),
            ("/c/*/refresh", "/c/12/refreshes", false),
            ("/c/*/r*", "/c/12/refresh?x", true),
            ("/c/*/x*", "/c/12/refresh", false),
        ] {
            assert_eq!(matches(pattern, text), want, "{pattern} {text}");
        }
    }
}
