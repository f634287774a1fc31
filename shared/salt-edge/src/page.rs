//! Lists, read page by page to their end: the only loop over pages.

use domain::bank::BankError;
use jiff::Timestamp;
use serde_json::value::RawValue;
use url::Url;

use crate::{
    catalogue,
    client::Client,
    pace::Pace,
    trail::{Trail, lost},
    wire::envelope::Page,
};

/// More pages than any list of ours has, also at the smallest page size.
const MOST_PAGES: usize = 1_000;
/// More rows than one function can hold.
const MOST_ROWS: usize = 100_000;
/// The largest page that Salt Edge gives. Fewer rows per page are as good.
const PER_PAGE: (&str, &str) = ("per_page", "1000");
/// Times that a list is read from its beginning while its pages change.
const PASSES: usize = 4;

/// A list to read.
#[derive(Clone, Copy)]
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

impl List<'_> {
    /// The address of its page that begins with an id.
    pub(crate) fn page_from(&self, client: &Client, from: Option<&str>) -> Url {
        let mut query = self.query.to_vec();
        query.push(PER_PAGE);
        query.extend(from.map(|id| ("from_id", id)));
        client.url(&[self.path], &query)
    }
}

/// A list that was read to its end.
pub(crate) struct Whole<T> {
    /// What was made of its rows.
    pub(crate) read: T,
    /// Whether it came in more than one page.
    pub(crate) paged: bool,
}

impl Client {
    /// Hands every row of a list to `take`, in the provider's order, with what `new` gives at its beginning.
    ///
    /// A list whose pages change while they are read is read again from its beginning, until one pass shows no change, or
    /// two show the same: then that is how it is paged.
    ///
    /// Errors: the calls' own, and [`BankError::Unreadable`] when the paging repeats itself, leads elsewhere, does not
    /// end or does not stand still. A list is never cut silently.
    pub(crate) async fn pages<T>(
        &self,
        list: List<'_>,
        now: Timestamp,
        new: impl Fn() -> T + Send,
        mut take: impl FnMut(&mut T, &RawValue) + Send,
    ) -> Result<Whole<T>, BankError>
    where
        T: Send,
    {
        let mut before = None;
        for _ in 0..PASSES {
            let mut read = new();
            let keep = |row: &RawValue| {
                take(&mut read, row);
                false
            };
            let trail = self.pass(list, MOST_PAGES, now, keep).await?;
            let (shown, paged) = (trail.shown(), trail.paged());
            let Some(moved) = trail.moved else { return Ok(Whole { read, paged }) };
            if before == Some(shown) {
                return if moved.ends {
                    Ok(Whole { read, paged })
                } else {
                    Err(lost(list.name, moved.what))
                };
            }
            tracing::warn!(
                metric.paging_restarted = 1,
                call = list.name,
                what = moved.what,
                "pages changed while they were read: the list is read again from its beginning"
            );
            before = Some(shown);
        }
        Err(lost(list.name, "its pages change while they are read"))
    }

    /// One pass over a list, until `found` says that a row is the wanted one, and for no more than `most` pages.
    pub(crate) async fn pages_until(
        &self,
        list: List<'_>,
        most: usize,
        now: Timestamp,
        found: impl FnMut(&RawValue) -> bool + Send,
    ) -> Result<(), BankError> {
        let trail = self.pass(list, most, now, found).await?;
        let endless = trail.moved.filter(|moved| !moved.ends);
        endless.map_or(Ok(()), |moved| Err(lost(list.name, moved.what)))
    }

    async fn pass(
        &self,
        list: List<'_>,
        most: usize,
        now: Timestamp,
        mut found: impl FnMut(&RawValue) -> bool + Send,
    ) -> Result<Trail, BankError> {
        let speed = if list.name == catalogue::LIST { Pace::Catalogue } else { Pace::Free };
        let mut trail = Trail::new(list.name, list.from, list.page_from(self, list.from));
        let mut rows = 0;
        for _ in 0..most {
            let answer = self.paced(speed, list.name, &trail.next, now).await?;
            let page: Page<'_> = answer.json()?;
            rows += page.data.len();
            if rows > MOST_ROWS {
                return Err(lost(list.name, "more rows than can be held"));
            }
            for row in trail.page(page.data) {
                if found(row) {
                    return Ok(trail);
                }
            }
            if !trail.follow(self, &list, page.meta.unwrap_or_default())? {
                return Ok(trail);
            }
        }
        Err(lost(list.name, "more pages than any list has"))
    }
}
