//! Limits on everything, in one place.

use jiff::SignedDuration;

/// Unattended asks of one connection in any rolling day. Source: PSD2 RTS art. 36(5)(b).
pub const ASKS_PER_DAY: usize = 4;
/// The rolling day of [`ASKS_PER_DAY`].
pub const DAY: SignedDuration = SignedDuration::from_hours(24);
/// An ask that has brought nothing by then is looked at without a callback.
pub const ASK_DEADLINE: SignedDuration = SignedDuration::from_mins(10);
/// The gap between two asks that most banks want. Source: `refresh_timeout`, usually 60 minutes.
pub const ASK_GAP: SignedDuration = SignedDuration::from_hours(1);
/// An attempt that has not ended by then is taken for one that never will. Banks take minutes.
pub const ATTEMPT_LIFE: SignedDuration = SignedDuration::from_hours(2);
/// How far Salt Edge's clock may be from ours: an instant further ahead has not been, whatever it says.
pub const CLOCKS: SignedDuration = SignedDuration::from_mins(5);
/// A slot that comes this much before the cadence is over still asks: slots lie on a grid.
pub const CADENCE_SLACK: SignedDuration = SignedDuration::from_mins(30);
/// Minutes of the cycle on which every connection has its slot.
pub const CYCLE_MINUTES: u16 = 360;
/// Days of rows that every read compares again, where nothing more is known of the bank.
pub const OVERLAP_DAYS: i64 = 14;
/// The same of a bank whose rows come late, at most.
pub const OVERLAP_MOST: i64 = 56;
/// Days of entries that a read loads beside the overlap: a margin.
pub const TAIL_MARGIN: i64 = 2;
/// How far back a first link asks, in days, where the bank says nothing: what Salt Edge fetches then.
pub const HISTORY_DAYS: u16 = 60;
/// The consent that is asked for, in days, where the bank allows it.
pub const CONSENT_DAYS: u16 = 180;
/// How long the address of a link session may be opened.
pub const LINK_OPEN: SignedDuration = SignedDuration::from_hours(1);
/// A session that is not confirmed by then is taken back.
pub const CONFIRM_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// How long an account that is shown again stays with the connection that reads it. A read takes minutes.
pub const RETURN_KEPT: SignedDuration = SignedDuration::from_hours(1);
/// How long a connection is not taken for the one of a login that its user has tried it with in vain.
pub const OTHER_LOGIN_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long the answer to a request with an `Idempotency-Key` is given again.
pub const ANSWER_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// A confirmed session that has brought no connection by then has failed.
pub const FETCH_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Pause before a waiting session is looked at again without a callback.
pub const SESSION_PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// Pause before a session is looked at again whose message could not be processed.
pub const SESSION_RETRY: SignedDuration = SignedDuration::from_mins(15);
/// A confirmed session that could not be brought on by then has failed, whoever did not answer.
pub const GIVE_UP: SignedDuration = SignedDuration::from_hours(24);
/// The pause before a message comes again that could not be worked on. Source: the sync queue's
/// `VisibilityTimeout` in `template.yaml`.
pub const MESSAGE_PAUSE: SignedDuration = SignedDuration::from_mins(12);
/// Times that a message is delivered before it is given up. Source: `maxReceiveCount` in `template.yaml`.
pub const MESSAGE_TRIES: i32 = 5;
/// The cadence that a deployment begins with: how old an attempt is when the bank is asked again.
pub const CADENCE: SignedDuration = SignedDuration::from_hours(12);
/// The pause before a visit is worth beginning again that failed through nobody here.
pub const START_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// The pause before the same request is worth sending again.
pub const TRY_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// Rows of one part of a big first read.
pub const PART_ROWS: usize = 500;
/// A first read of at most this many rows outside the overlap stays in one part.
pub const SMALL_READ: usize = 200;
/// Rows that one read of one account may bring; more end it with a named error.
pub const READ_ROWS: usize = 50_000;
/// Days of one search for missing rows.
pub const SEARCH_DAYS: i64 = 366;
/// Rows of an account that a search compares, and that it answers: more do not fit one call.
pub const SEARCH_ROWS: usize = 20_000;
/// Rows that a search answers; more want fewer days.
pub const SEARCH_FOUND: usize = 500;
/// Rows that are imported at once.
pub const IMPORT_ROWS: usize = 100;
/// The longest `return_to`. Source: Salt Edge allows 2,040 for its own, which carries ours by name only.
pub const RETURN_TO: usize = 2_000;
/// Characters of the SaaS's own reference of an account.
pub const REFERENCE: usize = 200;
/// Pauses between the tries of a revocation, in minutes; the last one repeats.
pub const REVOKE_PAUSES: [i64; 6] = [1, 5, 15, 60, 240, 1_440];
/// Tries of one phase of a revocation after which a person is told.
pub const TOLD_AFTER: u32 = 6;
/// The day on which a connection left with its owner is looked at again.
pub const OWNER_PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// Days before the end of a consent at which its user is told, and at the end itself.
pub const NOTICE_DAYS: [u16; 6] = [30, 15, 7, 3, 1, 0];
/// A notice that could not be given by then is told to a person, each hour in which it still cannot.
pub const NOTICE_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// Consents in force beside the newest one whose end is looked for: a user renews a few times a year.
pub const BESIDE: usize = 20;
/// Receipts of one connection that are shown and exported: a consent in force has two or three a year.
pub const RECEIPTS_SHOWN: usize = 2_000;
/// Entries behind the folds from which on they are written anew.
pub const FOLD_ENTRIES: u64 = 64;
/// What the entries behind the folds weigh, in bytes before compression, from which on they are written anew.
pub const FOLD_BYTES: u64 = 128 * 1024;
/// How long what was delivered stays readable after a revocation, where a tenant has no time of its own.
pub const RETENTION: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The longest time that a tenant may have of its own, in days.
pub const RETENTION_DAYS: u16 = 3_650;
/// What began before a connection's end has ended by then: a function lives two minutes at most. Nothing is
/// deleted sooner, and once more as long afterwards what was written all the same is deleted.
pub const STRAGGLERS: SignedDuration = SignedDuration::from_hours(1);
/// Pauses between the looks at an erasure that waits; the last one repeats.
pub const ERASE_PAUSES: [SignedDuration; 4] = [
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(15),
    SignedDuration::from_mins(60),
];
/// An erasure that is not over by then is told to a person, with each look at it. The law gives a month.
pub const ERASE_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Connections that nothing here leads to, of one look at an erasure: each is six calls at the most, and a run has a minute.
pub const STRAYS_AT_ONCE: usize = 8;
/// Items that are deleted between two writes of how far an erasure has come.
pub const ERASE_BATCH: usize = 100;
/// Batches of one run of a function.
pub const ERASE_BATCHES: usize = 40;
/// Point-in-time backups hold what was deleted for so long. Source: DynamoDB's 35 days.
pub const BACKUPS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 35);
/// How long the receipt of an erasure is kept.
pub const RECEIPT_KEPT: SignedDuration = SignedDuration::from_hours(24 * 365 * 3);
/// A comparison with Salt Edge begins so long after the one before at the earliest.
pub const COMPARE_EVERY: SignedDuration = SignedDuration::from_hours(20);
/// A comparison that Salt Edge has not let come to its end by then is told to a person, each night.
pub const COMPARE_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 3);
/// Calls of Salt Edge in one run of a comparison, or a few more: a run has a minute, and the next one goes on.
pub const COMPARED_AT_ONCE: usize = 20;
/// Calls that the end of an orphan costs at the most.
pub const ORPHAN_CALLS: usize = 6;
/// Connections that may be gone at once whatever their share is: a user has deleted some in the dashboard.
pub const SOME_GONE: u32 = 2;
/// How long a connection at Salt Edge that nothing here leads to is only listed. A visit under way lasts a day.
pub const ORPHAN_GRACE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long an orphan is kept after it was seen last; one that still stands after half of it is told to a person.
pub const ORPHAN_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
