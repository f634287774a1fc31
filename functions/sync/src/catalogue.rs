//! The catalogue of banks, copied once a day; a bank that changed is read by itself.

use domain::{
    bank::{BankError, Institution},
    id::InstitutionId,
    next_action::NextAction,
};
use jiff::{SignedDuration, Timestamp};
use shell::{Failed, alarm};
use store::{Catalogue, StoreError};

use crate::start::Parts;

/// A copy of this age still serves, when a callback does not say which bank changed.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// Times that a copy is begun anew because a bank changed while it was listed.
const COPIES: usize = 4;
/// Times that a bank's change meets another's, when Salt Edge tells of many at once.
const MEETINGS: usize = 64;

/// Lists all banks, then writes what is new. A change of one bank in between may be newer than the list, so
/// everything is listed again.
pub(crate) async fn copy(parts: &Parts, now: Timestamp) -> Result<(), Failed> {
    for _ in 0..COPIES {
        let was = parts.table.catalogue().await?.unwrap_or_else(Catalogue::none);
        let bank = parts.bank.get().await?;
        let listed = bank.client.institutions(parts.sandboxes, now).await?;
        if listed.rows.is_empty() {
            // An account without its rights sees no bank either: what users can choose from stays.
            alarm("catalogue_empty", "Salt Edge lists no bank; the copy that we have is kept");
            return Ok(());
        }
        match parts.table.replace_catalogue(&was, &listed.rows, now).await {
            Err(StoreError::Conflict) => {}
            written => {
                let written = written?;
                tracing::info!(
                    institutions = listed.rows.len(),
                    unreadable = listed.quarantined.len(),
                    pages = written.of,
                    pages_written = written.pages,
                    "the catalogue is copied"
                );
                return Ok(());
            }
        }
    }
    Err(StoreError::Conflict.into())
}

/// Salt Edge says that a bank changed: that one is read. A callback that names none copies them all, at
/// most once an hour.
pub(crate) async fn changed(
    parts: &Parts,
    institution: Option<&InstitutionId>,
    now: Timestamp,
) -> Result<(), Failed> {
    let Some(was) = parts.table.catalogue().await? else { return copy(parts, now).await };
    let Some(id) = institution else {
        let fresh = now.duration_since(was.copied_at) < FRESH;
        return if fresh { Ok(()) } else { copy(parts, now).await };
    };
    let mut known = parts.table.institution_of(&was, id).await?;
    let mut shown = show(parts, id, now).await?;
    let mut newest = was;
    for _ in 0..MEETINGS {
        match parts.table.replace_institution(&newest, id, shown.as_ref(), now).await {
            Err(StoreError::Conflict) => {}
            done => {
                done?;
                tracing::info!(institution.id = %id, listed = shown.is_some(), "a bank is read again");
                return Ok(());
            }
        }
        newest = parts.table.catalogue().await?.unwrap_or_else(Catalogue::none);
        let held = parts.table.institution_of(&newest, id).await?;
        if held != known {
            // Somebody else read this very bank, and may have seen it later than we did.
            shown = show(parts, id, now).await?;
            known = held;
        }
    }
    Err(StoreError::Conflict.into())
}

/// The bank as Salt Edge shows it now; none = it cannot be chosen.
async fn show(
    parts: &Parts,
    id: &InstitutionId,
    now: Timestamp,
) -> Result<Option<Institution>, Failed> {
    let bank = parts.bank.get().await?;
    match bank.client.institution(id, now).await {
        Err(BankError::Refused { failure, .. })
            if failure.action == NextAction::ChooseOtherBank =>
        {
            Ok(None)
        }
        shown => Ok(Some(shown?).filter(|shown| parts.sandboxes || !shown.is_sandbox())),
    }
}
