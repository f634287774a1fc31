//! Every state that waits for somebody else, until when, and what happens then: nothing waits for ever unseen.

use jiff::SignedDuration;
use strum::{EnumMessage, VariantArray};

use crate::limits::{
    ASK_DEADLINE, COMPARE_WITHIN, CONFIRM_WITHIN, ERASE_WITHIN, FETCH_WITHIN, GIVE_UP, LINK_OPEN,
    MESSAGE_PAUSE, MESSAGE_TRIES, NOTICE_WITHIN, ORPHAN_KEPT, RETENTION, REVOKE_PAUSES, TOLD_AFTER,
};

/// Something that waits for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, VariantArray, EnumMessage)]
pub enum Waiting {
    /// The address of a link session, for its user to open it.
    Address,
    /// A visit, for its user to come back from Salt Edge's pages.
    Visit,
    /// A visit that came back, for the SaaS to hand in the code.
    Confirmation,
    /// A confirmed session, for Salt Edge's attempt at the bank to end.
    Attempt,
    /// A confirmed session, for Salt Edge to answer at all.
    Session,
    /// What a visit that nobody confirmed has left at Salt Edge, for Salt Edge to take it back.
    TakingBack,
    /// An ask, for the bank to answer.
    Ask,
    /// A connection that needs its user (`needs_reconnect`), for that user.
    UserNeeded,
    /// A connection to a bank that Salt Edge has closed (`disabled`), for that bank.
    BankClosed,
    /// An import of rows that were missing, for Salt Edge to show them.
    Import,
    /// A notice that is due, for Salt Edge to say how the consent stands.
    Notice,
    /// A revocation, for Salt Edge to show that it is over.
    Revocation,
    /// What a connection had at Salt Edge before it was linked afresh, for Salt Edge to end it.
    Retirement,
    /// A connection without a consent (`left_with_owner`), for its owner to delete it in the dashboard.
    LeftWithOwner,
    /// What was delivered of a connection that has ended, for whoever still reads it.
    Retention,
    /// An erasure, for everything that was allowed to be taken back.
    Erasure,
    /// The nightly comparison, for Salt Edge to list what it has.
    Comparison,
    /// An orphan, for Salt Edge to let it go.
    Orphan,
}

/// Until when something waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// So long; then this happens.
    After(SignedDuration, Then),
    /// As long as it takes, and why that is right.
    None(&'static str),
}

/// What happens when nobody has answered by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is over, and says so.
    Ends,
    /// A person is told, by the alarm of this name; it is tried again all the same.
    Told(&'static str),
    /// Its message is a dead letter, of which a person is told.
    DeadLetter,
}

impl Waiting {
    /// Every one, for tables and tests.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// How long it waits, and what happens then.
    pub fn deadline(self) -> Deadline {
        use Deadline::{After, None};
        match self {
            Self::Address => After(LINK_OPEN, Then::Ends),
            Self::Visit | Self::Confirmation => After(CONFIRM_WITHIN, Then::Ends),
            Self::Attempt => After(FETCH_WITHIN, Then::Ends),
            Self::Session => After(GIVE_UP, Then::Ends),
            Self::TakingBack => After(CONFIRM_WITHIN + given_up(), Then::DeadLetter),
            Self::Ask => After(ASK_DEADLINE, Then::Ends),
            Self::UserNeeded => None(
                "only its user can sign in. Nothing is asked meanwhile, and its rows stay readable; every six hours \
                 it is seen whether the bank lets us in again, or the connection is gone. The end of its consent is told.",
            ),
            Self::BankClosed => None(
                "only the bank, or Salt Edge, can open it again. Every six hours it is seen whether they did.",
            ),
            Self::Import => After(given_up(), Then::DeadLetter),
            Self::Notice => After(NOTICE_WITHIN, Then::Told("notice_stuck")),
            Self::Revocation | Self::Retirement => After(told(), Then::Told("revocation_stuck")),
            Self::LeftWithOwner => None(
                "only its owner can delete it, and there is no consent any more. Every day it is seen whether they \
                 did; what was delivered goes after its retention all the same.",
            ),
            Self::Retention => After(RETENTION, Then::Ends),
            Self::Erasure => After(ERASE_WITHIN, Then::Told("erasure_stuck")),
            Self::Comparison => After(COMPARE_WITHIN, Then::Told("comparison_stuck")),
            Self::Orphan => After(ORPHAN_KEPT / 2, Then::Told("orphan_stuck")),
        }
    }

    /// What waits, and for whom.
    pub fn meaning(self) -> &'static str {
        self.get_documentation().unwrap_or_default()
    }
}

/// When a message was tried as often as it is.
fn given_up() -> SignedDuration {
    MESSAGE_PAUSE * MESSAGE_TRIES
}

/// When the pauses between the tries of a revocation have come to the one that tells a person.
fn told() -> SignedDuration {
    let tries = usize::try_from(TOLD_AFTER).unwrap_or(usize::MAX);
    SignedDuration::from_mins(REVOKE_PAUSES.iter().take(tries - 1).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        comparison::{OrphanState, Place},
        connection::StateKind,
        erasure::ErasurePhase,
        session::StageKind,
    };

    /// By what a session waits; empty = nothing waits for anybody. A stage without a line does not compile.
    fn of_session(stage: StageKind) -> &'static [Waiting] {
        match stage {
            StageKind::Created => &[Waiting::Address],
            StageKind::Redirected => &[Waiting::Visit],
            StageKind::Returned => &[Waiting::Confirmation],
            StageKind::Confirmed | StageKind::Asking | StageKind::Reading => {
                &[Waiting::Attempt, Waiting::Session]
            }
            StageKind::Failed | StageKind::Expired | StageKind::Cancelled => &[Waiting::TakingBack],
            StageKind::Finished => &[],
        }
    }

    fn of_connection(state: StateKind) -> &'static [Waiting] {
        match state {
            StateKind::Active => {
                &[Waiting::Ask, Waiting::Import, Waiting::Notice, Waiting::Retirement]
            }
            StateKind::NeedsReconnect => &[Waiting::UserNeeded],
            StateKind::Disabled => &[Waiting::BankClosed],
            StateKind::Revoking => &[Waiting::Revocation],
            StateKind::LeftWithOwner => &[Waiting::LeftWithOwner, Waiting::Retention],
            StateKind::Revoked => &[Waiting::Retention],
        }
    }

    fn of_erasure(phase: ErasurePhase) -> &'static [Waiting] {
        match phase {
            ErasurePhase::Revoking
            | ErasurePhase::Waiting
            | ErasurePhase::Erasing
            | ErasurePhase::LookingAgain => &[Waiting::Erasure],
            ErasurePhase::Erased => &[],
        }
    }

    fn of_comparison(place: &Place, orphan: OrphanState) -> &'static [Waiting] {
        match (place, orphan) {
            (Place::Ours(_) | Place::Theirs(_), _) => &[Waiting::Comparison],
            (Place::Over, OrphanState::Listed) => &[Waiting::Orphan],
            (Place::Over, OrphanState::Left | OrphanState::Removed) => &[],
        }
    }

    #[test]
    fn each_state_of_each_life_has_its_deadline_and_each_deadline_its_state() {
        let sessions = StageKind::ALL.iter().flat_map(|stage| of_session(*stage));
        let connections = StateKind::ALL.iter().flat_map(|state| of_connection(*state));
        let erasures = ErasurePhase::ALL.iter().flat_map(|phase| of_erasure(*phase));
        let mut met: Vec<_> = sessions.chain(connections).chain(erasures).copied().collect();
        for place in [Place::Ours(0), Place::Theirs(None), Place::Over] {
            met.extend(of_comparison(&place, OrphanState::Listed));
        }
        for waiting in Waiting::ALL {
            assert!(met.contains(waiting), "{waiting:?} is a state of nothing");
            assert!(waiting.meaning().contains(", for "), "{waiting:?} does not say for whom");
        }
    }
}
