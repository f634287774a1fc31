//! How many visits may be begun in an hour: each costs money at Salt Edge, and a pause of the bank's.

use domain::id::CustomerId;
use shell::{Call, Code, Problem};

use crate::start::Parts;

/// Visits of one hour.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Of one user.
    pub(crate) user: u32,
    /// Of all users of a tenant.
    pub(crate) tenant: u32,
}

/// Counts one more visit for a user, whoever begins it: a backend does for all users of its tenant. Errors: the hour's
/// are spent; says when the next hour begins.
///
/// The user first: who is over their own limit takes nothing from the others. A visit that fails to be
/// stored afterwards stays counted, which errs on the side of less.
pub(crate) async fn count(parts: &Parts, call: &Call, user: &CustomerId) -> Result<(), Problem> {
    let (tenant, limits) = (&call.caller()?.tenant, parts.limits);
    let own = parts.table.count(tenant, Some(user), limits.user, call.now).await?;
    if own.is_some() {
        return Err(spent("this user has begun all visits of the hour").with_next_allowed(own));
    }
    let all = parts.table.count(tenant, None, limits.tenant, call.now).await?;
    if all.is_some() {
        return Err(spent("this tenant has begun all visits of the hour").with_next_allowed(all));
    }
    Ok(())
}

fn spent(detail: &str) -> Problem {
    Problem::new(Code::TooManyLinkSessions).with_detail(detail)
}
