//! What belongs together: the id of the call, callback or minute that began a piece of work. It travels
//! in the messages that the work sends, stands on every line that it logs and in every entry it appends.

use std::future::Future;

use domain::id::CorrelationId;
use tracing::Instrument;

tokio::task_local! {
    /// Of the piece of work that this task is on.
    static PRESENT: CorrelationId;
}

/// The id under which the present work was begun; none outside such work.
pub fn correlation() -> Option<CorrelationId> {
    PRESENT.try_with(Clone::clone).ok()
}

/// Does the work under this id: what it logs, sends and appends carries it.
pub(crate) async fn under<F: Future>(id: Option<CorrelationId>, work: F) -> F::Output {
    match id {
        // An error's span, so that no setting of the log's loudness takes the id off a line.
        Some(id) => {
            let span = tracing::error_span!("work", correlation = %id);
            PRESENT.scope(id, work).instrument(span).await
        }
        None => work.await,
    }
}
