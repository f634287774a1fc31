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
