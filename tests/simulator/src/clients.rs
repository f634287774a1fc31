//! Integrator accounts: who may call, with which key, and where their callbacks go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The two kinds of integrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// Works under Salt Edge's licence; the end user owns the connections.
    Partner,
    /// Has a licence of its own and owns the connections.
    Client,
}

/// How far an integrator's account is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientState {
    /// Sandbox providers only.
    Pending,
    /// Real banks, limited.
    Test,
    /// Signatures are mandatory.
    Live,
    /// Reads only.
    Restricted,
    /// Nothing.
    Disabled,
}

/// The kinds of callback that have an address of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackKind {
    /// Stored data changed.
    Success,
    /// An attempt failed.
    Fail,
    /// An attempt entered a stage.
    Notify,
    /// A connection was deleted.
    Destroy,
    /// A provider changed its status.
    Provider,
    /// A consent expired or was revoked.
    Consent,
    /// Service notices.
    Service,
}

impl CallbackKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Success,
        Self::Fail,
        Self::Notify,
        Self::Destroy,
        Self::Provider,
        Self::Consent,
        Self::Service,
    ];

    /// The lower-case name, as it ends the usual callback address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Fail => "fail",
            Self::Notify => "notify",
            Self::Destroy => "destroy",
            Self::Provider => "provider",
            Self::Consent => "consent",
            Self::Service => "service",
        }
    }
}

/// Where callbacks go: what the integrator typed into the dashboard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Callbacks {
    /// The registered address of each kind, which is also what is signed. A kind without one is not sent.
    #[serde(default)]
    pub urls: BTreeMap<CallbackKind, String>,
    /// Scheme, host and port where the registered addresses are really answered, when a proxy stands
    /// in between (`http://127.0.0.1:4000`): path and query stay, the signature is over the registered address.
    #[serde(default)]
    pub delivered_to: Option<String>,
    /// User and password of the optional `Authorization: Basic`.
    #[serde(default)]
    pub basic_auth: Option<(String, String)>,
}

impl Callbacks {
    /// One address per kind: `{base}/success`, `{base}/fail`, …
    #[must_use]
    pub fn under(base: &str) -> Self {
        let base = base.trim_end_matches('/');
        let urls = CallbackKind::ALL.map(|kind| (kind, format!("{base}/{}", kind.name())));
        Self { urls: urls.into(), ..Self::default() }
    }

    /// The same addresses, delivered to another scheme, host and port.
    #[must_use]
    pub fn delivered_to(self, origin: &str) -> Self {
        Self { delivered_to: Some(origin.trim_end_matches('/').to_owned()), ..self }
    }
}

/// An integrator's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// `App-id` of its Service API key.
    pub app_id: String,
    /// `Secret` of the key.
    pub secret: String,
    /// The name that end users read on the consent page.
    #[serde(default = "default_name")]
    pub name: String,
    /// Partner or client.
    pub kind: ClientKind,
    /// How far it is approved.
    #[serde(default = "default_state")]
    pub state: ClientState,
    /// The public half of its signing key (PEM); none: `PublicKeyNotProvided` when it signs.
    #[serde(default)]
    pub public_key_pem: Option<String>,
    /// Callback addresses.
    #[serde(default)]
    pub callbacks: Callbacks,
    /// Where browsers go when a request named no `return_to`.
    #[serde(default = "default_home")]
    pub home_url: String,
    /// It entered the keys `fake_client_id` and `fake_client_secret` for the providers that need a
    /// client's own keys. Partners use Salt Edge's.
    #[serde(default = "default_keys")]
    pub provider_keys: bool,
    /// Connections that it may have; none = no limit.
    #[serde(default)]
    pub connection_limit: Option<usize>,
}

fn default_name() -> String {
    "Your application".to_owned()
}

fn default_state() -> ClientState {
    ClientState::Test
}

fn default_home() -> String {
    "https://app.example.com/".to_owned()
}

fn default_keys() -> bool {
    true
}

impl Client {
    /// An account in state test, without key and callbacks.
    #[must_use]
    pub fn new(app_id: &str, secret: &str, kind: ClientKind) -> Self {
        Self {
            app_id: app_id.to_owned(),
            secret: secret.to_owned(),
            name: default_name(),
            kind,
            state: default_state(),
            public_key_pem: None,
            callbacks: Callbacks::default(),
            home_url: default_home(),
            provider_keys: true,
            connection_limit: None,
        }
    }

    /// With the public half of its signing key.
    #[must_use]
    pub fn with_key(self, public_key_pem: &str) -> Self {
        Self { public_key_pem: Some(public_key_pem.to_owned()), ..self }
    }

    /// With callback addresses.
    #[must_use]
    pub fn with_callbacks(self, callbacks: Callbacks) -> Self {
        Self { callbacks, ..self }
    }

    /// In another state.
    #[must_use]
    pub fn in_state(self, state: ClientState) -> Self {
        Self { state, ..self }
    }
}
