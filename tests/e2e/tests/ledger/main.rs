//! The copied ledger is Salt Edge's own, whatever dies, races, gets lost or comes late: a thousand short stories out of
//! seeds.
//!
//! `HALITE_SEED=17` plays one story and prints every request of it; `HALITE_SEEDS=50` plays that many.

#![expect(clippy::unwrap_used, reason = "a story that cannot go on is a failed test")]

mod bank;
mod check;
mod counts;
mod play;
mod points;
mod race;
mod random;
mod scenario;
mod stage;
mod trigger;

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use counts::{Counts, names};
use e2e::User;
use play::{Played, play};
use stage::Stage;

/// Stories that a run plays where nothing else is asked for.
const SEEDS: u64 = 1_000;
/// Threads, each with a world of its own. More than there are processors: retries of the SDK wait in real time.
const THREADS: usize = 4;

#[expect(clippy::disallowed_methods, reason = "a run is told its seed by whoever starts it")]
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// Everything of one thread runs in it, one thing at a time: a story goes the same way each time.
fn alone<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work)
}

/// A story whose world is broken afterwards is told by its seed, panics too.
struct Telling(u64);

impl Drop for Telling {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("HALITE_SEED={} plays what went wrong again", self.0);
        }
    }
}

async fn one(stage: &Stage, user: &User<'_>, seed: u64, counts: &mut Counts) -> Played {
    let _telling = Telling(seed);
    play(stage, user, seed, counts).await
}

#[test]
fn the_ledger_is_salt_edges_whatever_goes_wrong() {
    if let Some(seed) = asked("HALITE_SEED") {
        return replay(seed);
    }
    let seeds = asked("HALITE_SEEDS").unwrap_or(SEEDS);
    let (next, broken) = (AtomicU64::new(1), AtomicBool::new(false));
    let counts = Mutex::new(Counts::default());
    let failures = Mutex::new(Vec::new());
    let lane = || {
        alone(async {
            let stage = Stage::set().await;
            let user = stage.user();
            let mut own = Counts::default();
            while !broken.load(Ordering::Relaxed) {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed > seeds {
                    break;
                }
                if let Some(why) = one(&stage, &user, seed, &mut own).await.broken {
                    broken.store(true, Ordering::Relaxed);
                    let failure = format!("seed {seed}: {why}");
                    failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
                    stage.world.cloud.abandon();
                }
            }
            counts.lock().unwrap_or_else(PoisonError::into_inner).merge(&own);
        });
    };
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(lane);
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "HALITE_SEED=… plays it again:\n{}", failures.join("\n"));
    report(seeds, &counts.into_inner().unwrap());
}

/// Plays one story and prints it.
fn replay(seed: u64) {
    let played = alone(async {
        let stage = Stage::set().await;
        let user = stage.user();
        let played = one(&stage, &user, seed, &mut Counts::default()).await;
        stage.world.cloud.abandon();
        played
    });
    println!("seed {seed}\n{}", played.trace.join("\n"));
    assert_eq!(played.broken, None, "seed {seed}");
}

fn report(seeds: u64, counts: &Counts) {
    println!("{seeds} stories; how often each fault was met:");
    for name in names() {
        println!("{:>6}  {name}", counts.of(&name));
    }
    if seeds >= SEEDS {
        for name in names() {
            let times = counts.of(&name);
            assert!(times >= Counts::LEAST, "{name}: {times} times only");
        }
    }
}

#[test]
fn the_same_seed_goes_the_same_way() {
    let seeds = [3_u64, 8, 21, 34, 55, 89, 144, 233];
    let lane = |order: Vec<u64>| {
        alone(async move {
            let stage = Stage::set().await;
            let user = stage.user();
            let mut traces = Vec::new();
            for seed in order {
                traces.push((seed, one(&stage, &user, seed, &mut Counts::default()).await.trace));
            }
            traces.sort();
            traces
        })
    };
    let (first, second) = thread::scope(|scope| {
        let backwards = scope.spawn(move || lane(seeds.iter().rev().copied().collect()));
        (lane(seeds.to_vec()), backwards.join().unwrap())
    });
    for ((seed, first), (_, second)) in first.iter().zip(&second) {
        assert_eq!(first, second, "seed {seed} went two ways");
    }
    assert!(first.iter().map(|(_, trace)| trace.len()).sum::<usize>() > 100);
}
