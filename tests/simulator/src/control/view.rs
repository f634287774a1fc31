//! Looking: time, record, ledger, state.

use jiff::{SignedDuration, Timestamp};

use super::{Control, ControlError};
use crate::faults::Faults;
use crate::ids::Id;
use crate::record::{Ledger, Record};
use crate::session::Step;
use crate::world::{Connection, CopiedAccount, CopiedTransaction};

impl Control {
    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Moves the simulator's own clock. What becomes due waits for the next pump.
    pub fn advance(&self, step: SignedDuration) -> Result<Timestamp, ControlError> {
        if !self.0.clock.advance(step) {
            return Err(ControlError::ClockIsGiven);
        }
        self.0.changed();
        Ok(self.now())
    }

    /// Sets the simulator's own clock.
    pub fn set_clock(&self, instant: Timestamp) -> Result<Timestamp, ControlError> {
        if !self.0.clock.set(instant) {
            return Err(ControlError::ClockIsGiven);
        }
        self.0.changed();
        Ok(self.now())
    }

    /// What happened so far.
    #[must_use]
    pub fn record(&self) -> Record {
        self.0.world().record.clone()
    }

    /// Forgets what happened so far, and the callbacks that still wait.
    pub fn clear_record(&self) {
        let mut world = self.0.world();
        world.outbox.clear();
        world.record = Record::default();
    }

    /// The banks' books and Salt Edge's copy, whole.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let world = self.0.world();
        Ledger {
            books: world.books.values().cloned().collect(),
            customers: world.customers.values().cloned().collect(),
            connections: world.connections.values().cloned().collect(),
            consents: world.consents.values().cloned().collect(),
            accounts: world.accounts.values().cloned().collect(),
            transactions: world.transactions.values().cloned().collect(),
        }
    }

    /// One connection; none when it is gone.
    #[must_use]
    pub fn connection(&self, id: Id) -> Option<Connection> {
        self.0.world().connections.get(&id).cloned()
    }

    /// All connections in the order in which they were made.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        self.0.world().connections.values().cloned().collect()
    }

    /// Copied accounts of a connection.
    #[must_use]
    pub fn accounts(&self, connection: Id) -> Vec<CopiedAccount> {
        let world = self.0.world();
        world
            .accounts
            .values()
            .filter(|account| account.connection_id == connection)
            .cloned()
            .collect()
    }

    /// Copied transactions of a connection, of every status.
    #[must_use]
    pub fn transactions(&self, connection: Id) -> Vec<CopiedTransaction> {
        let world = self.0.world();
        world.transactions.values().filter(|row| row.connection_id == connection).cloned().collect()
    }

    /// Callbacks that have not been answered yet.
    #[must_use]
    pub fn waiting_callbacks(&self) -> usize {
        self.0.world().outbox.len()
    }

    /// Attempts that have not finished.
    #[must_use]
    pub fn running_attempts(&self) -> usize {
        self.0.world().running.len()
    }

    /// Tokens of the sessions that are not over, oldest first by token.
    #[must_use]
    pub fn open_sessions(&self) -> Vec<String> {
        let world = self.0.world();
        let open = world.sessions.values().filter(|session| session.step != Step::Over);
        open.map(|session| session.token.clone()).collect()
    }

    /// The faults in waiting.
    #[must_use]
    pub fn faults(&self) -> Faults {
        self.0.world().faults.clone()
    }
}
