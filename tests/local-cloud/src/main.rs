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
    let ran = match asked_to_end() {
        Ok(end) => local_cloud::run(args, variable, &mut std::io::stdout(), end).await,
        Err(error) => {
            eprintln!("local-cloud: Ctrl-C cannot be heard: {error}");
            return ExitCode::FAILURE;
        }
    };
    match ran {
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

/// Resolves at Ctrl-C or when the system asks the program to end. Both are heard from now on, so that one
/// that comes early ends the program cleanly, too.
fn asked_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
