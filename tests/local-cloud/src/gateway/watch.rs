//! Every exchange of the API is held against the contract; what is not as documented is remembered.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response};
use openapi::{Contract, Exchange, Part};

/// What went over the wire and is not as `infra/openapi.yaml` says.
#[derive(Default)]
pub(crate) struct Watch(Mutex<Vec<String>>);

impl Watch {
    /// Looks at a request and its answer, and hands the answer on.
    pub(crate) async fn look(
        &self,
        head: &Parts,
        sent: &[u8],
        answer: Response<Body>,
    ) -> Response<Body> {
        let (parts, body) = answer.into_parts();
        // The whole answer is in memory already.
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_else(|_| Bytes::new());
        let faults = Contract::project().faults(&Exchange {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or(""),
            sent: Part { headers: headers(&head.headers), body: sent },
            status: parts.status.as_u16(),
            answered: Part { headers: headers(&parts.headers), body: &body },
        });
        for fault in &faults {
            tracing::error!(fault, "the API is not as its contract says");
        }
        self.faults().extend(faults);
        Response::from_parts(parts, Body::from(body))
    }

    /// What was seen so far, a line each.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.faults().clone()
    }

    fn faults(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn headers(map: &HeaderMap) -> BTreeMap<String, String> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect()
}
