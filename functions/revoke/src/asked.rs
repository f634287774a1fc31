//! The SaaS asks to revoke: the tombstone first, everything else afterwards and by itself.

use std::sync::Arc;

use domain::{
    connection::{Connection, Event},
    id::{ConnectionId, CustomerId},
    journal::{Body, Entry, Ledger, Tombstone},
    message::Message,
};
use jiff::{SignedDuration, Timestamp};
use shell::{
    Answer, Call, Code, Problem,
    view::{ConnectionView, Looking},
};
use store::{StoreError, Tail};

use crate::start::Parts;

/// Times that the tombstone is put again behind a read that got in between.
const RACES: usize = 8;

/// `DELETE /v1/connections/{id}`.
pub(crate) async fn revoke(parts: Arc<Parts>, call: Call) -> Result<Answer, Problem> {
    let caller = call.caller()?;
    call.only_queries(&[])?;
    let id: ConnectionId = call.path("id")?;
    for _ in 0..RACES {
        let newest = parts.table.newest(&caller.tenant, &id).await?;
        let tail = newest
            .filter(|tail| caller.sees(&tail.connection.customer) && !tail.connection.unlisted)
            .ok_or_else(|| Problem::new(Code::ConnectionNotFound))?;
        if !tail.connection.state.open() {
            return accepted(&parts, &call, &tail.connection, &tail).await;
        }
        match close(&parts, &tail, "saas", Some(&caller.customer), call.now).await {
            Err(StoreError::Conflict) => {}
            closed => {
                let closed = closed?;
                let (tenant, connection) = (closed.tenant.clone(), closed.id.clone());
                parts.queue.send(&Message::Revoke { tenant, connection }).await?;
                return accepted(&parts, &call, &closed, &tail).await;
            }
        }
    }
    Err(Problem::new(Code::Unavailable).with_detail("every race for the journal was lost"))
}

/// The due instant is set with the tombstone: should the message never be stored, the schedule goes on.
pub(crate) async fn close(
    parts: &Parts,
    tail: &Tail,
    by: &str,
    who: Option<&CustomerId>,
    now: Timestamp,
) -> Result<Connection, StoreError> {
    let state =
        tail.connection.state.apply(Event::RevokeAsked).map_err(|_| StoreError::Conflict)?;
    let due = Some(now + SignedDuration::from_mins(1));
    let kept_until = Some(now + parts.retention.of(&tail.connection.tenant));
    // A visit may have given a new consent to what is left of an earlier link: none is in force when this has ended.
    let next = tail.connection.clone().retiring_again(&tail.connection.left, now);
    let next = Connection { state, tries: 0, due, kept_until, ..next };
    let next = next.asked_to_end(who, now);
    let tombstone = Entry {
        at: tail.head().next(),
        read_at: now,
        correlation: shell::correlation(),
        body: Body::Tombstone(Tombstone { by: by.to_owned() }),
    };
    parts.table.close(&next, &tombstone).await
}

async fn accepted(
    parts: &Parts,
    call: &Call,
    connection: &Connection,
    tail: &Tail,
) -> Result<Answer, Problem> {
    let mapping = &parts.table.mapping(&connection.tenant, &connection.id).await?;
    let (now, locale, dashboard) = (call.now, call.locale, parts.dashboard.as_str());
    let looking = Looking { now, locale, dashboard, mapping };
    let ledger = Ledger::replay(&tail.entries);
    Ok(Answer::json(202, &ConnectionView::of(connection, &ledger, looking)))
}
