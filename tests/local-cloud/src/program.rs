//! The program: everything started, announced, kept alive, ended cleanly.

use std::collections::BTreeMap;
use std::future::Future;
use std::io::Write;

use simulator::{BankList, StageName, Switches};

use crate::StartError;
use crate::args::Args;
use crate::clock::Clock;
use crate::cloud::LocalCloud;
use crate::options::{Data, Options, Ports, SaltEdge, TENANT, USER};
use crate::world::{Time, World, WorldOptions, mode_of};

/// How long a reading stage of an attempt takes in the program, so that a person sees them go by.
const STAGE_MILLIS: i64 = 700;

/// Starts what the arguments ask for, writes one `name: value` per line, and runs until `end` resolves.
///
/// `env` reads one environment variable.
pub async fn run(
    args: Args,
    env: impl Fn(&str) -> Option<String>,
    out: &mut impl Write,
    end: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let after = |by: u16| if args.port == 0 { 0 } else { args.port + by };
    let ports = Ports { page: args.port, api: after(1) };
    let data = Data::Folder(args.data.clone());
    if let Some(url) = &args.salt_edge {
        let mut options = Options::new(account(url, &env)?);
        options.clock = Clock::running(shell::Clock::system());
        let mode = args.mode.map(|kind| mode_of(kind).to_owned());
        if let Some(mode) = mode.or_else(|| env("SALTEDGE_MODE")) {
            options.parameters.insert("Mode".to_owned(), mode);
        }
        (options.data, options.ports) = (data, ports);
        let cloud = LocalCloud::start(options).await?;
        announce(out, &cloud, &[("salt-edge", url.clone())])?;
        cloud.live(end).await;
        return cloud.stop().await;
    }
    let defaults = WorldOptions::default();
    // Where no simulator was saved there may be a table all the same: another seed keeps new ids apart
    // from those that it holds.
    let seed = shell::Clock::system().now().as_second().unsigned_abs();
    let world = World::start(WorldOptions {
        time: Time::Real,
        kind: args.mode.unwrap_or(defaults.kind),
        seed,
        switches: Switches { stage_millis_of: reading_stages(), ..defaults.switches },
        banks: BankList::of(args.banks),
        simulator_port: after(2),
        tapped: false,
        data,
        ports,
        ..defaults
    })
    .await?;
    let salt_edge = &world.salt_edge;
    let lines = [
        ("salt-edge", salt_edge.api_url()),
        ("dashboard", salt_edge.dashboard_url()),
        ("control", format!("{}/_simulator", salt_edge.base_url())),
    ];
    announce(out, &world.cloud, &lines)?;
    world.live(end).await;
    world.stop().await
}

/// The stages behind the pages: nobody waits longer than a click before.
fn reading_stages() -> BTreeMap<StageName, i64> {
    use StageName::{FetchAccounts, FetchHolderInfo, FetchTransactions};
    [FetchHolderInfo, FetchAccounts, FetchTransactions].map(|stage| (stage, STAGE_MILLIS)).into()
}

fn announce(
    out: &mut impl Write,
    cloud: &LocalCloud,
    salt_edge: &[(&str, String)],
) -> Result<(), StartError> {
    let scopes = ["halite:read", "halite:write", "halite:tenant"];
    let mut text = format!(
        "page: {}\napi: {}\ntoken: {}\ntenant token: {}\n",
        cloud.page_url(),
        cloud.api_url(),
        cloud.token(TENANT, USER, &scopes[..2]),
        cloud.token(TENANT, "backend", &scopes),
    );
    for (name, value) in salt_edge {
        text.extend([name, ": ", value, "\n"]);
    }
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| StartError::given("the standard output", &error))
}

/// Our account at another Salt Edge, from the environment.
fn account(url: &str, env: &impl Fn(&str) -> Option<String>) -> Result<SaltEdge, StartError> {
    let need = |name: &str| {
        let value = env(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| StartError::given(name, "--salt-edge needs it in the environment"))
    };
    let private_key = match env("SALTEDGE_PRIVATE_KEY_FILE").filter(|path| !path.is_empty()) {
        Some(path) => std::fs::read_to_string(&path)
            .map_err(|source| StartError::File { path: path.into(), source })?,
        // A PEM in a variable often comes with its line ends written out.
        None => need("SALTEDGE_PRIVATE_KEY")?.replace("\\n", "\n"),
    };
    Ok(SaltEdge {
        url: url.to_owned(),
        app_id: need("SALTEDGE_APP_ID")?,
        secret: need("SALTEDGE_SECRET")?,
        private_key,
        callback_key: None,
        dashboard: None,
        tapped: false,
    })
}
