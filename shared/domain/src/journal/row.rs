//! A booked row, and what may become of it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    bank::Facts,
    id::{RemoteTransactionId, TransactionId},
    mapping::Confidence,
    money::Money,
    secret::Personal,
};

/// A booked row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Our id; it survives every change of Salt Edge's.
    pub id: TransactionId,
    /// Salt Edge's present id: an alias.
    pub remote: RemoteTransactionId,
    /// The facts.
    #[serde(flatten)]
    pub facts: Facts,
    /// The announced row that it was before it was booked, where one was seen. It stays as it was found first.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Box<Announced>>,
}

/// An announced row that was booked, and how it was told to be this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The step that told it.
    #[serde(rename = "y")]
    pub by: AnnouncedBy,
    /// The day under which it was announced.
    #[serde(rename = "d")]
    pub made_on: Date,
    /// Its amount, where that was another.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// Its text, where that was another.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Personal>,
}

/// How an announced row was told to be the one that was booked: the ladder, surest step first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncedBy {
    /// By Salt Edge's id, which it kept.
    Id,
    /// By the bank's own reference.
    Reference,
    /// By the exact amount and who was paid, within two weeks.
    AmountAndMerchant,
    /// By the exact amount within two weeks, where that leaves one choice on both sides.
    Amount,
    /// By who was paid and an amount that is near, within two weeks, where that leaves one choice on both sides.
    NearAmount,
}

impl AnnouncedBy {
    /// How sure that makes it.
    pub fn confidence(self) -> Confidence {
        match self {
            Self::Id | Self::Reference => Confidence::High,
            Self::AmountAndMerchant => Confidence::Medium,
            Self::Amount | Self::NearAmount => Confidence::Low,
        }
    }
}

/// A row that reads otherwise than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// As it was.
    pub from: Row,
    /// As it is.
    pub to: Row,
}

/// A row that is not shown any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// The row.
    pub id: TransactionId,
    /// Why.
    pub reason: RemovedBecause,
    /// Its day. None on an entry of a release that did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_on: Option<Date>,
}

/// Why a row is not shown any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemovedBecause {
    /// Salt Edge set it aside as a duplicate.
    Duplicated,
    /// It is in no list.
    Vanished,
}

/// A row's new id at Salt Edge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The row.
    pub id: TransactionId,
    /// Salt Edge's new id of it.
    pub remote: RemoteTransactionId,
    /// Its day. None on an entry of a release that did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_on: Option<Date>,
}
