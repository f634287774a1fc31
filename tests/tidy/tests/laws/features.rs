//! `cargo run` and the tests are one compilation.

use std::{collections::BTreeSet, io, process::Command};

/// Every library below the main job, and with which features, as Cargo would build it.
fn libraries(scope: &[&str]) -> io::Result<BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p} [{f}]"])
        .args(scope)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect())
}

/// A new machine compiles AWS's SDK once: what `cargo run` built serves the tests, and the other way round.
#[test]
fn the_main_job_and_the_tests_share_one_compilation() {
    let main = libraries(&["--package", "local-cloud", "--edges", "normal,build"]).unwrap();
    let tests = libraries(&["--workspace", "--edges", "normal,build,dev"]).unwrap();
    assert!(main.len() > 100, "the lists of Cargo are read");
    let apart: Vec<_> = main.difference(&tests).collect();
    assert!(
        apart.is_empty(),
        "the tests build these with more features than `cargo run`: {apart:#?}\n\
         name those features in tests/local-cloud/Cargo.toml as well"
    );
}
