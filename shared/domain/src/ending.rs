//! How a visit or a connection ends, in our own words, where Salt Edge gives no error class.

use strum::VariantArray;

use crate::next_action::{Failure, NextAction};

/// A cause of our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum Ending {
    /// Salt Edge's pages could not be opened: no answer, or one that is none.
    NotOpened,
    /// The e-mail names another user's customer already, and nothing else may name this one's.
    EmailTaken,
    /// A link stood and nobody confirmed it within a day.
    NotConfirmed,
    /// Salt Edge brought nothing within an hour, or could not be asked for a day.
    NothingCame,
    /// The login went well, and no account or no consent came of it: the box was not ticked.
    ConsentNotGranted,
    /// The connection, or the login that the visit was for, was revoked meanwhile.
    Revoked,
    /// What came belongs to another customer of ours.
    ForeignConnection,
    /// An attempt or a callback says that it failed, and not why.
    FailedWithoutClass,
    /// Salt Edge holds the connection for inactive, and names no failed attempt.
    Inactive,
    /// The newest consent is over by time, whatever the attempt says.
    ConsentExpired,
    /// The newest consent was taken back, whatever the attempt says.
    ConsentRevoked,
    /// Salt Edge closed the bank, or the connection.
    ProviderDisabled,
    /// HTTP 429 without a class.
    Http429,
    /// HTTP 5xx without a class.
    Http5xx,
}

impl Ending {
    /// Every ending, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The class as it is kept and shown as `why`. What Salt Edge has a word for is called by that word.
    pub fn class(self) -> &'static str {
        self.row().0
    }

    /// What the next person, or Halite, does about it.
    pub fn next_action(self) -> NextAction {
        self.row().1
    }

    #[rustfmt::skip]
    fn row(self) -> (&'static str, NextAction) {
        match self {
            Self::NotOpened => ("not_opened", NextAction::StartAgainLater),
            Self::EmailTaken => ("email_taken", NextAction::CorrectContact),
            Self::NotConfirmed => ("not_confirmed", NextAction::StartAgain),
            Self::NothingCame => ("nothing_came", NextAction::StartAgain),
            Self::ConsentNotGranted => ("consent_not_granted", NextAction::ConsentNotGranted),
            Self::Revoked => ("revoked", NextAction::StartAgain),
            Self::ForeignConnection => ("foreign_connection", NextAction::ContactSupport),
            Self::FailedWithoutClass => ("failed_without_class", NextAction::Report),
            Self::Inactive => ("inactive", NextAction::Reconnect),
            Self::ConsentExpired => ("ConsentExpired", NextAction::RenewConsent),
            Self::ConsentRevoked => ("ConsentRevoked", NextAction::RenewConsent),
            Self::ProviderDisabled => ("ProviderDisabled", NextAction::ChooseOtherBank),
            Self::Http429 => ("http_429", NextAction::Backoff),
            Self::Http5xx => ("http_5xx", NextAction::RetryLater),
        }
    }
}

impl From<Ending> for Failure {
    fn from(ending: Ending) -> Self {
        Self::new(ending.class(), ending.next_action())
    }
}
