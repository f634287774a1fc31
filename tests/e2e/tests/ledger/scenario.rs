//! What a seed stands for: what the bank does, what brings a pull, and what goes wrong.

use local_cloud::Effect;

use crate::{points::Beside, random::Random};

/// A short story of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    /// Whether a pending row keeps its id at Salt Edge.
    pub(crate) stable_pendings: bool,
    /// Rows of a page of Salt Edge's lists: a few, or more than there are.
    pub(crate) page: usize,
    /// Whether it is also read through the API at its end: some of them.
    pub(crate) read_back: bool,
    /// Whether the connection is revoked at its end.
    pub(crate) revoked: bool,
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Minutes that pass before.
    pub(crate) minutes: i64,
    pub(crate) edits: Vec<Edit>,
    pub(crate) by: Trigger,
    pub(crate) plan: Plan,
    /// What goes wrong besides, at the function that brings the pull or takes the consent back.
    pub(crate) beside: Option<Beside>,
}

/// What happens at the bank. A number picks the row, by its place among those that it may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edit {
    /// A new row, dated so many days ago.
    Book {
        cents: u32,
        days_ago: u32,
        reference: bool,
    },
    /// The same as an earlier row, a genuine second one.
    Twin(u32),
    /// Other words, or another amount, under the same id.
    Describe(u32),
    Correct(u32),
    /// Nothing but Salt Edge's id.
    Rename(u32),
    /// Another id and other words.
    Replace(u32),
    Remove(u32),
    /// Salt Edge sets it aside, or takes that back.
    Duplicate(u32),
    Announce {
        cents: u32,
    },
    Settle(u32),
    Withdraw(u32),
    /// The second account is delivered from now on, or not any more.
    SecondAccount,
}

/// What brings a pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// Salt Edge was at the bank by itself and calls so many times.
    Callback(u8),
    /// So many users wait. Lost: Salt Edge's call never comes.
    Refresh { times: u8, lost: bool },
    /// The connection's slot.
    Schedule { lost: bool },
}

/// What goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Nothing,
    /// Each at so many requests after the one before.
    Points(Vec<(u32, Effect)>),
    /// Each but the last pull is held there while the next runs to its end.
    Race {
        held: Vec<(u32, Effect)>,
        meanwhile: Vec<Edit>,
        then: Option<(u32, Effect)>,
    },
    /// The user revokes while the pull is held; whether the revocation is worked on before it goes on.
    Revoke {
        held: (u32, Effect),
        worked_on: bool,
    },
}

const FAULTS: [Effect; 8] = [
    Effect::KillBefore,
    Effect::KillAfter,
    Effect::LoseAnswer,
    Effect::FailBefore,
    Effect::FailAfter,
    Effect::NotApi,
    // Twice: often there is no older page.
    Effect::Stale,
    Effect::Stale,
];
/// What goes wrong at other functions than `sync`.
pub(crate) const BESIDE: [Effect; 5] = [
    Effect::KillBefore,
    Effect::KillAfter,
    Effect::LoseAnswer,
    Effect::FailBefore,
    Effect::FailAfter,
];
/// Those functions, how many requests each makes here, and in how many of its steps one of them fails.
pub(crate) const FUNCTIONS: [(&str, u32, u32); 4] =
    [("connect", 4, 3), ("revoke", 12, 1), ("schedule", 10, 1), ("webhook", 1, 6)];
/// Rows of a small page.
pub(crate) const FEW: usize = 4;
const HOLDS: [Effect; 2] = [Effect::HoldBefore, Effect::HoldAfter];

impl Scenario {
    pub(crate) fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = random.within(1, 3);
        let stable_pendings = random.once_in(3);
        let revoked = random.once_in(5);
        let steps = (1..=count).map(|n| step(&mut random, n == 1, n == count && revoked));
        // Drawn apart, so that the rest of a story stays what it was.
        let mut other = Random::new(!seed);
        let page = if other.once_in(5) { FEW } else { 1_000 };
        let steps = steps.map(|step| besides(&mut other, step)).collect();
        Self { stable_pendings, page, read_back: seed.is_multiple_of(8), revoked, steps }
    }
}

fn step(random: &mut Random, first: bool, revoked: bool) -> Step {
    let racers = random.within(2, 3);
    let plan = match random.below(20) {
        _ if revoked => revoke(random),
        0 => Plan::Nothing,
        1..=8 => Plan::Points(vec![point(random)]),
        9..=12 => Plan::Points(vec![point(random), point(random)]),
        _ => race(random, racers),
    };
    let times = match &plan {
        Plan::Race { held, .. } => u8::try_from(held.len() + 1).unwrap_or(u8::MAX),
        Plan::Nothing | Plan::Points(_) | Plan::Revoke { .. } => 1,
    };
    let lost = times == 1 && random.once_in(3);
    let by = match random.below(6) {
        0 | 1 => Trigger::Refresh { times, lost },
        2 if first => Trigger::Schedule { lost },
        _ => Trigger::Callback(times),
    };
    let minutes = if first { 0 } else { pause(random) };
    Step { minutes, edits: edits(random, 4), by, plan, beside: None }
}

/// The step with what goes wrong besides; in some of them that is all.
fn besides(random: &mut Random, step: Step) -> Step {
    let name = match (&step.plan, step.by) {
        (Plan::Revoke { .. }, _) => "revoke",
        (_, Trigger::Callback(_)) => "webhook",
        (_, Trigger::Refresh { .. }) => "connect",
        (_, Trigger::Schedule { .. }) => "schedule",
    };
    let found = FUNCTIONS.into_iter().find(|one| one.0 == name);
    let Some((function, requests, seldom)) = found else { return step };
    // The later ones are those that do something.
    let place = random.within(1, requests).max(random.within(1, requests));
    let effect = random.pick(&BESIDE);
    let (met, alone) = (random.once_in(seldom), random.once_in(2));
    let beside = met.then_some(Beside { function, place, effect });
    let asks = matches!(function, "connect" | "schedule");
    let plan = if met && alone && asks { Plan::Nothing } else { step.plan };
    Step { plan, beside, ..step }
}

/// Some minutes, some days, or a gap that is longer than the overlap.
fn pause(random: &mut Random) -> i64 {
    let days = random.pick(&[0, 0, 0, 1, 3, 20]);
    i64::from(random.within(61, 200)) + days * 24 * 60
}

/// Where in a pull: a read makes some nine requests, an ask five before it.
fn point(random: &mut Random) -> (u32, Effect) {
    (random.within(1, 12), random.pick(&FAULTS))
}

fn hold(random: &mut Random) -> (u32, Effect) {
    (random.within(1, 9), random.pick(&HOLDS))
}

fn race(random: &mut Random, racers: u32) -> Plan {
    let held = (1..racers).map(|_| hold(random)).collect();
    let meanwhile = if random.once_in(2) { edits(random, 3) } else { Vec::new() };
    let then = (racers == 2 && random.once_in(3)).then(|| point(random));
    Plan::Race { held, meanwhile, then }
}

fn revoke(random: &mut Random) -> Plan {
    Plan::Revoke { held: hold(random), worked_on: random.once_in(2) }
}

fn edits(random: &mut Random, most: u32) -> Vec<Edit> {
    (0..random.within(1, most)).map(|_| edit(random)).collect()
}

fn edit(random: &mut Random) -> Edit {
    let row = random.below(1_000);
    let cents = random.below(20_000);
    match random.below(24) {
        0..=5 => {
            let days_ago = random.pick(&[0, 0, 0, 1, 2, 5, 9, 16, 40]);
            Edit::Book { cents, days_ago, reference: random.once_in(2) }
        }
        6 | 7 => Edit::Twin(row),
        8 | 9 => Edit::Describe(row),
        10 => Edit::Correct(row),
        11 | 12 => Edit::Rename(row),
        13 => Edit::Replace(row),
        14 | 15 => Edit::Remove(row),
        16 => Edit::Duplicate(row),
        17..=19 => Edit::Announce { cents },
        20 | 21 => Edit::Settle(row),
        22 => Edit::Withdraw(row),
        _ => Edit::SecondAccount,
    }
}
