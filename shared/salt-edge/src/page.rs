//! Lists, read page by page to their end: the only loop over pages.

use std::collections::HashSet;

use domain::bank::BankError;
use jiff::Timestamp;
use serde_json::value::RawValue;
use url::Url;

use crate::{
    catalogue,
    client::Client,
    pace::Pace,
    wire::envelope::{Meta, Page},
};

/// More pages than any list of ours has, also at the smallest page size.
const MOST_PAGES: usize = 1_000;
/// More rows than one function can hold.
const MOST_ROWS: usize = 100_000;
/// The largest page that Salt Edge gives. Fewer rows per page are as good.
const PER_PAGE: (&str, &str) = ("per_page", "1000");

/// A list to read.
pub(crate) struct List<'a> {
    /// Method and path, for logs and errors.
    pub(crate) name: &'static str,
    /// The path below the base.
    pub(crate) path: &'a str,
    /// Filters; sent with every page.
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// The first id wanted, which is included.
    pub(crate) from: Option<&'a str>,
}

impl Client {
    /// Hands every row of a list to `take`, in the provider's order.
    ///
    /// Errors: the calls' own, and [`BankError::Unreadable`] when the paging repeats itself, leads
    /// elsewhere or does not end. A list is never cut silently.
    pub(crate) async fn pages(
        &self,
        list: List<'_>,
        now: Timestamp,
        mut take: impl FnMut(&RawValue) + Send,
    ) -> Result<(), BankError> {
        self.pages_until(list, MOST_PAGES, now, |row| {
            take(row);
            false
        })
        .await
    }

    /// The same until `found` says that a row is the wanted one, and for no more than `most` pages.
    pub(crate) async fn pages_until(
        &self,
        list: List<'_>,
        most: usize,
        now: Timestamp,
        mut found: impl FnMut(&RawValue) -> bool + Send,
    ) -> Result<(), BankError> {
        let speed = if list.name == catalogue::LIST { Pace::Catalogue } else { Pace::Free };
        let mut trail = Trail::new(&list, self.first(&list));
        let mut rows = 0;
        for _ in 0..most {
            let answer = self.paced(speed, list.name, &trail.next, now).await?;
            let page: Page<'_> = answer.json()?;
            rows += page.data.len();
            if rows > MOST_ROWS {
                return Err(trail.lost("more rows than can be held"));
            }
            for row in page.data {
                if found(row) {
                    return Ok(());
                }
            }
            match trail.follow(self, &list, page.meta.unwrap_or_default())? {
                Some(next) => trail.next = next,
                None => return Ok(()),
            }
        }
        Err(trail.lost("more pages than any list has"))
    }

    fn first(&self, list: &List<'_>) -> Url {
        self.page_from(list, list.from)
    }

    fn page_from(&self, list: &List<'_>, from: Option<&str>) -> Url {
        let mut query = list.query.to_vec();
        query.push(PER_PAGE);
        query.extend(from.map(|id| ("from_id", id)));
        self.url(&[list.path], &query)
    }
}

/// Where the paging has been.
struct Trail {
    name: &'static str,
    next: Url,
    seen: HashSet<String>,
}

impl Trail {
    fn new(list: &List<'_>, next: Url) -> Self {
        let seen = list.from.iter().map(|id| (*id).to_owned()).chain([next.to_string()]).collect();
        Self { name: list.name, next, seen }
    }

    /// The next page; `None` at the end of the list.
    ///
    /// With `next_id` we ask for it ourselves, so that our filters cannot get lost in `next_page`.
    fn follow(
        &mut self,
        client: &Client,
        list: &List<'_>,
        meta: Meta,
    ) -> Result<Option<Url>, BankError> {
        let link = meta.next_page.as_deref().filter(|page| !page.is_empty());
        let link = match link {
            Some(link) => Some(self.resolve(client, link)?),
            None => None,
        };
        let id = meta.next_id.map(|id| id.0).filter(|id| !id.is_empty() && id != "0");
        let (mark, next) = match (id, link) {
            (Some(id), _) => {
                let next = client.page_from(list, Some(&id));
                (id, next)
            }
            (None, Some(link)) => (link.to_string(), link),
            (None, None) => return Ok(None),
        };
        if !self.seen.insert(mark) {
            return Err(self.lost("the paging repeats itself"));
        }
        Ok(Some(next))
    }

    /// `next_page` is relative and usually holds the base's path already, which is not doubled here.
    fn resolve(&self, client: &Client, link: &str) -> Result<Url, BankError> {
        let elsewhere = || self.lost("next_page leads elsewhere");
        let mut url = self.next.join(link).map_err(|_| elsewhere())?;
        if url.path() != self.next.path() {
            let below = format!("{}{}", client.base.path().trim_end_matches('/'), url.path());
            url.set_path(&below);
        }
        let same = url.origin() == self.next.origin()
            && url.path() == self.next.path()
            && url.username().is_empty()
            && url.fragment().is_none();
        if same { Ok(url) } else { Err(elsewhere()) }
    }

    fn lost(&self, what: &str) -> BankError {
        BankError::Unreadable { call: self.name, what: what.to_owned() }
    }
}
