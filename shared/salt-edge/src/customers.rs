//! Customers: the end users, as Salt Edge knows them.

use domain::{
    bank::{BankError, NewCustomer, Verdict},
    ending::Ending,
    id::{DeploymentId, RemoteCustomerId},
    secret::Personal,
};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;

use crate::{
    client::{Client, required},
    error::{class, unreadable},
    error_class::ErrorClass,
    exchange::Call,
    page::List,
    settings::{CustomerPractice, Mode},
    wire::customer::{CreateCustomer, Customer},
};

const CREATE: &str = "POST /customers";
const LIST: &str = "GET /customers";
const SHOW: &str = "GET /customers/{id}";
/// Pages that are looked through for one customer, a thousand in each: a click waits for them.
const MOST_PAGES: usize = 10;
/// Pages that are looked through for all customers of a deployment.
const ALL_PAGES: usize = 1_000;
/// How far Salt Edge's clock may be behind ours.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

impl Client {
    /// Whether these keys read a customer of ours: valid keys of another account do not.
    ///
    /// That a connection is not there is proof only while this succeeds. Where the customer itself was
    /// deleted, nothing proves it any more.
    pub async fn control(&self, id: &RemoteCustomerId, now: Timestamp) -> Result<(), BankError> {
        let url = self.url(&["customers", id.as_str()], &[]);
        let shown: Customer = self.read(Call::get(SHOW, url), now).await?;
        let shown: RemoteCustomerId = required(SHOW, "customer_id", shown.customer_id)?;
        if shown == *id { Ok(()) } else { Err(unreadable(SHOW, "another customer than asked for")) }
    }

    /// The customer with this identifier, created where there is none yet.
    ///
    /// In partner mode the practices of the settings are tried in their order; the next one when the form
    /// of the request was refused, or the name is another customer's already.
    pub async fn customer(
        &self,
        new: &NewCustomer,
        now: Timestamp,
    ) -> Result<RemoteCustomerId, BankError> {
        let mut refused = None;
        for name in self.names(new) {
            match self.create(&name, now).await {
                Err(error) if another_form_may_do(&name, &error) => refused = Some(error),
                result => return result,
            }
        }
        Err(refused.unwrap_or_else(|| match new.email {
            None => {
                unreadable(CREATE, "no practice to create a customer by fits: an e-mail is needed")
            }
            // To name a customer after it was the one practice, and it is another user's.
            Some(_) => BankError::Refused {
                verdict: Verdict::User,
                failure: Ending::EmailTaken.into(),
                status: 409,
            },
        }))
    }

    /// The customers whose identifier carries a deployment's id, from one on, at most so many; and the next one.
    pub async fn customers_of(
        &self,
        deployment: &DeploymentId,
        from: Option<&RemoteCustomerId>,
        most: usize,
        now: Timestamp,
    ) -> Result<(Vec<RemoteCustomerId>, Option<RemoteCustomerId>), BankError> {
        let begins = format!("{deployment}:");
        let from = from.map(RemoteCustomerId::as_str);
        let list = List { name: LIST, path: "customers", query: &[], from };
        let mut own = Vec::new();
        self.pages_until(list, ALL_PAGES, now, |row| {
            let customer: Customer = serde_json::from_str(row.get()).unwrap_or_default();
            // Whom this release cannot read is nobody that it may touch.
            if customer.identifier.is_some_and(|identifier| identifier.starts_with(&begins)) {
                own.extend(required(LIST, "customer_id", customer.customer_id).ok());
            }
            own.len() > most
        })
        .await?;
        let next = own.get(most).cloned();
        own.truncate(most);
        Ok((own, next))
    }

    fn names<'a>(&self, new: &'a NewCustomer) -> Vec<Name<'a>> {
        let ours = Name { identifier: &new.identifier, email: None, since: None };
        let email = new.email.as_ref().map(Personal::reveal);
        let by = |practice: &CustomerPractice| match practice {
            CustomerPractice::EmailAndIdentifier => email.map(|_| Name { email, ..ours }),
            CustomerPractice::IdentifierOnly => Some(ours),
            CustomerPractice::EmailAsIdentifier => email
                .zip(new.email_since)
                .map(|(identifier, since)| Name { identifier, email: None, since: Some(since) }),
        };
        match self.mode {
            Mode::Client => vec![ours],
            Mode::Partner => self.practices.iter().filter_map(by).collect(),
        }
    }

    async fn create(&self, name: &Name<'_>, now: Timestamp) -> Result<RemoteCustomerId, BankError> {
        let body = CreateCustomer { identifier: Some(name.identifier), email: name.email };
        let call = Call::send(CREATE, Method::POST, self.url(&["customers"], &[]), body)?;
        match self.read::<Customer>(call, now).await {
            Ok(customer) => required(CREATE, "customer_id", customer.customer_id),
            Err(error) if class(&error) == Some(ErrorClass::DuplicatedCustomer) => {
                // A repeated creation, perhaps after an answer that got lost.
                self.find(name, now).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The customer who has this name. Shown by it, where Salt Edge does that, else looked for among all
    /// customers, page by page and no further than [`MOST_PAGES`]: whoever keeps the id asks this once.
    async fn find(
        &self,
        name: &Name<'_>,
        now: Timestamp,
    ) -> Result<Option<RemoteCustomerId>, BankError> {
        let url = self.url(&["customers", name.identifier], &[]);
        match self.read::<Customer>(Call::get(SHOW, url), now).await {
            Ok(shown) if name.is(&shown) => {
                return required(SHOW, "customer_id", shown.customer_id).map(Some);
            }
            // Not there under this name, or not a route at all: both mean nothing.
            Ok(_) | Err(BankError::Refused { .. } | BankError::NotApi { .. }) => {}
            Err(error) => return Err(error),
        }
        tracing::warn!(
            "all customers are looked through for one that Salt Edge does not show by name"
        );
        let list = List { name: LIST, path: "customers", query: &[], from: None };
        let mut found = None;
        self.pages_until(list, MOST_PAGES, now, |row| {
            let customer: Customer = serde_json::from_str(row.get()).unwrap_or_default();
            let same = name.is(&customer);
            if same {
                found = customer.customer_id;
            }
            same
        })
        .await?;
        found.map(|id| required(LIST, "customer_id", Some(id))).transpose()
    }
}

/// What a customer is created by.
#[derive(Clone, Copy)]
struct Name<'a> {
    identifier: &'a str,
    email: Option<&'a str>,
    /// An identifier that others may use too is ours since this instant only.
    since: Option<Timestamp>,
}

impl Name<'_> {
    /// Whether a customer that is there is the one of this name. Only the identifier counts: the same
    /// e-mail may be another customer's. Where it is no more than an e-mail, a customer from before it was
    /// claimed here is somebody else's.
    fn is(&self, shown: &Customer) -> bool {
        let claimed = match (self.since, shown.created_at) {
            (None, _) => true,
            (Some(since), Some(made)) => made + CLOCKS >= since,
            (Some(_), None) => false,
        };
        shown.identifier.as_deref() == Some(self.identifier) && claimed
    }
}

fn another_form_may_do(name: &Name<'_>, error: &BankError) -> bool {
    let class = class(error);
    // An e-mail that was not sent cannot be wrong: it is missed.
    let missed = name.email.is_none() && class == Some(ErrorClass::EmailInvalid);
    missed
        || matches!(
            class,
            Some(
                ErrorClass::WrongRequestFormat
                | ErrorClass::IdentifierInvalid
                | ErrorClass::ActionNotAllowed
                // Not by our identifier, or it had been found: the e-mail is another customer's, whom we
                // must not take. Without it the user still gets a customer of their own.
                | ErrorClass::DuplicatedCustomer
            )
        )
}
