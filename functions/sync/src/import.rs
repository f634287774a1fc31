//! Importing rows that a search found missing: one entry under the same condition as every read's.

use domain::{
    journal::History,
    message::{Import, Reason},
    plan::{self, Place},
};
use jiff::Timestamp;
use shell::Failed;

use crate::{
    publish,
    pull::{RACES, closed, pull},
    read::{Copied, commit, everything},
    start::Parts,
};

/// Imports what was chosen and is still missing. A second delivery finds it held, and writes nothing.
pub(crate) async fn import(parts: &Parts, wanted: &Import, now: Timestamp) -> Result<(), Failed> {
    for _ in 0..RACES {
        // What is new is read first: an import says nothing of newer data.
        pull(parts, &wanted.tenant, &wanted.connection, Reason::Callback, now).await?;
        if once(parts, wanted, now).await? != Copied::LostRace {
            return Ok(());
        }
        tracing::info!(metric.journal_conflicts = 1, connection.id = %wanted.connection,
            "an import lost a race; it is compared again");
    }
    Err(Failed::because("every race for the journal was lost"))
}

async fn once(parts: &Parts, wanted: &Import, now: Timestamp) -> Result<Copied, Failed> {
    let Import { tenant, connection: id, account, from, to, rows } = wanted;
    let Some(tail) = parts.table.tail(tenant, id).await? else {
        return Err(Failed::because("the connection is not to be seen yet"));
    };
    if !tail.connection.state.open() || closed(&tail) {
        tracing::info!(connection.id = %id, "it was closed before rows were imported");
        return Ok(Copied::Unchanged);
    }
    let ledger = everything(parts, &tail).await?;
    let Some(known) = ledger.accounts.get(account) else { return Ok(Copied::Unchanged) };
    if ledger.history != History::Complete {
        return Err(Failed::because("the first read is not complete yet"));
    }
    let bank = parts.bank.get().await?;
    let remote = &tail.connection.remote;
    let listed = bank.client.accounts(remote, now).await?;
    let shown = plan::shown_as(&ledger, account, listed.rows, &bank.account_key);
    let Some(shown) = shown.filter(|_| known.facts.held_by.is_none()) else {
        tracing::warn!(connection.id = %id, "the account is not shown: nothing is imported");
        return Ok(Copied::Unchanged);
    };
    let shown = bank.client.rows_of(remote, shown, None, now).await?;
    let found = plan::search(&ledger, account, &shown.account, &(*from..=*to)).unwrap_or_default();
    let data_as_of = ledger.data_as_of.max(tail.connection.checked_data(tail.head()));
    // What is chosen is taken over and nothing else is compared: the look before stays the last one.
    let looked = ledger.read_at.max(tail.connection.checked_at).unwrap_or(now);
    let Some(delta) = found.import(&ledger, account, rows, looked) else {
        let due = publish::due(parts, &tail, &[], data_as_of).await?;
        publish::publish(parts, &tail, &[], due, now).await?;
        return Ok(Copied::Unchanged);
    };
    let head = tail.head();
    let place = Place { head, tail: &tail.entries, read_at: looked, data_as_of, first_part: 0 };
    commit(parts, &tail, &delta, place, now).await
}
