//! The client: what it is made of.

use std::{fmt, sync::Arc, time::Duration};

use domain::bank::BankError;
use reqwest::header::{HeaderMap, HeaderValue};
use rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::{
    settings::{CustomerPractice, Mode, Settings, SettingsError, base},
    sign::Signer,
    wire::value::Id,
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
/// A frozen function must not wake with connections that the other side has closed.
const IDLE: Duration = Duration::from_secs(15);

/// Salt Edge's v6 API under one key. Cheap to clone; one request per call, and no retries.
#[derive(Clone)]
pub struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) base: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) signer: Arc<Signer>,
    pub(crate) mode: Mode,
    pub(crate) practices: Vec<CustomerPractice>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

impl Client {
    /// A client that has not called anybody yet.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        if settings.practices.is_empty() {
            return Err(SettingsError::Practices);
        }
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .user_agent(concat!("halite/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let mut headers = HeaderMap::new();
        headers.insert("Accept", HeaderValue::from_static("application/json"));
        headers.insert("Content-Type", HeaderValue::from_static("application/json"));
        headers.insert("App-id", secret_header("app_id", &settings.credentials.app_id)?);
        headers.insert("Secret", secret_header("secret", &settings.credentials.secret)?);
        Ok(Self {
            http,
            base: base(&settings.base_url)?,
            headers,
            signer: Arc::new(Signer::from_pem(&settings.credentials.private_key)?),
            mode: settings.mode,
            practices: settings.practices,
        })
    }

    /// The URL of a route under the base: each segment and value encoded once.
    pub(crate) fn url(&self, segments: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        // A base that cannot have segments was refused when the client was made.
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }
}

fn tls() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn secret_header(name: &'static str, text: &SecretString) -> Result<HeaderValue, SettingsError> {
    let text = text.expose_secret();
    let mut value = HeaderValue::from_str(text).map_err(|_| SettingsError::Header(name))?;
    if text.is_empty() {
        return Err(SettingsError::Header(name));
    }
    value.set_sensitive(true);
    Ok(value)
}

/// The id that an answer must hold.
pub(crate) fn required<T: std::str::FromStr>(
    call: &'static str,
    field: &'static str,
    id: Option<Id>,
) -> Result<T, BankError> {
    id.and_then(|id| id.0.parse().ok())
        .ok_or_else(|| BankError::Unreadable { call, what: format!("{field} is missing or no id") })
}
