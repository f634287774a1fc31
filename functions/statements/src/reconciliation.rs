//! Whether the rows of an account add up to the balances that its bank told.

use domain::{
    id::AccountId,
    money::{Currency, Money},
    proof::{
        Day, Equation, Interval, Passing, Proof, Reason, Source, Told, Verdict, Wanted, prove,
    },
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;
use shell::{Answer, Call, Problem};
use store::{Reading, Table};

use crate::accounts::{not_found, of_account};

#[derive(Serialize)]
struct View {
    account_id: AccountId,
    currency: Currency,
    time_zone: String,
    verdict: Verdict,
    reason: Option<Reason>,
    equation: Equation,
    balance_type: Option<String>,
    first_broken: Option<IntervalView>,
    intervals: Vec<IntervalView>,
    days: Vec<DayView>,
}

#[derive(Serialize)]
struct IntervalView {
    verdict: Verdict,
    reason: Option<Reason>,
    source: Source,
    opening: ToldView,
    closing: ToldView,
    booked: Option<String>,
    pending: Option<String>,
    difference: Option<String>,
    from_day: Date,
    to_day: Date,
    balances: usize,
    passing: Vec<PassingView>,
}

#[derive(Serialize)]
struct ToldView {
    amount: String,
    day: Date,
    as_of: Option<Timestamp>,
}

#[derive(Serialize)]
struct PassingView {
    #[serde(flatten)]
    told: ToldView,
    difference: String,
}

#[derive(Serialize)]
struct DayView {
    day: Date,
    verdict: Verdict,
    reason: Option<Reason>,
    difference: Option<String>,
}

/// `GET /v1/accounts/{id}/reconciliation`.
pub(crate) async fn show(table: &Table, call: &Call) -> Result<Answer, Problem> {
    call.only_queries(&[])?;
    let id: AccountId = call.path("id")?;
    let seen = of_account(table, call, &id).await?;
    let connection = &seen.connection;
    let (tenant, of) = (&connection.tenant, &connection.id);
    let mut behind = table.behind_folds(tenant, of, &id, None).await?;
    let known = seen.entries.iter().rev().find_map(|entry| entry.account(&id));
    let currency = known.ok_or_else(not_found)?.facts.currency;
    let zone = connection.institution.zone();
    let checked = connection.checked_data(connection.head(behind.newest()));
    let reading = Reading { account: &id, wanted: Wanted::Proof, checked, zone: &zone };
    let proof = prove(&table.book(tenant, of, &mut behind, reading).await?);
    Ok(Answer::json(200, &View::of(id, currency, &zone, &proof)))
}

impl View {
    fn of(id: AccountId, currency: Currency, zone: &TimeZone, proof: &Proof) -> Self {
        Self {
            account_id: id,
            currency,
            time_zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            verdict: proof.verdict,
            reason: proof.reason,
            equation: proof.equation,
            balance_type: proof.balance_type.clone(),
            first_broken: proof.first_broken().map(IntervalView::from),
            intervals: proof.intervals.iter().map(IntervalView::from).collect(),
            days: proof.days.iter().map(DayView::from).collect(),
        }
    }
}

impl From<&Interval> for IntervalView {
    fn from(interval: &Interval) -> Self {
        Self {
            verdict: interval.verdict,
            reason: interval.reason,
            source: interval.source,
            opening: (&interval.opening).into(),
            closing: (&interval.closing).into(),
            booked: interval.booked.map(Money::text),
            pending: interval.pending.map(Money::text),
            difference: interval.difference.map(Money::text),
            from_day: interval.days.0,
            to_day: interval.days.1,
            balances: interval.balances,
            passing: interval.passing.iter().map(PassingView::from).collect(),
        }
    }
}

impl From<&Told> for ToldView {
    fn from(told: &Told) -> Self {
        Self { amount: told.balance.text(), day: told.day, as_of: told.as_of }
    }
}

impl From<&Passing> for PassingView {
    fn from(passing: &Passing) -> Self {
        Self { told: (&passing.told).into(), difference: passing.difference.text() }
    }
}

impl From<&Day> for DayView {
    fn from(day: &Day) -> Self {
        let difference = day.difference.map(Money::text);
        Self { day: day.day, verdict: day.verdict, reason: day.reason, difference }
    }
}
