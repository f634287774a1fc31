//! What waits for an instant, and what has a slot in the cycle: two keys-only indexes.

use std::ops::RangeInclusive;

use domain::id::{ConnectionId, ErasureId, LinkSessionId, TenantId, base32};
use jiff::{SignedDuration, Timestamp};

use crate::{
    error::StoreError,
    item::{self, Item},
    keys::{END, Key},
    table::{Query, Table, When},
};

/// Partitions of the due index: instants are hot, so they are spread.
const SHARDS: u8 = 4;
/// Minutes of one partition of the slot index: what a late tick catches up with is one query or two.
const QUARTER: u16 = 15;
/// How far back a tick looks again: what was written while the tick before ran.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(2);

/// Items of one shard that are sent again at a time, the oldest first: what one tick has time for.
const OVERDUE: usize = 1_000;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueKind {
    /// A link session goes on.
    Session,
    /// A session that nobody confirmed is taken back.
    Unlink,
    /// An ask's deadline.
    Pull,
    /// A revocation goes on, or what has ended is deleted.
    Revoke,
    /// An erasure goes on.
    Erase,
    /// A user is told that their consent ends.
    Notice,
}

impl DueKind {
    const ALL: [Self; 6] =
        [Self::Session, Self::Unlink, Self::Pull, Self::Revoke, Self::Erase, Self::Notice];

    fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Unlink => "unlink",
            Self::Pull => "pull",
            Self::Revoke => "revoke",
            Self::Erase => "erase",
            Self::Notice => "notice",
        }
    }
}

/// One thing that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What.
    pub kind: DueKind,
    /// Whose.
    pub tenant: TenantId,
    /// Its id, as text: of a session, a connection or an erasure.
    pub id: String,
}

impl Due {
    /// The session, where it is one.
    pub fn session(&self) -> Option<LinkSessionId> {
        self.id.parse().ok()
    }

    /// The connection, where it is one.
    pub fn connection(&self) -> Option<ConnectionId> {
        self.id.parse().ok()
    }

    /// The erasure, where it is one.
    pub fn erasure(&self) -> Option<ErasureId> {
        self.id.parse().ok()
    }

    fn read(item: &Item) -> Option<Self> {
        let mut parts = item::text_of(item, "due_sk")?.splitn(4, '#').skip(1);
        let kind = parts.next()?;
        let kind = DueKind::ALL.into_iter().find(|known| known.name() == kind)?;
        Some(Self { kind, tenant: parts.next()?.parse().ok()?, id: parts.next()?.to_owned() })
    }
}

/// The index attributes of something that is due at an instant.
pub(crate) fn due_at(
    at: Option<Timestamp>,
    kind: DueKind,
    tenant: &TenantId,
    id: &str,
) -> Vec<(&'static str, String)> {
    let Some(at) = at else { return Vec::new() };
    let hash = id.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    vec![
        ("due_pk", format!("DUE#{}", hash % SHARDS)),
        ("due_sk", format!("{}#{}#{tenant}#{id}", instant(at), kind.name())),
    ]
}

/// An instant as text of fixed width, so that text order is time's order.
fn instant(at: Timestamp) -> String {
    base32(&at.as_second().max(0).to_be_bytes())
}

impl Table {
    /// What became due since the tick before, through `now`.
    pub async fn due(&self, since: Timestamp, now: Timestamp) -> Result<Vec<Due>, StoreError> {
        let from = instant(since - LOOK_AGAIN);
        self.due_between(&from, &format!("{}#{END}", instant(now)), usize::MAX).await
    }

    /// What was due before [`Table::due`] of the same instant looks, and still is: whoever looked at it
    /// would have moved it on. The oldest of each shard, at most 1,000.
    pub async fn overdue(&self, since: Timestamp) -> Result<Vec<Due>, StoreError> {
        let from = instant(Timestamp::UNIX_EPOCH);
        self.due_between(&from, &instant(since - LOOK_AGAIN), OVERDUE).await
    }

    async fn due_between(&self, from: &str, to: &str, most: usize) -> Result<Vec<Due>, StoreError> {
        let mut found = Vec::new();
        for shard in 0..SHARDS {
            let pk = format!("DUE#{shard}");
            let query = Query {
                index: Some("due"),
                names: ("due_pk", "due_sk"),
                page: i32::try_from(most).ok(),
                ..Query::table(&pk, from, to)
            };
            let mut seen = 0;
            self.query(query, |item| {
                found.extend(Due::read(&item));
                seen += 1;
                Ok(seen < most)
            })
            .await?;
        }
        Ok(found)
    }

    /// The connections whose slot in the cycle is one of these minutes: one query for each quarter hour.
    pub async fn slots(
        &self,
        minutes: RangeInclusive<u16>,
    ) -> Result<Vec<(TenantId, ConnectionId)>, StoreError> {
        let mut found = Vec::new();
        for quarter in minutes.start() / QUARTER..=minutes.end() / QUARTER {
            let first = (*minutes.start()).max(quarter * QUARTER) % QUARTER;
            let last = (*minutes.end()).min(quarter * QUARTER + QUARTER - 1) % QUARTER;
            let (pk, _) = slot_keys(quarter * QUARTER);
            let (from, to) = (format!("{first:02}#"), format!("{last:02}#{END}"));
            let query = Query {
                index: Some("slots"),
                names: ("slot_pk", "slot_sk"),
                ..Query::table(&pk, &from, &to)
            };
            self.query(query, |item| {
                found.extend(item::text_of(&item, "slot_sk").and_then(whose));
                Ok(true)
            })
            .await?;
        }
        Ok(found)
    }

    /// The instant through which the schedule has worked.
    pub async fn ticked(&self) -> Result<Option<Timestamp>, StoreError> {
        self.get("tick", &Key::tick()).await
    }

    /// Notes the instant through which the schedule has worked.
    pub async fn set_ticked(&self, now: Timestamp) -> Result<(), StoreError> {
        let item = item::Draft::new(&Key::tick(), "tick", &now)?.done();
        self.put(item, When::Always).await
    }
}

/// The index keys of a slot: its quarter hour, and its minute in it.
pub(crate) fn slot_keys(slot: u16) -> (String, String) {
    (format!("SLOT#{:02}", slot / QUARTER), format!("{:02}", slot % QUARTER))
}

/// The connection behind a slot's minute.
fn whose(slot: &str) -> Option<(TenantId, ConnectionId)> {
    let mut parts = slot.splitn(3, '#').skip(1);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
