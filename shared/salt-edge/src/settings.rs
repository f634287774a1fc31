//! What a client must be told before its first call.

use std::{fmt, str::FromStr};

use domain::duplicate::Owner;
use secrecy::SecretString;
use url::{Host, Url};

use crate::sign::KeyError;

/// Under which licence this deployment calls Salt Edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Under Salt Edge's: the end user's e-mail makes their own Salt Edge account.
    Partner,
    /// Under its own: customers are known by identifier, connections belong to us.
    Client,
}

impl Mode {
    /// The word in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Client => "client",
        }
    }
}

impl From<Mode> for Owner {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Partner => Self::EndUser,
            Mode::Client => Self::Operator,
        }
    }
}

impl FromStr for Mode {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        match text {
            "partner" => Ok(Self::Partner),
            "client" => Ok(Self::Client),
            _ => Err(SettingsError::Mode),
        }
    }
}

/// The way a partner's customer is created. Sources disagree, so the order is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerPractice {
    /// `email` and `identifier`.
    EmailAndIdentifier,
    /// `identifier` alone.
    IdentifierOnly,
    /// `identifier` alone, and it is the e-mail.
    EmailAsIdentifier,
}

impl CustomerPractice {
    /// The order that is tried when nothing else is set.
    pub const DEFAULT: [Self; 3] =
        [Self::EmailAndIdentifier, Self::IdentifierOnly, Self::EmailAsIdentifier];

    /// The word in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailAndIdentifier => "email_and_identifier",
            Self::IdentifierOnly => "identifier",
            Self::EmailAsIdentifier => "email_as_identifier",
        }
    }
}

/// Practices in the order in which they are tried, as a setting: their words with commas between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practices(pub Vec<CustomerPractice>);

impl FromStr for Practices {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, SettingsError> {
        let known = |word: &str| {
            let all = CustomerPractice::DEFAULT.into_iter();
            all.into_iter().find(|practice| practice.as_str() == word.trim())
        };
        let practices = text.split(',').map(known).collect::<Option<Vec<_>>>();
        let twice = |all: &[CustomerPractice]| {
            all.iter().enumerate().any(|(at, one)| all[..at].contains(one))
        };
        practices.filter(|all| !twice(all)).map(Self).ok_or(SettingsError::Practices)
    }
}

/// The Service API key of a Salt Edge account.
#[derive(Clone)]
pub struct Credentials {
    /// `App-id`.
    pub app_id: SecretString,
    /// `Secret`.
    pub secret: SecretString,
    /// The RSA private key, PEM, PKCS#8 or PKCS#1.
    pub private_key: SecretString,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Everything a client is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `https://www.saltedge.com/api/v6`, or a simulator's; a slash at the end does not matter.
    pub base_url: String,
    /// The licence.
    pub mode: Mode,
    /// The keys.
    pub credentials: Credentials,
    /// How a partner's customer is created: tried in this order, the next when one is refused.
    pub practices: Vec<CustomerPractice>,
}

impl Settings {
    /// Settings with the default practices.
    pub fn new(base_url: impl Into<String>, mode: Mode, credentials: Credentials) -> Self {
        let practices = CustomerPractice::DEFAULT.to_vec();
        Self { base_url: base_url.into(), mode, credentials, practices }
    }
}

/// Settings that no client can be made of.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The mode is neither of the two.
    #[error("the mode must be partner or client")]
    Mode,
    /// The base is not an absolute http(s) URL without query.
    #[error("give the base of Salt Edge's API, an absolute https URL without query or user")]
    BaseUrl,
    /// Secrets would travel in the clear.
    #[error("http is only for Salt Edge simulators on this host; use https")]
    PlainHttp,
    /// `App-id` or `Secret` cannot be a header.
    #[error(
        "{0} is empty or holds characters that no header can carry: copy it from Salt Edge's dashboard"
    )]
    Header(&'static str),
    /// No practice is left to create a customer by, or a word is none.
    #[error(
        "practices to create customers by are needed, each once: email_and_identifier, identifier, \
         email_as_identifier, with commas between"
    )]
    Practices,
    /// The private key is of no use.
    #[error(
        "private_key {0}: give the RSA key whose public half is in Salt Edge's dashboard, as PEM"
    )]
    Key(#[from] KeyError),
    /// TLS could not be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client could not be built.
    #[error("the HTTP client cannot be built")]
    Http(#[from] reqwest::Error),
}

/// The base as a URL whose path does not end in a slash.
///
/// Errors: [`SettingsError::BaseUrl`], [`SettingsError::PlainHttp`].
pub(crate) fn base(text: &str) -> Result<Url, SettingsError> {
    let mut url = Url::parse(text).map_err(|_| SettingsError::BaseUrl)?;
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let local = match url.host().ok_or(SettingsError::BaseUrl)? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    match url.scheme() {
        "https" => {}
        "http" if local => {}
        "http" => return Err(SettingsError::PlainHttp),
        _ => return Err(SettingsError::BaseUrl),
    }
    if !bare {
        return Err(SettingsError::BaseUrl);
    }
    url.path_segments_mut().map_err(|()| SettingsError::BaseUrl)?.pop_if_empty();
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_https_or_on_this_host() {
        for (text, want) in [
            ("https://www.saltedge.com/api/v6", Ok("https://www.saltedge.com/api/v6")),
            ("https://www.saltedge.com/api/v6/", Ok("https://www.saltedge.com/api/v6")),
            ("http://127.0.0.1:4010/api/v6", Ok("http://127.0.0.1:4010/api/v6")),
            ("http://[::1]:4010/api/v6", Ok("http://[::1]:4010/api/v6")),
            ("http://localhost/api/v6", Ok("http://localhost/api/v6")),
            ("http://www.saltedge.com/api/v6", Err("PlainHttp")),
            ("https://user@www.saltedge.com/api/v6", Err("BaseUrl")),
            ("https://www.saltedge.com/api/v6?a=1", Err("BaseUrl")),
            ("ftp://localhost/", Err("BaseUrl")),
            ("www.saltedge.com", Err("BaseUrl")),
        ] {
            let got = base(text).map_err(|error| format!("{error:?}"));
            let got = got.as_ref().map(Url::as_str).map_err(String::as_str);
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn practices_are_told_by_their_words_in_order() {
        use CustomerPractice::{EmailAndIdentifier, EmailAsIdentifier, IdentifierOnly};
        for (text, want) in [
            ("email_as_identifier", Some(vec![EmailAsIdentifier])),
            ("identifier, email_and_identifier", Some(vec![IdentifierOnly, EmailAndIdentifier])),
            ("", None),
            ("email", None),
            ("identifier,", None),
            ("identifier,identifier", None),
        ] {
            let got = text.parse::<Practices>().ok().map(|practices| practices.0);
            assert_eq!(got, want, "{text}");
        }
    }

    #[test]
    fn credentials_cannot_be_printed() {
        let keys = Credentials {
            app_id: "app-canary".into(),
            secret: "secret-canary".into(),
            private_key: "key-canary".into(),
        };
        let settings = Settings::new("https://www.saltedge.com/api/v6", Mode::Partner, keys);
        assert!(!format!("{settings:?}").contains("canary"));
    }
}
