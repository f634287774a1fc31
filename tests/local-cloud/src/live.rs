//! Real time: the loops that a test turns by hand.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cloud::{LocalCloud, Shared};
use crate::schedule::Rate;
use crate::template::Source;

/// How often a queue is looked at, as a mapping polls.
const POLL: Duration = Duration::from_millis(100);
/// How often the clock is looked at, and what waits outside is given a turn.
const PUMP: Duration = Duration::from_millis(200);
/// How often the queues are saved.
const SAVE: Duration = Duration::from_secs(1);
/// How long a batch may still run at the end; its messages come again at the next start.
const PATIENCE: Duration = Duration::from_secs(5);

impl LocalCloud {
    /// Delivers messages, sends the schedule's events and pumps, by itself, until `end` resolves.
    pub async fn live(&self, end: impl Future<Output = ()>) {
        self.lives();
        let stop = watch::Sender::new(false);
        let mut loops = JoinSet::new();
        for (package, source) in self.shared().sources.clone() {
            loops.spawn(deliver(self.shared().clone(), package, source, stop.subscribe()));
        }
        for (package, rate) in self.shared().rates.clone() {
            loops.spawn(tick(self.shared().clone(), package, rate, stop.subscribe()));
        }
        loops.spawn(pump(self.shared().clone(), stop.subscribe()));
        loops.spawn(save(self.shared().clone(), stop.subscribe()));
        end.await;
        stop.send_replace(true);
        let all = async { while loops.join_next().await.is_some() {} };
        drop(tokio::time::timeout(PATIENCE, all).await);
    }
}

/// Waits for `pause`; whether the loop goes on.
async fn goes_on(stop: &mut watch::Receiver<bool>, pause: Duration) -> bool {
    tokio::time::timeout(pause, stop.wait_for(|stop| *stop)).await.is_err()
}

async fn deliver(
    shared: Arc<Shared>,
    package: String,
    source: Source,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let pause = if shared.deliver(&package, &source).await { Duration::ZERO } else { POLL };
        if !goes_on(&mut stop, pause).await {
            return;
        }
    }
}

/// Goes by our clock, so that a clock that was moved ahead is noticed at once.
async fn tick(shared: Arc<Shared>, package: String, rate: Rate, mut stop: watch::Receiver<bool>) {
    let mut last = None;
    loop {
        let now = shared.clock.now();
        if last.is_none_or(|last| now.duration_since(last) >= rate.0) {
            last = Some(now);
            if let Err(error) = shared.wake(&package).await {
                tracing::warn!(%error, "a tick failed");
            }
        }
        if !goes_on(&mut stop, PUMP).await {
            return;
        }
    }
}

async fn pump(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    while goes_on(&mut stop, PUMP).await {
        shared.pump().await;
    }
}

async fn save(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let mut saved = shared.queues.snapshot();
    while goes_on(&mut stop, SAVE).await {
        let present = shared.queues.snapshot();
        if present != saved {
            match shared.save() {
                Ok(()) => saved = present,
                Err(error) => tracing::error!(%error, "the queues were not saved"),
            }
        }
    }
}
