//! HTTP servers on loopback that stop together.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::StartError;

/// The servers of one local cloud.
pub(crate) struct Servers {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

/// An address that is taken and not yet served.
pub(crate) struct Place {
    listener: TcpListener,
    /// `http://127.0.0.1:4000`
    pub(crate) url: String,
}

impl Place {
    /// Takes a port on loopback; 0 takes any free one.
    pub(crate) async fn take(port: u16) -> Result<Self, StartError> {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let refuse = |source| StartError::Listen { address: address.to_string(), source };
        let listener = TcpListener::bind(address).await.map_err(refuse)?;
        let url = format!("http://{}", listener.local_addr().map_err(refuse)?);
        Ok(Self { listener, url })
    }
}

impl Servers {
    pub(crate) fn new() -> Self {
        Self { stop: watch::Sender::new(false), running: Vec::new() }
    }

    /// Resolves when the servers are told to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            // A sender that is gone has stopped, too.
            drop(stop.wait_for(|stop| *stop).await);
        }
    }

    /// Serves a router at a place.
    pub(crate) fn serve(&mut self, place: Place, router: Router) {
        let stopped = self.stopped();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        self.running.push(tokio::spawn(async move {
            let served = axum::serve(place.listener, service).with_graceful_shutdown(stopped).await;
            if let Err(error) = served {
                tracing::error!(%error, "a server ended");
            }
        }));
    }

    /// Serves the table engine at a place.
    pub(crate) fn serve_engine(&mut self, place: Place, engine: dynoxide::Database) {
        let stopped = self.stopped();
        self.running.push(tokio::spawn(async move {
            let served =
                dynoxide::server::serve_with_shutdown(place.listener, engine, stopped).await;
            if let Err(error) = served {
                tracing::error!(error, "the table engine ended");
            }
        }));
    }

    /// Tells all servers to finish what they do and end.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits for the servers' end, but not for a client that holds its connection open.
    pub(crate) async fn ended(&mut self) {
        for server in self.running.drain(..) {
            let patience = std::time::Duration::from_secs(2);
            drop(tokio::time::timeout(patience, server).await);
        }
    }
}
