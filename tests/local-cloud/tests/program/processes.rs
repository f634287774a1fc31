//! The two programs as processes of their own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::ops::Index;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_local-cloud");
const SALT_EDGE: &str = env!("CARGO_BIN_EXE_salt-edge-apart");

/// Our program on free ports.
pub(crate) fn cloud(data: &Path) -> Command {
    let mut program = Command::new(PROGRAM);
    program.args(["--port", "0", "--data"]).arg(data);
    program
}

/// The stand-alone simulator: signatures are mandatory, and it knows no address to call back.
pub(crate) fn salt_edge() -> Command {
    let mut program = Command::new(SALT_EDGE);
    program.args(["--port", "0", "--live", "--app-id", "app", "--secret", "secret"]);
    program
}

/// What our program says when it does not start.
pub(crate) fn refusal(arguments: &[&str]) -> String {
    let ended = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(!ended.status.success(), "{arguments:?}");
    assert!(ended.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(ended.stderr).unwrap()
}

/// A program that has said where it is. It is gone when this is dropped.
pub(crate) struct Running {
    child: Child,
    lines: BTreeMap<String, String>,
    pub(crate) order: Vec<String>,
}

impl Running {
    /// Starts a program and reads its first lines.
    pub(crate) fn start(mut program: Command, lines: usize) -> Self {
        let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut running = Self { child, lines: BTreeMap::new(), order: Vec::new() };
        for line in out.lines().take(lines) {
            let line = line.unwrap();
            let (name, value) = line.split_once(": ").unwrap();
            running.order.push(name.to_owned());
            running.lines.insert(name.to_owned(), value.to_owned());
        }
        running
    }

    /// Ctrl-C; whether it ended well.
    pub(crate) fn interrupt(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.child.wait().unwrap().success()
    }
}

impl Index<&str> for Running {
    type Output = String;

    fn index(&self, name: &str) -> &String {
        &self.lines[name]
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
