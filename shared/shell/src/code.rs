//! The codes of our errors: part of the API.

use domain::next_action::NextAction;
use serde::Serialize;

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
    /// The route needs an `Idempotency-Key`.
    MissingIdempotencyKey,
    /// The `Idempotency-Key` is none, too long, or came twice.
    InvalidIdempotencyKey,
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
    /// The same request is being answered at this moment.
    IdempotencyKeyInUse,
    /// It was changed since the caller looked: `If-Match` names an older one.
    Stale,
    /// A change without `If-Match`.
    IfMatchMissing,
    /// More than 64 KB.
    BodyTooLarge,
    /// The key was sent before, with something else.
    IdempotencyKeyReused,
    /// Not now: `next_allowed_at` says when.
    RefreshNotYet,
    /// Ours.
    Internal,
    /// A part that we need does not answer; try again.
    Unavailable,
}

impl Code {
    /// HTTP status and title.
    pub(crate) fn says(self) -> (u16, &'static str) {
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
            Self::MissingIdempotencyKey => (400, "The header Idempotency-Key is missing"),
            Self::InvalidIdempotencyKey => (400, "The header Idempotency-Key cannot be used"),
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
            Self::IdempotencyKeyInUse => (409, "The same request is being answered"),
            Self::Stale => (412, "It was changed since you looked"),
            Self::IfMatchMissing => (428, "If-Match is missing"),
            Self::BodyTooLarge => (413, "The body is larger than 64 KB"),
            Self::IdempotencyKeyReused => (422, "The key was used for another request"),
            Self::RefreshNotYet => (429, "It is too early to ask the bank again"),
            Self::Internal => (500, "A fault of ours"),
            Self::Unavailable => (503, "A part of the service does not answer"),
        }
    }

    /// The next step where a call does not say a better one.
    pub(crate) fn next_action(self) -> NextAction {
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
            | Self::MissingIdempotencyKey
            | Self::InvalidIdempotencyKey
            | Self::IdempotencyKeyReused
            | Self::NoTenant
            | Self::InstitutionNotFound
            | Self::LinkSessionNotFound
            | Self::ConnectionNotFound
            | Self::AccountNotFound
            | Self::RouteNotFound
            | Self::IfMatchMissing
            | Self::BodyTooLarge => NextAction::FixRequest,
            Self::InstitutionUnavailable => NextAction::ChooseOtherBank,
            Self::InvalidCode
            | Self::NotTheCreator
            | Self::LinkTokenNotFound
            | Self::LinkTokenSpent
            | Self::WrongState => NextAction::StartAgain,
            Self::RefreshNotYet => NextAction::WaitUntil,
            Self::InvalidSignature => NextAction::FixKeys,
            Self::IdempotencyKeyInUse | Self::Unavailable => NextAction::RetryLater,
            Self::Stale => NextAction::FixRequest,
            Self::Internal => NextAction::ContactSupport,
        }
    }

    pub(crate) fn retryable(self) -> bool {
        matches!(self.says().0, 429 | 503) || self == Self::IdempotencyKeyInUse
    }

    pub(crate) fn name(self) -> String {
        serde_json::to_string(&self).unwrap_or_default().trim_matches('"').to_owned()
    }
}
