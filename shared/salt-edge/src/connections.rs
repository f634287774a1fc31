//! Connections: one customer's login at one bank.

use domain::{
    bank::{BankError, OpenPages, OpenedPages, RemoteConnection, Tag, Visit},
    id::{RemoteConnectionId, RemoteCustomerId},
};
use jiff::Timestamp;
use reqwest::Method;
use serde::de::IgnoredAny;

use crate::{
    client::Client,
    error::unreadable,
    exchange::Call,
    page::List,
    settings::Mode,
    translate,
    wire::{
        connection::{Connection, Removed},
        envelope::{Later, One},
        session::{
            Ask, AskAttempt, CONSENT_SCOPES, Consent, FETCH_SCOPES, Kyc, Open, OpenAttempt, Opened,
            Provider, Widget,
        },
    },
};

const SHOW: &str = "GET /connections/{id}";
const LIST: &str = "GET /connections";
const REMOVE: &str = "DELETE /connections/{id}";
const ASK: &str = "POST /connections/{id}/background_refresh";

impl Client {
    /// Opens Salt Edge's pages; the URL is for one browser, once.
    pub async fn open(&self, pages: &OpenPages, now: Timestamp) -> Result<OpenedPages, BankError> {
        let (name, url) = match &pages.visit {
            Visit::Connect { .. } => {
                ("POST /connections/connect", self.url(&["connections", "connect"], &[]))
            }
            Visit::Reconnect(id) => (
                "POST /connections/{id}/reconnect",
                self.url(&["connections", id.as_str(), "reconnect"], &[]),
            ),
            Visit::Refresh(id) => (
                "POST /connections/{id}/refresh",
                self.url(&["connections", id.as_str(), "refresh"], &[]),
            ),
        };
        let call = Call::send(name, Method::POST, url, body(pages, self.mode))?;
        let opened: Opened = self.read(call, now).await?;
        let url = opened
            .connect_url
            .filter(|url| is_web(url))
            .ok_or_else(|| unreadable(name, "connect_url is missing or no web address"))?;
        Ok(OpenedPages { url: url.into(), expires_at: opened.expires_at })
    }

    /// Asks the bank without the user. Counts against the day's asks.
    ///
    /// The answer's shape is not certain: all that is taken from it is when the next ask is possible.
    pub async fn ask(
        &self,
        id: &RemoteConnectionId,
        tag: &Tag,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, BankError> {
        let url = self.url(&["connections", id.as_str(), "background_refresh"], &[]);
        let data = Ask { attempt: AskAttempt { fetch_scopes: FETCH_SCOPES, custom_fields: tag } };
        let answer = self.exchange(Call::send(ASK, Method::POST, url, data)?, now).await?;
        answer.json::<IgnoredAny>()?;
        let later = answer.json::<One<Later>>().ok();
        Ok(later.and_then(|one| one.data.next_refresh_possible_at))
    }

    /// A connection as it stands.
    pub async fn connection(
        &self,
        id: &RemoteConnectionId,
        now: Timestamp,
    ) -> Result<RemoteConnection, BankError> {
        let url = self.url(&["connections", id.as_str()], &[]);
        let wire: Connection = self.read(Call::get(SHOW, url), now).await?;
        let shown = of(wire, now).map_err(|why| unreadable(SHOW, why))?;
        if shown.id != *id {
            return Err(unreadable(SHOW, "another connection than asked for"));
        }
        Ok(shown)
    }

    /// All connections of a customer. One that cannot be read fails the list: it must not look gone.
    pub async fn connections(
        &self,
        customer: &RemoteCustomerId,
        now: Timestamp,
    ) -> Result<Vec<RemoteConnection>, BankError> {
        let query = &[("customer_id", customer.as_str())];
        let list = List { name: LIST, path: "connections", query, from: None };
        let shown = self
            .pages(list, now, Vec::new, |shown, row| {
                shown.push(
                    serde_json::from_str::<Connection>(row.get())
                        .map_err(|_| "not an object")
                        .and_then(|wire| of(wire, now))
                        .and_then(|found| {
                            if found.customer == *customer {
                                Ok(found)
                            } else {
                                Err("a connection of another customer")
                            }
                        }),
                );
            })
            .await?
            .read;
        shown.into_iter().collect::<Result<_, _>>().map_err(|why| unreadable(LIST, why))
    }

    /// Removes a connection with its accounts and rows at Salt Edge.
    ///
    /// Errors: `Refused` with the verdict `Gone` when it is not there; the caller decides what that proves.
    pub async fn remove(&self, id: &RemoteConnectionId, now: Timestamp) -> Result<(), BankError> {
        let url = self.url(&["connections", id.as_str()], &[]);
        let answer = self.exchange(Call::delete(REMOVE, url), now).await?;
        if answer.body.is_empty() {
            return Ok(());
        }
        match answer.json::<One<Removed>>()?.data.removed {
            Some(false) => Err(unreadable(REMOVE, "removed is false")),
            Some(true) | None => Ok(()),
        }
    }
}

/// A connection as it is told, but for what is told of the future.
fn of(wire: Connection, now: Timestamp) -> Result<RemoteConnection, translate::Why> {
    let ahead = translate::ahead(&wire, now);
    let shown = translate::connection(wire, now)?;
    if ahead {
        tracing::warn!(remote = %shown.id,
            "the newest attempt is said to be of the future: that is not believed");
    }
    Ok(shown)
}

fn body(pages: &OpenPages, mode: Mode) -> Open<'_> {
    let (customer_id, provider, widget) = match &pages.visit {
        Visit::Connect { customer, institution } => (
            Some(customer.as_str()),
            Some(Provider { code: institution.as_str(), include_sandboxes: pages.sandboxes }),
            Some(Widget { skip_provider_selection: true }),
        ),
        Visit::Reconnect(_) | Visit::Refresh(_) => (None, None, None),
    };
    let consent = match (&pages.visit, mode) {
        // A refresh does not renew consent; Salt Edge may want to see it from partners all the same.
        (Visit::Refresh(_), Mode::Client) => None,
        (Visit::Refresh(_), Mode::Partner) | (Visit::Connect { .. } | Visit::Reconnect(_), _) => {
            Some(Consent {
                scopes: CONSENT_SCOPES,
                from_date: pages.from_date,
                period_days: pages.consent_days,
            })
        }
    };
    let first = matches!(pages.visit, Visit::Connect { .. });
    let kyc = pages.account_type.filter(|_| first).map(|type_of_account| Kyc { type_of_account });
    Open {
        customer_id,
        consent,
        attempt: OpenAttempt {
            fetch_scopes: FETCH_SCOPES,
            custom_fields: &pages.tag,
            locale: &pages.locale,
            return_to: &pages.return_to,
        },
        widget,
        provider,
        kyc,
        return_connection_id: true,
        return_error_class: true,
        automatic_refresh: true,
    }
}

fn is_web(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}
