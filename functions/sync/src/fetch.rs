//! Fetching everything that one read compares.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    bank::{BankError, Listed, RemoteAccount, RemoteConnection},
    id::{ConnectionId, RemoteAccountId},
    journal::Ledger,
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

/// For each listed account its booked rows from the overlap on, its announced ones, and those set aside; and whether
/// any of it came in more than one page.
pub(crate) async fn fetch(
    bank: &Client,
    shown: Shown<'_>,
    ledger: &Ledger,
    held: Held,
    now: Timestamp,
) -> Result<(Fetched, bool), BankError> {
    let Shown { remote, listed, elsewhere, known_at } = shown;
    let mut quarantined = listed.quarantined.clone();
    let (mut accounts, mut paged) = (Vec::new(), false);
    let start = compared_from(known_at, now, ledger.overlap());
    for account in &listed.rows {
        if let Some(holder) = elsewhere.get(&account.id) {
            accounts.push(untouched(account.clone(), holder.clone()));
            continue;
        }
        let from = match held {
            Held::Everything => None,
            Held::Tail => known_as(ledger, account).and_then(|known| from_id(ledger, known, start)),
        };
        let shown = bank.rows_of(&remote.id, account.clone(), from, now).await?;
        accounts.push(shown.account);
        quarantined.extend(shown.quarantined);
        paged |= shown.paged;
    }
    let data_as_of = remote.attempt.as_ref().and_then(|attempt| attempt.success_at);
    Ok((Fetched { read_at: now, known_at, data_as_of, accounts, quarantined }, paged))
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
