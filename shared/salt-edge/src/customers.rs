//! Customers: the end users, as Salt Edge knows them.

use domain::{
    bank::{BankError, NewCustomer},
    id::RemoteCustomerId,
    secret::Personal,
};
use jiff::Timestamp;
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
    /// of the request was refused, or the e-mail is another customer's already.
    pub async fn customer(
        &self,
        new: &NewCustomer,
        now: Timestamp,
    ) -> Result<RemoteCustomerId, BankError> {
        let mut refused = None;
        for body in self.bodies(new) {
            match self.create(&body, &new.identifier, now).await {
                Err(error) if another_form_may_do(&error) => refused = Some(error),
                result => return result,
            }
        }
        Err(refused.unwrap_or(BankError::Unreadable {
            call: CREATE,
            what: "no practice to create a customer by fits: an e-mail is needed".to_owned(),
        }))
    }

    fn bodies<'a>(&self, new: &'a NewCustomer) -> Vec<CreateCustomer<'a>> {
        let identifier = Some(new.identifier.as_str());
        let email = new.email.as_ref().map(Personal::reveal);
        match self.mode {
            Mode::Client => vec![CreateCustomer { identifier, email: None }],
            Mode::Partner => {
                self.practices
                    .iter()
                    .filter_map(|practice| match practice {
                        CustomerPractice::EmailAndIdentifier => {
                            email.map(|email| CreateCustomer { identifier, email: Some(email) })
                        }
                        CustomerPractice::IdentifierOnly => {
                            Some(CreateCustomer { identifier, email: None })
                        }
                        CustomerPractice::EmailAsIdentifier => email
                            .map(|email| CreateCustomer { identifier: Some(email), email: None }),
                    })
                    .collect()
            }
        }
    }

    async fn create(
        &self,
        body: &CreateCustomer<'_>,
        ours: &str,
        now: Timestamp,
    ) -> Result<RemoteCustomerId, BankError> {
        let call = Call::send(CREATE, Method::POST, self.url(&["customers"], &[]), body)?;
        match self.read::<Customer>(call, now).await {
            Ok(customer) => required(CREATE, "customer_id", customer.customer_id),
            Err(error) if class(&error) == Some(ErrorClass::DuplicatedCustomer) => {
                // A repeated creation, perhaps after an answer that got lost.
                self.find(ours, now).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Looks through all customers: a look-up by identifier is not promised. Only our own identifier
    /// counts; the same e-mail may belong to a customer of another tenant, also as an identifier.
    async fn find(
        &self,
        ours: &str,
        now: Timestamp,
    ) -> Result<Option<RemoteCustomerId>, BankError> {
        let list = List { name: LIST, path: "customers", query: &[], from: None };
        let mut found = None;
        self.pages(list, now, |row| {
            let customer: Customer = serde_json::from_str(row.get()).unwrap_or_default();
            if customer.identifier.as_deref() == Some(ours) {
                found = customer.customer_id;
            }
        })
        .await?;
        found.map(|id| required(LIST, "customer_id", Some(id))).transpose()
    }
}

fn another_form_may_do(error: &BankError) -> bool {
    matches!(
        class(error),
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
