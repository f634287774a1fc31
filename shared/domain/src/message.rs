//! What lies on a queue: ids and a reason, nothing personal.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    bank::Tag,
    id::{
        AccountId, ConnectionId, ErasureId, InstitutionId, LinkSessionId, RemoteConnectionId,
        RemoteCustomerId, TenantId, TransactionId,
    },
};

/// One thing to look at. Every one is harmless to receive twice: it only makes a function look again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Salt Edge called; verified, not believed.
    Callback(Hint),
    /// A link session may go on.
    Session {
        /// The tenant.
        tenant: TenantId,
        /// The session.
        session: LinkSessionId,
    },
    /// A connection may be due for an ask or a read.
    Pull {
        /// The tenant.
        tenant: TenantId,
        /// The connection.
        connection: ConnectionId,
        /// What woke us.
        reason: Reason,
    },
    /// A revocation may go on.
    Revoke {
        /// The tenant.
        tenant: TenantId,
        /// The connection.
        connection: ConnectionId,
    },
    /// A session ended without its user's confirmation: what it linked is taken back.
    Unlink {
        /// The tenant.
        tenant: TenantId,
        /// The session.
        session: LinkSessionId,
    },
    /// The erasure of a customer may go on.
    Erase {
        /// The tenant.
        tenant: TenantId,
        /// The erasure.
        erasure: ErasureId,
    },
    /// What Salt Edge has and what we have is to be compared.
    Compare,
    /// A user may have to be told that their consent ends.
    Notice {
        /// The tenant.
        tenant: TenantId,
        /// The connection.
        connection: ConnectionId,
    },
    /// The catalogue of banks is to be copied.
    Catalogue,
    /// Rows that a search found missing are wanted.
    Import(Import),
}

impl Message {
    /// The kind, for logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Callback(_) => "callback",
            Self::Session { .. } => "session",
            Self::Pull { .. } => "pull",
            Self::Revoke { .. } => "revoke",
            Self::Unlink { .. } => "unlink",
            Self::Erase { .. } => "erase",
            Self::Compare => "compare",
            Self::Notice { .. } => "notice",
            Self::Catalogue => "catalogue",
            Self::Import(_) => "import",
        }
    }
}

impl Message {
    /// What it is about: of one batch, messages about one thing are processed one after the other, so
    /// that the second sees what the first did.
    pub fn subject(&self) -> String {
        match self {
            Self::Callback(hint) => match (&hint.tag, &hint.connection) {
                (Some(Tag { session: Some(session), .. }), _) => session.to_string(),
                (_, Some(connection)) => connection.to_string(),
                (_, None) => format!("{:?} {:?}", hint.callback, hint.institution),
            },
            Self::Session { session, .. } | Self::Unlink { session, .. } => session.to_string(),
            Self::Pull { connection, .. }
            | Self::Revoke { connection, .. }
            | Self::Notice { connection, .. } => connection.to_string(),
            Self::Erase { erasure, .. } => erasure.to_string(),
            Self::Compare => String::from("compare"),
            Self::Catalogue => String::from("catalogue"),
            Self::Import(import) => import.connection.to_string(),
        }
    }
}

/// Rows of one account that its user chose from what a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The tenant.
    pub tenant: TenantId,
    /// The connection.
    pub connection: ConnectionId,
    /// The account.
    pub account: AccountId,
    /// The first day that was searched.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The rows, by the ids that the search gave.
    pub rows: BTreeSet<TransactionId>,
}

/// What woke a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The connection's slot in the cycle.
    Slot,
    /// An ask's deadline.
    Due,
    /// A user waits.
    User,
    /// Salt Edge called.
    Callback,
    /// Salt Edge called to say that the connection was deleted.
    Destroyed,
}

/// Which of Salt Edge's callbacks it was: one URL each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackKind {
    /// Data changed, or an attempt got on.
    Success,
    /// An attempt failed.
    Fail,
    /// An attempt reached a stage.
    Notify,
    /// A connection was deleted.
    Destroy,
    /// A provider's status changed.
    Provider,
    /// A consent ended.
    Consent,
    /// A notice about the service.
    Service,
}

impl CallbackKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::Fail,
        Self::Notify,
        Self::Destroy,
        Self::Provider,
        Self::Consent,
        Self::Service,
    ];

    /// The word in its URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Fail => "fail",
            Self::Notify => "notify",
            Self::Destroy => "destroy",
            Self::Provider => "provider",
            Self::Consent => "consent",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for CallbackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no kind of callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such kind of callback")]
pub struct UnknownKind;

impl FromStr for CallbackKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// What a callback said. It is a hint: whoever acts on it reads the truth first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// Which callback.
    pub callback: CallbackKind,
    /// The connection, where it is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<RemoteConnectionId>,
    /// The customer, where it is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<RemoteCustomerId>,
    /// Our mark on the attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// The error class of a fail callback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_class: Option<String>,
    /// The bank of a provider callback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<InstitutionId>,
}
