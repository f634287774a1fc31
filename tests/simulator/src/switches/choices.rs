//! The answers that a switch can have.

use serde::{Deserialize, Serialize};

/// When a request must be signed. A signature that is sent is always verified, but for `Never`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureRule {
    /// Mandatory for clients that are live.
    ByState,
    /// Mandatory for everybody.
    Always,
    /// Nobody's signature is looked at.
    Never,
}

/// `ConsentExpired` or `AispConsentExpired`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSpelling {
    /// Without `Aisp`.
    Plain,
    /// With `Aisp`, as in v5.
    Aisp,
}

/// Methods of `/consents/{id}/revoke`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokeRoute {
    /// Both.
    PostAndPut,
    /// `POST`; `PUT` is an HTML 404.
    PostOnly,
    /// `PUT`; `POST` is an HTML 404.
    PutOnly,
}

/// What becomes of copied data when its consent is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevokedData {
    /// It stays readable.
    Kept,
    /// Lists are empty until a new consent is given.
    Hidden,
    /// It is deleted.
    Removed,
}

/// The key that says what happened, in a consent callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentShape {
    /// `reason`.
    Reason,
    /// `consent_status`.
    ConsentStatus,
    /// `status`.
    Status,
    /// There is no such callback.
    NotSent,
}

/// The body of `background_refresh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackgroundAnswer {
    /// The connection object.
    Connection,
    /// `connect_url`, `expires_at`, `customer_id`, as the other refreshes.
    ConnectUrl,
}

/// What a partner must send to create a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartnerCustomers {
    /// `email`, with or without `identifier`.
    Email,
    /// `identifier`; it may be an e-mail.
    Identifier,
    /// Any of them.
    Either,
}

/// The answer to a second customer with the same e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameEmail {
    /// `DuplicatedCustomer`.
    Duplicated,
    /// The customer that is there.
    SameCustomer,
}

/// When a transaction has a `category`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CategoryRule {
    /// Always.
    Always,
    /// Unless `categorization` is `none`.
    WhenCategorized,
    /// Never.
    Never,
}

/// Ids of pending rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PendingIds {
    /// Every fetch replaces the pending rows by new ones.
    NewEachFetch,
    /// A pending row keeps its id while it is pending.
    Stable,
}

/// A connect with credentials that are already connected by this customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameLogin {
    /// A second connection with ids of its own.
    NewConnection,
    /// `ConnectionDuplicated`.
    Duplicated,
    /// A reconnect of the connection that is there.
    Reconnect,
}

/// What happens when the consent box is left empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UntickedBox {
    /// The user goes on; there is a connection, but no consent and nothing to read.
    NothingShared,
    /// The flow ends with `ProviderAccessNotGranted`.
    AccessNotGranted,
    /// The page asks again.
    AskAgain,
}

/// What a first connect that fails leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailedConnect {
    /// An inactive connection that never succeeded.
    InactiveConnection,
    /// Nothing.
    NoConnection,
}

/// When the browser is sent back to `return_to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnWhen {
    /// After the attempt has finished.
    Fetched,
    /// As soon as the user's part is over.
    Authorised,
}

/// The class of an interactive step that nobody answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InteractiveTimeout {
    /// `InteractiveTimeout`.
    InteractiveTimeout,
    /// `InteractiveAdapterTimeout`, as in v5.
    InteractiveAdapterTimeout,
    /// `Unfinished`, as a v6 text says.
    Unfinished,
}

/// A consent period above the provider's maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodOverMax {
    /// It is cut to the maximum.
    Capped,
    /// `InvalidConsentPeriod`.
    Refused,
}
