//! The laws of this repository hold, and each is seen to fail on a tree that breaks it.

mod cloud;
mod features;
mod hold;
mod notice;
mod operations;

use std::sync::LazyLock;

use tidy::{Fault, Tree};

type Law = fn(&Tree) -> Vec<Fault>;

static PROJECT: LazyLock<Tree> = LazyLock::new(|| {
    Tree::project().unwrap_or_else(|error| panic!("the project cannot be read: {error}"))
});

/// The law holds for the project as it is.
fn holds(law: Law) {
    let lines: Vec<String> = law(&PROJECT).iter().map(Fault::to_string).collect();
    assert!(lines.is_empty(), "{} break this law:\n{}", lines.len(), lines.join("\n"));
}

/// The law names this file and says these words about a broken tree, and did not say so before.
fn notices(law: Law, sound: &Tree, broken: &Tree, file: &str, words: &str) {
    let known = law(sound);
    let fresh = law(broken).into_iter().filter(|fault| !known.contains(fault));
    let fresh: Vec<String> = fresh.map(|fault| fault.to_string()).collect();
    let told = fresh.iter().any(|line| line.starts_with(file) && line.contains(words));
    assert!(told, "expected {file} and {words:?}, the law says:\n{}", fresh.join("\n"));
}
