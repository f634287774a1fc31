//! Going back: a world as it stood at an instant, again and again, without starting it again.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::StartError;
use crate::queues::State;
use crate::world::World;

/// How a world stood.
#[derive(Debug)]
pub struct Mark {
    table: PathBuf,
    queues: State,
    salt_edge: simulator::Mark,
    at: Timestamp,
}

impl World {
    /// Notes how table, queues, Salt Edge and clock stand; the table goes to a file below `folder`.
    ///
    /// What a running function holds in its memory (a secret, pages of the catalogue) is no part of it.
    pub fn mark(&self, folder: &Path) -> Result<Mark, StartError> {
        let table = folder.join("mark.sqlite");
        let shared = self.cloud.shared();
        shared
            .database
            .vacuum_into(&table.to_string_lossy())
            .map_err(|error| StartError::given("the table's mark", &error))?;
        let (queues, at) = (shared.queues.snapshot(), shared.clock.now());
        Ok(Mark { table, queues, salt_edge: self.salt_edge.control().mark(), at })
    }

    /// Puts everything back to how it stood; the tap forgets its faults and what it has seen.
    pub fn go_back(&self, mark: &Mark) -> Result<(), StartError> {
        let shared = self.cloud.shared();
        shared
            .database
            .restore_from(&mark.table.to_string_lossy())
            .map_err(|error| StartError::given("the table's mark", &error))?;
        shared.queues.put_back(&mark.queues);
        shared.clock.put(mark.at);
        self.salt_edge.control().go_back(&mark.salt_edge);
        while shared.tap.release() {}
        shared.tap.disarm();
        shared.tap.reset();
        Ok(())
    }
}
