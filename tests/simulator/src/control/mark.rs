//! Going back: everything that the simulator knows, as it stood at an instant.

use super::Control;
use crate::world::World;

/// How a simulator stood. The clock is not part of it: most are somebody else's.
#[derive(Clone)]
pub struct Mark(World);

impl std::fmt::Debug for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mark").finish_non_exhaustive()
    }
}

impl Control {
    /// Notes how everything stands.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark(self.0.world().clone())
    }

    /// Puts everything back to how it stood.
    pub fn go_back(&self, mark: &Mark) {
        self.0.world().clone_from(&mark.0);
    }
}
