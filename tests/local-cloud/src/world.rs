//! A local cloud whose Salt Edge is the simulator: wired, on one clock.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use simulator::{
    BankList, Callbacks, Client, ClientKind, SignatureRule, Simulator, Switches,
    TEST_CLIENT_PRIVATE_KEY, TEST_CLIENT_PUBLIC_KEY,
};

use crate::clock::Clock;
use crate::cloud::LocalCloud;
use crate::options::{Data, Options, Ports, SaltEdge, TemplateText};
use crate::{StartError, keep};

/// `App-id` of the wired account.
pub const APP_ID: &str = "local-app-id";
/// `Secret` of the wired account.
pub const SECRET: &str = "local-secret";

/// Where the simulator's state lies in a data folder.
const STATE: &str = "simulator.json";
/// How often that is looked after in real time.
const SAVE: Duration = Duration::from_secs(1);

/// Whose time it is.
#[derive(Debug, Clone, Copy)]
pub enum Time {
    /// Stands at an instant until a test moves it.
    Standing(Timestamp),
    /// The machine's; the simulator's control surface can move it ahead, for both.
    Real,
}

/// What a world is started with. The default is what a test wants.
#[derive(Debug, Clone)]
pub struct WorldOptions {
    /// The time.
    pub time: Time,
    /// Partner or client: our account at Salt Edge and template parameter `Mode`.
    pub kind: ClientKind,
    /// Seed of the simulator.
    pub seed: u64,
    /// Answers to Salt Edge's open questions. Requests must be signed, whatever the account's state.
    pub switches: Switches,
    /// Banks in the simulator's catalogue beside the sandboxes.
    pub banks: BankList,
    /// Booked rows of `fakebank_oauth_with_n_transactions_xf`.
    pub n_transactions: usize,
    /// The template.
    pub template: TemplateText,
    /// Where things are kept; a folder also keeps the simulator, which then goes on from there.
    pub data: Data,
    /// Ports of page and API.
    pub ports: Ports,
    /// Port of the simulator.
    pub simulator_port: u16,
    /// Registered return addresses by tenant, over the page's own.
    pub return_urls: BTreeMap<String, Vec<String>>,
    /// Template parameters.
    pub parameters: BTreeMap<String, String>,
    /// Whether the functions' calls to Salt Edge pass the tap.
    pub tapped: bool,
    /// Randomness of the functions.
    pub entropy: shell::Entropy,
}

impl Default for WorldOptions {
    fn default() -> Self {
        let simulator = simulator::Options::default();
        Self {
            time: Time::Standing(simulator.clock.now()),
            kind: ClientKind::Partner,
            seed: simulator.seed,
            switches: Switches { signature: SignatureRule::Always, ..simulator.switches },
            banks: simulator.banks,
            n_transactions: simulator.n_transactions,
            template: TemplateText::own(),
            data: Data::Memory,
            ports: Ports::default(),
            simulator_port: 0,
            return_urls: BTreeMap::new(),
            parameters: BTreeMap::new(),
            tapped: true,
            entropy: shell::Entropy::system(),
        }
    }
}

/// A local cloud and its Salt Edge.
pub struct World {
    /// The cloud.
    pub cloud: LocalCloud,
    /// The Salt Edge.
    pub salt_edge: Simulator,
    folder: Option<PathBuf>,
}

impl World {
    /// Starts both, registers our callbacks, and lets [`LocalCloud::settle`] alternate with the simulator's pump.
    pub async fn start(options: WorldOptions) -> Result<Self, StartError> {
        let (clock, simulators) = clocks(options.time);
        let folder = keep::folder(&options.data)?;
        let salt_edge = simulator(&options, simulators, folder.as_deref()).await?;
        let mode = mode_of(options.kind).to_owned();
        let mut parameters = BTreeMap::from([("Mode".to_owned(), mode)]);
        parameters.extend(options.parameters);
        let account = SaltEdge {
            url: salt_edge.api_url(),
            app_id: APP_ID.to_owned(),
            secret: SECRET.to_owned(),
            private_key: TEST_CLIENT_PRIVATE_KEY.to_owned(),
            callback_key: Some(salt_edge.control().callback_public_key().to_owned()),
            dashboard: Some(salt_edge.dashboard_url()),
            tapped: options.tapped,
        };
        let cloud = LocalCloud::start(Options {
            template: options.template,
            data: options.data,
            salt_edge: account,
            clock,
            entropy: options.entropy,
            ports: options.ports,
            return_urls: options.return_urls,
            parameters,
        })
        .await?;
        let callbacks = Callbacks::under(&format!("{}/hooks/saltedge", cloud.api_url()));
        let registered = salt_edge.control().set_callbacks(APP_ID, callbacks);
        registered.map_err(|error| StartError::given("the callback addresses", &error))?;
        let control = salt_edge.control().clone();
        cloud.set_pump(Arc::new(move |_| {
            let control = control.clone();
            Box::pin(async move {
                let pumped = control.pump().await;
                pumped.events + pumped.callbacks > 0
            })
        }));
        Ok(Self { cloud, salt_edge, folder })
    }

    /// [`LocalCloud::live`], and the simulator is saved within a second of every change.
    pub async fn live(&self, end: impl Future<Output = ()>) {
        tokio::select! {
            () = self.cloud.live(end) => {}
            never = self.keep_saving() => match never {},
        }
    }

    /// [`LocalCloud::stop`], and the simulator is saved.
    pub async fn stop(self) -> Result<(), StartError> {
        let stopped = self.cloud.stop().await;
        save(&self.salt_edge, self.folder.as_deref()).and(stopped)
    }

    async fn keep_saving(&self) -> Infallible {
        let mut saved = None;
        loop {
            let present = Some(self.salt_edge.changes());
            if present != saved {
                match save(&self.salt_edge, self.folder.as_deref()) {
                    Ok(()) => saved = present,
                    Err(error) => tracing::error!(%error, "the simulator was not saved"),
                }
            }
            tokio::time::sleep(SAVE).await;
        }
    }

    /// [`LocalCloud::settle`].
    pub async fn settle(&self) -> usize {
        self.cloud.settle().await
    }

    /// [`LocalCloud::advance`].
    pub async fn advance(&self, duration: SignedDuration, step: SignedDuration) {
        self.cloud.advance(duration, step).await;
    }
}

/// The template's word for what we are to Salt Edge.
pub(crate) fn mode_of(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Partner => "partner",
        ClientKind::Client => "client",
    }
}

/// Our clock and the simulator's: always the same time.
fn clocks(time: Time) -> (Clock, simulator::Clock) {
    match time {
        Time::Standing(start) => {
            let ours = Clock::standing(start);
            let shared = ours.clone();
            (ours, simulator::Clock::given(Arc::new(move || shared.now())))
        }
        Time::Real => {
            let machine = shell::Clock::system();
            let theirs = simulator::Clock::movable(Arc::new(move || machine.now()));
            let shared = theirs.clone();
            (Clock::running(shell::Clock::new(move || shared.now())), theirs)
        }
    }
}

async fn simulator(
    options: &WorldOptions,
    clock: simulator::Clock,
    folder: Option<&Path>,
) -> Result<Simulator, StartError> {
    let restore = match folder {
        Some(folder) => keep::read_text(folder, STATE)?,
        None => None,
    };
    let listen = SocketAddr::from(([127, 0, 0, 1], options.simulator_port));
    let client = Client::new(APP_ID, SECRET, options.kind).with_key(TEST_CLIENT_PUBLIC_KEY);
    let started = Simulator::start(simulator::Options {
        listen,
        seed: options.seed,
        clock,
        clients: vec![client],
        switches: options.switches.clone(),
        banks: options.banks,
        n_transactions: options.n_transactions,
        restore,
        ..simulator::Options::default()
    });
    started.await.map_err(|refused| match refused {
        simulator::StartError::Listen(source) => {
            StartError::Listen { address: listen.to_string(), source }
        }
        simulator::StartError::State(error) => StartError::given(
            folder.unwrap_or(Path::new("")).join(STATE).display().to_string(),
            &format!("{error}; begin anew with another --data folder"),
        ),
        error @ (simulator::StartError::Key(_) | simulator::StartError::Http(_)) => {
            StartError::given("the simulator", &error)
        }
    })
}

fn save(salt_edge: &Simulator, folder: Option<&Path>) -> Result<(), StartError> {
    let Some(folder) = folder else { return Ok(()) };
    let state = salt_edge.save().map_err(|error| StartError::given(STATE, &error))?;
    keep::write_text(folder, STATE, &state)
}
