//! From what was seen of a consent to the receipt of it.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{By, Channel, KIND, ReceiptEvent};
use crate::{
    bank::EndedBy,
    connection::{Connection, State},
    consent::{Beside, Consent, ConsentStatus},
    id::{CustomerId, RemoteConnectionId},
    limits::BESIDE,
    notice::Ladder,
    session::LinkSession,
};

/// How a consent came to be looked at.
#[derive(Debug, Clone, Copy)]
pub struct Noticed<'a> {
    /// When.
    pub at: Timestamp,
    /// How.
    pub channel: Channel,
    /// The visit that brought it.
    pub session: Option<&'a LinkSession>,
}

impl Noticed<'_> {
    /// Seen without a visit.
    pub fn by(channel: Channel, at: Timestamp) -> Self {
        Self { at, channel, session: None }
    }
}

impl Connection {
    /// The connection with its newest consent as it was seen just now. What is new of it is a receipt, which
    /// the next write of the connection stores. When the connection is gone, so is every consent to it.
    #[must_use]
    pub fn noted(&self, consent: Option<Consent>, seen: Noticed<'_>) -> Self {
        let mut noted = Self { consent, ..self.clone() };
        if let (State::Revoked, Some(consent)) = (&self.state, &mut noted.consent)
            && consent.status == ConsentStatus::Active
        {
            consent.status = ConsentStatus::Revoked;
        }
        let Some(now) = noted.consent.clone().filter(|now| self.is_news(now)) else { return noted };
        let event = self.event(&now);
        if let Some(before) = self.consent.clone().filter(|before| before.remote != now.remote) {
            noted.put_beside(before, self.remote.clone());
        }
        noted.beside.retain(|one| one.consent.remote != now.remote);
        if matches!(event, ReceiptEvent::Given | ReceiptEvent::Renewed) {
            noted.receipts.asked_by = None;
        }
        let by = noted.author(event, &now, seen);
        let asked = event == ReceiptEvent::Revoked && self.receipts.asked_by.is_some();
        if !asked {
            let moved = self.consent.as_ref().map(|was| was.expires_at) != Some(now.expires_at);
            noted.ladder = Ladder::after(self.ladder.clone(), event, moved, seen.at);
        }
        noted.receipts = noted.receipts.with(self.generation, said(self, &now, event, &by, seen));
        noted
    }

    /// A consent that is in force, and no longer the newest one of its connection.
    pub fn put_beside(&mut self, consent: Consent, of: RemoteConnectionId) {
        let known = self.beside.iter().any(|one| one.consent.remote == consent.remote);
        if consent.status == ConsentStatus::Active && !known {
            self.beside.push(Beside { of, consent });
            let most = self.beside.len().saturating_sub(BESIDE);
            self.beside.drain(..most);
        }
    }

    /// The connection with a receipt for each consent beside the newest one that has ended, of those that Salt Edge
    /// lists for its connection `of`; none = that connection is gone, and every consent to it.
    #[must_use]
    pub fn ended_beside(
        &self,
        of: &RemoteConnectionId,
        listed: Option<&[Consent]>,
        seen: Noticed<'_>,
    ) -> Self {
        let mut noted = Self { beside: Vec::new(), ..self.clone() };
        for one in &self.beside {
            let mut now = one.consent.clone();
            if one.of == *of {
                match listed {
                    None => now.status = ConsentStatus::Revoked,
                    Some(listed) => {
                        let shown = listed.iter().find(|shown| shown.remote == now.remote);
                        now = shown.unwrap_or(&now).clone();
                    }
                }
            }
            let event = match now.status {
                ConsentStatus::Active => {
                    noted.beside.push(Beside { consent: now, of: one.of.clone() });
                    continue;
                }
                ConsentStatus::Expired => ReceiptEvent::Expired,
                ConsentStatus::Revoked => ReceiptEvent::Revoked,
            };
            let by = noted.author(event, &now, seen);
            noted.receipts =
                noted.receipts.with(self.generation, said(self, &now, event, &by, seen));
        }
        noted
    }

    /// The connection with a receipt that this user asked to revoke; none = nobody knows who, and Halite does it.
    #[must_use]
    pub fn asked_to_end(&self, by: Option<&CustomerId>, at: Timestamp) -> Self {
        let mut asked = self.clone();
        asked.receipts.asked_by = by.cloned();
        let Some(consent) = &self.consent else { return asked };
        let (event, seen) = (ReceiptEvent::RevocationRequested, Noticed::by(Channel::Api, at));
        let by = by.cloned().map_or(By::Halite, By::User);
        asked.receipts =
            asked.receipts.with(self.generation, said(self, consent, event, &by, seen));
        asked
    }

    /// Whether the last receipt says something else.
    fn is_news(&self, now: &Consent) -> bool {
        self.receipts.count == 0 || self.consent.as_ref() != Some(now)
    }

    fn event(&self, now: &Consent) -> ReceiptEvent {
        let before = self.consent.as_ref().filter(|_| self.receipts.count > 0);
        let same = before.filter(|before| before.remote == now.remote);
        let ends = same.is_none_or(|same| same.status != now.status);
        let first = self.receipts.count == 0 || self.receipts.generation != self.generation;
        match (now.status, ends) {
            (ConsentStatus::Expired, true) => ReceiptEvent::Expired,
            (ConsentStatus::Revoked, true) => ReceiptEvent::Revoked,
            (ConsentStatus::Active | ConsentStatus::Expired | ConsentStatus::Revoked, _) => {
                match (same, first) {
                    (Some(_), _) => ReceiptEvent::Changed,
                    (None, true) => ReceiptEvent::Given,
                    (None, false) => ReceiptEvent::Renewed,
                }
            }
        }
    }

    fn author(&self, event: ReceiptEvent, now: &Consent, seen: Noticed<'_>) -> By {
        let visitor = seen.session.map(|session| By::User(session.customer.clone()));
        let asked = self.receipts.asked_by.clone().map(By::User);
        match (event, now.ended_by) {
            (ReceiptEvent::Expired, _) | (ReceiptEvent::Revoked, Some(EndedBy::Time)) => By::Time,
            (ReceiptEvent::Revoked, Some(EndedBy::Bank)) => By::Bank,
            (ReceiptEvent::Revoked, Some(EndedBy::SaltEdge)) => By::SaltEdge,
            (ReceiptEvent::Revoked, Some(EndedBy::Client)) => asked.unwrap_or(By::Halite),
            (ReceiptEvent::Revoked, None) if self.state == State::Revoked => {
                let told = seen.channel == Channel::Destroyed;
                asked.unwrap_or(if told { By::Owner } else { By::Unknown })
            }
            (ReceiptEvent::Revoked, None) => asked.unwrap_or(By::Unknown),
            (ReceiptEvent::RevocationRequested, _) => asked.unwrap_or(By::Unknown),
            (ReceiptEvent::Given | ReceiptEvent::Renewed | ReceiptEvent::Changed, _) => {
                visitor.unwrap_or(By::Unknown)
            }
        }
    }
}

/// Everything that a receipt says but its place in the chain. Every name is always there.
fn said(
    connection: &Connection,
    consent: &Consent,
    event: ReceiptEvent,
    by: &By,
    seen: Noticed<'_>,
) -> Map<String, Value> {
    let words = seen.session.and_then(|session| session.wording.as_deref());
    let hash =
        seen.session.zip(words).and_then(|(session, words)| session.locale.consent_hash(words));
    let instant = |at: Option<Timestamp>| Value::from(at.map(|at| at.to_string()));
    let mut said = Map::new();
    let mut put = |name: &str, value: Value| said.insert(name.to_owned(), value);
    put("type", KIND.into());
    put("at", seen.at.to_string().into());
    put("event", event.name().into());
    put("by", by.name().into());
    put("by_id", by.id().into());
    put("channel", seen.channel.name().into());
    put("customer", connection.customer.as_str().into());
    put("institution_id", connection.institution.id.as_str().into());
    put("connection_id", connection.id.as_str().into());
    put("generation", connection.generation.into());
    put("consent_id", consent.id.as_str().into());
    put("session_id", seen.session.map(|session| session.id.as_str()).into());
    put("scopes", consent.scopes.clone().into());
    put("from_date", consent.from.map(|day| day.to_string()).into());
    put("to_date", consent.to.map(|day| day.to_string()).into());
    put("period_days", consent.period_days.into());
    put("given_at", instant(consent.given_at));
    put("expires_at", instant(consent.expires_at));
    put("ended_at", instant(consent.ended_at));
    put("basis", consent.basis.name().into());
    put("locale", seen.session.map(|session| session.locale.code()).into());
    put("wording_version", words.into());
    put("wording_sha256", hash.into());
    said
}
