//! Errors of the HTTP API: RFC 9457, with the next step.

use domain::{
    next_action::{NextAction, NextStep},
    wording::Locale,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{call::Answer, code::Code, view::ActionView};

/// A field of the request, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// A JSON pointer, `?name` for a parameter of the query, or the name of a header.
    pub pointer: String,
    /// What is wrong with it; never its value.
    pub detail: String,
}

impl FieldError {
    /// This field, and what is wrong with it.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// Why a call is not answered as hoped.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    action: NextAction,
    url: Option<String>,
    next_allowed_at: Option<Timestamp>,
    errors: Vec<FieldError>,
}

/// What a problem needs of the call that met it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) reference: String,
    pub(crate) locale: Locale,
    pub(crate) now: Timestamp,
}

impl Problem {
    /// This problem with its usual next step.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            action: code.next_action(),
            url: None,
            next_allowed_at: None,
            errors: Vec::new(),
        }
    }

    /// A field that cannot be used.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Code::InvalidField).with_errors(vec![FieldError::new(pointer, detail)])
    }

    /// A fault of ours, logged here, once, and shown without its text.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a call ended in a fault of ours");
        Self::new(Code::Internal)
    }

    /// The same with a sentence for developers.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same with another next step.
    #[must_use]
    pub fn with_action(mut self, action: NextAction) -> Self {
        self.action = action;
        self
    }

    /// The same with the address at which the next step is taken.
    #[must_use]
    pub fn with_url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// The same with the instant from which it is allowed.
    #[must_use]
    pub fn with_next_allowed(mut self, at: Option<Timestamp>) -> Self {
        self.next_allowed_at = at;
        self
    }

    /// The same with the fields that are wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Code and field errors in a line.
    #[cfg(test)]
    pub(crate) fn told(&self) -> String {
        let errors = self.errors.iter().map(|one| format!("{} {}", one.pointer, one.detail));
        format!("{} {}", self.code.name(), errors.collect::<Vec<_>>().join("; "))
    }

    /// What it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// As an answer.
    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        let (status, title) = (self.code.status(), self.code.title());
        let next_allowed_at = self.next_allowed_at.or_else(|| self.code.retry().from(asked.now));
        let step = NextStep { action: self.action, deadline: next_allowed_at };
        let body = Body {
            r#type: format!("urn:halite:problem:{}", self.code.name()),
            title,
            status,
            detail: self.detail.as_deref().unwrap_or(title),
            instance: &asked.path,
            code: self.code,
            error_ref: &asked.reference,
            next_action: ActionView::from(step).at(self.url.clone()),
            display_message: asked.locale.sentence(self.action),
            retryable: self.code.retry().comes(),
            next_allowed_at,
            errors: &self.errors,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        let answer = Answer::empty(status).with_body("application/problem+json", json);
        match next_allowed_at {
            Some(at) => {
                let wait = at.duration_since(asked.now).as_secs().max(1);
                answer.with_header("retry-after", wait.to_string())
            }
            None => answer,
        }
    }
}

impl From<domain::stored::StoreError> for Problem {
    fn from(error: domain::stored::StoreError) -> Self {
        use domain::stored::StoreError;
        match error {
            StoreError::Conflict => Self::new(Code::ChangedMeanwhile)
                .with_detail("it was changed at the same time: load it again"),
            StoreError::Contended | StoreError::Unavailable { .. } => {
                tracing::error!(%error, "the table did not do what a call needs");
                Self::new(Code::Unavailable)
            }
            StoreError::Unreadable { .. } | StoreError::TooLarge { .. } => Self::internal(&error),
        }
    }
}

impl From<crate::env::StartError> for Problem {
    /// A secret that is read at its first use cannot be read, or is of no use; the log says which.
    fn from(error: crate::env::StartError) -> Self {
        tracing::error!(%error, "a secret is missing that a call needs");
        Self::new(Code::Unavailable)
    }
}

impl From<crate::entropy::NoEntropy> for Problem {
    fn from(error: crate::entropy::NoEntropy) -> Self {
        Self::internal(&error)
    }
}

impl From<crate::seal::SealError> for Problem {
    fn from(error: crate::seal::SealError) -> Self {
        Self::internal(&error)
    }
}

impl From<crate::queue::QueueError> for Problem {
    fn from(error: crate::queue::QueueError) -> Self {
        tracing::error!(%error, "a message could not be stored");
        Self::new(Code::Unavailable)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    instance: &'a str,
    code: Code,
    error_ref: &'a str,
    next_action: ActionView,
    display_message: &'static str,
    retryable: bool,
    next_allowed_at: Option<Timestamp>,
    errors: &'a [FieldError],
}
