//! What a read that found nothing new is worth.

use jiff::Timestamp;

use super::Connection;
use crate::journal::{Ledger, Position};

impl Connection {
    /// The age of what is shown: of the newest entry, or of a later read that found nothing new.
    pub fn data_age(&self, ledger: &Ledger) -> Option<Timestamp> {
        let start = Position::start(self.generation);
        let head = if ledger.head.generation == self.generation { ledger.head } else { start };
        // A tombstone is no read: what was checked behind the entry before it still is.
        let read = head.number.saturating_sub(u64::from(ledger.closed && head != start));
        ledger.data_as_of.max(self.checked_data(Position { number: read, ..head }))
    }

    /// The place of the newest entry of the present generation, given the newest of all.
    pub fn head(&self, newest: Position) -> Position {
        Some(newest)
            .filter(|at| at.generation == self.generation)
            .unwrap_or(Position::start(self.generation))
    }

    /// The age of the newest data that was compared with the journal as it ends at `head`. A read that began
    /// before the last check and was put after it has taken the journal back to what it had fetched, so what
    /// was checked before it counts for nothing.
    pub fn checked_data(&self, head: Position) -> Option<Timestamp> {
        self.data_as_of.filter(|_| self.checked_behind.is_none_or(|behind| behind == head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{connection::State, duplicate::tests::connection};

    #[test]
    fn what_was_checked_before_another_entry_is_not_shown_as_the_age_of_the_data() {
        let at = |day: i8| jiff::civil::date(2026, 3, day).in_tz("UTC").unwrap().timestamp();
        let place = |number| Position { generation: 1, number };
        let checked = Connection {
            data_as_of: Some(at(9)),
            checked_behind: Some(place(4)),
            ..connection("con_1", State::Active, 1)
        };
        for (head, closed, want) in [(4, false, 9), (5, false, 8), (5, true, 9), (6, true, 8)] {
            let head = place(head);
            let data_as_of = Some(at(8));
            let ledger = Ledger { head, data_as_of, closed, ..Ledger::default() };
            assert_eq!(checked.data_age(&ledger), Some(at(want)), "{head:?} {closed}");
        }
        let later = Connection { generation: 2, ..checked };
        let ledger = Ledger { head: place(4), data_as_of: Some(at(8)), ..Ledger::default() };
        assert_eq!(later.data_age(&ledger), Some(at(8)), "it was another generation's");
    }
}
