//! The daily comparison of what Salt Edge has with what we have, and what it finds: orphans.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    id::{RemoteConnectionId, RemoteCustomerId},
    limits::{COMPARE_EVERY, COMPARE_WITHIN, ORPHAN_GRACE, SOME_GONE},
};

/// How far a comparison has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Ours are looked for at Salt Edge: the connections from this minute of the cycle on.
    Ours(u16),
    /// Salt Edge's are looked for here: customers from this one on.
    Theirs(Option<RemoteCustomerId>),
    /// It is over.
    #[default]
    Over,
}

/// The present comparison, or the last one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// When it began.
    pub begun_at: Option<Timestamp>,
    /// How far.
    pub place: Place,
    /// Comparisons that came to their end. While there is none, orphans are only listed.
    pub ended: u32,
    /// Open connections of ours that were looked for.
    pub looked: u32,
    /// Those of them that Salt Edge says it does not have.
    pub gone: u32,
    /// Orphans that it found.
    pub orphans: u32,
    /// Connections of the present minute that are behind it.
    #[serde(default)]
    pub within: usize,
    /// Connections and customers of which Salt Edge gave no readable answer: they are passed over.
    #[serde(default)]
    pub skipped: u32,
    /// Counts its writes; 0 = not stored yet.
    pub version: u64,
}

impl Comparison {
    /// The comparison as it goes on now: the next one where the last is over and old enough. None = not yet.
    pub fn next(self, now: Timestamp) -> Option<Self> {
        if self.place != Place::Over {
            return Some(self);
        }
        let old = self.begun_at.is_none_or(|begun| now >= begun + COMPARE_EVERY);
        old.then_some(Self {
            begun_at: Some(now),
            place: Place::Ours(0),
            looked: 0,
            gone: 0,
            orphans: 0,
            within: 0,
            skipped: 0,
            ..self
        })
    }

    /// Whether it has been under way for so long that a person is told.
    pub fn overdue(&self, now: Timestamp) -> bool {
        self.begun_at.is_some_and(|begun| now >= begun + COMPARE_WITHIN)
    }

    /// Whether so many of ours are gone that something else is wrong: more than a twentieth, and not a few.
    pub fn too_many_gone(&self) -> bool {
        self.gone > SOME_GONE && u64::from(self.gone) * 20 > u64::from(self.looked)
    }
}

/// What became of an orphan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrphanState {
    /// It was seen. Nothing was done.
    Listed,
    /// It has no consent any more; only its owner can delete it, in their Salt Edge dashboard.
    Left,
    /// It was removed, and the removal is proven.
    Removed,
}

impl OrphanState {
    /// The name in logs and counts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Left => "left",
            Self::Removed => "removed",
        }
    }
}

/// A connection at Salt Edge of a customer that carries this deployment's id, and that nothing here leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orphan {
    /// Salt Edge's id of it. Whose it is, is not kept: nobody's erasure leads here.
    pub remote: RemoteConnectionId,
    /// When it was seen first.
    pub first_seen: Timestamp,
    /// What became of it.
    pub state: OrphanState,
}

impl Orphan {
    /// The orphan as it is seen once more. What was over is not, where it is shown after its removal, or has a consent in
    /// force again: that begins anew, with a grace of its own.
    #[must_use]
    pub fn again(self, in_force: bool, now: Timestamp) -> Self {
        let anew = match self.state {
            OrphanState::Listed => false,
            OrphanState::Left => in_force,
            OrphanState::Removed => true,
        };
        if anew { Self { first_seen: now, state: OrphanState::Listed, ..self } } else { self }
    }

    /// Whether it is ended now: a comparison has come to its end before, and its grace is over.
    pub fn due(&self, comparison: &Comparison, now: Timestamp) -> bool {
        let open = self.state == OrphanState::Listed;
        open && comparison.ended > 0 && now >= self.first_seen + ORPHAN_GRACE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_orphan_is_ended_when_its_grace_is_over_and_not_by_the_first_comparison() {
        let seen: Timestamp = "2026-03-02T03:00:00Z".parse().unwrap();
        for (days, ended, state, want) in [
            (6, 6, OrphanState::Listed, false),
            (7, 6, OrphanState::Listed, true),
            (90, 0, OrphanState::Listed, false),
            (7, 6, OrphanState::Left, false),
            (7, 6, OrphanState::Removed, false),
        ] {
            let orphan = Orphan { remote: "1".parse().unwrap(), first_seen: seen, state };
            let comparison = Comparison { ended, ..Comparison::default() };
            let now = seen + jiff::SignedDuration::from_hours(24 * days);
            assert_eq!(orphan.due(&comparison, now), want, "{days} {ended} {state:?}");
        }
    }

    #[test]
    fn c5_an_orphan_that_was_over_begins_anew_when_it_is_not() {
        let seen: Timestamp = "2026-03-02T03:00:00Z".parse().unwrap();
        let now = seen + jiff::SignedDuration::from_hours(24 * 20);
        for (state, in_force, want) in [
            (OrphanState::Listed, true, (OrphanState::Listed, seen)),
            (OrphanState::Left, false, (OrphanState::Left, seen)),
            (OrphanState::Left, true, (OrphanState::Listed, now)),
            (OrphanState::Removed, false, (OrphanState::Listed, now)),
        ] {
            let orphan = Orphan { remote: "1".parse().unwrap(), first_seen: seen, state };
            let again = orphan.again(in_force, now);
            assert_eq!((again.state, again.first_seen), want, "{state:?} {in_force}");
        }
    }

    #[test]
    fn a_twentieth_that_is_gone_stops_it_and_a_few_do_not() {
        for (looked, gone, want) in [
            (0, 0, false),
            (2, 2, false),
            (3, 3, true),
            (60, 3, false),
            (59, 3, true),
            (1_000, 50, false),
            (1_000, 51, true),
        ] {
            let comparison = Comparison { looked, gone, ..Comparison::default() };
            assert_eq!(comparison.too_many_gone(), want, "{gone} of {looked}");
        }
    }
}
