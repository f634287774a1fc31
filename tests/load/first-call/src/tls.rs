//! An HTTPS server on loopback that answers every request alike, with a chain as long as AWS's.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// The root that a client must trust.
pub const ROOT: &str = include_str!("../keys/root.pem");
const CHAIN: &str = include_str!("../keys/chain.pem");
const KEY: &str = include_str!("../keys/chain.key");

/// What SQS says when it has stored a message; any other client reads a 200 with JSON.
const ANSWER: &str = r#"{"MessageId":"19dd0b57-b21e-4ac1-bd88-01bbb068cb78"}"#;

/// Serves until the program ends; its port.
pub async fn serve() -> u16 {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(CHAIN.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.unwrap(), key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(acceptor.clone(), stream));
        }
    });
    port
}

/// Requests of one connection, one after the other. A client that goes away ends it.
async fn answer(acceptor: TlsAcceptor, stream: TcpStream) {
    drop(stream.set_nodelay(true));
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut held = Vec::new();
    loop {
        while let Some(length) = whole(&held) {
            held.drain(..length);
            let text =
                format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
            if stream.write_all(text.as_bytes()).await.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
        match stream.read_buf(&mut held).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// The length of the first request, where all of it is there.
fn whole(held: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(held).to_lowercase();
    let body_at = text.find("\r\n\r\n")? + 4;
    let length = text[..body_at].split("content-length:").nth(1).map_or("0", |rest| rest);
    let body: usize = length.split("\r\n").next()?.trim().parse().ok()?;
    (held.len() >= body_at + body).then_some(body_at + body)
}
