//! The simulator as a program of its own: `cargo run -p simulator -- --port 4000`.

mod args;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use simulator::{BankList, Clock, Options, Simulator, Switches};
use tokio::signal::unix::{SignalKind, signal};

/// How often due work is looked for.
const PUMP_EVERY: Duration = Duration::from_millis(200);
/// How long every stage of an attempt takes, so that a person sees them go by.
const STAGE_MILLIS: i64 = 1_000;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match args::read(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(refused) => {
            eprintln!("{refused}\n\n{}", args::HELP);
            return ExitCode::from(2);
        }
    };
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => {
            eprintln!("{refused}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: args::Args) -> Result<(), Box<dyn std::error::Error>> {
    let options = Options {
        listen: args.listen,
        seed: args.seed,
        clock: Clock::movable(Arc::new(wall_clock)),
        clients: vec![args.client],
        banks: BankList::of(args.banks),
        switches: Switches { stage_millis: STAGE_MILLIS, ..Switches::default() },
        ..Options::default()
    };
    // Heard before the first line is out: whoever reads it may already want the end.
    let mut stop = signal(SignalKind::interrupt())?;
    let salt_edge = Simulator::start(options).await?;
    println!("salt-edge: {}", salt_edge.api_url());
    println!("dashboard: {}", salt_edge.dashboard_url());
    println!("control: {}/_simulator", salt_edge.base_url());
    loop {
        tokio::select! {
            _ended = stop.recv() => return Ok(()),
            _done = salt_edge.pump() => tokio::time::sleep(PUMP_EVERY).await,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a program's clock begins somewhere: here")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}
