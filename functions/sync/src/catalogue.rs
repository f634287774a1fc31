//! The catalogue of banks, copied once a day; a bank that changed is read by itself.

use domain::{bank::BankError, id::InstitutionId, next_action::NextAction};
use jiff::{SignedDuration, Timestamp};
use shell::{Failed, alarm};

use crate::start::Parts;

/// A copy of this age still serves, when a callback does not say which bank changed.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
/// The country of the sandboxes.
const SANDBOXES: &str = "XF";

pub(crate) async fn copy(parts: &Parts, now: Timestamp) -> Result<(), Failed> {
    let bank = parts.bank.get().await?;
    let listed = bank.client.institutions(parts.sandboxes, now).await?;
    if listed.rows.is_empty() {
        // An account without its rights sees no bank either: what users can choose from stays.
        alarm("catalogue_empty", "Salt Edge lists no bank; the copy that we have is kept");
        return Ok(());
    }
    parts.table.put_catalogue(&listed.rows, now).await?;
    tracing::info!(
        institutions = listed.rows.len(),
        unreadable = listed.quarantined.len(),
        "the catalogue is copied"
    );
    Ok(())
}

/// Salt Edge says that a bank changed: that one is read. A callback that names none copies them all, at
/// most once an hour.
pub(crate) async fn changed(
    parts: &Parts,
    institution: Option<&InstitutionId>,
    now: Timestamp,
) -> Result<(), Failed> {
    let Some(age) = parts.table.catalogue_age().await? else { return copy(parts, now).await };
    let Some(id) = institution else {
        let fresh = now.duration_since(age.copied_at) < FRESH;
        return if fresh { Ok(()) } else { copy(parts, now).await };
    };
    let bank = parts.bank.get().await?;
    let shown = match bank.client.institution(id, now).await {
        Err(BankError::Refused { failure, .. })
            if failure.action == NextAction::ChooseOtherBank =>
        {
            None
        }
        shown => Some(shown?).filter(|shown| parts.sandboxes || shown.country != SANDBOXES),
    };
    parts.table.put_institution(id, shown.as_ref()).await?;
    tracing::info!(institution.id = %id, listed = shown.is_some(), "a bank is read again");
    Ok(())
}
