//! What a customer who is being erased has at Salt Edge and nothing here leads to: there is no grace for it, and the
//! erasure waits until it is over.

use domain::{
    bank::RemoteConnection,
    comparison::OrphanState,
    erasure::{Ended, Erasure, Open},
    id::{CustomerId, TenantId},
    limits::STRAYS_AT_ONCE,
};
use jiff::Timestamp;
use salt_edge::Keyring;

use crate::{
    erase::{Stop, put},
    orphans,
    start::Parts,
};

/// Looks for them, stores that they are there, and ends some. What is not over, or could not be looked for, is open.
pub(crate) async fn end(
    parts: &Parts,
    erasure: Erasure,
    (open, ended): (&mut Open, &mut Ended),
    customer: &CustomerId,
    now: Timestamp,
) -> Result<Erasure, Stop> {
    let bank = parts.bank.get().await?;
    let (mut erasure, all) = found(parts, &bank, erasure, customer, now).await?;
    let left = erasure.strays.iter_mut().filter(|stray| stray.state == OrphanState::Listed);
    for stray in left.take(STRAYS_AT_ONCE) {
        match orphans::end(parts.mode, &bank, (&stray.remote, &stray.customer), now).await {
            Ok(state) => stray.state = state,
            Err(error) => {
                tracing::warn!(erasure.id = %erasure.id, remote = %stray.remote, %error,
                    "a connection of a customer who is being erased could not be ended");
            }
        }
    }
    for stray in &erasure.strays {
        match stray.state {
            OrphanState::Listed => open.connections += 1,
            OrphanState::Left => ended.left_with_owner += 1,
            OrphanState::Removed => {
                ended.removed_proven += 1;
                parts.table.forget_orphan(&stray.remote).await?;
            }
        }
    }
    // What could not be looked for may be one.
    open.connections += u32::from(!all && open.connections == 0);
    Ok(erasure)
}

/// What Salt Edge lists under each of their ids there; and whether all of it could be read.
async fn found(
    parts: &Parts,
    bank: &Keyring,
    mut erasure: Erasure,
    customer: &CustomerId,
    now: Timestamp,
) -> Result<(Erasure, bool), Stop> {
    let (mut all, mut news) = (true, false);
    for whose in parts.table.customers_held(&erasure.tenant, customer).await? {
        let listed = match bank.client.connections(&whose, now).await {
            Ok(listed) => listed,
            Err(error) => {
                tracing::warn!(erasure.id = %erasure.id, %error,
                    "what Salt Edge has of a customer who is being erased could not be read");
                all = false;
                break;
            }
        };
        for shown in listed {
            if !parts.table.known_here(&shown.id).await?
                && !of_another(parts, &erasure.tenant, customer, &shown).await?
            {
                news |= erasure.strayed(shown.id, shown.customer);
            }
        }
    }
    let erasure = if news { put(parts, &erasure).await? } else { erasure };
    Ok((erasure, all))
}

/// Whether it came of another deployment, or of a visit of somebody else here: who has the same e-mail may have the same
/// customer at Salt Edge.
async fn of_another(
    parts: &Parts,
    tenant: &TenantId,
    customer: &CustomerId,
    shown: &RemoteConnection,
) -> Result<bool, Stop> {
    let Some(tag) = shown.attempt.as_ref().and_then(|attempt| attempt.tag.as_ref()) else {
        return Ok(false);
    };
    if tag.deployment != parts.deployment || tag.tenant != *tenant {
        return Ok(true);
    }
    let Some(session) = &tag.session else { return Ok(false) };
    let session = parts.table.session(tenant, session).await?;
    Ok(session.is_some_and(|session| session.customer != *customer))
}
