//! What each error class means: one row per class, after the table of promised next actions.

use domain::{
    bank::Verdict::{self, Already, Gone, Ours, Retry, User, Wait},
    next_action::{
        Failure,
        NextAction::{
            self, Backoff, BankProblem, ChooseOtherBank, ConsentNotGranted, ContactSupport,
            CorrectContact, FixContract, FixKeys, Reconnect, RenewConsent, Report, RetryLater,
            RetryWhilePresent, ReuseConnection, SelectAccounts, StartAgain, UseSameLogin,
            WaitBudget, WaitUntil,
        },
    },
};

use crate::error_class::ErrorClass;

impl ErrorClass {
    /// The class as Salt Edge writes it, consent classes without `Aisp`.
    pub fn as_str(&self) -> &str {
        self.meaning().0
    }

    /// What can be made of it.
    pub fn verdict(&self) -> Verdict {
        self.meaning().1
    }

    /// What the next person, or Halite, does about it.
    pub fn next_action(&self) -> NextAction {
        self.meaning().2
    }

    /// The class as it is kept and shown.
    pub fn failure(&self) -> Failure {
        Failure::new(self.as_str(), self.next_action())
    }

    #[rustfmt::skip]
    fn meaning(&self) -> (&str, Verdict, NextAction) {
        match self {
            Self::AppIdNotProvided => ("AppIdNotProvided", Ours, FixKeys),
            Self::SecretNotProvided => ("SecretNotProvided", Ours, FixKeys),
            Self::ApiKeyNotFound => ("ApiKeyNotFound", Ours, FixKeys),
            Self::ClientNotFound => ("ClientNotFound", Ours, FixKeys),
            Self::MissingExpiresAt => ("MissingExpiresAt", Ours, FixKeys),
            Self::MissingSignature => ("MissingSignature", Ours, FixKeys),
            Self::ExpiresAtInvalid => ("ExpiresAtInvalid", Ours, FixKeys),
            Self::RequestExpired => ("RequestExpired", Ours, FixKeys),
            Self::SignatureNotMatch => ("SignatureNotMatch", Ours, FixKeys),
            Self::PublicKeyNotProvided => ("PublicKeyNotProvided", Ours, FixKeys),
            Self::CertificateNotFound => ("CertificateNotFound", Ours, FixKeys),
            Self::AppsRestricted => ("AppsRestricted", Ours, FixKeys),
            Self::WrongClientToken => ("WrongClientToken", Ours, FixKeys),
            Self::ActionNotAllowed => ("ActionNotAllowed", Ours, FixContract),
            Self::ActionNotSupported => ("ActionNotSupported", Ours, FixContract),
            Self::ClientPending => ("ClientPending", Ours, FixContract),
            Self::ClientRestricted => ("ClientRestricted", Ours, FixContract),
            Self::ClientDisabled => ("ClientDisabled", Ours, FixContract),
            Self::ConnectionLimitReached => ("ConnectionLimitReached", Ours, FixContract),
            Self::ProviderKeyFound => ("ProviderKeyFound", Ours, FixContract),
            Self::JsonParseError => ("JsonParseError", Ours, Report),
            Self::WrongRequestFormat => ("WrongRequestFormat", Ours, Report),
            Self::InvalidEncoding => ("InvalidEncoding", Ours, Report),
            Self::ValueOutOfRange => ("ValueOutOfRange", Ours, Report),
            Self::RouteNotFound => ("RouteNotFound", Ours, Report),
            Self::DateFormatInvalid => ("DateFormatInvalid", Ours, Report),
            Self::DateTimeFormatInvalid => ("DateTimeFormatInvalid", Ours, Report),
            Self::DateOutOfRange => ("DateOutOfRange", Ours, Report),
            Self::DateTimeOutOfRange => ("DateTimeOutOfRange", Ours, Report),
            Self::InvalidFromDate => ("InvalidFromDate", Ours, Report),
            Self::InvalidToDate => ("InvalidToDate", Ours, Report),
            Self::IdentifierInvalid => ("IdentifierInvalid", Ours, Report),
            Self::EmailInvalid => ("EmailInvalid", User, CorrectContact),
            Self::CustomFieldsFormatInvalid => ("CustomFieldsFormatInvalid", Ours, Report),
            Self::CustomFieldsSizeTooBig => ("CustomFieldsSizeTooBig", Ours, Report),
            Self::ReturnUrlInvalid => ("ReturnURLInvalid", Ours, Report),
            Self::ReturnUrlTooLong => ("ReturnURLTooLong", Ours, Report),
            Self::FetchScopesInvalid => ("FetchScopesInvalid", Ours, Report),
            Self::FetchScopesNotAllowed => ("FetchScopesNotAllowed", Ours, Report),
            Self::BatchSizeLimitExceeded => ("BatchSizeLimitExceeded", Ours, Report),
            Self::WrongProviderMode => ("WrongProviderMode", Ours, Report),
            Self::CountryNotFound => ("CountryNotFound", Ours, Report),
            Self::ProviderNotInteractive => ("ProviderNotInteractive", Ours, Report),
            Self::HolderInfoNotSupported => ("HolderInfoNotSupported", Ours, Report),
            Self::ConnectionNotFound => ("ConnectionNotFound", Gone, StartAgain),
            Self::CustomerNotFound => ("CustomerNotFound", Gone, StartAgain),
            Self::AccountNotFound => ("AccountNotFound", Gone, RetryLater),
            Self::TransactionNotFound => ("TransactionNotFound", Gone, RetryLater),
            Self::AttemptNotFound => ("AttemptNotFound", Gone, RetryLater),
            Self::ConsentNotFound => ("ConsentNotFound", Gone, RenewConsent),
            Self::DuplicatedCustomer => ("DuplicatedCustomer", Already, RetryLater),
            Self::ConnectionDuplicated => ("ConnectionDuplicated", User, ReuseConnection),
            Self::ConnectionAlreadyAuthorized => ("ConnectionAlreadyAuthorized", Already, ReuseConnection),
            Self::ConsentAlreadyRevoked => ("ConsentAlreadyRevoked", Already, RenewConsent),
            Self::ConnectionCannotBeRefreshed => ("ConnectionCannotBeRefreshed", Wait, WaitUntil),
            Self::ConnectionAlreadyProcessing => ("ConnectionAlreadyProcessing", Wait, WaitUntil),
            Self::CategorizationLimitReached => ("CategorizationLimitReached", Wait, WaitUntil),
            Self::BackgroundFetchLimitExceeded => ("BackgroundFetchLimitExceeded", Wait, WaitBudget),
            Self::RateLimitExceeded => ("RateLimitExceeded", Retry, Backoff),
            Self::TooManyRequests => ("TooManyRequests", Retry, Backoff),
            Self::ConnectionFetchingStopped => ("ConnectionFetchingStopped", Retry, RetryLater),
            Self::ConnectionFailed => ("ConnectionFailed", Retry, RetryLater),
            Self::ConnectionLost => ("ConnectionLost", Retry, RetryLater),
            Self::FetchingTimeout => ("FetchingTimeout", Retry, RetryLater),
            Self::ExecutionTimeout => ("ExecutionTimeout", Retry, RetryLater),
            Self::InternalServerError => ("InternalServerError", Retry, RetryLater),
            Self::ProviderError => ("ProviderError", Retry, BankProblem),
            Self::ProviderUnavailable => ("ProviderUnavailable", Retry, BankProblem),
            Self::InvalidCredentials => ("InvalidCredentials", User, Reconnect),
            Self::InvalidInteractiveCredentials => ("InvalidInteractiveCredentials", User, Reconnect),
            Self::CredentialsNotMatch => ("CredentialsNotMatch", User, UseSameLogin),
            Self::InteractiveTimeout => ("InteractiveTimeout", User, RetryWhilePresent),
            Self::InteractiveAdapterTimeout => ("InteractiveAdapterTimeout", User, RetryWhilePresent),
            Self::Unfinished => ("Unfinished", User, RetryWhilePresent),
            Self::ProviderAccessNotGranted => ("ProviderAccessNotGranted", User, ConsentNotGranted),
            Self::AllAccountsExcluded => ("AllAccountsExcluded", User, SelectAccounts),
            Self::ProviderInactive => ("ProviderInactive", User, ChooseOtherBank),
            Self::ProviderDisabled => ("ProviderDisabled", User, ChooseOtherBank),
            Self::ProviderNotFound => ("ProviderNotFound", User, ChooseOtherBank),
            Self::ConnectionDisabled => ("ConnectionDisabled", User, ContactSupport),
            Self::CustomerLocked => ("CustomerLocked", User, ContactSupport),
            Self::FileNotProvided => ("FileNotProvided", User, StartAgain),
            Self::FileNotSaved => ("FileNotSaved", User, StartAgain),
            Self::FileError => ("FileError", User, StartAgain),
            Self::ConsentExpired => ("ConsentExpired", User, RenewConsent),
            Self::ConsentRevoked => ("ConsentRevoked", User, RenewConsent),
            Self::ConsentScopesInvalid => ("ConsentScopesInvalid", Ours, Report),
            Self::ConsentScopesNotAllowed => ("ConsentScopesNotAllowed", Ours, Report),
            Self::InvalidConsentFromDate => ("InvalidConsentFromDate", Ours, Report),
            Self::InvalidConsentPeriod => ("InvalidConsentPeriod", Ours, Report),
            Self::DateOutOfConsentRange => ("DateOutOfConsentRange", Ours, Report),
            Self::Unknown(text) => (text, Retry, Report),
        }
    }
}
