//! Names that refuse nothing, promises for later, and macros that write what one cannot search for.

use std::path::Path;

use crate::{
    Fault, Tree,
    rust::{self, Word},
};

const NAMES: &[&str] = &["utils", "util", "common", "helpers", "helper", "misc"];
/// Marks of work that was put off; joined here so that this file does not carry them.
const MARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
/// Endings of files that people write.
const WRITTEN: &[&str] =
    &["rs", "toml", "yaml", "yml", "md", "js", "mjs", "css", "html", "py", "sh", "json"];

/// No file or module is called `utils`, `common`, `helpers` or `misc`.
pub fn names_say_something(tree: &Tree) -> Vec<Fault> {
    let named = |part: &str| part.split('.').next().is_some_and(|stem| NAMES.contains(&stem));
    let bad = tree.files().filter(|(path, _)| path.split('/').any(named));
    let what = "the name refuses nothing: call it after what it does";
    bad.map(|(path, _)| Fault::at(path, 1, what)).collect()
}

/// Nothing says that it will be done later, and no test is skipped.
pub fn nothing_is_left_for_later(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let ours = |path: &str| {
        let end = Path::new(path).extension().and_then(|end| end.to_str());
        end.is_some_and(|end| WRITTEN.contains(&end)) && !path.ends_with("package-lock.json")
    };
    for (path, text) in tree.files().filter(|(path, _)| ours(path)) {
        for (line, text) in text.lines().enumerate() {
            if let Some(mark) = MARKS.iter().find(|mark| stands_alone(text, mark)) {
                let what = format!("{mark}: do it now, or open an issue");
                faults.push(Fault::at(path, line + 1, what));
            }
        }
    }
    for (path, text) in tree.rust(&["shared/", "functions/", "tests/"]) {
        match rust::words(path, text) {
            Ok(words) => faults.extend(put_off(path, &words)),
            Err(fault) => faults.push(fault),
        }
    }
    faults
}

/// Whether a mark is a word of its own, and not a part of a hash.
fn stands_alone(text: &str, mark: &str) -> bool {
    let letter =
        |letter: Option<char>| letter.is_some_and(|one| one.is_alphanumeric() || one == '_');
    text.match_indices(mark).any(|(at, _)| {
        !letter(text[..at].chars().next_back()) && !letter(text[at + mark.len()..].chars().next())
    })
}

fn put_off(path: &str, words: &[Word]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for pair in words.windows(2) {
        let [first, second] = pair else { continue };
        let what = match (first.text.as_str(), second.text.as_str()) {
            ("todo" | "unimplemented", "!") => "this panics when it is reached: write it",
            ("Bracket", "ignore") => "no test is ignored: let it say what it skips, or repair it",
            _ => continue,
        };
        faults.push(Fault::at(path, first.line, what));
    }
    faults
}

/// The workspace has one `macro_rules!`: the ids of `domain`.
pub fn one_macro(tree: &Tree) -> Vec<Fault> {
    let mut found = Vec::new();
    for (path, text) in tree.rust(&["shared/", "functions/", "tests/"]) {
        let words = match rust::words(path, text) {
            Ok(words) => words,
            Err(fault) => return vec![fault],
        };
        let lines = rust::lines_with(&words, "macro_rules!");
        found.extend(lines.into_iter().map(|line| (path, line)));
    }
    let others = found.into_iter().filter(|(path, _)| *path != "shared/domain/src/id.rs");
    let what = "the only macro_rules! is the id! of domain: write this out, or as a function";
    others.map(|(path, line)| Fault::at(path, line, what)).collect()
}
