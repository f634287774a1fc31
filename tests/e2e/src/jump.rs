//! Time that passes in jumps, from one thing that is due to the next.

use jiff::{SignedDuration, Timestamp};
use local_cloud::World;

/// Crockford's base32 in lower case, in which the due index writes an instant: 64 bits of seconds.
const LETTERS: &str = "0123456789abcdefghjkmnpqrstvwxyz";

/// So much time passes. Nobody lives through it minute by minute: the clock jumps to the minute in which something of
/// the due index is due next, and there is a tick. At each, the slots of the six hours before it are caught up with, as
/// after ticks that were lost; those further back are not. How many jumps it took.
pub async fn jump(world: &World, by: SignedDuration) -> usize {
    let end = world.cloud.clock().now() + by;
    for jumps in 1.. {
        let now = world.cloud.clock().now();
        let to = next_due(world, now).await.map_or(end, |due| minute_after(due).min(end));
        world.advance(to.duration_since(now), to.duration_since(now)).await;
        if to == end {
            return jumps;
        }
    }
    0
}

/// The schedule comes by once a minute: behind what is due.
fn minute_after(due: Timestamp) -> Timestamp {
    due + SignedDuration::from_secs(60 - due.as_second().rem_euclid(60))
}

/// The next instant in the due index after this one.
async fn next_due(world: &World, now: Timestamp) -> Option<Timestamp> {
    let (client, table) = world.cloud.table();
    let mut next = None;
    let mut pages = client.scan().table_name(table).index_name("due").into_paginator().send();
    while let Some(page) = pages.next().await {
        for item in page.expect("a scan").items.unwrap_or_default() {
            let at = instant(item["due_sk"].as_s().expect("a text"));
            next = [next, Some(at).filter(|at| *at > now)].into_iter().flatten().min();
        }
    }
    next
}

/// What stands before the first mark; the last letter has one bit of nothing.
fn instant(place: &str) -> Timestamp {
    let letters = place.split('#').next().unwrap_or_default().chars();
    let digits = letters.map(|letter| LETTERS.find(letter).expect("a letter") as u64);
    let seconds = digits.fold(0_u64, |sum, digit| (sum << 5) | digit) >> 1;
    Timestamp::from_second(seconds.try_into().expect("a time")).expect("a time")
}
