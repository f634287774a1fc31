//! Every class of Salt Edge has a verdict and a next action.

use std::collections::BTreeSet;

use domain::{
    bank::BankError,
    bank::Verdict::{self, Already, Gone, Ours, Retry, User, Wait},
    next_action::NextAction::{self, *},
};
use salt_edge::{ErrorClass, error::connection_gone};

/// The promised table, group by group: classes, verdict, next action.
const PROMISED: &[(&str, Verdict, NextAction)] = &[
    ("InvalidCredentials InvalidInteractiveCredentials", User, Reconnect),
    ("CredentialsNotMatch", User, UseSameLogin),
    ("InteractiveTimeout InteractiveAdapterTimeout Unfinished", User, RetryWhilePresent),
    ("ProviderAccessNotGranted", User, ConsentNotGranted),
    ("AllAccountsExcluded", User, SelectAccounts),
    ("ConsentExpired ConsentRevoked", User, RenewConsent),
    ("ConsentAlreadyRevoked", Already, RenewConsent),
    ("ConsentNotFound", Gone, RenewConsent),
    ("ConsentScopesInvalid ConsentScopesNotAllowed InvalidConsentFromDate", Ours, Report),
    ("InvalidConsentPeriod DateOutOfConsentRange", Ours, Report),
    ("FetchScopesInvalid FetchScopesNotAllowed", Ours, Report),
    ("ConnectionDuplicated", User, ReuseConnection),
    ("ConnectionAlreadyAuthorized", Already, ReuseConnection),
    ("ConnectionAlreadyProcessing ConnectionCannotBeRefreshed", Wait, WaitUntil),
    ("CategorizationLimitReached", Wait, WaitUntil),
    ("BackgroundFetchLimitExceeded", Wait, WaitBudget),
    ("TooManyRequests RateLimitExceeded", Retry, Backoff),
    ("ConnectionFailed ConnectionLost FetchingTimeout ExecutionTimeout", Retry, RetryLater),
    ("ConnectionFetchingStopped InternalServerError", Retry, RetryLater),
    ("ProviderError ProviderUnavailable", Retry, BankProblem),
    ("ProviderInactive ProviderDisabled ProviderNotFound", User, ChooseOtherBank),
    ("ConnectionNotFound CustomerNotFound", Gone, StartAgain),
    ("AccountNotFound TransactionNotFound AttemptNotFound", Gone, RetryLater),
    ("ConnectionDisabled CustomerLocked", User, ContactSupport),
    ("ConnectionLimitReached ClientDisabled ClientPending ClientRestricted", Ours, FixContract),
    ("ActionNotAllowed ActionNotSupported ProviderKeyFound", Ours, FixContract),
    ("ApiKeyNotFound ClientNotFound AppIdNotProvided SecretNotProvided", Ours, FixKeys),
    ("SignatureNotMatch PublicKeyNotProvided MissingExpiresAt MissingSignature", Ours, FixKeys),
    ("ExpiresAtInvalid RequestExpired AppsRestricted WrongClientToken", Ours, FixKeys),
    ("CertificateNotFound", Ours, FixKeys),
    ("ReturnURLInvalid ReturnURLTooLong", Ours, Report),
    ("CustomFieldsFormatInvalid CustomFieldsSizeTooBig JsonParseError", Ours, Report),
    ("WrongRequestFormat InvalidEncoding ValueOutOfRange RouteNotFound", Ours, Report),
    ("DateFormatInvalid DateTimeFormatInvalid DateOutOfRange DateTimeOutOfRange", Ours, Report),
    ("InvalidFromDate InvalidToDate IdentifierInvalid BatchSizeLimitExceeded", Ours, Report),
    ("WrongProviderMode CountryNotFound", Ours, Report),
    ("HolderInfoNotSupported ProviderNotInteractive", Ours, Report),
    ("EmailInvalid", User, CorrectContact),
    ("DuplicatedCustomer", Already, RetryLater),
    ("FileNotProvided FileNotSaved FileError", User, StartAgain),
];

#[test]
fn every_class_leads_on_as_promised() {
    let mut promised = BTreeSet::new();
    for (names, verdict, action) in PROMISED {
        for name in names.split(' ') {
            let class = ErrorClass::parse(name);
            assert!(!matches!(class, ErrorClass::Unknown(_)), "{name}");
            assert_eq!(class.as_str(), name);
            assert_eq!((class.verdict(), class.next_action()), (*verdict, *action), "{name}");
            assert!(promised.insert(name), "{name} is promised twice");
        }
    }
    for class in ErrorClass::known() {
        let name = class.as_str();
        assert!(promised.remove(name), "{name} was added: promise its next action here");
        assert_eq!(ErrorClass::parse(name), class, "it goes by the name that Salt Edge writes");
    }
    assert_eq!(promised.len(), 0, "{promised:?} are no classes");
}

#[test]
fn consent_classes_read_the_same_with_and_without_their_old_prefix() {
    for (old, new) in [
        ("AispConsentExpired", "ConsentExpired"),
        ("AispConsentRevoked", "ConsentRevoked"),
        ("AispConsentAlreadyRevoked", "ConsentAlreadyRevoked"),
        ("AispConsentNotFound", "ConsentNotFound"),
        ("AispConsentScopesInvalid", "ConsentScopesInvalid"),
        ("AispConsentScopesNotAllowed", "ConsentScopesNotAllowed"),
        ("InvalidAispConsentFromDate", "InvalidConsentFromDate"),
        ("InvalidAispConsentPeriod", "InvalidConsentPeriod"),
        ("DateOutOfAispConsentRange", "DateOutOfConsentRange"),
    ] {
        assert_eq!(ErrorClass::parse(old), ErrorClass::parse(new), "{old}");
        assert_eq!(ErrorClass::parse(old).as_str(), new);
    }
}

#[test]
fn an_unknown_class_is_kept_and_alarms() {
    for (text, kept) in [
        ("SomethingNew", "SomethingNew"),
        ("consentexpired", "consentexpired"),
        ("Unknown", "Unknown"),
        ("AispSomething", "AispSomething"),
        ("<b>Jane Doe</b>", "bJaneDoeb"),
        ("", ""),
    ] {
        let class = ErrorClass::parse(text);
        assert_eq!(class, ErrorClass::Unknown(kept.to_owned()), "{text}");
        assert_eq!((class.verdict(), class.next_action()), (Retry, Report), "{text}");
    }
    assert_eq!(ErrorClass::parse(&"x".repeat(9_999)).as_str().len(), 64);
}

#[test]
fn only_one_class_with_one_status_says_that_a_connection_is_gone() {
    for (class, status, gone) in [
        ("ConnectionNotFound", 404, true),
        ("ConnectionNotFound", 400, false),
        ("CustomerNotFound", 404, false),
        ("ConsentNotFound", 404, false),
        ("ApiKeyNotFound", 404, false),
    ] {
        let class = ErrorClass::parse(class);
        let error =
            BankError::Refused { verdict: class.verdict(), failure: class.failure(), status };
        assert_eq!(connection_gone(&error), gone, "{class:?} {status}");
    }
    assert!(!connection_gone(&BankError::NotApi { status: 404 }));
}
