//! What the provider shows us, in our words: the border is `shared/salt-edge`, which translates.

mod consent;
mod error;
mod institution;
pub mod search;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use consent::{EndedBy, RemoteConsent, RemoteConsentState};
pub use error::{BankError, Verdict};
pub use institution::{Health, Institution, SANDBOXES};

use crate::{
    id::{
        DeploymentId, InstitutionId, LinkSessionId, RemoteAccountId, RemoteAttemptId,
        RemoteConnectionId, RemoteConsentId, RemoteCustomerId, RemoteTransactionId, TenantId,
    },
    money::{Currency, Money, Read},
    next_action::Failure,
    secret::Personal,
    session::AccountType,
};

/// A customer as we register them at the provider.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    /// Unique per Salt Edge account; starts with the deployment's id.
    pub identifier: String,
    /// Partner mode: makes the end user's own Salt Edge account.
    pub email: Option<Personal>,
    /// Since when the e-mail is this user's and no other's of the deployment: only then a customer may be
    /// named after it.
    pub email_since: Option<Timestamp>,
}

/// Which pages the user is about to go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visit {
    /// A first link of this institution.
    Connect {
        /// The customer who links.
        customer: RemoteCustomerId,
        /// The bank.
        institution: InstitutionId,
    },
    /// New credentials, consent or accounts for a connection that exists.
    Reconnect(RemoteConnectionId),
    /// Fresh data while the user is there.
    Refresh(RemoteConnectionId),
}

/// What the provider needs to open its pages.
#[derive(Debug, Clone)]
pub struct OpenPages {
    /// Which pages.
    pub visit: Visit,
    /// Where the browser comes back to; ours, with a one-time state.
    pub return_to: String,
    /// Language of the pages, ISO 639-1.
    pub locale: String,
    /// Earliest day asked for.
    pub from_date: Date,
    /// How long the consent shall last, in days.
    pub consent_days: u16,
    /// Offer the sandbox banks.
    pub sandboxes: bool,
    /// Whom the accounts belong to, for a first link.
    pub account_type: Option<AccountType>,
    /// Comes back in every callback and attempt.
    pub tag: Tag,
}

/// Where an opened page is.
#[derive(Debug, Clone)]
pub struct OpenedPages {
    /// Single use, short-lived: a secret until the browser has it.
    pub url: secrecy::SecretString,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// Our mark on an attempt: `custom_fields` at Salt Edge, at most 1 KB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The deployment; what carries another's is not ours.
    pub deployment: DeploymentId,
    /// The tenant.
    pub tenant: TenantId,
    /// The link session, for attempts that a user began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<LinkSessionId>,
}

/// A connection as the provider shows it.
#[derive(Debug, Clone)]
pub struct RemoteConnection {
    /// The provider's id.
    pub id: RemoteConnectionId,
    /// Whose it is.
    pub customer: RemoteCustomerId,
    /// The bank.
    pub institution: InstitutionId,
    /// The bank's name.
    pub institution_name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Whether it is served.
    pub health: Health,
    /// When it was made there.
    pub created_at: Option<Timestamp>,
    /// The newest consent.
    pub last_consent: Option<RemoteConsentId>,
    /// Before this instant an ask is refused; none while one runs, or where asks are impossible.
    pub next_refresh_possible_at: Option<Timestamp>,
    /// The newest attempt to fetch.
    pub attempt: Option<Attempt>,
}

/// One attempt of the provider to fetch from the bank.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The provider's id.
    pub id: Option<RemoteAttemptId>,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// Whether it has ended, well or badly.
    pub finished: bool,
    /// When it brought data.
    pub success_at: Option<Timestamp>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Our mark.
    pub tag: Option<Tag>,
    /// Whether a user was there.
    pub user_present: bool,
}

/// An account as the provider shows it.
#[derive(Debug, Clone)]
pub struct RemoteAccount {
    /// The provider's id.
    pub id: RemoteAccountId,
    /// Unique within the connection; may be an IBAN.
    pub name: Personal,
    /// `checking`, `savings`, `credit_card` …: kept as sent.
    pub nature: String,
    /// The currency.
    pub currency: Currency,
    /// The balance that the bank told; none where it told none.
    pub balance: Option<Read>,
    /// Which balance it is, in the bank's words.
    pub balance_type: Option<String>,
    /// International account number.
    pub iban: Option<Personal>,
    /// Any other account number, with sort code where there is one.
    pub number: Option<Personal>,
    /// False when the last attempt did not deliver this account.
    pub updated_on_last_attempt: Option<bool>,
}

/// A row of an account as the provider shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteTransaction {
    /// The provider's id; unstable for pending rows.
    pub id: RemoteTransactionId,
    /// The account.
    pub account: RemoteAccountId,
    /// Everything about it that is not an identifier of the provider.
    pub facts: Facts,
}

/// The facts of one movement. Source: a Salt Edge transaction and its `extra`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The bank's calendar date: no zone, no conversion.
    #[serde(rename = "d")]
    pub made_on: Date,
    /// Signed; negative is money out.
    #[serde(rename = "m")]
    pub money: Money,
    /// Whether digits beyond the currency's were rounded away as noise.
    #[serde(rename = "r", default, skip_serializing_if = "std::ops::Not::not")]
    pub rounded: bool,
    /// The digits as received, kept where they differ from what is shown.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// The bank's text; may be empty.
    #[serde(rename = "n", default, skip_serializing_if = "empty")]
    pub description: Personal,
    /// `normal`, `fee` or `transfer`: kept as sent.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The provider's category.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The bank's own reference (`extra.id`, else the end-to-end id).
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<Personal>,
    /// The other side, as the bank names it.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<Personal>,
    /// The day it was posted, where it differs from the day it was made.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub posting_date: Option<Date>,
    /// The bank's balance just after this row, where the bank tells.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub balance_snapshot: Option<Money>,
}

impl Facts {
    /// Whether both are one line of a statement. The provider's category is not part of a line: it changes without
    /// anything having happened.
    pub fn same_line(&self, other: &Self) -> bool {
        let line = |facts: &Self| (facts.made_on, facts.posting_date, facts.money);
        line(self) == line(other)
            && self.description == other.description
            && self.bank_reference == other.bank_reference
            && self.counterparty == other.counterparty
    }
}

fn empty(text: &Personal) -> bool {
    text.reveal().is_empty()
}

/// A row that could not be read: kept apart, counted and shown; the pull ends partial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// The provider's id, where that much could be read.
    pub id: Option<RemoteTransactionId>,
    /// The account, likewise.
    pub account: Option<RemoteAccountId>,
    /// What is wrong with it; holds nothing of the row's content.
    pub why: String,
    /// The day on which it was met first: it is asked for again for as long as rows are compared. None as it comes
    /// from the provider, and on an entry of a release that kept none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
}

/// A list that was read to its end.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// What could be read, in the provider's order.
    pub rows: Vec<T>,
    /// What could not.
    pub quarantined: Vec<Quarantined>,
}

/// Which rows of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Booked, and not set aside as duplicates.
    Booked,
    /// Announced, not booked.
    Pending,
    /// Set aside as duplicates.
    Duplicated,
}
