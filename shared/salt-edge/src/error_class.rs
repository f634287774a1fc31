//! Every error class of Salt Edge, by name.

use serde::{
    Deserialize,
    de::{IntoDeserializer, value},
};
use strum::{EnumIter, IntoEnumIterator};

/// The longest unknown class that is kept, in characters.
const LONGEST: usize = 64;

/// The word by which Salt Edge says what went wrong, in an answer, a callback or an attempt.
///
/// Consent classes come with and without `Aisp`; both read as the one without.
/// Source: `error.class`, `error_class`, `fail_error_class`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EnumIter, Deserialize)]
pub enum ErrorClass {
    // Authentication: the operator's keys and clock.
    /// `App-id` is missing.
    AppIdNotProvided,
    /// `Secret` is missing.
    SecretNotProvided,
    /// No active key for `App-id` and `Secret`.
    ApiKeyNotFound,
    /// The key belongs to no client.
    ClientNotFound,
    /// `Expires-at` is missing.
    MissingExpiresAt,
    /// `Signature` is missing.
    MissingSignature,
    /// `Expires-at` is no time, or more than an hour ahead.
    ExpiresAtInvalid,
    /// The request arrived after `Expires-at`.
    RequestExpired,
    /// The signature is wrong.
    SignatureNotMatch,
    /// No public key is in the dashboard.
    PublicKeyNotProvided,
    /// A client certificate was expected.
    CertificateNotFound,
    /// An App key where a Service key is needed.
    AppsRestricted,
    /// Ids and app do not belong together.
    WrongClientToken,
    // The contract with Salt Edge.
    /// The route is not allowed for this client.
    ActionNotAllowed,
    /// The route is not offered to this client.
    ActionNotSupported,
    /// The account is not approved for real banks.
    ClientPending,
    /// The account is limited.
    ClientRestricted,
    /// The account is off.
    ClientDisabled,
    /// No more connections in this stage of the account.
    ConnectionLimitReached,
    /// Keys of our own for that provider are missing (despite its name).
    ProviderKeyFound,
    // The form of a request: our fault.
    /// The body is not JSON.
    JsonParseError,
    /// Something is missing, or not known.
    WrongRequestFormat,
    /// Bad text.
    InvalidEncoding,
    /// A number is too large.
    ValueOutOfRange,
    /// No such action.
    RouteNotFound,
    /// Not a date.
    DateFormatInvalid,
    /// Not an instant.
    DateTimeFormatInvalid,
    /// A date outside the limits.
    DateOutOfRange,
    /// An instant outside the limits.
    DateTimeOutOfRange,
    /// The first day is outside the limits.
    InvalidFromDate,
    /// The last day is outside the limits.
    InvalidToDate,
    /// A customer's identifier is missing, blank or not allowed.
    IdentifierInvalid,
    /// The end user's e-mail is not one.
    EmailInvalid,
    /// Our mark is not an object.
    CustomFieldsFormatInvalid,
    /// Our mark is larger than 1 KB.
    CustomFieldsSizeTooBig,
    /// `return_to` is not accepted.
    #[serde(rename = "ReturnURLInvalid")]
    ReturnUrlInvalid,
    /// `return_to` is longer than 2040 characters.
    #[serde(rename = "ReturnURLTooLong")]
    ReturnUrlTooLong,
    /// Unknown fetch scopes.
    FetchScopesInvalid,
    /// Fetch scopes outside consent or contract.
    FetchScopesNotAllowed,
    /// More than 100 objects.
    BatchSizeLimitExceeded,
    /// Not offered for a bank of this mode.
    WrongProviderMode,
    /// No such country.
    CountryNotFound,
    /// The bank has no interactive step.
    ProviderNotInteractive,
    /// The bank tells nothing about holders.
    HolderInfoNotSupported,
    // Things that are not there.
    /// Deleted, or never ours.
    ConnectionNotFound,
    /// Deleted, or never ours.
    CustomerNotFound,
    /// Deleted, or never ours.
    AccountNotFound,
    /// Deleted, or never ours.
    TransactionNotFound,
    /// Deleted, or never ours.
    AttemptNotFound,
    /// Deleted, or never ours.
    ConsentNotFound,
    // Things that are there already.
    /// The identifier is taken: look it up.
    DuplicatedCustomer,
    /// The same login of the same bank is connected.
    ConnectionDuplicated,
    /// The sign-in was repeated.
    ConnectionAlreadyAuthorized,
    /// A second revocation.
    ConsentAlreadyRevoked,
    // Later.
    /// Too soon.
    ConnectionCannotBeRefreshed,
    /// An attempt runs.
    ConnectionAlreadyProcessing,
    /// The day's categorisations are spent.
    CategorizationLimitReached,
    /// The day's four unattended asks are spent.
    BackgroundFetchLimitExceeded,
    /// Too many connections at once.
    RateLimitExceeded,
    /// Too many calls from one address.
    TooManyRequests,
    /// Deleted, or out of time, while fetching.
    ConnectionFetchingStopped,
    /// The network failed while fetching.
    ConnectionFailed,
    /// The network was lost while fetching.
    ConnectionLost,
    /// One step took too long.
    FetchingTimeout,
    /// The whole attempt took too long.
    ExecutionTimeout,
    /// Salt Edge failed.
    InternalServerError,
    /// The bank failed.
    ProviderError,
    /// The bank does not answer.
    ProviderUnavailable,
    // The end user.
    /// Wrong login.
    InvalidCredentials,
    /// Wrong code.
    InvalidInteractiveCredentials,
    /// Another login than before.
    CredentialsNotMatch,
    /// The user was too slow.
    InteractiveTimeout,
    /// The interactive step was too slow.
    InteractiveAdapterTimeout,
    /// The interactive step was too slow (a newer name).
    Unfinished,
    /// The user refused, or went away.
    ProviderAccessNotGranted,
    /// No account was left ticked.
    AllAccountsExcluded,
    /// The bank is out of order.
    ProviderInactive,
    /// The bank is out of service.
    ProviderDisabled,
    /// The bank is not in the catalogue.
    ProviderNotFound,
    /// Nothing more will be fetched.
    ConnectionDisabled,
    /// The customer is locked.
    CustomerLocked,
    /// A bank that reads files got none.
    FileNotProvided,
    /// A bank that reads files could not keep it.
    FileNotSaved,
    /// A bank that reads files could not read it.
    FileError,
    // Consent.
    /// The consent is over by time.
    ConsentExpired,
    /// The consent was taken back.
    ConsentRevoked,
    /// Unknown scopes.
    ConsentScopesInvalid,
    /// Scopes outside the contract.
    ConsentScopesNotAllowed,
    /// The consent's first day is outside the limits.
    InvalidConsentFromDate,
    /// Longer than the bank allows.
    InvalidConsentPeriod,
    /// A fetch outside the consent's window.
    DateOutOfConsentRange,
    // Everything else.
    /// A class that this build does not know: kept, and an alarm.
    #[serde(skip)]
    #[strum(disabled)]
    Unknown(String),
}

impl ErrorClass {
    /// Every class that this build knows, for tables and tests.
    pub fn known() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// Reads a class out of what Salt Edge itself told us: one that this build does not know is an alarm.
    pub fn told(text: &str) -> Self {
        let class = Self::parse(text);
        if let Self::Unknown(name) = &class {
            tracing::error!(
                metric.alarms = 1,
                by.alarm = "unknown_class",
                why = name,
                "somebody must look at this"
            );
        }
        class
    }

    /// Reads a class; what is not known is kept, cut to 64 letters, digits and `_`.
    pub fn parse(text: &str) -> Self {
        let text: String =
            text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(LONGEST).collect();
        let name = match text.strip_prefix("Aisp") {
            Some(consent) if consent.starts_with("Consent") => consent.to_owned(),
            _ => text.replace("AispConsent", "Consent"),
        };
        let known: Result<Self, value::Error> = Self::deserialize(name.into_deserializer());
        known.unwrap_or(Self::Unknown(text))
    }
}
