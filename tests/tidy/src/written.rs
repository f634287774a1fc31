//! What is written by a program, from the tables in the code: `cargo run -p tidy` writes it, a law holds it.

mod errors;
mod lives;
mod tables;

use crate::{Fault, Tree};

/// The command that writes everything anew.
const COMMAND: &str = "cargo run -p tidy";
const MAP: &str = "ARCHITECTURE.md";
const ERRORS: &str = "infra/errors.md";

/// The files that are written, wholly or between marks, with the text that they should have. Errors: a
/// table that is not of its form, or a file without its marks.
pub fn written(tree: &Tree) -> Result<Vec<(&'static str, String)>, Fault> {
    let mut map = tree.text(MAP).to_owned();
    for (name, text) in lives::lives() {
        map = between(&map, name, &text)?;
    }
    Ok(vec![(MAP, map), (ERRORS, errors::page(tree)?)])
}

/// What is written by a program is what the tables say today.
pub fn what_is_written_is_up_to_date(tree: &Tree) -> Vec<Fault> {
    let files = match written(tree) {
        Ok(files) => files,
        Err(fault) => return vec![fault],
    };
    let stale = files.into_iter().filter_map(|(path, want)| {
        let have = tree.text(path);
        let line = have.lines().zip(want.lines()).position(|(have, want)| have != want);
        let what = format!("the tables in the code say otherwise: run `{COMMAND}`");
        let line = line.unwrap_or_else(|| have.lines().count().min(want.lines().count()));
        (have != want).then(|| Fault::at(path, line + 1, what))
    });
    stale.collect()
}

/// The text with another one between the marks of this name.
fn between(text: &str, name: &str, inside: &str) -> Result<String, Fault> {
    let begin = format!("<!-- {name}: written by `{COMMAND}` -->\n");
    let end = format!("<!-- end of {name} -->\n");
    let missing = || Fault::at(MAP, 1, format!("the marks {begin:?} and {end:?} are missing"));
    let (before, rest) = text.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    Ok(format!("{before}{begin}{inside}{end}{after}"))
}

/// A length of time in words; days from two on.
fn length(seconds: i64) -> String {
    let days = Some(seconds / (24 * 3_600)).filter(|days| *days > 1).unwrap_or_default();
    let rest = seconds - days * 24 * 3_600;
    let parts =
        [(days, "day"), (rest / 3_600, "hour"), (rest / 60 % 60, "minute"), (rest % 60, "second")];
    let parts = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }));
    parts.collect::<Vec<_>>().join(" ")
}
