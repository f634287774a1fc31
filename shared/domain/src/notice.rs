//! Notices before a consent ends: 30, 15, 7, 3 and 1 days before, and at its end; each once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    connection::Connection,
    consent::{Consent, ConsentStatus},
    limits::{DAY, NOTICE_DAYS},
    receipt::ReceiptEvent,
};

/// What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeEvent {
    /// It ends soon: it should be renewed.
    Expiring,
    /// Its time is over.
    Expired,
    /// It was taken back, and nobody here had asked for that.
    Revoked,
}

impl NoticeEvent {
    /// The name that logs and the API show.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What it tells.
    pub event: NoticeEvent,
    /// Days before the end that it was due for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// When it was given.
    pub at: Timestamp,
    /// Notices that were due before it and were never given, by their days: nobody came by in time, and
    /// this one says more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<u16>,
}

/// The notices of one consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// When its end became known: what would have been due before is not told.
    pub since: Timestamp,
    /// What was told, the oldest first.
    pub sent: Vec<Notice>,
}

impl Ladder {
    fn told(&self, event: NoticeEvent) -> bool {
        self.sent.iter().any(|notice| notice.event == event)
    }

    /// The ladder after what happened to its consent.
    pub(crate) fn after(
        ladder: Option<Self>,
        event: ReceiptEvent,
        moved: bool,
        at: Timestamp,
    ) -> Option<Self> {
        let fresh = Self { since: at, sent: Vec::new() };
        let ends = match event {
            ReceiptEvent::Given | ReceiptEvent::Renewed => return Some(fresh),
            ReceiptEvent::Changed if moved => return Some(fresh),
            ReceiptEvent::Changed | ReceiptEvent::RevocationRequested => return ladder,
            ReceiptEvent::Expired => NoticeEvent::Expired,
            ReceiptEvent::Revoked => NoticeEvent::Revoked,
        };
        let mut ladder = ladder.unwrap_or(fresh);
        if !ladder.told(ends) {
            ladder.sent.push(Notice { event: ends, days: None, at, skipped: Vec::new() });
        }
        Some(ladder)
    }
}

impl Consent {
    /// Whole days until it ends; none = it is over, or nobody says when.
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        let end = self.expires_at.filter(|_| self.status == ConsentStatus::Active)?;
        Some(end.duration_since(now).as_hours().max(0) / 24)
    }
}

impl Connection {
    /// When the next notice is due; none = no more are, or nobody knows when the consent ends.
    pub fn next_notice(&self) -> Option<Timestamp> {
        let (_, first) = *self.rungs().first()?;
        Some(first)
    }

    /// The connection with the newest notice that is due; none = none is.
    pub fn noticed(&self, now: Timestamp) -> Option<Self> {
        let mut due: Vec<u16> =
            self.rungs().iter().filter(|(_, at)| *at <= now).map(|(days, _)| *days).collect();
        let days = due.pop()?;
        let event = if days == 0 { NoticeEvent::Expired } else { NoticeEvent::Expiring };
        let mut noticed = self.clone();
        let notice = Notice { event, days: Some(days), at: now, skipped: due };
        noticed.ladder.as_mut()?.sent.push(notice);
        noticed.clock = true;
        Some(noticed)
    }

    /// What is still to be told, as days before the end and instants, the next one first.
    fn rungs(&self) -> Vec<(u16, Timestamp)> {
        let Some(Ladder { since, sent }) = &self.ladder else { return Vec::new() };
        let in_force = |consent: &&Consent| consent.status == ConsentStatus::Active;
        let consent = self.consent.as_ref().filter(in_force).filter(|_| self.state.open());
        let Some(end) = consent.and_then(|consent| consent.expires_at) else { return Vec::new() };
        let told = sent.iter().filter_map(|notice| notice.days).min();
        let rungs = NOTICE_DAYS.iter().filter_map(|days| {
            let at = end.checked_sub(DAY * i32::from(*days)).ok()?;
            let news = told.is_none_or(|told| *days < told) && (at > *since || *days == 0);
            news.then_some((*days, at))
        });
        rungs.collect()
    }
}

#[cfg(test)]
mod tests;
