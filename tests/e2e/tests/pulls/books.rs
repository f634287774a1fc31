//! What the proof, the publication and the lines of a statement cost, with years behind them.

use domain::{
    connection::Connection,
    id::AccountId,
    journal::Entry,
    proof::Wanted,
    statement::{self, Days, History, Period, Statement},
};
use e2e::{User, script::Script};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use local_cloud::World;
use serde_json::Value;
use store::{Reading, Table};

use crate::past::read;

/// The statements of one account, each published on the second of the month after it, as `sync` does.
pub(crate) struct Months {
    account: AccountId,
    published: Vec<Statement>,
    dearest: u64,
}

impl Months {
    pub(crate) fn of(account: AccountId) -> Self {
        Self { account, published: Vec::new(), dearest: 0 }
    }

    pub(crate) async fn a_month_may_be_over(
        &mut self,
        world: &World,
        (table, connection): (&Table, &Connection),
        script: &Script,
        now: Timestamp,
    ) {
        let today = now.to_zoned(TimeZone::UTC).date();
        let newest = self.published.last();
        let over = newest
            .is_none_or(|newest| newest.days.to < today.first_of_month().yesterday().unwrap());
        if today.day() != 2 || !over {
            return;
        }
        let from = newest.map_or(Date::MIN, |newest| newest.days.to.tomorrow().unwrap());
        let days = [Days { from, to: today.yesterday().unwrap() }];
        world.cloud.tap().reset();
        let history = read_as_sync((table, connection), &script.tail(), &days, &self.account).await;
        self.dearest = self.dearest.max(read(world, "test"));
        let due = statement::next(&history, newest, Period::Monthly, today, now);
        let Some(due) = due else { return };
        assert!(due.closing.is_some() && due.count > 0, "{due:?}");
        assert!(table.publish(&connection.tenant, &connection.id, &due).await.unwrap());
        self.published.push(due);
    }

    pub(crate) async fn assert_cost(&self, user: &User<'_>) {
        let tap = user.world.cloud.tap();
        tap.reset();
        let proof = user.get(&format!("/v1/accounts/{}/reconciliation", self.account)).await;
        let proven = read(user.world, "statements");
        let told = proof["intervals"].as_array().unwrap().len();
        let (mut lines, mut dearest) = (0, 0);
        for one in &self.published {
            let whole: Value = user.get(&format!("/v1/statements/{}?limit=500", one.id())).await;
            dearest = dearest.max(read(user.world, "statements"));
            lines += whole["transactions"].as_array().unwrap().len();
        }
        let months = self.published.len();
        println!(
            "{months} months: a publication takes {} half units, its lines {dearest}, {lines} lines; the proof {proven}, {told} intervals",
            self.dearest
        );
        assert!(months >= 23 && told > 1_000, "{months} {told}");
        assert!(self.dearest <= 12, "a publication takes {} half units", self.dearest);
        assert!(dearest <= 14, "a statement's lines take {dearest} half units");
        assert!(proven <= 20, "the proof takes {proven} half units");
    }
}

/// What a publication reads of an account.
async fn read_as_sync(
    (table, connection): (&Table, &Connection),
    known: &[Entry],
    days: &[Days],
    account: &AccountId,
) -> History {
    let (tenant, id) = (&connection.tenant, &connection.id);
    let mut behind = table.behind_known(tenant, id, known).await.unwrap();
    let (wanted, zone) = (Wanted::Days(days), &TimeZone::UTC);
    let reading = Reading { account, wanted, checked: None, zone };
    let book = table.book(tenant, id, &mut behind, reading).await.unwrap();
    History::of(book).unwrap()
}
