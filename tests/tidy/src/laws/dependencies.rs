//! `functions → {shell, salt-edge, store} → domain → nothing`, and who may know which vendor.

use crate::{Fault, Kind, Package, Tree};

/// Which of our packages a room may depend on.
const ROOMS: &[(&str, &[&str])] = &[
    ("shared/domain", &[]),
    ("shared/salt-edge", &["domain"]),
    ("shared/shell", &["domain"]),
    ("shared/store", &["domain"]),
    ("functions/", &["domain", "salt-edge", "shell", "store"]),
    // Shares no code with what it verifies.
    ("tests/verifier", &[]),
];

/// Crates that end in `*` or are named, and the only rooms that may know them.
const VENDORS: &[(&str, &[&str])] = &[
    ("aws-sdk-dynamodb", &["store", "shell"]),
    ("reqwest", &["salt-edge"]),
    ("aws-*", &["shell"]),
    ("aws_*", &["shell"]),
    ("lambda_*", &["shell"]),
    ("axum", &[]),
    ("hyper*", &[]),
    ("http", &[]),
    ("rand*", &[]),
    ("getrandom", &[]),
    ("uuid", &[]),
];

/// What the core may not know beside the vendors: nothing that waits.
const NOT_IN_DOMAIN: &[&str] = &["tokio", "futures", "async-trait"];

/// Design §2: the direction of dependencies, and each vendor in its one room.
pub fn dependencies_point_inwards(tree: &Tree) -> Vec<Fault> {
    let shipped = |package: &&Package| !package.folder.starts_with("tests/");
    tree.packages().iter().filter(shipped).flat_map(|package| of_package(tree, package)).collect()
}

fn of_package(tree: &Tree, package: &Package) -> Vec<Fault> {
    let may = ROOMS.iter().find(|(room, _)| package.folder.starts_with(room)).map(|(_, may)| *may);
    let mut faults = Vec::new();
    let Some(may) = may else {
        let what = "no law knows this package: give its room a line in ROOMS of tests/tidy";
        return vec![Fault::at(package.manifest(), 1, what)];
    };
    for on in package.uses.iter().filter(|on| on.kind != Kind::Dev) {
        let line = tree.line_of(&package.manifest(), &on.name);
        let mut fault = |what: String| faults.push(Fault::at(package.manifest(), line, what));
        let ours = tree.packages().iter().find(|known| known.name == on.name);
        if let Some(ours) = ours {
            if ours.folder.starts_with("tests/") {
                fault(format!("{} is of tests/: only a dev-dependency may name it", on.name));
            } else if !may.contains(&ours.name.as_str()) {
                let (from, to) = (&package.name, &on.name);
                fault(format!(
                    "{from} may not depend on {to}: hand in what it needs as an argument"
                ));
            }
        }
        if let Some((_, rooms)) = VENDORS.iter().find(|(pattern, _)| fits(pattern, &on.name))
            && !rooms.contains(&package.name.as_str())
        {
            fault(format!(
                "{} belongs to {rooms:?} only: ask that room for what you need",
                on.name
            ));
        }
        if package.name == "domain" && NOT_IN_DOMAIN.contains(&on.name.as_str()) {
            fault(format!("the core does not wait: take {} out of domain", on.name));
        }
    }
    faults
}

fn fits(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

/// Each line of `[workspace.dependencies]`, or the first of its group, stands under its reason.
pub fn each_dependency_has_a_reason(tree: &Tree) -> Vec<Fault> {
    let (file, mut faults) = ("Cargo.toml", Vec::new());
    let (mut inside, mut reasoned) = (false, false);
    for (line, text) in tree.text(file).lines().enumerate() {
        if text.starts_with('[') {
            inside = text == "[workspace.dependencies]";
        } else if text.is_empty() || text.starts_with('#') {
            reasoned = text.starts_with('#');
        } else if inside && !reasoned {
            let what = "say in a comment above it why we need this dependency";
            faults.push(Fault::at(file, line + 1, what));
        }
    }
    faults
}
