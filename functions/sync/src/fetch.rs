//! Fetching everything that one read compares.

use domain::{
    bank::{BankError, Listed, Quarantined, RemoteAccount, RemoteConnection, Rows},
    id::RemoteTransactionId,
    journal::Ledger,
    limits::READ_ROWS,
    plan::{Fetched, FetchedAccount, Held, Unread, from_id},
};
use jiff::Timestamp;
use salt_edge::Client;

/// For each listed account its booked rows from the overlap on, its announced ones, and those set aside.
pub(crate) async fn fetch(
    bank: &Client,
    remote: &RemoteConnection,
    listed: &Listed<RemoteAccount>,
    ledger: &Ledger,
    held: Held,
    now: Timestamp,
) -> Result<Fetched, BankError> {
    let mut quarantined = listed.quarantined.clone();
    let mut accounts = Vec::new();
    for account in &listed.rows {
        let known = ledger.accounts.values().find(|known| known.facts.remote == account.id);
        let from = match held {
            Held::Everything => None,
            Held::Tail => known.and_then(|known| from_id(ledger, known, now)),
        };
        accounts.push(rows(bank, remote, account.clone(), from, &mut quarantined, now).await?);
    }
    let data_as_of = remote.attempt.as_ref().and_then(|attempt| attempt.success_at);
    Ok(Fetched { read_at: now, data_as_of, accounts, quarantined })
}

async fn rows(
    bank: &Client,
    remote: &RemoteConnection,
    account: RemoteAccount,
    from: Option<RemoteTransactionId>,
    quarantined: &mut Vec<Quarantined>,
    now: Timestamp,
) -> Result<FetchedAccount, BankError> {
    let list = |rows, from| bank.transactions(&remote.id, &account.id, rows, from, now);
    let booked = list(Rows::Booked, from.as_ref()).await?;
    let pending = list(Rows::Pending, None).await?;
    let duplicated = list(Rows::Duplicated, None).await?;
    if booked.rows.len() > READ_ROWS {
        let what = format!("more than {READ_ROWS} rows of one account");
        return Err(BankError::Unreadable { call: "transactions", what });
    }
    let unread = Unread {
        ids: booked.quarantined.iter().filter_map(|row| row.id.clone()).collect(),
        nameless: booked.quarantined.iter().any(|row| row.id.is_none()),
    };
    quarantined.extend(booked.quarantined);
    quarantined.extend(pending.quarantined);
    let duplicated = duplicated.rows.into_iter().map(|row| row.id).collect();
    let (booked, pending) = (booked.rows, pending.rows);
    Ok(FetchedAccount { booked, pending, duplicated, unread, from, account })
}
