//! The journeys, through HTTP, on the parts that are the real ones.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a journey that cannot go on is a failed test"
)]

mod accounts;
mod bad_input;
mod bad_return_to;
mod bad_tokens;
mod c1_receipts;
mod c2_notices;
mod c5_deadlines;
mod c5_orphans;
mod c5_waiting;
mod callbacks_hostile;
mod catalogue;
mod duplicates;
mod feed;
mod idempotency;
mod institutions;
mod isolation;
mod limits;
mod link;
mod link_addresses;
mod link_box;
mod link_callbacks;
mod link_confirm;
mod link_endings;
mod link_nights;
mod link_parallel;
mod link_progress;
mod link_returns;
mod link_visits;
mod modes;
mod modes_bad;
mod one_journal;
mod operations;
mod p4_erasure;
mod p4_inventory;
mod p4_orphans;
mod p4_retention;
mod p4_stragglers;
mod p4_visits;
mod renewals;
mod revoke;
mod revoke_again;
mod revoke_earlier;
mod revoke_faults;
mod revoke_keys;
mod revoke_leftovers;
mod revoke_logs;
mod revoke_meanwhile;
mod revoke_races;
mod schedule;
mod switches;
mod switches_both_ways;
mod t1_publication;
mod t1_statements;
mod t2_proof;
mod t5_missing;
mod y9_no_dead_end;
mod y9_ways_in;
