//! Everything that the simulated service knows: Salt Edge's own records and the banks behind it.

mod consents;
mod deletion;
mod due;
mod lookups;
mod records;
mod saved;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::attempt::Attempt;
use crate::bank::{Book, Provider, catalogue};
use crate::callbacks::Outbox;
use crate::clients::Client;
use crate::faults::Faults;
use crate::ids::{Id, Ids, Random};
use crate::options::Options;
use crate::record::Record;
use crate::session::Session;
use crate::switches::Switches;

pub(crate) use deletion::DASHBOARD;
pub(crate) use due::{REFRESH_START_HOUR, next_night};
pub use records::{
    Connection, ConnectionStatus, Consent, ConsentStatus, CopiedAccount, CopiedTransaction,
    Customer, RevokeReason, Strategy,
};

/// The state behind the simulator's lock. What is skipped does not outlive the process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) seed: u64,
    #[serde(skip)]
    pub(crate) n_transactions: usize,
    pub(crate) ids: Ids,
    pub(crate) random: Random,
    #[serde(skip)]
    pub(crate) switches: Switches,
    #[serde(skip)]
    pub(crate) clients: BTreeMap<String, Client>,
    #[serde(skip)]
    pub(crate) providers: BTreeMap<String, Provider>,
    /// By provider code and login.
    #[serde(with = "saved::pairs")]
    pub(crate) books: BTreeMap<(String, String), Book>,
    /// Password by provider code and login, beside `username` / `secret` that every bank knows.
    #[serde(with = "saved::pairs")]
    pub(crate) logins: BTreeMap<(String, String), String>,
    pub(crate) customers: BTreeMap<Id, Customer>,
    pub(crate) connections: BTreeMap<Id, Connection>,
    pub(crate) consents: BTreeMap<Id, Consent>,
    pub(crate) accounts: BTreeMap<Id, CopiedAccount>,
    pub(crate) transactions: BTreeMap<Id, CopiedTransaction>,
    pub(crate) attempts: BTreeMap<Id, Attempt>,
    /// Attempts that have not finished.
    pub(crate) running: BTreeSet<Id>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) outbox: Outbox,
    #[serde(skip)]
    pub(crate) faults: Faults,
    #[serde(skip)]
    pub(crate) record: Record,
    /// When the catalogue was asked for within the last second of real time, for its own limit.
    #[serde(skip)]
    pub(crate) catalogue_calls: VecDeque<Instant>,
    /// Instants of connects and reconnects by client, for the flood limit.
    pub(crate) connects: BTreeMap<String, Vec<Timestamp>>,
}

impl World {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            seed: options.seed,
            n_transactions: options.n_transactions,
            ids: Ids::new(options.seed),
            random: Random::named(options.seed, "tokens"),
            switches: options.switches.clone(),
            clients: options.clients.iter().map(|c| (c.app_id.clone(), c.clone())).collect(),
            providers: catalogue::catalogue(options.banks),
            books: BTreeMap::new(),
            logins: BTreeMap::new(),
            customers: BTreeMap::new(),
            connections: BTreeMap::new(),
            consents: BTreeMap::new(),
            accounts: BTreeMap::new(),
            transactions: BTreeMap::new(),
            attempts: BTreeMap::new(),
            running: BTreeSet::new(),
            sessions: BTreeMap::new(),
            outbox: Outbox::default(),
            faults: Faults::default(),
            record: Record::default(),
            catalogue_calls: VecDeque::new(),
            connects: BTreeMap::new(),
        }
    }
}
