//! The bank of a session.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use crate::id::InstitutionId;

/// The bank of a session or connection, as users know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstitutionRef {
    /// The provider's code.
    pub id: InstitutionId,
    /// Its name.
    pub name: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The zone in which its day ends; none where it says none, or was linked before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
}

impl InstitutionRef {
    /// The zone in which its day ends; UTC where it is not known.
    pub fn zone(&self) -> TimeZone {
        // The zones that are compiled in: the same ones wherever this runs.
        let known = |name| TimeZoneDatabase::bundled().get(name).ok();
        self.timezone.as_deref().and_then(known).unwrap_or(TimeZone::UTC)
    }
}
