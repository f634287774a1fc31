//! The world as text, so that it outlives the process.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::World;
use crate::bank::{ProviderStatus, catalogue};
use crate::clock::Clock;
use crate::options::Options;
use crate::simulator::StateError;

/// Of the text's form; a text of another version is refused.
const VERSION: u32 = 1;

/// The text: `W` is the world, borrowed on the way out.
#[derive(Serialize, Deserialize)]
struct Saved<W> {
    version: u32,
    /// How far the clock was moved.
    moved: SignedDuration,
    banks: BTreeMap<String, Bank>,
    world: W,
}

/// What changes about a bank of the catalogue.
#[derive(Serialize, Deserialize)]
struct Bank {
    status: ProviderStatus,
    custom_pendings_period: Option<i64>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl World {
    /// Everything but clients, switches, faults and the record.
    pub(crate) fn save(&self, clock: &Clock) -> Result<String, StateError> {
        let bank = |bank: &crate::bank::Provider| Bank {
            status: bank.status,
            custom_pendings_period: bank.custom_pendings_period,
        };
        let changed = |found: &&crate::bank::Provider| {
            found.status != ProviderStatus::Active || found.custom_pendings_period.is_some()
        };
        let banks = self.providers.values().filter(changed);
        let banks = banks.map(|found| (found.code.clone(), bank(found)));
        let saved =
            Saved { version: VERSION, moved: clock.moved(), banks: banks.collect(), world: self };
        serde_json::to_string(&saved).map_err(StateError::Text)
    }

    /// The world that was saved, under the clients and switches of `options`, whose clock is moved.
    pub(crate) fn restored(text: &str, options: &Options) -> Result<Self, StateError> {
        let Version { version } = serde_json::from_str(text).map_err(StateError::Text)?;
        if version != VERSION {
            return Err(StateError::Version(version));
        }
        let saved: Saved<Self> = serde_json::from_str(text).map_err(StateError::Text)?;
        options.clock.restore(saved.moved);
        let mut providers = catalogue::catalogue(options.banks);
        for (code, bank) in saved.banks {
            if let Some(provider) = providers.get_mut(&code) {
                provider.status = bank.status;
                provider.custom_pendings_period = bank.custom_pendings_period;
            }
        }
        let fresh = Self::new(options);
        Ok(Self {
            n_transactions: fresh.n_transactions,
            switches: fresh.switches,
            clients: fresh.clients,
            providers,
            ..saved.world
        })
    }
}

/// Maps whose key is no text, as lists of pairs.
pub(super) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}
