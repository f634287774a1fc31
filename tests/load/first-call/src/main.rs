//! What the first HTTPS call of a fresh process costs, and why: each way to trust is a process of its own.
//! One JSON line each: `cargo run --release -p first-call`.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is no measurement")]

use std::{env::temp_dir, fs, path::Path, process::Command, sync::Arc, time::Duration};

use domain::message::Message;
use first_call::{cpu, tls};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};
use serde_json::{Value, json};

/// Processes that are started of each kind.
const STARTS: usize = 15;
/// Where systems keep their roots; Amazon Linux has the second.
const SYSTEM: [&str; 2] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut words = std::env::args().skip(1);
    match (words.next().as_deref(), words.next()) {
        (Some(client), Some(port)) => of_process(client, &port).await,
        _ => measure().await,
    }
}

/// Measures each kind and prints its line.
async fn measure() {
    let port = tls::serve().await;
    let folder = temp_dir().join(format!("halite-load-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let system = SYSTEM.iter().find_map(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    let (one, many) = (folder.join("one.pem"), folder.join("many.pem"));
    fs::write(&one, tls::ROOT).unwrap();
    fs::write(&many, format!("{system}\n{}", tls::ROOT)).unwrap();
    for (kind, client, roots) in [
        ("AWS SDK, the system's roots", "aws", &many),
        ("AWS SDK, one root", "aws", &one),
        ("Salt Edge's client, compiled-in roots", "salt-edge", &one),
    ] {
        println!("{}", of_kind(kind, client, roots, port).await);
    }
    fs::remove_dir_all(&folder).unwrap();
}

async fn of_kind(kind: &str, client: &str, roots: &Path, port: u16) -> Value {
    let mut measured: Vec<Vec<u64>> = vec![Vec::new(); 4];
    let (client, roots) = (client.to_owned(), roots.to_owned());
    for _ in 0..STARTS {
        let (client, roots) = (client.clone(), roots.clone());
        let run = move || {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args([&client, &port.to_string()]);
            command.env("SSL_CERT_FILE", roots).output().unwrap()
        };
        let done = tokio::task::spawn_blocking(run).await.unwrap();
        let figures: Vec<u64> = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| {
            panic!("{kind}: {}", String::from_utf8_lossy(&done.stderr));
        });
        measured.iter_mut().zip(figures).for_each(|(all, one)| all.push(one));
    }
    let [transport, client, first, next] = [0, 1, 2, 3].map(|at| {
        measured[at].sort_unstable();
        measured[at][STARTS / 2]
    });
    let roots = fs::read_to_string(roots).unwrap().matches("BEGIN CERTIFICATE").count();
    json!({
        "https": kind, "transport_cpu_us_p50": transport, "client_cpu_us_p50": client,
        "first_call_cpu_us_p50": first,
        "next_call_cpu_us_p50": next, "roots_in_file": roots, "starts": STARTS,
    })
}

/// The measured process: makes a transport with its roots, makes a client, calls twice, and prints what each of
/// the four cost in microseconds of CPU.
async fn of_process(client: &str, port: &str) {
    let url = format!("https://localhost:{port}");
    let figures = if client == "aws" { aws(&url).await } else { salt_edge(&url).await };
    println!("{}", json!(figures));
}

/// As the functions make it.
async fn aws(url: &str) -> [u128; 4] {
    let variables = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "load"),
        ("AWS_SECRET_ACCESS_KEY", "load"),
        ("AWS_ENDPOINT_URL_SQS", url),
        ("QUEUE", url),
    ];
    let env = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let env: shell::Env = env.into_iter().collect();
    let start = spent();
    let aws = shell::Aws::from_env(&env).unwrap();
    let trusting = spent();
    let queue = aws.queue("QUEUE").unwrap();
    let made = spent();
    queue.send(&Message::Catalogue).await.unwrap();
    let called = spent();
    queue.send(&Message::Catalogue).await.unwrap();
    between([start, trusting, made, called, spent()])
}

/// As `shared/salt-edge` makes it, with one root more.
async fn salt_edge(url: &str) -> [u128; 4] {
    let start = spent();
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add(CertificateDer::from_pem_slice(tls::ROOT.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let trusting = spent();
    let client = reqwest::Client::builder().tls_backend_preconfigured(config).no_proxy();
    let client = client.build().unwrap();
    let made = spent();
    client.get(url).send().await.unwrap().bytes().await.unwrap();
    let called = spent();
    client.get(url).send().await.unwrap().bytes().await.unwrap();
    between([start, trusting, made, called, spent()])
}

/// The kernel counts a running thread only when it lets go of its core, so it does.
fn spent() -> Duration {
    std::thread::sleep(Duration::from_millis(1));
    cpu::spent(std::process::id())
}

fn between(at: [Duration; 5]) -> [u128; 4] {
    [0, 1, 2, 3].map(|from| at[from + 1].saturating_sub(at[from]).as_micros())
}
