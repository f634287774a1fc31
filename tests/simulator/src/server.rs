//! The socket: one HTTP server whose answers can also be no answer.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::simulator::Inner;
use crate::{api, control, pages};

/// Marks an answer that must not be sent: the socket is closed instead.
#[derive(Debug, Clone, Copy)]
struct Reset;

/// The answer that closes the socket.
pub(crate) fn reset() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Reset);
    response
}

/// Serves until `stop` changes or its sender is gone; then drops every open connection.
pub(crate) async fn serve(
    listener: TcpListener,
    inner: Arc<Inner>,
    mut stop: watch::Receiver<bool>,
) {
    let router: Router = Router::new()
        .route("/api", axum::routing::any(api::serve))
        .route("/api/{*path}", axum::routing::any(api::serve))
        .merge(pages::router())
        .merge(control::router())
        .with_state(inner);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            _ = stop.changed() => break,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    open.spawn(converse(stream, router.clone()));
                }
            }
            Some(_) = open.join_next() => {}
        }
    }
}

async fn converse(stream: tokio::net::TcpStream, router: Router) {
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |request| {
        let answer = service.call(request);
        async move {
            let answer = answer.await.map_err(io::Error::other)?;
            if answer.extensions().get::<Reset>().is_some() {
                return Err(io::Error::other("reset on request"));
            }
            Ok(answer)
        }
    });
    // A caller that hangs up in the middle is its own affair; there is nobody to tell.
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
