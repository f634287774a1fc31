//! What the documents name is there, and what is there is named.

use crate::{Fault, Tree};

const MAP: &str = "ARCHITECTURE.md";
const README: &str = "README.md";

/// `ARCHITECTURE.md` names every package by its folder, `README.md` the two commands and the deployment.
pub fn documents_name_what_is_there(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let folders = tree.packages().iter().map(|package| package.folder.as_str());
    for folder in folders.filter(|folder| !tree.text(MAP).contains(folder)) {
        faults.push(Fault::at(MAP, 1, format!("{folder} is not on the map: say what it is for")));
    }
    for command in ["cargo run", "tests/run", "sam build", "sam deploy"] {
        if !tree.text(README).contains(command) {
            faults.push(Fault::at(README, 1, format!("`{command}` is not explained: add it")));
        }
    }
    faults
}

/// Relative links of our documents lead to a file or folder.
pub fn links_lead_somewhere(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| is_document(path)) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, text) in text.lines().enumerate() {
            for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next())
            {
                let outside = target.is_empty() || target.contains(':');
                if !outside && !leads(tree, folder, target) {
                    let what = format!("{target} is not there: correct the link");
                    faults.push(Fault::at(path, line + 1, what));
                }
            }
        }
    }
    faults
}

const TRAPS: &str = "tests/traps.md";
/// Traps in the list that ours is made of.
const KNOWN_TRAPS: usize = 39;

/// `tests/traps.md` has each trap once, in order, and beside it tests that are there.
pub fn each_trap_has_its_test(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    let code = tree.rust(&["shared/", "functions/", "tests/"]);
    let mut next = 1;
    for (line, text) in tree.text(TRAPS).lines().enumerate() {
        let Some(number) =
            text.split('|').nth(1).and_then(|cell| cell.trim().parse::<usize>().ok())
        else {
            continue;
        };
        let at = |what: String| Fault::at(TRAPS, line + 1, what);
        if next != number {
            faults.push(at(format!("trap {next} comes here, and not {number}")));
        }
        next = number + 1;
        let shown = text.split('|').nth(3).unwrap_or_default();
        let tests: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            faults.push(at(format!("no test shows trap {number}: name one")));
        }
        for test in tests {
            if !code.iter().any(|(_, text)| text.contains(&format!("fn {test}("))) {
                faults.push(at(format!("`{test}` is no test: correct its name")));
            }
        }
    }
    if next != KNOWN_TRAPS + 1 && !code.is_empty() {
        faults.push(Fault::at(TRAPS, 1, format!("trap {next} is missing: say what shows it")));
    }
    faults
}

fn is_document(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|end| end == "md")
}

fn leads(tree: &Tree, folder: &str, target: &str) -> bool {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    tree.files().any(|(file, _)| file == path || file.starts_with(&format!("{path}/")))
}
