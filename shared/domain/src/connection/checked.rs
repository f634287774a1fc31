//! What a read that found nothing new is worth.

use jiff::Timestamp;

use super::Connection;
use crate::journal::Position;

impl Connection {
    /// The age of the newest data that was compared with the journal as it ends at `head`. A read that began
    /// before the last check and was put after it has taken the journal back to what it had fetched, so what
    /// was checked before it counts for nothing.
    pub fn checked_data(&self, head: Position) -> Option<Timestamp> {
        self.data_as_of.filter(|_| self.checked_behind.is_none_or(|behind| behind == head))
    }
}
