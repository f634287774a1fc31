//! A running local cloud, and what an embedder does with it.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::StartError;
use crate::clock::Clock;
use crate::gateway::Watch;
use crate::invocations::{Ended, Invocations};
use crate::issuer::{Claims, Issuer};
use crate::keep;
use crate::options::{TENANT, USER};
use crate::queues::{self, Message, Queues};
use crate::schedule::{self, Rate};
use crate::servers::Servers;
use crate::tap::Tap;
use crate::template::Source;

/// Something outside that also has to come to rest: it is given the time, and says whether it did anything.
pub type Pump = Arc<dyn Fn(Timestamp) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

/// Rounds of [`LocalCloud::settle`] after which two parts must be chasing each other.
const MOST_ROUNDS: usize = 10_000;

/// A running local cloud.
///
/// Dropping it fails the test when work is left over: a message on a queue, a dead letter, a fault that
/// no request met. [`LocalCloud::abandon`] says that this is meant. Nothing excuses an answer that is not as
/// `infra/openapi.yaml` says, but to live: then there is somebody in front of it, and a line of the log says so.
pub struct LocalCloud {
    shared: Arc<Shared>,
    pub(crate) servers: Servers,
    pub(crate) abandoned: AtomicBool,
    pub(crate) lived: AtomicBool,
}

/// What the parts of a running local cloud share.
pub(crate) struct Shared {
    pub(crate) api: String,
    pub(crate) page: String,
    pub(crate) dashboard: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) clock: Clock,
    pub(crate) audience: String,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) queues: Arc<Queues>,
    pub(crate) invocations: Arc<Invocations>,
    pub(crate) tap: Tap,
    pub(crate) sources: Vec<(String, Source)>,
    pub(crate) rates: Vec<(String, Rate)>,
    pub(crate) table: aws_sdk_dynamodb::Client,
    pub(crate) table_name: String,
    pub(crate) database: dynoxide::Database,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) pump: Mutex<Option<Pump>>,
    pub(crate) watch: Arc<Watch>,
}

impl Shared {
    /// A token of the page's user, and where things are.
    pub(crate) fn page_config(&self) -> Value {
        json!({
            "api": self.api,
            "token": self.token(TENANT, USER, &["halite:read", "halite:write"], DAY),
            "tenant": TENANT,
            "user": USER,
            "return_to": format!("{}/return", self.page),
            "salt_edge_dashboard": self.dashboard,
            "mode": self.mode,
        })
    }

    pub(crate) fn token(
        &self,
        tenant: &str,
        sub: &str,
        scopes: &[&str],
        lifetime: SignedDuration,
    ) -> String {
        let claims = Claims { tenant, sub, scopes, audience: &self.audience, lifetime };
        self.issuer.mint(&claims, self.clock.now())
    }

    /// Hands one batch of a queue to its function; whether there was one.
    pub(crate) async fn deliver(&self, package: &str, source: &Source) -> bool {
        let batch = self.queues.receive(&source.queue, source.batch, self.clock.now());
        if batch.is_empty() {
            return false;
        }
        let event = self.queues.event(&source.queue, &batch);
        match self.invocations.invoke(package, event).await {
            Ok(answer) => self.queues.delete(&source.queue, &queues::processed(&batch, &answer)),
            Err(error) => tracing::warn!(function = package, %error, "a batch comes again"),
        }
        true
    }

    /// Sends the schedule's event to one function.
    pub(crate) async fn wake(&self, package: &str) -> Result<(), Ended> {
        let event = schedule::event(package, self.clock.now());
        self.invocations.invoke(package, event).await.map(drop)
    }

    pub(crate) async fn pump(&self) -> bool {
        let pump = self.pump.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match pump {
            Some(pump) => pump(self.clock.now()).await,
            None => false,
        }
    }

    /// Saves what is on the queues, where there is a folder.
    pub(crate) fn save(&self) -> Result<(), StartError> {
        match &self.folder {
            Some(folder) => keep::write(folder, "queues.json", &self.queues.snapshot()),
            None => Ok(()),
        }
    }
}

/// How long a token is good for unless the test says otherwise: longer than any journey.
const DAY: SignedDuration = SignedDuration::from_hours(24);

impl LocalCloud {
    pub(crate) fn new(shared: Arc<Shared>, servers: Servers) -> Self {
        let (abandoned, lived) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { shared, servers, abandoned, lived }
    }

    /// Base URL of the API, `http://127.0.0.1:4000`.
    pub fn api_url(&self) -> &str {
        &self.shared.api
    }

    /// Origin of the demo page, which is also the issuer of tokens.
    pub fn page_url(&self) -> &str {
        &self.shared.page
    }

    /// An access token that is good for a day of the clock. Scopes: `halite:read`, `halite:write`, `halite:tenant`.
    pub fn token(&self, tenant: &str, sub: &str, scopes: &[&str]) -> String {
        self.shared.token(tenant, sub, scopes, DAY)
    }

    /// A token that says exactly this, well signed: for tests of the authoriser.
    pub fn token_of(&self, header: &Value, claims: &Value) -> String {
        self.shared.issuer.sign(header, claims)
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// The tap that all requests of the functions pass.
    pub fn tap(&self) -> &Tap {
        &self.shared.tap
    }

    /// A client of the table and the table's name, for tests that look into it.
    pub fn table(&self) -> (&aws_sdk_dynamodb::Client, &str) {
        (&self.shared.table, &self.shared.table_name)
    }

    /// What a function was started with: for its own program, started beside this cloud.
    pub fn environment(&self, package: &str) -> Vec<(String, String)> {
        self.shared.invocations.environment(package)
    }

    /// Sets what [`LocalCloud::settle`] alternates with.
    pub fn set_pump(&self, pump: Pump) {
        *self.shared.pump.lock().unwrap_or_else(PoisonError::into_inner) = Some(pump);
    }

    /// Delivers messages, in turn with the pump, until nothing can be delivered at the present instant.
    /// Returns the number of batches.
    ///
    /// # Panics
    /// When it does not come to rest: two parts chase each other.
    pub async fn settle(&self) -> usize {
        let mut batches = 0;
        for _ in 0..MOST_ROUNDS {
            let before = batches;
            for (package, source) in &self.shared.sources {
                batches += usize::from(self.shared.deliver(package, source).await);
            }
            if !self.shared.pump().await && batches == before {
                return batches;
            }
        }
        panic!("the local cloud does not come to rest");
    }

    /// Hands one batch to a function, of the queue that wakes it; whether there was one.
    pub async fn deliver(&self, package: &str) -> bool {
        for (function, source) in &self.shared.sources {
            if function == package {
                return self.shared.deliver(package, source).await;
            }
        }
        false
    }

    /// One event of the schedule. Errors: the function did not answer it well.
    pub async fn tick(&self) -> Result<(), Ended> {
        for (package, _) in &self.shared.rates {
            self.shared.wake(package).await?;
        }
        Ok(())
    }

    /// Moves the clock by `duration` in steps; after each there is a tick, and everything settles.
    ///
    /// A tick that fails is a line of the log: EventBridge does not wait for anybody either.
    pub async fn advance(&self, duration: SignedDuration, step: SignedDuration) {
        let mut left = duration;
        while left > SignedDuration::ZERO {
            let by = step.max(SignedDuration::from_secs(1)).min(left);
            left -= by;
            self.shared.clock.advance(by);
            if let Err(error) = self.tick().await {
                tracing::warn!(%error, "a tick failed");
            }
            self.settle().await;
        }
    }

    /// Deletes the items whose time to live is over, as DynamoDB does some day. Their number.
    pub fn sweep(&self) -> usize {
        self.shared.database.sweep_ttl().unwrap_or_default()
    }

    /// Messages that are still to be processed, hidden ones too, with their queue's logical id.
    pub fn queued(&self) -> Vec<(String, Message)> {
        self.messages(false)
    }

    /// Messages that were given up.
    pub fn dead_letters(&self) -> Vec<(String, Message)> {
        self.messages(true)
    }

    /// Takes the dead letters away: the test has seen them.
    pub fn take_dead_letters(&self) -> Vec<(String, Message)> {
        let taken = self.dead_letters();
        for (queue, message) in &taken {
            self.shared.queues.delete(queue, std::slice::from_ref(&message.id));
        }
        taken
    }

    fn messages(&self, dead: bool) -> Vec<(String, Message)> {
        let queues = &self.shared.queues;
        let with_name = |queue: String| {
            queues.all(&queue).into_iter().map(move |message| (queue.clone(), message))
        };
        queues.names(dead).into_iter().flat_map(with_name).collect()
    }

    /// Says that work may be left over.
    pub fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// Ends cleanly: running requests finish, the queues are saved. What is left over stays for the next start.
    pub async fn stop(mut self) -> Result<(), StartError> {
        self.abandon();
        self.servers.stop();
        self.servers.ended().await;
        self.shared.save()
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn lives(&self) {
        self.lived.store(true, Ordering::Relaxed);
    }
}
