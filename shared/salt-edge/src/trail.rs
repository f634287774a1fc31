//! Where the reading of a list has been, and what it saw there: whether its pages stand still.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use domain::bank::BankError;
use serde_json::value::RawValue;
use url::Url;

use crate::{
    client::Client,
    page::List,
    wire::envelope::{Meta, Named},
};

/// Why a pass over a list cannot be trusted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) what: &'static str,
    /// Whether the pass came to an end all the same.
    pub(crate) ends: bool,
}

/// One pass.
pub(crate) struct Trail {
    name: &'static str,
    pub(crate) next: Url,
    been: HashSet<String>,
    /// The id with which the next page was said to begin.
    expected: Option<String>,
    /// Rows by their ids: the page that they stood on, and what they said.
    rows: HashMap<String, (usize, u64)>,
    last: Option<String>,
    page: usize,
    shown: DefaultHasher,
    /// The first sign that the pages changed meanwhile.
    pub(crate) moved: Option<Moved>,
}

impl Trail {
    pub(crate) fn new(name: &'static str, from: Option<&str>, next: Url) -> Self {
        let been = from.iter().map(|id| (*id).to_owned()).chain([next.to_string()]).collect();
        let (rows, shown) = (HashMap::new(), DefaultHasher::new());
        Self { name, next, been, expected: None, rows, last: None, page: 0, shown, moved: None }
    }

    /// What this pass was shown, as one number: two passes that were shown the same have the same.
    pub(crate) fn shown(&self) -> u64 {
        self.shown.finish()
    }

    pub(crate) fn paged(&self) -> bool {
        self.page > 1
    }

    fn moved(&mut self, what: &'static str, ends: bool) {
        self.moved = self.moved.filter(|moved| !moved.ends || ends).or(Some(Moved { what, ends }));
    }

    /// The rows of the page that was read, without a first one that is the last of the page before.
    pub(crate) fn page<'a>(&mut self, page: Vec<&'a RawValue>) -> Vec<&'a RawValue> {
        self.page += 1;
        let ids: Vec<_> = page.iter().map(|row| id_of(row)).collect();
        // Behind a page that is empty there is nothing: no row has come in between.
        let expected = self.expected.take();
        if expected.is_some() && ids.first().is_some_and(|first| *first != expected) {
            self.moved("a page does not begin where the one before it ended", true);
        }
        let before = self.last.take();
        let mut rows = Vec::with_capacity(page.len());
        for (at, (row, id)) in page.into_iter().zip(ids).enumerate() {
            row.get().hash(&mut self.shown);
            let says = hash(row.get());
            if let Some(id) = &id {
                let earlier = self.rows.insert(id.clone(), (self.page, says));
                if let Some((page, said)) = earlier.filter(|(page, _)| *page < self.page) {
                    if at == 0
                        && before.as_ref() == Some(id)
                        && said == says
                        && page + 1 == self.page
                    {
                        continue;
                    }
                    self.moved("a row stands on two pages", true);
                }
            }
            self.last = id;
            rows.push(row);
        }
        rows
    }

    /// Goes on to the next page; whether there is one.
    ///
    /// With `next_id` we ask for it ourselves, so that our filters cannot get lost in `next_page`.
    pub(crate) fn follow(
        &mut self,
        client: &Client,
        list: &List<'_>,
        meta: Meta,
    ) -> Result<bool, BankError> {
        let link = meta.next_page.as_deref().filter(|page| !page.is_empty());
        let link = match link {
            Some(link) => Some(self.resolve(client, link)?),
            None => None,
        };
        let id = meta.next_id.map(|id| id.0).filter(|id| !id.is_empty() && id != "0");
        let (mark, next) = match (id, link) {
            (Some(id), _) => {
                let next = list.page_from(client, Some(&id));
                self.expected = Some(id.clone());
                (id, next)
            }
            (None, Some(link)) => (link.to_string(), link),
            (None, None) => return Ok(false),
        };
        if !self.been.insert(mark) {
            self.moved("the paging repeats itself", false);
            return Ok(false);
        }
        self.next = next;
        Ok(true)
    }

    /// `next_page` is relative and usually holds the base's path already, which is not doubled here.
    fn resolve(&self, client: &Client, link: &str) -> Result<Url, BankError> {
        let elsewhere = || lost(self.name, "next_page leads elsewhere");
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
}

fn id_of(row: &RawValue) -> Option<String> {
    serde_json::from_str::<Named>(row.get()).ok()?.id.map(|id| id.0)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

pub(crate) fn lost(call: &'static str, what: &str) -> BankError {
    BankError::Unreadable { call, what: what.to_owned() }
}
