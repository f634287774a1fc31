//! Clock, environment and randomness are arguments; money is never a float; the core does not wait.

use crate::{
    Fault, Tree,
    rust::{self, Word},
};

/// Words that reach for the machine, and what to write instead.
const MACHINE: &[(&str, &str)] = &[
    ("Timestamp::now", "take the time as an argument: shell::Clock"),
    ("Zoned::now", "take the time as an argument: shell::Clock"),
    ("SystemTime", "take the time as an argument: shell::Clock"),
    ("Instant::now", "take the time as an argument: shell::Clock"),
    ("env::var", "take settings from shell::Env"),
    ("env::vars", "take settings from shell::Env"),
    ("env::var_os", "take settings from shell::Env"),
    ("env::args", "take settings from shell::Env"),
    ("std::env", "take settings from shell::Env"),
    ("SystemRandom", "take random bytes as an argument: shell::Entropy"),
    ("rand::random", "take random bytes as an argument: shell::Entropy"),
    ("rand::rng", "take random bytes as an argument: shell::Entropy"),
    ("getrandom", "take random bytes as an argument: shell::Entropy"),
    ("RandomState", "take random bytes as an argument: shell::Entropy"),
    ("new_v4", "take random bytes as an argument: shell::Entropy"),
    ("now_v7", "take random bytes and the time as arguments"),
];

/// File and word that may stand, with the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "shared/salt-edge/src/sign.rs",
        "SystemRandom",
        "ring blinds the private key with it; the signature is the same whatever it says",
    ),
    (
        "shared/shell/src/shape.rs",
        "f32",
        "serde lists every type; a number with a point is refused",
    ),
    (
        "shared/shell/src/shape.rs",
        "f64",
        "serde lists every type; a number with a point is refused",
    ),
];

/// No clock, environment or randomness in `shared` and `functions` outside `shared/shell`.
pub fn only_the_shell_touches_the_machine(tree: &Tree) -> Vec<Fault> {
    let outside = tree.shipped().into_iter().filter(|(path, _)| !path.starts_with("shared/shell/"));
    let look = |path: &str, words: &[Word]| {
        let patterns = MACHINE.iter().filter(|(pattern, _)| !excepted(path, pattern));
        let places = patterns.flat_map(|(pattern, instead)| {
            let fault = move |line| (line, format!("{pattern} outside shared/shell: {instead}"));
            rust::lines_with(words, pattern).into_iter().map(fault)
        });
        places.collect()
    };
    outside.flat_map(|(path, text)| by_words(path, text, look)).collect()
}

fn excepted(path: &str, pattern: &str) -> bool {
    EXCEPTIONS.iter().any(|(file, word, _)| *file == path && *word == pattern)
}

/// No float near money: no `f32`, no `f64`, no number with a point in `shared` and `functions`.
pub fn no_floats(tree: &Tree) -> Vec<Fault> {
    let look = |path: &str, words: &[Word]| {
        let pairs = words.iter().enumerate().filter(|(_, word)| !excepted(path, &word.text));
        let floats =
            pairs.filter(|(at, word)| is_float(at.checked_sub(1).map(|at| &words[at]), word));
        let what =
            |word: &Word| format!("{} is a float: use domain's Money or an integer", word.text);
        floats.map(|(_, word)| (word.line, what(word))).collect()
    };
    tree.shipped().into_iter().flat_map(|(path, text)| by_words(path, text, look)).collect()
}

/// `x.0.1` holds the word `0.1`, which is two fields of a tuple: what stands behind a point is no number.
fn is_float(before: Option<&Word>, word: &Word) -> bool {
    let text = word.text.as_str();
    let typed = ["f32", "f64"].iter().any(|name| text.ends_with(name));
    let number = text.starts_with(|first: char| first.is_ascii_digit()) && !text.starts_with("0x");
    let field = before.is_some_and(|before| before.text == ".");
    let named = typed && (text.len() == 3 || text.contains('_'));
    named || (number && !field && (text.contains('.') || typed))
}

/// The core decides at once: nothing of `domain` is `async`.
pub fn domain_does_not_wait(tree: &Tree) -> Vec<Fault> {
    let look = |_: &str, words: &[Word]| {
        let waits = words.iter().filter(|word| ["async", "await", "Future"].contains(&&*word.text));
        let what = |word: &Word| format!("{} in the core: load first, then decide", word.text);
        waits.map(|word| (word.line, what(word))).collect()
    };
    let core = tree.rust(&["shared/domain/"]);
    core.into_iter().flat_map(|(path, text)| by_words(path, text, look)).collect()
}

fn by_words(
    path: &str,
    text: &str,
    look: impl Fn(&str, &[Word]) -> Vec<(usize, String)>,
) -> Vec<Fault> {
    match rust::words(path, text) {
        Ok(words) => {
            let fault = |(line, what)| Fault::at(path, line, what);
            look(path, &words).into_iter().map(fault).collect()
        }
        Err(fault) => vec![fault],
    }
}
