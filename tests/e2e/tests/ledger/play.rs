//! A story, played: the bank's side, the trigger, what goes wrong, the recovery; after each step the ledger is Salt Edge's.

use std::collections::BTreeSet;

use e2e::{User, minutes, oracle};
use jiff::tz::TimeZone;
use local_cloud::{Effect, Service};
use simulator::{CallbackKind, Consent, ConsentStatus, PendingIds};

use crate::{
    bank::{BANK, Bank},
    check::{Journal, Rows, copied, difference},
    counts::{self, Counts, name},
    points::Points,
    scenario::{Edit, FEW, Plan, Scenario, Step, Trigger},
    stage::Stage,
};

/// Deliveries after which a message is a dead letter.
const DELIVERIES: usize = 5;

/// What became of a story.
pub(crate) struct Played {
    /// Every request and what was found, in order.
    pub(crate) trace: Vec<String>,
    /// What does not hold.
    pub(crate) broken: Option<String>,
}

/// One story being played.
pub(crate) struct Play<'s> {
    pub(crate) stage: &'s Stage,
    pub(crate) user: &'s User<'s>,
    pub(crate) bank: Bank<'s>,
    pub(crate) points: Points,
    pub(crate) counts: &'s mut Counts,
    trace: Vec<String>,
    /// How the copy stood at the moments of this step.
    stood: Vec<Rows>,
    /// Asks of the bank that Salt Edge has counted when this step's was wanted, where it was.
    pub(crate) wanted: Option<usize>,
}

pub(crate) async fn play(stage: &Stage, user: &User<'_>, seed: u64, counts: &mut Counts) -> Played {
    stage.begin(seed);
    let scenario = Scenario::of(seed);
    let control = stage.world.salt_edge.control();
    if scenario.stable_pendings {
        control.switch(|switches| switches.pending_ids = PendingIds::Stable);
    }
    control.switch(|switches| switches.most_per_page = scenario.page);
    counts.add("small pages", u32::from(scenario.page == FEW));
    let looked = control.now().to_zoned(TimeZone::UTC).date();
    let bank = Bank { control, remote: stage.remote, looked, texts: 0, twins: BTreeSet::new() };
    let mut play = Play {
        stage,
        user,
        bank,
        points: Points::default(),
        counts,
        trace: Vec::new(),
        stood: Vec::new(),
        wanted: None,
    };
    let mut broken = None;
    for (number, step) in scenario.steps.iter().enumerate() {
        play.trace.push(format!("step {}: {step:?}", number + 1));
        if let Err(why) = play.step(step).await {
            play.trace.push(why.clone());
            broken = Some(format!("step {}: {why}", number + 1));
            break;
        }
    }
    if broken.is_none() && scenario.read_back {
        read_back(stage, user, scenario.revoked).await;
    }
    Played { trace: play.trace, broken }
}

/// What the API tells, and its feed; after a revocation, that of both generations.
async fn read_back(stage: &Stage, user: &User<'_>, revoked: bool) {
    if !revoked {
        return oracle::assert_equal(user, &stage.connection, stage.remote).await;
    }
    oracle::assert_feed(user, &stage.connection).await;
    let again = user.link(BANK).await;
    assert_eq!(again["id"], stage.connection["id"], "the same connection goes on");
    oracle::assert_feed(user, &stage.connection).await;
}

impl Play<'_> {
    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let cloud = &self.stage.world.cloud;
        cloud.clock().advance(minutes(step.minutes));
        cloud.tap().reset();
        let before = Journal::of(self.stage).await;
        self.stood = vec![copied(self.stage)];
        self.wanted = None;
        let attempts = self.attempts();
        let set_aside = self.edit(&step.edits);
        self.points.watch(cloud.tap(), step.beside);
        let stale = self.stale();
        self.go(step).await;
        self.counts.add("a stale read", self.stale() - stale);
        if let Some(beside) = self.points.met_beside() {
            self.counts.add(&counts::of(beside), 1);
        }
        self.note();
        cloud.tap().disarm();
        self.stage.world.salt_edge.control().clear_faults();
        self.recover(step).await?;
        if set_aside && self.attempts() == attempts {
            self.salt_edge_calls(1).await;
            self.stage.world.settle().await;
        }
        self.bank.looked = self.bank.control.now().to_zoned(TimeZone::UTC).date();
        self.hold_against(step, &before).await
    }

    /// Whether the copy changed at once.
    pub(crate) fn edit(&mut self, edits: &[Edit]) -> bool {
        let mut at_once = false;
        for edit in edits {
            at_once |= self.bank.edit(*edit);
        }
        self.stood.push(copied(self.stage));
        at_once
    }

    /// Brings the pull, and lets go wrong what is to.
    async fn go(&mut self, step: &Step) {
        match &step.plan {
            Plan::Nothing => {}
            Plan::Points(points) => self.points.set(points),
            Plan::Race { held, .. } => self.points.set(held),
            Plan::Revoke { held, .. } => self.points.set(&[*held]),
        }
        self.trigger(step.by).await;
        self.stood.push(copied(self.stage));
        match &step.plan {
            Plan::Nothing => {}
            Plan::Points(points) => {
                self.stage.world.settle().await;
                let met = self.points.met();
                for effect in &met {
                    self.counts.add(name(*effect), u32::from(*effect != Effect::Stale));
                }
                self.counts.add("a pair of points", u32::from(met.len() == 2 && points.len() == 2));
            }
            Plan::Race { meanwhile, then, .. } => self.race(meanwhile, *then).await,
            Plan::Revoke { worked_on, .. } => self.revoke(*worked_on).await,
        }
        self.stage.world.settle().await;
    }

    /// What died is delivered again after its visibility; what no callback told of is found by the minute.
    async fn recover(&mut self, step: &Step) -> Result<(), String> {
        let by = step.by;
        let world = &self.stage.world;
        for _ in 0..DELIVERIES {
            if world.cloud.queued().is_empty() {
                break;
            }
            world.cloud.clock().advance(minutes(13));
            world.settle().await;
        }
        if matches!(by, Trigger::Refresh { lost: true, .. } | Trigger::Schedule { lost: true }) {
            world.cloud.clock().advance(minutes(11));
            world.cloud.tick().await.map_err(|error| format!("a tick failed: {error}"))?;
            world.settle().await;
        }
        if matches!(step.plan, Plan::Revoke { .. }) {
            for _ in 0..3 {
                if Journal::of(self.stage).await.ended {
                    break;
                }
                world.cloud.advance(minutes(2), minutes(2)).await;
            }
        }
        if let Some((queue, letter)) = world.cloud.take_dead_letters().first() {
            return Err(format!("a dead letter on {queue}: {}", letter.body));
        }
        match world.cloud.queued().first() {
            Some((queue, left)) => Err(format!("left on {queue}: {}", left.body)),
            None => Ok(()),
        }
    }

    async fn hold_against(&mut self, step: &Step, before: &Journal) -> Result<(), String> {
        let journal = Journal::of(self.stage).await;
        journal.sound()?;
        journal.keeps_ids(before, &self.bank.twins)?;
        let (have, want) = (journal.rows(), copied(self.stage));
        let rows: usize = have.values().flatten().map(Vec::len).sum();
        self.trace.push(format!("{} entries, {rows} rows", journal.entries.len()));
        let revoked = matches!(step.plan, Plan::Revoke { .. });
        let untouched = matches!(step.plan, Plan::Nothing);
        if untouched && self.wanted.is_some_and(|before| self.asks() == before) {
            return Err(String::from("the bank was to be asked, and was not"));
        }
        if revoked && !journal.ended {
            return Err(String::from("the revocation has not come to its end"));
        }
        if revoked && self.in_force() {
            return Err(String::from("a consent is in force behind the revocation"));
        }
        if journal.open == revoked {
            return Err(format!(
                "revoked: {revoked}, and the connection is open: {}",
                journal.open
            ));
        }
        if have == want || revoked && self.stood.contains(&have) {
            return Ok(());
        }
        Err(format!("the ledger is not Salt Edge's:\n{}", difference(&have, &want)))
    }

    /// Whether Salt Edge may still look.
    fn in_force(&self) -> bool {
        let consents = self.stage.world.salt_edge.control().ledger().consents;
        let own = |consent: &&Consent| consent.connection_id == self.stage.remote;
        consents.iter().filter(own).any(|consent| consent.status == ConsentStatus::Active)
    }

    /// Asks of the bank so far.
    pub(crate) fn asks(&self) -> usize {
        self.stage.world.salt_edge.control().record().background_refreshes.len()
    }

    /// Attempts that ended well so far.
    fn attempts(&self) -> usize {
        let record = self.stage.world.salt_edge.control().record();
        record.callbacks.iter().filter(|one| one.kind == CallbackKind::Success).count()
    }

    /// Older pages that were given so far.
    fn stale(&self) -> u32 {
        self.stage.world.cloud.tap().fired() - self.points.fired()
    }

    /// Every request of a function, but the secrets: how long one is kept is no part of the story.
    fn note(&mut self) {
        let log = self.stage.world.cloud.tap().log();
        let told = log.iter().filter(|io| io.service != Service::Secrets && io.function != "test");
        self.trace.extend(
            told.map(|io| {
                format!("{} {:?} {} {}", io.function, io.service, io.operation, io.status)
            }),
        );
    }
}
