//! Salt Edge's callbacks: verified as raw bytes first, read afterwards.

mod read;
mod verify;

use domain::{
    bank::{Health, Tag},
    id::{InstitutionId, RemoteConnectionId, RemoteConsentId, RemoteCustomerId},
    message::CallbackKind,
};
use jiff::Timestamp;

use crate::error_class::ErrorClass;

pub use verify::{Keys, SignatureFault};

/// The longest callback, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// What a callback hints at. Never stored as truth: whoever gets it looks again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// The route it came by.
    pub kind: CallbackKind,
    /// Whose attempt it was; a failed first attempt may have none.
    pub connection: Option<RemoteConnectionId>,
    /// The customer.
    pub customer: Option<RemoteCustomerId>,
    /// Our mark, where the fields are ours.
    pub tag: Option<Tag>,
    /// How far the attempt is.
    pub stage: Option<String>,
    /// Why the attempt failed.
    pub error_class: Option<ErrorClass>,
    /// Which consent changed, where it says so.
    pub consent_id: Option<RemoteConsentId>,
    /// How the consent changed, in Salt Edge's words: `expired`, `revoked` …
    pub consent_reason: Option<String>,
    /// Which bank changed.
    pub provider_code: Option<InstitutionId>,
    /// What the bank is now.
    pub provider_status: Option<Health>,
    /// When Salt Edge sent it, by its own word.
    pub time: Option<Timestamp>,
}

/// Why a callback is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not proven to be from Salt Edge. All of these get one and the same answer.
    #[error("signature: {0}")]
    Signature(#[from] SignatureFault),
    /// From Salt Edge, but not readable within our limits.
    #[error("body: {0}")]
    Body(#[from] BodyFault),
}

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Longer than [`LONGEST`].
    #[error("longer than 64 KB")]
    TooLong,
    /// More than 16 levels.
    #[error("nested deeper than 16 levels")]
    TooDeep,
    /// Not JSON with an object `data`.
    #[error("not JSON of the promised shape")]
    Shape,
    /// An id that cannot be one.
    #[error("{0} is no id of at most 20 digits")]
    Id(&'static str),
}

impl Keys {
    /// Verifies a callback over `url`, as it is registered in the dashboard, and its raw bytes; only then
    /// reads it. `headers`: every header line of the request, names in any case.
    pub fn receive<'a>(
        &self,
        kind: CallbackKind,
        url: &str,
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
        body: &[u8],
    ) -> Result<Callback, Refusal> {
        if body.len() > LONGEST {
            return Err(BodyFault::TooLong.into());
        }
        self.verify(url, headers, body)?;
        Ok(read::read(kind, body)?)
    }
}
