//! What a visit did to the accounts, as a session shows it.

use domain::{
    id::{AccountId, ConnectionId},
    money::Currency,
    session::LinkSession,
    trail::{AccountChange, Change},
};
use serde::Serialize;
use shell::view::ProposalView;

/// One account after a visit.
#[derive(Serialize)]
pub(crate) struct ChangeView {
    account_id: AccountId,
    change: Change,
    name: String,
    nature: String,
    currency: Currency,
    instead_of: Option<AccountId>,
    held_by: Option<ConnectionId>,
    proposed_reference: Option<ProposalView>,
}

/// Every account, as it was when the visit had ended.
pub(crate) fn all(session: &LinkSession) -> Vec<ChangeView> {
    session.trail.accounts.iter().map(ChangeView::from).collect()
}

impl From<&AccountChange> for ChangeView {
    fn from(account: &AccountChange) -> Self {
        Self {
            account_id: account.id.clone(),
            change: account.change,
            name: account.name.reveal().to_owned(),
            nature: account.nature.clone(),
            currency: account.currency,
            instead_of: account.instead_of.clone(),
            held_by: account.held_by.clone(),
            proposed_reference: account.proposal.as_ref().map(ProposalView::from),
        }
    }
}
