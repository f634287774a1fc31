//! The running simulator and its pump.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::callbacks::deliver;
use crate::clock::Clock;
use crate::control::Control;
use crate::options::Options;
use crate::server;
use crate::signature::{KeyError, Signer, TEST_PRIVATE_KEY, TEST_PUBLIC_KEY};
use crate::world::World;

/// Rounds of one pump at most; a guard against a receiver that causes a callback for every callback.
const MAX_ROUNDS: usize = 1_000;

/// What everything shares.
pub(crate) struct Inner {
    world: Mutex<World>,
    changes: AtomicU64,
    pub(crate) clock: Clock,
    pub(crate) public_key: String,
    pub(crate) base_url: String,
    signer: Signer,
    http: reqwest::Client,
    pumping: tokio::sync::Mutex<()>,
}

impl Inner {
    pub(crate) fn world(&self) -> Held<'_> {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        Held { world, changes: &self.changes }
    }

    /// Notes that something changed that [`Simulator::save`] saves.
    pub(crate) fn changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Does everything that is due, callbacks included, until nothing is left at this instant.
    pub(crate) async fn pump(&self) -> Pumped {
        let _alone = self.pumping.lock().await;
        let mut pumped = Pumped::default();
        for _ in 0..MAX_ROUNDS {
            let now = self.clock.now();
            let (events, due) = {
                let mut world = self.world();
                if !world.is_due(now) && !world.outbox.is_due(now) {
                    break;
                }
                (world.run_due(now), world.outbox.take_due(now))
            };
            pumped.events += events;
            pumped.callbacks += due.len();
            for delivery in due {
                let target = self.world().target_of(&delivery);
                let answer = deliver::send(&self.http, &self.signer, &delivery, &target).await;
                self.world().note_delivery(delivery, answer, self.clock.now());
            }
        }
        pumped
    }
}

/// The world behind its lock. Whoever reaches for it with changing hands counts as a change.
pub(crate) struct Held<'a> {
    world: MutexGuard<'a, World>,
    changes: &'a AtomicU64,
}

impl Deref for Held<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut World {
        self.changes.fetch_add(1, Ordering::Relaxed);
        &mut self.world
    }
}

/// What one pump did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Pumped {
    /// Stages ended, nights, consents run out.
    pub events: usize,
    /// Callbacks sent, answered or not.
    pub callbacks: usize,
}

/// Why a simulator did not start.
#[derive(Debug)]
pub enum StartError {
    /// The address could not be listened on.
    Listen(io::Error),
    /// The key for callbacks is no RSA key.
    Key(KeyError),
    /// The HTTP client for callbacks could not be made.
    Http(reqwest::Error),
    /// What was to be restored cannot be.
    State(StateError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(refused) => write!(f, "cannot listen: {refused}"),
            Self::Key(refused) => write!(f, "callback key: {refused}"),
            Self::Http(refused) => write!(f, "callback client: {refused}"),
            Self::State(refused) => write!(f, "{refused}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Why a state was not saved or restored.
#[derive(Debug)]
pub enum StateError {
    /// It is not the JSON that [`Simulator::save`] gives.
    Text(serde_json::Error),
    /// Another version of the simulator saved it.
    Version(u32),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(refused) => write!(f, "the saved state is not a simulator's: {refused}"),
            Self::Version(version) => {
                write!(
                    f,
                    "the saved state is of version {version}, which this simulator does not read"
                )
            }
        }
    }
}

impl std::error::Error for StateError {}

/// A running Salt Edge. It stops when it is dropped.
#[derive(Debug)]
pub struct Simulator {
    control: Control,
    address: SocketAddr,
    _stop: watch::Sender<bool>,
}

impl Simulator {
    /// Binds, serves in a task of the present tokio runtime, and is ready when this returns.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let listener = TcpListener::bind(options.listen).await.map_err(StartError::Listen)?;
        let address = listener.local_addr().map_err(StartError::Listen)?;
        let key = options.callback_key_pem.as_deref().unwrap_or(TEST_PRIVATE_KEY);
        let signer = Signer::from_pem(key).map_err(StartError::Key)?;
        // reqwest asks for a provider also where no TLS is spoken; somebody else's is as good.
        let _already_there = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .no_proxy()
            .build()
            .map_err(StartError::Http)?;
        let world = match &options.restore {
            Some(text) => World::restored(text, &options).map_err(StartError::State)?,
            None => World::new(&options),
        };
        let inner = Arc::new(Inner {
            world: Mutex::new(world),
            changes: AtomicU64::new(0),
            clock: options.clock,
            public_key: options
                .callback_public_key_pem
                .unwrap_or_else(|| TEST_PUBLIC_KEY.to_owned()),
            base_url: format!("http://{address}"),
            signer,
            http,
            pumping: tokio::sync::Mutex::default(),
        });
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(server::serve(listener, Arc::clone(&inner), stopped));
        Ok(Self { control: Control::new(inner), address, _stop: stop })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, no slash at the end: pages, dashboard, control.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.control.base_url()
    }

    /// `http://127.0.0.1:PORT/api/v6`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}/api/v6", self.base_url())
    }

    /// The end user's dashboard.
    #[must_use]
    pub fn dashboard_url(&self) -> String {
        format!("{}/dashboard", self.base_url())
    }

    /// The hands behind the scenes; cheap to clone, also usable after the server has stopped.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// All that it holds, as JSON for [`Options::restore`]: both ledgers, walks, attempts and callbacks on
    /// their way, logins, the state of banks, ids and randomness, how far the clock was moved. Clients,
    /// switches, scripted faults and the record are not in it. Errors: none that an embedder can cause.
    pub fn save(&self) -> Result<String, StateError> {
        self.control.save()
    }

    /// A number that grows when something changes that [`Simulator::save`] saves.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.control.changes()
    }

    /// Does everything that is due at the present instant: stages, nights, expiries, callbacks and
    /// their repetitions. Nothing of that ever happens by itself.
    pub async fn pump(&self) -> Pumped {
        self.control.pump().await
    }
}
