//! The error classes of Salt Edge and the envelope they travel in.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::switches::{ConsentSpelling, Switches};

/// A class of error. The variant's name is the class that is printed, but for the consent classes,
/// which [`Switches::consent_errors`] may spell with `Aisp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are Salt Edge's own and each says what it is")]
pub enum ErrorClass {
    AppIdNotProvided,
    SecretNotProvided,
    ApiKeyNotFound,
    MissingExpiresAt,
    MissingSignature,
    ExpiresAtInvalid,
    RequestExpired,
    SignatureNotMatch,
    PublicKeyNotProvided,
    ActionNotAllowed,
    ClientPending,
    ClientRestricted,
    ClientDisabled,
    JsonParseError,
    WrongRequestFormat,
    ValueOutOfRange,
    DateFormatInvalid,
    DateOutOfRange,
    IdentifierInvalid,
    EmailInvalid,
    CustomFieldsFormatInvalid,
    CustomFieldsSizeTooBig,
    ReturnURLInvalid,
    ReturnURLTooLong,
    FetchScopesInvalid,
    FetchScopesNotAllowed,
    BatchSizeLimitExceeded,
    WrongProviderMode,
    ConnectionNotFound,
    CustomerNotFound,
    AccountNotFound,
    TransactionNotFound,
    ProviderNotFound,
    CountryNotFound,
    ConsentNotFound,
    DuplicatedCustomer,
    ConnectionDuplicated,
    ConnectionCannotBeRefreshed,
    ConnectionAlreadyProcessing,
    ConnectionDisabled,
    ConnectionLimitReached,
    ConnectionFetchingStopped,
    BackgroundFetchLimitExceeded,
    RateLimitExceeded,
    TooManyRequests,
    InvalidCredentials,
    InvalidInteractiveCredentials,
    InteractiveTimeout,
    InteractiveAdapterTimeout,
    Unfinished,
    CredentialsNotMatch,
    ProviderAccessNotGranted,
    AllAccountsExcluded,
    ProviderError,
    ProviderUnavailable,
    ProviderInactive,
    ProviderDisabled,
    ProviderKeyFound,
    ConnectionFailed,
    ConnectionLost,
    FetchingTimeout,
    ExecutionTimeout,
    InternalServerError,
    ConsentExpired,
    ConsentRevoked,
    ConsentAlreadyRevoked,
    ConsentScopesInvalid,
    InvalidConsentFromDate,
    InvalidConsentPeriod,
    DateOutOfConsentRange,
}

impl ErrorClass {
    /// The class as it is printed.
    #[must_use]
    pub fn name(self, switches: &Switches) -> String {
        let plain = format!("{self:?}");
        match switches.consent_errors {
            ConsentSpelling::Plain => plain,
            ConsentSpelling::Aisp => plain.replace("Consent", "AispConsent"),
        }
    }

    /// The HTTP status that the class travels with.
    #[must_use]
    pub fn status(self, switches: &Switches) -> u16 {
        let own = [
            (Self::BackgroundFetchLimitExceeded, switches.background_limit_status),
            (Self::InternalServerError, 500),
            (Self::DuplicatedCustomer, 409),
            (Self::ConnectionDuplicated, 409),
            (Self::RateLimitExceeded, 429),
            (Self::TooManyRequests, 429),
        ];
        if let Some((_, status)) = own.into_iter().find(|(class, _)| *class == self) {
            return status;
        }
        if self.is_missing() {
            404
        } else if self == Self::ConnectionCannotBeRefreshed {
            406
        } else if let Some(status) = switches.unknown_error_status {
            status
        } else if self.is_malformed() {
            400
        } else {
            406
        }
    }

    fn is_missing(self) -> bool {
        matches!(
            self,
            Self::ApiKeyNotFound
                | Self::ConnectionNotFound
                | Self::CustomerNotFound
                | Self::AccountNotFound
                | Self::TransactionNotFound
                | Self::ProviderNotFound
                | Self::CountryNotFound
                | Self::ConsentNotFound
        )
    }

    fn is_malformed(self) -> bool {
        matches!(
            self,
            Self::AppIdNotProvided
                | Self::SecretNotProvided
                | Self::MissingExpiresAt
                | Self::MissingSignature
                | Self::ExpiresAtInvalid
                | Self::RequestExpired
                | Self::SignatureNotMatch
                | Self::PublicKeyNotProvided
                | Self::JsonParseError
                | Self::WrongRequestFormat
                | Self::ValueOutOfRange
                | Self::DateFormatInvalid
                | Self::DateOutOfRange
                | Self::IdentifierInvalid
                | Self::EmailInvalid
                | Self::CustomFieldsFormatInvalid
                | Self::CustomFieldsSizeTooBig
                | Self::ReturnURLInvalid
                | Self::ReturnURLTooLong
                | Self::FetchScopesInvalid
                | Self::BatchSizeLimitExceeded
                | Self::WrongProviderMode
                | Self::ConsentScopesInvalid
                | Self::InvalidConsentFromDate
                | Self::InvalidConsentPeriod
                | Self::DateOutOfConsentRange
        )
    }

    /// Whether an attempt that ends so leaves the connection inactive: the user must act.
    #[must_use]
    pub fn caused_by_user(self) -> bool {
        matches!(
            self,
            Self::InvalidCredentials
                | Self::InvalidInteractiveCredentials
                | Self::InteractiveTimeout
                | Self::InteractiveAdapterTimeout
                | Self::Unfinished
                | Self::CredentialsNotMatch
                | Self::ProviderAccessNotGranted
                | Self::AllAccountsExcluded
                | Self::ConnectionDuplicated
                | Self::ConsentExpired
                | Self::ConsentRevoked
        )
    }
}

/// A refused request: the class, a sentence for people, and further keys of the error object.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) class: ErrorClass,
    pub(crate) message: String,
    pub(crate) more: Map<String, Value>,
}

impl ApiError {
    pub(crate) fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), more: Map::new() }
    }

    pub(crate) fn with(mut self, key: &str, value: Value) -> Self {
        self.more.insert(key.to_owned(), value);
        self
    }

    /// The error envelope of section 10.1.
    pub(crate) fn body(&self, switches: &Switches, request: Value, request_id: &str) -> Value {
        let name = self.class.name(switches);
        let mut error = self.more.clone();
        let url = format!("https://docs.saltedge.com/v6/#errors-{}", snake(&name));
        error.insert("class".into(), name.into());
        error.insert("message".into(), self.message.clone().into());
        error.insert("documentation_url".into(), url.into());
        if switches.error_request_id {
            error.insert("request_id".into(), request_id.into());
        }
        let mut body = Map::new();
        body.insert("error".into(), Value::Object(error));
        body.insert("request".into(), request);
        Value::Object(body)
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
