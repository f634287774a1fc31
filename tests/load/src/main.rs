//! Figures, one JSON line for each function: `cargo run -p load -- [ROUNDS [FOLDER]]`, where FOLDER holds what was
//! built in release, `target/release` or `target/lambda`. This program itself need not be: it only waits.

use std::path::{Path, PathBuf};

use e2e::{TENANT, options, user};
use load::{environment::Environment, events};
use local_cloud::{Time, World, WorldOptions};
use serde_json::{Value, json};

/// Environments that are started of each function.
const STARTS: usize = 9;
/// Invocations of the environment that is measured warm, unless told otherwise.
const ROUNDS: usize = 300;

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let rounds = words.next().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    let folder = words.next().map(PathBuf::from);
    functions(rounds, folder.as_deref()).await;
}

/// The clock stands at the present instant: the programs under test have only the machine's.
async fn functions(rounds: usize, folder: Option<&Path>) {
    let time = Time::Standing(shell::Clock::system().now());
    let world = World::start(WorldOptions { time, tapped: false, ..options() }).await;
    let world = world.unwrap_or_else(|why| panic!("{why}"));
    world.cloud.abandon();
    assert!(world.cloud.tick().await.is_ok(), "the first minute fails");
    world.settle().await;
    let ada = user(&world, TENANT, "ada");
    for (work, function, event) in events::all(&world, &ada).await {
        let variables = world.cloud.environment(function);
        println!(
            "{}",
            figures(&program(folder, function), function, work, &variables, &event, rounds).await
        );
    }
}

/// The function's program: FOLDER/NAME as Cargo puts it, or FOLDER/NAME/bootstrap as cargo-lambda does.
/// Without a folder, beside this program.
fn program(folder: Option<&Path>, function: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    let path = folder.map_or_else(|| own.with_file_name(function), |folder| folder.join(function));
    if path.is_dir() { path.join("bootstrap") } else { path }
}

async fn figures(
    program: &Path,
    function: &str,
    work: &str,
    variables: &[(String, String)],
    event: &Value,
    rounds: usize,
) -> Value {
    let (mut inits, mut init_cpu, mut firsts, mut errors) = (vec![], vec![], vec![], 0);
    let mut warm = Environment::ready(program, variables).await;
    for start in 0..STARTS {
        if start > 0 {
            warm = Environment::ready(program, variables).await;
        }
        inits.push(warm.init.as_micros());
        init_cpu.push(warm.cpu().as_micros());
        let first = warm.invoke(&events::anew(event, start)).await;
        errors += usize::from(!first.outcome.is_ok_and(|answer| events::good(&answer)));
        firsts.push(first.took.as_micros());
    }
    let (mut took, before) = (vec![], warm.cpu());
    for round in 0..rounds {
        let one = warm.invoke(&events::anew(event, STARTS + round)).await;
        errors += usize::from(!one.outcome.is_ok_and(|answer| events::good(&answer)));
        took.push(one.took.as_micros());
    }
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX).max(1);
    json!({
        "function": function, "work": work,
        "init_us_p50": middle(inits), "init_cpu_us_p50": middle(init_cpu),
        "first_us_p50": middle(firsts), "warm_us_p50": middle(took),
        "cpu_us_per_invocation": (warm.cpu().saturating_sub(before) / rounds).as_micros(),
        "peak_rss_kib": warm.peak_kib(), "errors": errors,
        "starts": STARTS, "rounds": rounds,
        "program_kib": std::fs::metadata(program).map_or(0, |file| file.len() / 1024),
    })
}

fn middle(mut figures: Vec<u128>) -> u128 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or(0)
}
