//! What a simulator is started with.

use std::net::SocketAddr;

use jiff::Timestamp;

use crate::bank::BankList;
use crate::clients::Client;
use crate::clock::Clock;
use crate::switches::Switches;

/// What a simulator is started with. The default is a standing clock, seed 1, any free port and no client.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The same seed and the same calls give the same ids, rows and tokens.
    pub seed: u64,
    /// The simulator's time.
    pub clock: Clock,
    /// The integrators that may call.
    pub clients: Vec<Client>,
    /// Answers to the open questions.
    pub switches: Switches,
    /// Banks in the catalogue beside the sandboxes.
    pub banks: BankList,
    /// Booked rows of `fakebank_oauth_with_n_transactions_xf`, over two accounts.
    pub n_transactions: usize,
    /// The private key that signs callbacks (PEM, PKCS#1 or PKCS#8). None: the published test key.
    pub callback_key_pem: Option<String>,
    /// The public key that belongs to `callback_key_pem` (PEM).
    pub callback_public_key_pem: Option<String>,
    /// What [`crate::Simulator::save`] gave: everything goes on from there. `seed` is then the saved one;
    /// clients, switches and the rest are those given here. Scripted faults and the record begin empty.
    pub restore: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            clock: Clock::standing(Timestamp::constant(1_772_442_000, 0)), // 2026-03-02T09:00:00Z
            clients: Vec::new(),
            switches: Switches::default(),
            banks: BankList::default(),
            n_transactions: 1_200,
            callback_key_pem: None,
            callback_public_key_pem: None,
            restore: None,
        }
    }
}

impl Options {
    /// The default with `clients`.
    #[must_use]
    pub fn for_clients(clients: Vec<Client>) -> Self {
        Self { clients, ..Self::default() }
    }
}
