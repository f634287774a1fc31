//! `cargo run`: Halite on this machine, with a Salt Edge of its own and a page that plays the SaaS.

use std::process::ExitCode;

use local_cloud::{Args, USAGE};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(args) if args.help => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Ok(args) => args,
        Err(sentence) => {
            eprintln!("local-cloud: {sentence}");
            return ExitCode::from(2);
        }
    };
    let filter = variable("RUST_LOG").unwrap_or_else(|| "warn,dynoxide=error".to_owned());
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .init();
    match local_cloud::run(args, variable, &mut std::io::stdout(), stopped()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("local-cloud: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the program's one look at the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Resolves at Ctrl-C or when the system asks the program to end.
async fn stopped() {
    let Ok(mut ask) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = ask.recv() => {}
    }
}
