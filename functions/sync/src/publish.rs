//! Publishing statements: those whose last day is over at the bank, and again those in which a row came late.

use domain::{
    id::AccountId,
    journal::{Body, Entry, Ledger},
    look::{been, newest_read},
    mapping::Mapping,
    proof::Wanted,
    statement::{self, Again, Days, History, Moved, Period, Statement},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use shell::Failed;
use store::{Reading, Tail};

use crate::start::Parts;

/// Statements of one account that one read publishes, and as many that it publishes again: the rest is the next look's.
const MOST: usize = 40;

/// What there is to publish.
#[derive(Default)]
pub(crate) struct Due {
    work: Vec<Work>,
    mapping: Mapping,
    as_of: Option<Timestamp>,
}

impl Due {
    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.work.is_empty()
    }
}

/// What one account has to be published.
struct Work {
    account: AccountId,
    newest: Option<Statement>,
    /// What rows that came late change.
    again: Again,
}

impl Work {
    /// The days whose lines it takes. Nobody knows when an account without statements began.
    fn days(&self, period: Period, today: Date) -> Vec<Days> {
        let next = self.newest.as_ref().and_then(|newest| {
            statement::following(Some(newest), newest.days.to, period).map(|days| days.from)
        });
        let to = today.yesterday().unwrap_or(today);
        let due = Days { from: next.unwrap_or(Date::MIN), to };
        self.again.days().chain([due]).collect()
    }
}

/// What a read has to be published, before it is committed: its entry says that there is something, so whoever comes
/// by after a crash sees to it. `appended` = the entries that it will write; `data_as_of` = the age of what it saw.
pub(crate) async fn due(
    parts: &Parts,
    tail: &Tail,
    appended: &[Entry],
    data_as_of: Option<Timestamp>,
) -> Result<Due, Failed> {
    let Some(as_of) = data_as_of else { return Ok(Due::default()) };
    let connection = &tail.connection;
    let zone = connection.institution.zone();
    let today = as_of.to_zoned(zone.clone()).date();
    let recent: Vec<&Entry> = tail.entries.iter().chain(appended).collect();
    let mapping = parts.table.mapping(&connection.tenant, &connection.id).await?;
    let mut work = Vec::new();
    for account in recent.last().map(|newest| newest.delivered()).unwrap_or_default() {
        let looking = Looking { recent: &recent, zone: &zone, today, mapping: &mapping };
        work.extend(open(parts, tail, account, looking).await?);
    }
    Ok(Due { work, mapping, as_of: data_as_of })
}

/// Publishes what is due. Each version is one put of a key that is nowhere yet, so a crash leaves all of it or none, and
/// the next look goes on. A day is over when the data is from after it.
pub(crate) async fn publish(
    parts: &Parts,
    tail: &Tail,
    appended: &[Entry],
    due: Due,
    now: Timestamp,
) -> Result<(), Failed> {
    // Wherever it comes from: what is published of days that have not been cannot be taken back.
    let checked = been(due.as_of, now);
    let Some(as_of) = checked.filter(|_| !due.work.is_empty()) else { return Ok(()) };
    let zone = tail.connection.institution.zone();
    let today = as_of.to_zoned(zone.clone()).date();
    let (tenant, id) = (&tail.connection.tenant, &tail.connection.id);
    let known: Vec<Entry> = tail.entries.iter().chain(appended).cloned().collect();
    let mut behind = parts.table.behind_known(tenant, id, &known).await?;
    for work in due.work {
        let period = due.mapping.period(&work.account);
        let days = work.days(period, today);
        let (account, wanted) = (&work.account, Wanted::Days(&days));
        let reading = Reading { account, wanted, checked, zone: &zone };
        let book = parts.table.book(tenant, id, &mut behind, reading).await?;
        if Some(book.at()) != known.last().map(|entry| entry.at) {
            // The table does not show all of it yet.
            return Ok(());
        }
        let Some(history) = History::of(book) else { continue };
        let next =
            |newest: Option<&Statement>| statement::next(&history, newest, period, today, now);
        settle(parts, tail, &history, work, next, now).await?;
    }
    Ok(())
}

/// Whether statements were due with the newest entry: they may not have been published.
fn left(tail: &Tail) -> bool {
    let newest = tail.entries.last();
    newest.is_some_and(|entry| matches!(&entry.body, Body::Read(read) if read.publishes))
}

/// Publishes what somebody has left who died after their entry.
pub(crate) async fn make_up(parts: &Parts, tail: &Tail, now: Timestamp) -> Result<(), Failed> {
    if !left(tail) {
        return Ok(());
    }
    let read = Ledger::replay(&tail.entries).data_as_of;
    let checked = tail.connection.checked_data(tail.head());
    let due = due(parts, tail, &[], newest_read(read, checked, now)).await?;
    publish(parts, tail, &[], due, now).await
}

/// What a look at an account knows.
#[derive(Clone, Copy)]
struct Looking<'a> {
    recent: &'a [&'a Entry],
    zone: &'a TimeZone,
    today: Date,
    mapping: &'a Mapping,
}

/// What there may be to publish of an account; none where there is nothing.
async fn open(
    parts: &Parts,
    tail: &Tail,
    account: &AccountId,
    looking: Looking<'_>,
) -> Result<Option<Work>, Failed> {
    let (tenant, connection) = (&tail.connection.tenant, &tail.connection.id);
    let newest = parts.table.newest_statement(tenant, connection, account).await?;
    let moved = statement::moved(looking.recent, account);
    let again = again(parts, tail, account, newest.as_ref(), &moved).await?;
    let first = looking.recent.iter().find(|entry| entry.account(account).is_some());
    let first = first.map(|entry| entry.read_at.to_zoned(looking.zone.clone()).date());
    let period = looking.mapping.period(account);
    let next = first.and_then(|first| statement::following(newest.as_ref(), first, period));
    let over = next.is_some_and(|days| days.to < looking.today);
    // The tail may begin after the account did. What was due then, and was not published, is due.
    let begun_before =
        !tail.whole && tail.entries.first().is_some_and(|oldest| oldest.account(account).is_some());
    let over = over || newest.is_none() && begun_before && left(tail);
    Ok((over || !again.is_empty()).then(|| Work { account: account.clone(), newest, again }))
}

/// What may have to be published again: the newest versions from the one before the first day on that rows have moved in.
async fn again(
    parts: &Parts,
    tail: &Tail,
    account: &AccountId,
    newest: Option<&Statement>,
    moved: &[Moved],
) -> Result<Again, Failed> {
    let Some(newest) = newest else { return Ok(Again::default()) };
    let since = moved.iter().filter_map(|one| one.before(newest)).min();
    let Some(since) = since else { return Ok(Again::default()) };
    let (tenant, connection) = (&tail.connection.tenant, &tail.connection.id);
    let mut found: Vec<Statement> = Vec::new();
    let take = |one: Statement| {
        let go_on = one.days.to >= since;
        if found.last().is_none_or(|newer| newer.number != one.number) {
            found.push(one);
        }
        go_on
    };
    parts.table.statements_before(tenant, connection, account, None, take).await?;
    Ok(Again::of(found, moved))
}

/// Puts what is due, the oldest first. Where another was faster, the next look goes on from what stands there.
async fn settle(
    parts: &Parts,
    tail: &Tail,
    history: &History,
    work: Work,
    due: impl Fn(Option<&Statement>) -> Option<Statement>,
    now: Timestamp,
) -> Result<(), Failed> {
    let (tenant, connection) = (&tail.connection.tenant, &tail.connection.id);
    let mut newest = work.newest;
    let versions = work.again.versions(history, now);
    let rest = versions.len() > MOST;
    for next in versions.into_iter().take(MOST) {
        if !parts.table.publish(tenant, connection, &next).await? {
            return Ok(());
        }
        told(tail, &next);
        newest = newest.map(|newest| if newest.number == next.number { next } else { newest });
    }
    if rest {
        // A new one begins where the newest one ends when all of them are right.
        return Ok(());
    }
    for _ in 0..MOST {
        let Some(next) = due(newest.as_ref()) else { break };
        if !parts.table.publish(tenant, connection, &next).await? {
            break;
        }
        told(tail, &next);
        newest = Some(next);
    }
    Ok(())
}

fn told(tail: &Tail, statement: &Statement) {
    tracing::info!(connection.id = %tail.connection.id, statement.id = %statement.id(),
        version = statement.version, "a statement was published");
}
