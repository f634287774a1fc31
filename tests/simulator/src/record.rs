//! What happened, for whoever has to compare: calls, callbacks, unattended fetches, endings.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::bank::Book;
use crate::clients::CallbackKind;
use crate::ids::Id;
use crate::world::{Connection, Consent, CopiedAccount, CopiedTransaction, Customer, RevokeReason};

/// An API call that arrived.
#[derive(Debug, Clone, Serialize)]
pub struct ApiCall {
    /// When, by the simulator's clock.
    pub at: Timestamp,
    /// `App-id` as sent.
    pub client: Option<String>,
    /// Method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The body as it came, when it was text.
    pub body: Option<String>,
    /// Status answered; none when nothing was answered (time-out, reset).
    pub status: Option<u16>,
    /// Class of the error answered.
    pub class: Option<String>,
    /// The fault that was played on it.
    pub fault: Option<String>,
    /// A signature was sent and was right.
    pub signed: bool,
}

/// A fetch without the user.
#[derive(Debug, Clone, Serialize)]
pub struct BackgroundRefresh {
    /// When it began.
    pub at: Timestamp,
    /// Of which connection.
    pub connection_id: Id,
    /// The attempt.
    pub attempt_id: Id,
    /// By the nightly run, not by `background_refresh`.
    pub nightly: bool,
}

/// The end of a consent.
#[derive(Debug, Clone, Serialize)]
pub struct Revocation {
    /// When.
    pub at: Timestamp,
    /// Which consent.
    pub consent_id: Id,
    /// Of which connection.
    pub connection_id: Id,
    /// Why.
    pub reason: RevokeReason,
}

/// The end of a connection.
#[derive(Debug, Clone, Serialize)]
pub struct Deletion {
    /// When.
    pub at: Timestamp,
    /// Which connection.
    pub connection_id: Id,
    /// `api`, `dashboard`, `customer deletion`, `control`.
    pub by: String,
}

/// One delivery of a callback.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryRecord {
    /// When, by the simulator's clock.
    pub at: Timestamp,
    /// The answer's status.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
}

/// A callback and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct CallbackRecord {
    /// When the fact happened: `meta.time`.
    pub at: Timestamp,
    /// To which integrator.
    pub client: String,
    /// Its kind.
    pub kind: CallbackKind,
    /// The registered address; none = not registered, never sent.
    pub url: Option<String>,
    /// The body.
    pub body: Value,
    /// The fault that was played on it: `lost`, `doubled`, `late`, `reordered`.
    pub fault: Option<String>,
    /// Its deliveries.
    pub deliveries: Vec<DeliveryRecord>,
    /// It was answered with 2xx.
    pub delivered: bool,
}

/// Everything that happened since the start or the last clearing.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Record {
    /// API calls in the order of arrival.
    pub calls: Vec<ApiCall>,
    /// Callbacks in the order in which they came up.
    pub callbacks: Vec<CallbackRecord>,
    /// Fetches without the user.
    pub background_refreshes: Vec<BackgroundRefresh>,
    /// Ends of consents.
    pub revocations: Vec<Revocation>,
    /// Ends of connections.
    pub deletions: Vec<Deletion>,
}

impl Record {
    /// Background refreshes of `connection` (API and nightly) in the 24 hours up to `until`.
    #[must_use]
    pub fn background_in_day(&self, connection: Id, until: Timestamp) -> usize {
        let day = jiff::SignedDuration::from_hours(24);
        self.background_refreshes
            .iter()
            .filter(|refresh| refresh.connection_id == connection && refresh.at <= until)
            .filter(|refresh| until.duration_since(refresh.at) < day)
            .count()
    }
}

/// What Salt Edge's copy shows and what the banks hold, whole.
#[derive(Debug, Clone, Serialize)]
pub struct Ledger {
    /// The banks' books that somebody has looked at.
    pub books: Vec<Book>,
    /// Customers.
    pub customers: Vec<Customer>,
    /// Connections.
    pub connections: Vec<Connection>,
    /// Consents.
    pub consents: Vec<Consent>,
    /// Copied accounts.
    pub accounts: Vec<CopiedAccount>,
    /// Copied transactions.
    pub transactions: Vec<CopiedTransaction>,
}
