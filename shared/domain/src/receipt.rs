//! Receipts of a consent: what was allowed, when, by whom and in which words, as a chain that is only ever
//! appended to. Each receipt holds the hash of the one before.
//!
//! A receipt is a JSON object of texts, whole numbers, null and one list of texts, in the canonical form of
//! RFC 8785: names in order, no white space. That text is what is hashed, signed, stored and exported.

mod noted;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use strum::VariantArray;

use crate::{
    canonical::canonical,
    id::{ConnectionId, CustomerId, hex_digest},
};

pub use noted::Noticed;

/// What a receipt is, in its own words; another form gets another word.
pub const KIND: &str = "halite.consent.receipt.v1";
/// What the first receipt of a chain has as the hash of the one before.
pub const NONE_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What happened to a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum ReceiptEvent {
    /// The first one of a connection, or the first after a revocation.
    Given,
    /// It takes the place of the one before.
    Renewed,
    /// The provider says other things of it than before.
    Changed,
    /// Somebody asked to revoke it: nothing is read any more.
    RevocationRequested,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

impl ReceiptEvent {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The name that the API shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Renewed => "renewed",
            Self::Changed => "changed",
            Self::RevocationRequested => "revocation_requested",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// Who did it. An id only: no e-mail, no phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A user of the SaaS, as their token names them.
    User(CustomerId),
    /// Halite itself: a link that nobody confirmed is taken back.
    Halite,
    /// The bank.
    Bank,
    /// Salt Edge, or the user in Salt Edge's dashboard: it does not say which.
    SaltEdge,
    /// Who owns the connection deleted it at Salt Edge.
    Owner,
    /// Nobody: its time was over.
    Time,
    /// Salt Edge does not say.
    Unknown,
}

impl By {
    fn name(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Halite => "halite",
            Self::Bank => "bank",
            Self::SaltEdge => "salt_edge",
            Self::Owner => "owner",
            Self::Time => "time",
            Self::Unknown => "unknown",
        }
    }

    fn id(&self) -> Option<&str> {
        match self {
            Self::User(id) => Some(id.as_str()),
            Self::Halite
            | Self::Bank
            | Self::SaltEdge
            | Self::Owner
            | Self::Time
            | Self::Unknown => None,
        }
    }
}

/// How it came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum Channel {
    /// A user's visit to Salt Edge's pages.
    Visit,
    /// A call of the API.
    Api,
    /// A callback, or somebody who waits, made us look.
    Callback,
    /// A callback that says that the connection was deleted made us look: its owner did it.
    Destroyed,
    /// The schedule made us look.
    Schedule,
    /// A revocation that goes on by itself.
    Revocation,
}

impl Channel {
    /// The name that the API shows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Api => "api",
            Self::Callback | Self::Destroyed => "callback",
            Self::Schedule => "schedule",
            Self::Revocation => "revocation",
        }
    }
}

/// A receipt that is to be stored together with the change that it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the chain, from 1 on.
    pub number: u64,
    /// Its canonical text.
    pub text: String,
}

/// What proves that this deployment wrote a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The name of the key.
    pub key: String,
    /// ECDSA on P-256 over the text's SHA-256, in ASN.1, as base64.
    pub value: String,
}

/// How far the chain of a connection goes, across its generations. Stored with the connection, so that
/// whoever appends to it writes both or none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Receipts so far.
    pub count: u64,
    /// The hash of the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The generation that the last one is of.
    pub generation: u32,
    /// Who asked to revoke in this generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<CustomerId>,
    /// Receipts that are stored with the next write of the connection.
    #[serde(skip)]
    pub unwritten: Vec<Receipt>,
}

impl Chain {
    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The chain after its receipts were stored.
    #[must_use]
    pub fn written(&self) -> Self {
        Self { unwritten: Vec::new(), ..self.clone() }
    }

    /// The chain with one receipt more, which says this.
    #[must_use]
    fn with(&self, generation: u32, mut said: Map<String, Value>) -> Self {
        let number = self.count + 1;
        said.insert("number".to_owned(), number.into());
        said.insert("previous".to_owned(), self.last.as_deref().unwrap_or(NONE_BEFORE).into());
        let text = canonical(&Value::Object(said));
        let last = Some(hex_digest(text.as_bytes()));
        let mut unwritten = self.unwritten.clone();
        unwritten.push(Receipt { number, text });
        Self { count: number, last, generation, unwritten, ..self.clone() }
    }
}

/// The head of a chain: how long it is, and the hash of its last receipt, at an instant. Signed, it shows
/// that nothing was cut off before that instant.
pub fn head(connection: &ConnectionId, chain: &Chain, at: Timestamp) -> String {
    let mut head = Map::new();
    let mut put = |name: &str, value: Value| head.insert(name.to_owned(), value);
    put("type", "halite.consent.head.v1".into());
    put("connection_id", connection.as_str().into());
    put("count", chain.count.into());
    put("last", chain.last.as_deref().unwrap_or(NONE_BEFORE).into());
    put("at", at.to_string().into());
    canonical(&Value::Object(head))
}

/// Whether these texts, the oldest first, are the chain that the connection says they are.
pub fn unbroken<'a>(texts: impl IntoIterator<Item = &'a str>, chain: &Chain) -> bool {
    let (mut count, mut last) = (0, NONE_BEFORE.to_owned());
    for text in texts {
        let Ok(said) = serde_json::from_str::<Value>(text) else { return false };
        count += 1;
        if said["number"] != count || said["previous"] != last.as_str() {
            return false;
        }
        last = hex_digest(text.as_bytes());
    }
    count == chain.count && chain.last.as_deref().unwrap_or(NONE_BEFORE) == last
}

#[cfg(test)]
mod tests;
