//! Every state that waits for somebody else, until when, and what happens then: nothing waits for ever.

use jiff::SignedDuration;
use strum::VariantArray;

use crate::limits::{
    ASK_DEADLINE, CONFIRM_WITHIN, ERASE_WITHIN, GIVE_UP, LINK_OPEN, ORPHAN_KEPT, RETENTION,
    REVOKE_PAUSES, TOLD_AFTER,
};

/// Something that waits for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray)]
pub enum Waiting {
    /// The address of a link session, for its user to open it.
    Address,
    /// A visit, for its user to come back from Salt Edge's pages.
    Visit,
    /// A visit that came back, for the SaaS to hand in the code.
    Confirmation,
    /// A confirmed session, for Salt Edge to bring a connection.
    Session,
    /// An ask, for the bank to answer.
    Ask,
    /// A revocation, for Salt Edge to show that it is over.
    Revocation,
    /// What was delivered of a connection that has ended, for whoever still reads it.
    Retention,
    /// An erasure, for everything that was allowed to be taken back.
    Erasure,
    /// An orphan, for Salt Edge to let it go.
    Orphan,
}

/// What happens when nobody has answered by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is over, and says so.
    Ends,
    /// A person is told, by the alarm of this name; it is tried again all the same.
    Told(&'static str),
}

impl Waiting {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// How long it waits, and what happens then.
    pub fn deadline(self) -> (SignedDuration, Then) {
        match self {
            Self::Address => (LINK_OPEN, Then::Ends),
            Self::Visit | Self::Confirmation => (CONFIRM_WITHIN, Then::Ends),
            Self::Session => (GIVE_UP, Then::Ends),
            Self::Ask => (ASK_DEADLINE, Then::Ends),
            Self::Revocation => (told(), Then::Told("revocation_stuck")),
            Self::Retention => (RETENTION, Then::Ends),
            Self::Erasure => (ERASE_WITHIN, Then::Told("erasure_stuck")),
            Self::Orphan => (ORPHAN_KEPT / 2, Then::Told("orphan_stuck")),
        }
    }
}

/// When the pauses between the tries of a revocation have come to the one that tells a person.
fn told() -> SignedDuration {
    let tries = usize::try_from(TOLD_AFTER).unwrap_or(usize::MAX);
    SignedDuration::from_mins(REVOKE_PAUSES.iter().take(tries - 1).sum())
}
