//! Erasure as a resource: a request, later its receipt.

use domain::{
    erasure::{Erasure, ErasurePhase},
    id::{CustomerId, ErasureId, InvalidId},
    message::Message,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shell::{Answer, Call, Code, FieldError, Problem};
use store::StoreError;

use crate::start::Parts;

/// Times that a request is repeated which another request, or the end of one, was faster than.
const RACES: usize = 4;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// The end user, also where it is the caller: nobody is erased by an empty body.
    customer_id: String,
}

/// `POST /v1/erasure-requests`. A second one for a customer who is being erased gets the first.
pub(crate) async fn request(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let caller = call.caller()?;
    call.only_queries(&[])?;
    let body: Request = call.json()?;
    let customer: CustomerId = body.customer_id.parse().map_err(|why: InvalidId| {
        let errors = vec![FieldError::new("/customer_id", why.to_string())];
        Problem::new(Code::InvalidField).with_errors(errors)
    })?;
    if !caller.sees(&customer) {
        return Err(Problem::new(Code::CustomerNotFound));
    }
    for _ in 0..RACES {
        if let Some(id) = parts.table.erasing(&caller.tenant, &customer).await?
            && let Some(there) = parts.table.erasure(&caller.tenant, &id).await?
        {
            return Ok(Answer::json(202, &ErasureView::of(&there, &parts.dashboard)));
        }
        let id = ErasureId::from_bytes(&parts.entropy.bytes::<15>()?);
        let new = Erasure::new(id, caller.tenant.clone(), customer.clone(), call.now);
        let new = Erasure { asked_by: Some(caller.customer.clone()), ..new };
        match parts.table.begin_erasure(&new, &customer).await {
            Err(StoreError::Conflict | StoreError::Contended) => {}
            begun => {
                let begun = begun?;
                let (tenant, erasure) = (begun.tenant.clone(), begun.id.clone());
                parts.queue.send(&Message::Erase { tenant, erasure }).await?;
                return Ok(Answer::json(202, &ErasureView::of(&begun, &parts.dashboard)));
            }
        }
    }
    Err(Problem::new(Code::Unavailable).with_detail("every race for the customer was lost"))
}

/// `GET /v1/erasure-requests/{id}`.
pub(crate) async fn show(parts: &Parts, call: &Call) -> Result<Answer, Problem> {
    let caller = call.caller()?;
    call.only_queries(&[])?;
    let id: ErasureId = call.path("id")?;
    let found = parts.table.erasure(&caller.tenant, &id).await?;
    let own = |erasure: &Erasure| caller.sees_tenant || erasure.about(&caller.customer);
    let found = found.filter(own).ok_or_else(|| Problem::new(Code::ErasureNotFound))?;
    Ok(Answer::json(200, &ErasureView::of(&found, &parts.dashboard)))
}

/// An erasure: what it waits for, and what it did.
#[derive(Serialize)]
struct ErasureView<'a> {
    id: &'a ErasureId,
    status: ErasurePhase,
    requested_at: Timestamp,
    waiting_for: Waiting,
    next_check_at: Option<Timestamp>,
    connections: Connections,
    left_in_dashboard: Option<Left<'a>>,
    erased: Vec<Count<'a>>,
    erased_at: Option<Timestamp>,
    backups_until: Option<Timestamp>,
}

#[derive(Serialize)]
struct Waiting {
    connections: u32,
    visits: u32,
}

#[derive(Serialize)]
struct Connections {
    removed_proven: u32,
    left_with_owner: u32,
}

#[derive(Serialize)]
struct Left<'a> {
    count: u32,
    url: &'a str,
}

#[derive(Serialize)]
struct Count<'a> {
    kind: &'a str,
    count: u64,
}

impl<'a> ErasureView<'a> {
    fn of(erasure: &'a Erasure, dashboard: &'a str) -> Self {
        let ended = erasure.ended;
        let left = ended.left_with_owner;
        let counts = erasure.counts.iter();
        Self {
            id: &erasure.id,
            status: erasure.phase,
            requested_at: erasure.requested_at,
            waiting_for: Waiting {
                connections: erasure.open.connections,
                visits: erasure.open.visits,
            },
            next_check_at: erasure.due,
            connections: Connections {
                removed_proven: ended.removed_proven,
                left_with_owner: left,
            },
            left_in_dashboard: (left > 0).then_some(Left { count: left, url: dashboard }),
            erased: counts.map(|(kind, count)| Count { kind, count: *count }).collect(),
            erased_at: erasure.erased_at,
            backups_until: erasure.backups_until(),
        }
    }
}
