//! How often a bank may be asked, and when again.

use jiff::{SignedDuration, Timestamp};

use super::AttemptKind;
use crate::clock::later;
use crate::errors::{ApiError, ErrorClass};
use crate::ids::Id;
use crate::record::BackgroundRefresh;
use crate::world::World;

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl World {
    /// The gap after an attempt that has ended.
    pub(super) fn allow_next_refresh(&mut self, connection_id: Id, now: Timestamp) {
        let Some(connection) = self.connections.get_mut(&connection_id) else { return };
        let Some(provider) = self.providers.get(&connection.provider_code) else { return };
        let gap = SignedDuration::from_mins(provider.refresh_timeout);
        connection.next_refresh_possible_at = provider.automatic_fetch.then(|| later(now, gap));
        connection.updated_at = now;
    }

    /// Counts a fetch without the user.
    pub(crate) fn count_background(
        &mut self,
        connection_id: Id,
        attempt_id: Id,
        now: Timestamp,
        against_limit: bool,
    ) {
        if let Some(connection) = self.connections.get_mut(&connection_id)
            && against_limit
        {
            connection.background.retain(|at| later(*at, DAY) > now);
            connection.background.push(now);
        }
        let kind = self.attempts.get(&attempt_id).map(|attempt| attempt.kind);
        let nightly = kind == Some(AttemptKind::Nightly);
        let entry = BackgroundRefresh { at: now, connection_id, attempt_id, nightly };
        self.record.background_refreshes.push(entry);
    }

    /// Counts a refresh or reconnect with the user among the fetches without, where it is so.
    pub(super) fn count_present(&mut self, kind: AttemptKind, id: Id, now: Timestamp) {
        let again = kind.user_present() && kind != AttemptKind::Connect;
        if !again || !self.switches.present_counts {
            return;
        }
        let Some(connection) = self.connections.get_mut(&id) else { return };
        connection.background.retain(|at| later(*at, DAY) > now);
        connection.background.push(now);
    }

    /// Refuses what cannot be fetched without the user: the reasons that hold at night too.
    pub(crate) fn refuses_unattended(&self, id: Id, now: Timestamp) -> Result<(), ApiError> {
        let refuse = |class, message: &str| Err(ApiError::new(class, message));
        let Some(connection) = self.connections.get(&id) else {
            return refuse(ErrorClass::ConnectionNotFound, "Connection was not found.");
        };
        let provider = self.provider_of(&connection.provider_code)?;
        self.require_consent(id)?;
        if self.running_attempt(id).is_some() {
            let message = "The connection is being processed.";
            return refuse(ErrorClass::ConnectionAlreadyProcessing, message);
        }
        if !provider.automatic_fetch || !connection.store_credentials {
            let message = "The connection cannot be refreshed without the user.";
            return refuse(ErrorClass::ConnectionCannotBeRefreshed, message);
        }
        let recent = connection.background.iter().filter(|at| later(**at, DAY) > now).count();
        if provider.regulated && recent >= self.switches.background_limit {
            let message = "The limit of background fetches in 24 hours is reached.";
            return refuse(ErrorClass::BackgroundFetchLimitExceeded, message);
        }
        Ok(())
    }
}
