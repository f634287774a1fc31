//! An account as the API shows it.

use domain::{
    connection::Connection,
    id::{AccountId, ConnectionId},
    journal::{BalanceBasis, Ledger, MatchedBy},
    mapping::{Because, Confidence, Mapping, Proposal, propose},
    money::Currency,
    statement::Period,
};
use jiff::Timestamp;
use serde::Serialize;

/// An account.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    id: AccountId,
    connection_id: ConnectionId,
    name: String,
    nature: String,
    currency: Currency,
    iban_masked: Option<String>,
    balance: Option<BalanceView>,
    gone: bool,
    matched_by: Option<MatchedBy>,
    held_by: Option<ConnectionId>,
    reference: Option<String>,
    statement_period: Period,
    proposed_reference: Option<ProposalView>,
}

#[derive(Debug, Clone, Serialize)]
struct BalanceView {
    amount: String,
    currency: Currency,
    basis: BalanceBasis,
    as_of: Option<Timestamp>,
}

/// A reference that is proposed.
#[derive(Debug, Clone, Serialize)]
pub struct ProposalView {
    reference: String,
    from_account_id: AccountId,
    because: Because,
    confidence: Confidence,
}

impl From<&Proposal> for ProposalView {
    fn from(proposal: &Proposal) -> Self {
        Self {
            reference: proposal.reference.reveal().to_owned(),
            from_account_id: proposal.from.clone(),
            because: proposal.because,
            confidence: proposal.because.confidence(),
        }
    }
}

impl AccountView {
    /// The account as its connection's journal has it; none where that has no such account.
    pub fn find(
        id: &AccountId,
        connection: &Connection,
        ledger: &Ledger,
        mapping: &Mapping,
    ) -> Option<Self> {
        all(connection, ledger, mapping).into_iter().find(|view| view.id == *id)
    }
}

/// Every account of a connection: what is proposed for one depends on the others.
pub(super) fn all(connection: &Connection, ledger: &Ledger, mapping: &Mapping) -> Vec<AccountView> {
    let as_of = connection.data_age(ledger);
    let proposed = propose(ledger, mapping);
    let accounts = ledger.accounts.values().map(|account| {
        let facts = &account.facts;
        let own = account.balance.as_ref().filter(|_| facts.held_by.is_none());
        AccountView {
            id: facts.id.clone(),
            connection_id: connection.id.clone(),
            name: facts.name.reveal().to_owned(),
            nature: facts.nature.clone(),
            currency: facts.currency,
            iban_masked: facts.iban.as_ref().map(|iban| masked(iban.reveal())),
            balance: own.map(|balance| BalanceView {
                amount: balance.money.text(),
                currency: balance.money.currency(),
                basis: balance.basis,
                as_of,
            }),
            gone: facts.gone,
            matched_by: facts.matched_by,
            held_by: facts.held_by.clone(),
            reference: mapping.reference(&facts.id).map(|text| text.reveal().to_owned()),
            statement_period: mapping.period(&facts.id),
            proposed_reference: proposed.get(&facts.id).map(ProposalView::from),
        }
    });
    accounts.collect()
}

/// What an `If-Match` of an account is compared with. It counts the changes of what a caller can change;
/// a balance that the bank changed does not stand in their way.
pub fn etag(id: &AccountId, mapping: &Mapping) -> String {
    format!("\"{}\"", mapping.version_of(id))
}

/// The first and last four letters of a number.
pub fn masked(number: &str) -> String {
    let letters: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let (Some(first), Some(last)) = (letters.get(..4), letters.len().checked_sub(4)) else {
        return String::from("••••");
    };
    format!(
        "{} •••• {}",
        first.iter().collect::<String>(),
        letters[last..].iter().collect::<String>()
    )
}
