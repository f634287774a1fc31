//! The command line.

use std::fs;
use std::net::SocketAddr;

use simulator::{Callbacks, Client, ClientKind, ClientState, TEST_CLIENT_PUBLIC_KEY};

/// What `--help` says.
pub(crate) const HELP: &str = "\
A Salt Edge v6 of one's own.

cargo run -p simulator -- [--port N] [--seed S] [--app-id ID] [--secret TEXT] [--kind partner|client]
                          [--client-key FILE] [--live] [--callbacks BASE_URL] [--name TEXT] [--banks N]

--port        where to listen on 127.0.0.1; 0 (the default) takes any free port
--seed        the same seed gives the same rows and ids (default 1)
--app-id      App-id of the integrator (default app)
--secret      Secret of the integrator (default secret)
--kind        partner (the default) or client
--client-key  the integrator's PUBLIC key in PEM; default: keys/client-test-public.pem
--live        signatures are mandatory
--callbacks   BASE_URL/success, /fail, /notify, /destroy, /provider, /consent, /service
--name        what end users read on the consent page
--banks       made-up banks in 60 countries beside the sandboxes, 6000 for a catalogue of the usual size (default 0)";

/// What the program was asked for.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) listen: SocketAddr,
    pub(crate) seed: u64,
    pub(crate) client: Client,
    pub(crate) banks: usize,
}

/// Reads the arguments; none = help was asked for.
pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Option<Args>, String> {
    let mut client =
        Client::new("app", "secret", ClientKind::Partner).with_key(TEST_CLIENT_PUBLIC_KEY);
    let (mut port, mut seed, mut banks) = (0_u16, 1_u64, 0_usize);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            "--help" | "-h" => return Ok(None),
            "--live" => client.state = ClientState::Live,
            "--port" => port = number(&value()?)?,
            "--seed" => seed = number(&value()?)?,
            "--banks" => banks = number(&value()?)?,
            "--app-id" => client.app_id = value()?,
            "--secret" => client.secret = value()?,
            "--name" => client.name = value()?,
            "--callbacks" => client.callbacks = Callbacks::under(&value()?),
            "--client-key" => client.public_key_pem = Some(file(&value()?)?),
            "--kind" => {
                client.kind = match value()?.as_str() {
                    "partner" => ClientKind::Partner,
                    "client" => ClientKind::Client,
                    other => return Err(format!("--kind is partner or client, not {other}")),
                };
            }
            other => return Err(format!("{other} is not an argument")),
        }
    }
    Ok(Some(Args { listen: SocketAddr::from(([127, 0, 0, 1], port)), seed, client, banks }))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number in range"))
}

fn file(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|refused| format!("{path}: {refused}"))
}
