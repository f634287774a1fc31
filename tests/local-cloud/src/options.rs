//! What a local cloud is started with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::clock::Clock;

/// What a local cloud is started with. [`Options::new`] is what a test wants.
#[derive(Debug, Clone)]
pub struct Options {
    /// The template.
    pub template: TemplateText,
    /// Where table, queues and secrets are kept.
    pub data: Data,
    /// The Salt Edge that the functions talk to.
    pub salt_edge: SaltEdge,
    /// The time.
    pub clock: Clock,
    /// Randomness of the functions.
    pub entropy: shell::Entropy,
    /// Where to listen.
    pub ports: Ports,
    /// Addresses that the browser may return to, by tenant. The page's own are added for [`TENANT`].
    pub return_urls: BTreeMap<String, Vec<String>>,
    /// Template parameters, over the template's defaults and the local cloud's own values.
    pub parameters: BTreeMap<String, String>,
}

/// The tenant that the page plays.
pub const TENANT: &str = "demo";
/// The end user who is signed in on the page.
pub const USER: &str = "ada";

/// Where the template comes from.
#[derive(Debug, Clone)]
pub enum TemplateText {
    /// A file.
    File(PathBuf),
    /// The text itself; refusals call it `template.yaml`.
    Text(String),
}

impl TemplateText {
    /// The project's own template.
    pub fn own() -> Self {
        Self::File(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml"))
    }
}

/// Where things are kept.
#[derive(Debug, Clone)]
pub enum Data {
    /// Nowhere: gone with the process.
    Memory,
    /// In this folder, which is made when it is missing.
    Folder(PathBuf),
}

/// Ports on loopback; 0 takes any free one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// The page, which is also the issuer of tokens.
    pub page: u16,
    /// The API.
    pub api: u16,
}

/// A Salt Edge and our account there.
#[derive(Clone)]
pub struct SaltEdge {
    /// Base URL, `https://…/api/v6`.
    pub url: String,
    /// `App-id`.
    pub app_id: String,
    /// `Secret`.
    pub secret: String,
    /// The key that signs requests (PEM).
    pub private_key: String,
    /// The key that verifies callbacks of version 6.0 (PEM); the template's default when none is given.
    pub callback_key: Option<String>,
    /// Where end users manage their connections; the template's default when none is given.
    pub dashboard: Option<String>,
    /// Whether calls pass the tap. They then go to an address of the tap, which is what they sign.
    pub tapped: bool,
}

impl std::fmt::Debug for SaltEdge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SaltEdge").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Options {
    /// The project's template, everything in memory, any port, a clock that stands at 2026-03-02T09:00:00Z.
    pub fn new(salt_edge: SaltEdge) -> Self {
        Self {
            template: TemplateText::own(),
            data: Data::Memory,
            salt_edge,
            clock: Clock::standing(Timestamp::constant(1_772_442_000, 0)),
            entropy: shell::Entropy::system(),
            ports: Ports::default(),
            return_urls: BTreeMap::new(),
            parameters: BTreeMap::new(),
        }
    }
}
