//! A row as the API shows it.

use domain::{
    bank::Facts,
    id::{AccountId, TransactionId},
    journal::{AnnouncedBy, Balance, BalanceBasis, Row},
    mapping::Confidence,
    money::Currency,
};
use jiff::civil::Date;
use serde::Serialize;

/// A row of an account.
#[derive(Debug, Clone, Serialize)]
pub struct RowView {
    id: TransactionId,
    account_id: AccountId,
    status: &'static str,
    made_on: Date,
    amount: String,
    currency: Currency,
    description: String,
    mode: String,
    category: Option<String>,
    bank_reference: Option<String>,
    counterparty: Option<String>,
    posting_date: Option<Date>,
    balance_after: Option<BalanceView>,
    rounded: bool,
    announced: Option<Box<AnnouncedView>>,
}

/// The announced row that a booked one was before.
#[derive(Debug, Clone, Serialize)]
struct AnnouncedView {
    method: AnnouncedBy,
    confidence: Confidence,
    evidence: Evidence,
}

/// What was announced.
#[derive(Debug, Clone, Serialize)]
struct Evidence {
    made_on: Date,
    amount: String,
    description: String,
    days: i32,
}

impl AnnouncedView {
    fn of(row: &Row) -> Option<Self> {
        let (announced, facts) = (row.announced.as_ref()?, &row.facts);
        let text = announced.description.as_ref().unwrap_or(&facts.description);
        Some(Self {
            method: announced.by,
            confidence: announced.by.confidence(),
            evidence: Evidence {
                made_on: announced.made_on,
                amount: announced.money.unwrap_or(facts.money).text(),
                description: text.reveal().to_owned(),
                days: (facts.made_on - announced.made_on).get_days(),
            },
        })
    }
}

#[derive(Debug, Clone, Serialize)]
struct BalanceView {
    amount: String,
    currency: Currency,
    basis: BalanceBasis,
}

impl RowView {
    /// Its id.
    pub fn id(&self) -> &TransactionId {
        &self.id
    }

    /// A booked row.
    pub fn booked(account: &AccountId, row: &Row, after: Option<&Balance>) -> Self {
        let announced = AnnouncedView::of(row).map(Box::new);
        Self { announced, ..Self::of(account, row.id.clone(), "booked", &row.facts, after) }
    }

    /// An announced row. Its id is good for this answer only: the bank gives it none that lasts.
    pub fn pending(account: &AccountId, index: usize, facts: &Facts) -> Self {
        let made = format!("pending|{index}|{}|{}", facts.made_on, facts.money.text());
        let id = account.apart(&made);
        Self::of(account, id, "pending", facts, None)
    }

    fn of(
        account: &AccountId,
        id: TransactionId,
        status: &'static str,
        facts: &Facts,
        after: Option<&Balance>,
    ) -> Self {
        let plain = |text: &domain::secret::Personal| text.reveal().to_owned();
        Self {
            id,
            account_id: account.clone(),
            status,
            made_on: facts.made_on,
            amount: facts.money.text(),
            currency: facts.money.currency(),
            description: plain(&facts.description),
            mode: facts.mode.clone().unwrap_or_else(|| String::from("normal")),
            category: facts.category.clone(),
            bank_reference: facts.bank_reference.as_ref().map(plain),
            counterparty: facts.counterparty.as_ref().map(plain),
            posting_date: facts.posting_date,
            balance_after: after.map(|balance| BalanceView {
                amount: balance.money.text(),
                currency: balance.money.currency(),
                basis: balance.basis,
            }),
            rounded: facts.rounded,
            announced: None,
        }
    }

    /// The day, for filters.
    pub fn made_on(&self) -> Date {
        self.made_on
    }

    /// `booked` or `pending`, for filters.
    pub fn status(&self) -> &'static str {
        self.status
    }
}
