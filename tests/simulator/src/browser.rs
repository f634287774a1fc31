//! A browser without script, for programs that walk through the pages.

use std::fmt;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, LOCATION};
use reqwest::{Method, Url};

use crate::bank::catalogue::{CAPTCHA, SECOND_CODE, SMS_CODE, TOKEN};

/// Pages of one walk at most; a walk that does not end is an error, not a hang.
const MAX_PAGES: usize = 40;

/// What the user does on the way.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The bank, where the pages ask for it.
    pub provider: Option<String>,
    /// Ticks the consent box.
    pub ticks: bool,
    /// User name.
    pub login: String,
    /// Password.
    pub password: String,
    /// Answers to interactive steps in their order; none = the right ones.
    pub answers: Option<Vec<String>>,
    /// Accounts to share by key; none = all.
    pub accounts: Option<Vec<String>>,
    /// Denies at the bank's own page.
    pub denies: bool,
    /// Cancels on the n-th page, counted from 0.
    pub cancels_at: Option<usize>,
    /// The error to choose at `fakebank_with_error_xf`.
    pub error: Option<String>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            provider: None,
            ticks: true,
            login: "username".to_owned(),
            password: "secret".to_owned(),
            answers: None,
            accounts: None,
            denies: false,
            cancels_at: None,
            error: None,
        }
    }
}

/// A page, or the redirect that leaves the simulator.
#[derive(Debug, Clone)]
pub struct Page {
    /// HTTP status.
    pub status: u16,
    /// Where it is; for a redirect that leaves: where it leads.
    pub url: String,
    /// The HTML; empty for a redirect that leaves.
    pub html: String,
    /// The browser has left the simulator.
    pub left: bool,
}

impl Page {
    /// The value of `name` in the query of the address.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let url: Url = self.url.parse().ok()?;
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    fn has(&self, action: &str) -> bool {
        self.html.contains(&format!("action=\"{action}\""))
    }

    fn attributes(&self, before: &str) -> Vec<String> {
        let parts = self.html.split(before).skip(1);
        parts.filter_map(|part| part.split('"').next()).map(str::to_owned).collect()
    }

    /// The class that a failure page shows.
    #[must_use]
    pub fn error_class(&self) -> Option<String> {
        self.attributes("data-class=\"").into_iter().next()
    }
}

/// Why a walk stopped.
#[derive(Debug)]
pub enum BrowserError {
    /// The page could not be got.
    Http(reqwest::Error),
    /// The address is none.
    Address(String),
    /// The walk went on for too many pages.
    Endless,
}

impl fmt::Display for BrowserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(refused) => write!(f, "{refused}"),
            Self::Address(text) => write!(f, "not an address: {text}"),
            Self::Endless => write!(f, "the walk did not end within {MAX_PAGES} pages"),
        }
    }
}

impl std::error::Error for BrowserError {}

impl From<reqwest::Error> for BrowserError {
    fn from(refused: reqwest::Error) -> Self {
        Self::Http(refused)
    }
}

/// A browser: follows redirects inside one origin and stops at the one that leaves it.
#[derive(Debug, Clone)]
pub struct Browser {
    http: reqwest::Client,
}

impl Browser {
    /// A browser with an empty memory; it keeps no cookies, the pages set none.
    pub fn new() -> Result<Self, BrowserError> {
        let _already_there = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .user_agent("Mozilla/5.0 (simulated)")
            .no_proxy()
            .build()?;
        Ok(Self { http })
    }

    /// Opens an address.
    pub async fn open(&self, url: &str) -> Result<Page, BrowserError> {
        self.go(Method::GET, url, &[]).await
    }

    /// Posts a form.
    pub async fn post(&self, url: &str, fields: &[(&str, &str)]) -> Result<Page, BrowserError> {
        self.go(Method::POST, url, fields).await
    }

    async fn go(
        &self,
        method: Method,
        url: &str,
        fields: &[(&str, &str)],
    ) -> Result<Page, BrowserError> {
        let mut at = address(url)?;
        let (mut method, mut fields) = (method, fields);
        for _ in 0..MAX_PAGES {
            let mut request = self.http.request(method.clone(), at.clone());
            if method == Method::POST {
                request = request
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(encoded(fields));
            }
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let Some(target) = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok())
            else {
                let html = answer.text().await?;
                return Ok(Page { status, url: at.to_string(), html, left: false });
            };
            let next = at.join(target).map_err(|_| BrowserError::Address(target.to_owned()))?;
            if next.origin() != at.origin() {
                // The text as it was sent: an address is compared byte for byte by whoever checks it.
                let url = target.to_owned();
                return Ok(Page { status, url, html: String::new(), left: true });
            }
            (at, method, fields) = (next, Method::GET, &[]);
        }
        Err(BrowserError::Endless)
    }

    /// Walks from a connect URL until the browser leaves, a failure is left, or a page offers no way on.
    pub async fn walk(&self, connect_url: &str, walk: &Walk) -> Result<Page, BrowserError> {
        let mut page = self.open(connect_url).await?;
        let mut answered = 0;
        for number in 0..MAX_PAGES {
            if page.left {
                return Ok(page);
            }
            let base = address(&page.url)?;
            let Some((action, fields)) = next_form(&page, walk, number, &mut answered) else {
                return Ok(page);
            };
            let token = page.attributes("name=\"token\" value=\"").into_iter().next();
            let token = token.unwrap_or_default();
            let mut all = vec![("token", token.as_str())];
            all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
            let url = base.join(action).map_err(|_| BrowserError::Address(action.to_owned()))?;
            page = self.post(url.as_str(), &all).await?;
        }
        Err(BrowserError::Endless)
    }
}

type Fields = Vec<(&'static str, String)>;

/// The form that the user sends on this page; none where there is nothing to do.
fn next_form(
    page: &Page,
    walk: &Walk,
    number: usize,
    answered: &mut usize,
) -> Option<(&'static str, Fields)> {
    if page.has("/connect/leave") {
        return Some(("/connect/leave", Vec::new()));
    }
    if walk.cancels_at == Some(number) {
        return Some(if page.has("/connect/cancel") {
            ("/connect/cancel", Vec::new())
        } else {
            ("/bank/authorise", vec![("decision", "deny".to_owned())])
        });
    }
    let login = || vec![("login", walk.login.clone()), ("password", walk.password.clone())];
    if page.has("/connect/provider") {
        return Some(("/connect/provider", vec![("provider", walk.provider.clone()?)]));
    }
    if page.has("/connect/consent") {
        let ticked = walk.ticks.then(|| ("consent", "yes".to_owned()));
        return Some(("/connect/consent", ticked.into_iter().collect()));
    }
    if page.has("/connect/credentials") {
        let mut fields = login();
        fields.push(("branch", "north".to_owned()));
        fields.extend(walk.error.clone().map(|error| ("error", error)));
        return Some(("/connect/credentials", fields));
    }
    if page.has("/connect/step") {
        let own = walk.answers.as_ref().map(|all| all.get(*answered).cloned().unwrap_or_default());
        *answered += 1;
        let answer = own.unwrap_or_else(|| right_answer(page).to_owned());
        return Some(("/connect/step", vec![("answer", answer)]));
    }
    if page.has("/connect/accounts") {
        return Some(("/connect/accounts", chosen(page, walk)));
    }
    if page.has("/bank/login") {
        return if walk.denies {
            Some(("/bank/authorise", vec![("decision", "deny".to_owned())]))
        } else {
            Some(("/bank/login", login()))
        };
    }
    if page.has("/bank/authorise") {
        let mut fields = vec![("decision", "authorise".to_owned())];
        fields.extend(chosen(page, walk));
        return Some(("/bank/authorise", fields));
    }
    None
}

fn chosen(page: &Page, walk: &Walk) -> Fields {
    let all = || page.attributes("name=\"account\" value=\"");
    let keys = walk.accounts.clone().unwrap_or_else(all);
    keys.into_iter().map(|key| ("account", key)).collect()
}

/// The answer that the page itself names.
fn right_answer(page: &Page) -> &'static str {
    [SMS_CODE, SECOND_CODE, TOKEN, CAPTCHA]
        .into_iter()
        .find(|code| page.html.contains(code))
        .unwrap_or("")
}

fn address(text: &str) -> Result<Url, BrowserError> {
    text.parse().map_err(|_| BrowserError::Address(text.to_owned()))
}

fn encoded(fields: &[(&str, &str)]) -> String {
    let mut url = Url::parse("http://form.invalid").ok();
    if let Some(url) = &mut url {
        url.query_pairs_mut().extend_pairs(fields);
    }
    url.as_ref().and_then(Url::query).unwrap_or_default().to_owned()
}
