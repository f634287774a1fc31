//! The catalogue of banks, copied once a day and when Salt Edge says that one changed.

use jiff::Timestamp;
use shell::Failed;

use crate::start::Parts;

pub(crate) async fn copy(parts: &Parts, now: Timestamp) -> Result<(), Failed> {
    let bank = parts.bank.get().await?;
    let listed = bank.client.institutions(parts.sandboxes, now).await?;
    parts.table.put_catalogue(&listed.rows, now).await?;
    tracing::info!(
        institutions = listed.rows.len(),
        unreadable = listed.quarantined.len(),
        "the catalogue is copied"
    );
    Ok(())
}
