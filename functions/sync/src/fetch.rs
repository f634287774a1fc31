//! Fetching everything that one read compares.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    bank::{BankError, Listed, Quarantined, RemoteAccount, RemoteConnection, Rows},
    id::{ConnectionId, RemoteAccountId, RemoteTransactionId},
    journal::Ledger,
    limits::READ_ROWS,
    plan::{Fetched, FetchedAccount, Held, Unread, compared_from, from_id, known_as},
};
use jiff::Timestamp;
use salt_edge::Client;

/// What there is to fetch.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) remote: &'a RemoteConnection,
    pub(crate) listed: &'a Listed<RemoteAccount>,
    /// Accounts whose rows another connection has: nothing of theirs is fetched.
    pub(crate) elsewhere: &'a BTreeMap<RemoteAccountId, ConnectionId>,
    /// When it was looked before.
    pub(crate) known_at: Option<Timestamp>,
}

/// For each listed account its booked rows from the overlap on, its announced ones, and those set aside.
pub(crate) async fn fetch(
    bank: &Client,
    shown: Shown<'_>,
    ledger: &Ledger,
    held: Held,
    now: Timestamp,
) -> Result<Fetched, BankError> {
    let Shown { remote, listed, elsewhere, known_at } = shown;
    let mut quarantined = listed.quarantined.clone();
    let mut accounts = Vec::new();
    let start = compared_from(known_at, now);
    for account in &listed.rows {
        if let Some(holder) = elsewhere.get(&account.id) {
            accounts.push(untouched(account.clone(), holder.clone()));
            continue;
        }
        let from = match held {
            Held::Everything => None,
            Held::Tail => known_as(ledger, account).and_then(|known| from_id(ledger, known, start)),
        };
        accounts.push(rows(bank, remote, account.clone(), from, &mut quarantined, now).await?);
    }
    let data_as_of = remote.attempt.as_ref().and_then(|attempt| attempt.success_at);
    Ok(Fetched { read_at: now, known_at, data_as_of, accounts, quarantined })
}

fn untouched(account: RemoteAccount, holder: ConnectionId) -> FetchedAccount {
    FetchedAccount {
        account,
        from: None,
        booked: Vec::new(),
        pending: Vec::new(),
        duplicated: BTreeSet::new(),
        unread: Unread::default(),
        held_by: Some(holder),
    }
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
    Ok(FetchedAccount { booked, pending, duplicated, unread, from, account, held_by: None })
}
