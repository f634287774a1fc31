//! The codes of our errors: part of the API.

use domain::next_action::{NextAction, Retry};
use serde::Serialize;
use strum::VariantArray;

/// What went wrong: part of the API, listed in `infra/openapi.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray, Serialize)]
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
    /// No such consent, or not this caller's.
    ConsentNotFound,
    /// No such account, or not this caller's.
    AccountNotFound,
    /// No such statement, or not this caller's.
    StatementNotFound,
    /// No such end user, or not this caller's.
    CustomerNotFound,
    /// No such erasure, or not this caller's.
    ErasureNotFound,
    /// No such route.
    RouteNotFound,
    /// The bank cannot be linked at present.
    InstitutionUnavailable,
    /// The thing has moved on: what was asked for is not possible any more, or not yet.
    WrongState,
    /// The end user is being erased: nothing is begun for them until that is over.
    BeingErased,
    /// The stored receipts of consents are no whole chain: nothing is signed over them.
    ReceiptsBroken,
    /// The thing was changed at the same time.
    ChangedMeanwhile,
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
    /// The visits of this hour are begun: `next_allowed_at` says when the next one may be.
    TooManyLinkSessions,
    /// Ours.
    Internal,
    /// A part that we need does not answer; try again.
    Unavailable,
}

impl Code {
    /// Every code, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// HTTP status.
    pub fn status(self) -> u16 {
        self.row().0
    }

    /// The next step where a call does not say a better one.
    pub fn next_action(self) -> NextAction {
        self.row().1
    }

    /// When the same request may succeed: with the next step that the code has of itself.
    pub fn retry(self) -> Retry {
        self.next_action().retry()
    }

    /// The problem's title, for developers.
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// The name that the API shows.
    pub fn name(self) -> String {
        serde_json::to_string(&self).unwrap_or_default().trim_matches('"').to_owned()
    }

    #[rustfmt::skip]
    fn row(self) -> (u16, NextAction, &'static str) {
        use NextAction::{ChooseOtherBank, ContactSupport, CorrectContact, FixKeys, FixRequest, SlowDown, StartAgain, StartAgainLater, TryAgain, WaitUntil};
        match self {
            Self::MalformedJson => (400, FixRequest, "The body is not JSON"),
            Self::UnknownField => (400, FixRequest, "There is no such field"),
            Self::MissingField => (400, FixRequest, "A field is missing"),
            Self::InvalidField => (400, FixRequest, "A field cannot be used"),
            Self::InvalidId => (400, FixRequest, "That is no id"),
            Self::InvalidEmail => (400, CorrectContact, "That is no e-mail address"),
            Self::InvalidPhone => (400, CorrectContact, "That is no phone number"),
            Self::InvalidCountry => (400, FixRequest, "That is no country"),
            Self::InvalidParameter => (400, FixRequest, "A parameter cannot be used"),
            Self::InvalidCursor => (400, FixRequest, "The cursor cannot be used here"),
            Self::InvalidCode => (400, StartAgain, "The code is wrong or spent"),
            Self::ReturnToNotRegistered => (400, FixRequest, "return_to is not registered"),
            Self::MissingIdempotencyKey => (400, FixRequest, "The header Idempotency-Key is missing"),
            Self::InvalidIdempotencyKey => (400, FixRequest, "The header Idempotency-Key cannot be used"),
            Self::InvalidSignature => (401, FixKeys, "The signature is refused"),
            Self::NotTheCreator => (403, StartAgain, "Only who created the session confirms it"),
            Self::NoTenant => (403, FixRequest, "The token names no tenant and user"),
            Self::InstitutionNotFound => (404, ChooseOtherBank, "There is no such bank"),
            Self::LinkSessionNotFound => (404, FixRequest, "There is no such link session"),
            Self::LinkTokenNotFound => (404, StartAgain, "The address leads nowhere"),
            Self::ConnectionNotFound => (404, FixRequest, "There is no such connection"),
            Self::ConsentNotFound => (404, FixRequest, "There is no such consent"),
            Self::AccountNotFound => (404, FixRequest, "There is no such account"),
            Self::StatementNotFound => (404, FixRequest, "There is no such statement"),
            Self::CustomerNotFound => (404, FixRequest, "There is no such customer"),
            Self::ErasureNotFound => (404, FixRequest, "There is no such erasure"),
            Self::RouteNotFound => (404, FixRequest, "There is no such route"),
            Self::InstitutionUnavailable => (409, ChooseOtherBank, "The bank cannot be linked at present"),
            Self::WrongState => (409, StartAgain, "It has moved on"),
            Self::BeingErased => (409, StartAgainLater, "The customer is being erased"),
            Self::ReceiptsBroken => (409, ContactSupport, "The receipts are no whole chain"),
            Self::ChangedMeanwhile => (409, TryAgain, "It was changed at the same time"),
            Self::LinkTokenSpent => (410, StartAgain, "The address was used or is too old"),
            Self::IdempotencyKeyInUse => (409, TryAgain, "The same request is being answered"),
            Self::Stale => (412, FixRequest, "It was changed since you looked"),
            Self::IfMatchMissing => (428, FixRequest, "If-Match is missing"),
            Self::BodyTooLarge => (413, FixRequest, "The body is larger than 64 KB"),
            Self::IdempotencyKeyReused => (422, FixRequest, "The key was used for another request"),
            Self::RefreshNotYet => (429, WaitUntil, "It is too early to ask the bank again"),
            Self::TooManyLinkSessions => (429, SlowDown, "Too many visits were begun in this hour"),
            Self::Internal => (500, ContactSupport, "A fault of ours"),
            Self::Unavailable => (503, TryAgain, "A part of the service does not answer"),
        }
    }
}
