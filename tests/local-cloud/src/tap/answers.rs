//! What a request gets instead of its answer.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Response, StatusCode};

/// The 500 that both AWS and Salt Edge can give.
pub(super) fn failure() -> Response<Body> {
    let body = r#"{"__type":"InternalServerError","message":"a fault was armed","error":{"class":"InternalServerError","message":"a fault was armed"}}"#;
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
    answer
}

/// DynamoDB's answer to a transaction that met another.
pub(super) fn contended() -> Response<Body> {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"a fault was armed","CancellationReasons":[{"Code":"TransactionConflict"}]}"#;
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::BAD_REQUEST;
    answer
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
    answer
}

/// An answer whose body never comes: the server closes the connection in the middle.
pub(super) fn broken() -> Response<Body> {
    let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Response::new(Body::new(Broken(Some(reset))))
}

struct Broken(Option<std::io::Error>);

impl axum::body::HttpBody for Broken {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        std::task::Poll::Ready(self.0.take().map(Err))
    }
}

/// The page of a proxy, or of a route that Salt Edge does not have: no answer of its API.
pub(super) fn not_api() -> Response<Body> {
    let mut answer = Response::new(Body::from("<html><title>Not Found</title></html>"));
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer.headers_mut().insert("content-type", HeaderValue::from_static("text/html"));
    answer
}
