//! The command line of the program.

use std::path::{Path, PathBuf};

use simulator::ClientKind;

/// The port of the page when none is given.
const PORT: u16 = 8200;
/// More banks than any catalogue has.
const MOST_BANKS: usize = 20_000;

/// How the program is called, for `--help` and for whoever called it wrongly.
pub const USAGE: &str = "\
cargo run [-- --port N] [--data DIR] [--mode partner|client] [--banks N] [--salt-edge URL]

  --port N         the page on N, the API on N+1, the simulator on N+2; 0 takes any free ports (8200)
  --data DIR       where table, queues and simulator keep their data (.halite in the project)
  --mode MODE      partner (connections belong to the user's Salt Edge account) or client (an own licence)
  --banks N        made-up banks in 60 countries beside the simulator's sandboxes (0)
  --salt-edge URL  another Salt Edge than the built-in simulator, https://www.saltedge.com/api/v6;
                   SALTEDGE_APP_ID, SALTEDGE_SECRET and SALTEDGE_PRIVATE_KEY (PEM), or
                   SALTEDGE_PRIVATE_KEY_FILE, come from the environment; SALTEDGE_MODE is a default of --mode.
                   Callbacks do not reach this machine: the schedule brings everything.";

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// First of three ports, or 0.
    pub port: u16,
    /// The data folder.
    pub data: PathBuf,
    /// `partner` or `client`; none when the command line does not say.
    pub mode: Option<ClientKind>,
    /// Made-up banks of the simulator.
    pub banks: usize,
    /// Another Salt Edge.
    pub salt_edge: Option<String>,
    /// Only the usage is wanted.
    pub help: bool,
}

impl Args {
    /// Reads the arguments behind the program's name. Errors: one sentence.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.halite");
        let mut args =
            Self { port: PORT, data, mode: None, banks: 0, salt_edge: None, help: false };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (argument, None),
            };
            if matches!(name.as_str(), "--help" | "-h") {
                args.help = true;
                continue;
            }
            if !["--port", "--data", "--mode", "--banks", "--salt-edge"].contains(&name.as_str()) {
                return Err(format!("{name} is not an argument of this program; try --help"));
            }
            let value = inline.or_else(|| arguments.next()).filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--port" => args.port = port(&value)?,
                "--banks" => args.banks = banks(&value)?,
                "--data" => args.data = PathBuf::from(value),
                "--mode" => args.mode = Some(mode(&value)?),
                _ => args.salt_edge = Some(address(&value)?),
            }
        }
        Ok(args)
    }
}

/// `partner` or `client`. Errors: one sentence.
pub(crate) fn mode(text: &str) -> Result<ClientKind, String> {
    match text {
        "partner" => Ok(ClientKind::Partner),
        "client" => Ok(ClientKind::Client),
        other => Err(format!("--mode {other} is neither partner nor client")),
    }
}

fn port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| *port <= u16::MAX - 2);
    port.ok_or_else(|| format!("--port {text} is not a number from 0 to {}", u16::MAX - 2))
}

fn banks(text: &str) -> Result<usize, String> {
    let banks = text.parse().ok().filter(|banks| *banks <= MOST_BANKS);
    banks.ok_or_else(|| format!("--banks {text} is not a number from 0 to {MOST_BANKS}"))
}

fn address(text: &str) -> Result<String, String> {
    let trimmed = text.trim_end_matches('/');
    match url::Url::parse(trimmed) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.query().is_none() => {
            Ok(trimmed.to_owned())
        }
        Ok(_) => Err(format!("--salt-edge {text} is not the address of an API")),
        Err(error) => Err(format!("--salt-edge {text} is not an address: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_read_or_refused_in_one_sentence() {
        for (line, want) in [
            ("", Ok((PORT, None))),
            ("--port 0", Ok((0, None))),
            ("--port=9000", Ok((9000, None))),
            (
                "--salt-edge http://127.0.0.1:4000/api/v6/",
                Ok((PORT, Some("http://127.0.0.1:4000/api/v6"))),
            ),
            ("--port", Err("--port needs a value")),
            ("--banks -1", Err("--banks -1 is not a number from 0 to 20000")),
            ("--port x", Err("--port x is not a number from 0 to 65533")),
            ("--port 65535", Err("--port 65535 is not a number from 0 to 65533")),
            (
                "--salt-edge nowhere",
                Err("--salt-edge nowhere is not an address: relative URL without a base"),
            ),
            ("--salt-edge ftp://x", Err("--salt-edge ftp://x is not the address of an API")),
            ("--mode client", Ok((PORT, None))),
            ("--mode=owner", Err("--mode owner is neither partner nor client")),
            ("--verbose", Err("--verbose is not an argument of this program; try --help")),
        ] {
            let got = Args::parse(line.split_whitespace().map(str::to_owned));
            let got = got.as_ref().map(|args| (args.port, args.salt_edge.as_deref()));
            assert_eq!(got.map_err(String::as_str), want, "{line}");
        }
    }
}
