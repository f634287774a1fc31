//! A function's settings: what its source reads is what the template gives it.

use std::collections::BTreeMap;

use crate::{Fault, Tree, rust, yaml};

const TEMPLATE: &str = "template.yaml";

/// Every `HALITE_…` that a function reads is set for it, and what is set is read.
pub fn settings_are_read_and_set(tree: &Tree) -> Vec<Fault> {
    let template = match yaml::parse(TEMPLATE, tree.text(TEMPLATE)) {
        Ok(template) => template,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let shell = read_below(tree, "shared/shell/src/");
    for (id, resource) in &template.get("Resources").entries {
        if resource.get("Type").text != "AWS::Serverless::Function" {
            continue;
        }
        let set = &resource.path(&["Properties", "Environment", "Variables"]).entries;
        let folder = &resource.path(&["Properties", "CodeUri"]).text;
        let read = read_below(tree, &format!("{folder}/src/"));
        for (name, (file, line)) in &read {
            if !set.iter().any(|(known, _)| known == name) {
                let what = format!("{name} is not set for {id}: give it in {TEMPLATE}");
                faults.push(Fault::at(file, *line, what));
            }
        }
        for (name, node) in set {
            if !read.contains_key(name) && !shell.contains_key(name) {
                let what = format!("nothing in {folder} reads {name}: do not give it");
                faults.push(Fault::at(TEMPLATE, node.line, what));
            }
        }
    }
    faults
}

/// The settings that are named below a folder, each with its first place.
fn read_below(tree: &Tree, folder: &str) -> BTreeMap<String, (String, usize)> {
    let mut found = BTreeMap::new();
    for (path, text) in tree.rust(&[folder]) {
        for word in rust::words(path, text).unwrap_or_default() {
            let name = word.text.trim_matches('"');
            let setting = name.strip_prefix("HALITE_").is_some_and(|rest| {
                rest.chars()
                    .all(|letter| letter.is_ascii_uppercase() || "_0123456789".contains(letter))
            });
            if setting && word.text.starts_with('"') {
                found.entry(name.to_owned()).or_insert((path.to_owned(), word.line));
            }
        }
    }
    found
}
