//! Errors of the HTTP API: RFC 9457, with the next step.

use domain::{next_action::NextAction, wording::Locale};
use jiff::Timestamp;
use serde::Serialize;

use crate::call::Answer;

/// What went wrong: part of the API, listed in `infra/openapi.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The body is not JSON.
    MalformedJson,
    /// A field or parameter that this route does not have.
    UnknownField,
    /// A field that must be there is not.
    MissingField,
    /// A field with a value that cannot be used.
    InvalidField,
    /// An id in the path that is none.
    InvalidId,
    /// Not an e-mail address.
    InvalidEmail,
    /// Not a phone number.
    InvalidPhone,
    /// Not a country's two letters.
    InvalidCountry,
    /// A parameter of the query that cannot be used.
    InvalidParameter,
    /// The cursor is not one of ours, or of another query.
    InvalidCursor,
    /// The code is wrong or spent.
    InvalidCode,
    /// `return_to` is not on the tenant's list.
    ReturnToNotRegistered,
    /// The callback's signature is missing or wrong.
    InvalidSignature,
    /// Only who created a session confirms it.
    NotTheCreator,
    /// The token has no usable `tenant` and `sub`.
    NoTenant,
    /// No such bank in the catalogue.
    InstitutionNotFound,
    /// No such session, or not this caller's.
    LinkSessionNotFound,
    /// The address leads to no session.
    LinkTokenNotFound,
    /// No such connection, or not this caller's.
    ConnectionNotFound,
    /// No such account, or not this caller's.
    AccountNotFound,
    /// No such route.
    RouteNotFound,
    /// The bank cannot be linked at present.
    InstitutionUnavailable,
    /// The thing has moved on, or was changed at the same time.
    WrongState,
    /// The address was used, or is too old.
    LinkTokenSpent,
    /// More than 64 KB.
    BodyTooLarge,
    /// Not now: `next_allowed_at` says when.
    RefreshNotYet,
    /// Salt Edge refused.
    ProviderRefused,
    /// Ours.
    Internal,
    /// A part that we need does not answer; try again.
    Unavailable,
}

impl Code {
    /// HTTP status and title.
    fn says(self) -> (u16, &'static str) {
        match self {
            Self::MalformedJson => (400, "The body is not JSON"),
            Self::UnknownField => (400, "There is no such field"),
            Self::MissingField => (400, "A field is missing"),
            Self::InvalidField => (400, "A field cannot be used"),
            Self::InvalidId => (400, "That is no id"),
            Self::InvalidEmail => (400, "That is no e-mail address"),
            Self::InvalidPhone => (400, "That is no phone number"),
            Self::InvalidCountry => (400, "That is no country"),
            Self::InvalidParameter => (400, "A parameter cannot be used"),
            Self::InvalidCursor => (400, "The cursor cannot be used here"),
            Self::InvalidCode => (400, "The code is wrong or spent"),
            Self::ReturnToNotRegistered => (400, "return_to is not registered"),
            Self::InvalidSignature => (401, "The signature is refused"),
            Self::NotTheCreator => (403, "Only who created the session confirms it"),
            Self::NoTenant => (403, "The token names no tenant and user"),
            Self::InstitutionNotFound => (404, "There is no such bank"),
            Self::LinkSessionNotFound => (404, "There is no such link session"),
            Self::LinkTokenNotFound => (404, "The address leads nowhere"),
            Self::ConnectionNotFound => (404, "There is no such connection"),
            Self::AccountNotFound => (404, "There is no such account"),
            Self::RouteNotFound => (404, "There is no such route"),
            Self::InstitutionUnavailable => (409, "The bank cannot be linked at present"),
            Self::WrongState => (409, "It has moved on"),
            Self::LinkTokenSpent => (410, "The address was used or is too old"),
            Self::BodyTooLarge => (413, "The body is larger than 64 KB"),
            Self::RefreshNotYet => (429, "It is too early to ask the bank again"),
            Self::ProviderRefused => (502, "Salt Edge refused"),
            Self::Internal => (500, "A fault of ours"),
            Self::Unavailable => (503, "A part of the service does not answer"),
        }
    }

    /// The next step where a call does not say a better one.
    fn next_action(self) -> NextAction {
        match self {
            Self::MalformedJson
            | Self::UnknownField
            | Self::MissingField
            | Self::InvalidField
            | Self::InvalidId
            | Self::InvalidEmail
            | Self::InvalidPhone
            | Self::InvalidCountry
            | Self::InvalidParameter
            | Self::InvalidCursor
            | Self::ReturnToNotRegistered
            | Self::NoTenant
            | Self::InstitutionNotFound
            | Self::LinkSessionNotFound
            | Self::ConnectionNotFound
            | Self::AccountNotFound
            | Self::RouteNotFound
            | Self::BodyTooLarge => NextAction::FixRequest,
            Self::InstitutionUnavailable => NextAction::ChooseOtherBank,
            Self::InvalidCode
            | Self::NotTheCreator
            | Self::LinkTokenNotFound
            | Self::LinkTokenSpent
            | Self::WrongState => NextAction::StartAgain,
            Self::RefreshNotYet => NextAction::WaitUntil,
            Self::InvalidSignature => NextAction::FixKeys,
            Self::Unavailable => NextAction::RetryLater,
            Self::ProviderRefused | Self::Internal => NextAction::ContactSupport,
        }
    }

    fn retryable(self) -> bool {
        matches!(self.says().0, 429 | 503)
    }

    fn name(self) -> String {
        serde_json::to_string(&self).unwrap_or_default().trim_matches('"').to_owned()
    }
}

/// A field of the request, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// A JSON pointer, or `?name` for a parameter of the query.
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

    /// JSON that is not of the route's shape.
    pub(crate) fn shape(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let named = text.split('`').nth(1).unwrap_or("");
        if text.starts_with("unknown field") {
            let errors = vec![FieldError::new(format!("/{named}"), "no such field")];
            return Self::new(Code::UnknownField).with_errors(errors);
        }
        if text.starts_with("missing field") {
            let errors = vec![FieldError::new(format!("/{named}"), "it must be given")];
            return Self::new(Code::MissingField).with_errors(errors);
        }
        Self::field("", text)
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

    /// What it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// As an answer.
    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        let (status, title) = self.code.says();
        let body = Body {
            r#type: format!("urn:halite:problem:{}", self.code.name()),
            title,
            status,
            detail: self.detail.as_deref().unwrap_or(title),
            instance: &asked.path,
            code: self.code,
            error_ref: &asked.reference,
            next_action: Action {
                code: self.action,
                url: self.url.as_deref(),
                deadline: self.next_allowed_at,
            },
            display_message: asked.locale.sentence(self.action),
            retryable: self.code.retryable(),
            next_allowed_at: self.next_allowed_at,
            errors: &self.errors,
        };
        let json = serde_json::to_vec(&body).unwrap_or_default();
        Answer::empty(status).with_body("application/problem+json", json)
    }
}

impl From<domain::bank::BankError> for Problem {
    fn from(error: domain::bank::BankError) -> Self {
        use domain::bank::BankError;
        tracing::warn!(%error, "Salt Edge did not do what a call needs");
        match error {
            BankError::Refused { failure, .. } => Self::new(Code::ProviderRefused)
                .with_detail(failure.class)
                .with_action(failure.action)
                .with_next_allowed(failure.not_before),
            BankError::NotApi { .. } | BankError::Silent { .. } | BankError::Unreadable { .. } => {
                Self::new(Code::Unavailable)
            }
        }
    }
}

impl From<domain::stored::StoreError> for Problem {
    fn from(error: domain::stored::StoreError) -> Self {
        use domain::stored::StoreError;
        match error {
            StoreError::Conflict => Self::new(Code::WrongState)
                .with_detail("it was changed at the same time: load it again")
                .with_action(NextAction::RetryLater),
            StoreError::Unavailable { .. } => {
                tracing::error!(%error, "the table did not do what a call needs");
                Self::new(Code::Unavailable)
            }
            StoreError::Unreadable { .. } | StoreError::TooLarge { .. } => Self::internal(&error),
        }
    }
}

impl From<crate::env::StartError> for Problem {
    fn from(error: crate::env::StartError) -> Self {
        Self::internal(&error)
    }
}

impl From<crate::entropy::NoEntropy> for Problem {
    fn from(error: crate::entropy::NoEntropy) -> Self {
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
    next_action: Action<'a>,
    display_message: &'static str,
    retryable: bool,
    next_allowed_at: Option<Timestamp>,
    errors: &'a [FieldError],
}

#[derive(Serialize)]
struct Action<'a> {
    code: NextAction,
    url: Option<&'a str>,
    deadline: Option<Timestamp>,
}
