//! Rust, read as Rust: words with their lines, and the syntax tree.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

use crate::Fault;

/// One word or sign of a source file. Comments are none; what a macro is given is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// As it is written.
    pub(crate) text: String,
    /// The line, from 1.
    pub(crate) line: usize,
}

/// The words of a file. Errors: it is not Rust.
pub(crate) fn words(path: &str, text: &str) -> Result<Vec<Word>, Fault> {
    let stream = TokenStream::from_str(text)
        .map_err(|error| Fault::at(path, error.span().start().line, "this is not Rust"))?;
    let mut words = Vec::new();
    flatten(stream, &mut words);
    Ok(words)
}

fn flatten(stream: TokenStream, words: &mut Vec<Word>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                words.push(Word { text: format!("{:?}", group.delimiter()), line });
                flatten(group.stream(), words);
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {
                words.push(Word { text: tree.to_string(), line });
            }
        }
    }
}

/// The lines on which a row of words begins, `Timestamp::now` for one.
pub(crate) fn lines_with(words: &[Word], pattern: &str) -> Vec<usize> {
    let Ok(pattern) = self::words("", pattern) else { return Vec::new() };
    let same = |window: &[Word]| window.iter().zip(&pattern).all(|(a, b)| a.text == b.text);
    words.windows(pattern.len()).filter(|window| same(window)).map(|at| at[0].line).collect()
}

/// The syntax tree of a file. Errors: it is not Rust.
pub(crate) fn tree(path: &str, text: &str) -> Result<syn::File, Fault> {
    syn::parse_file(text)
        .map_err(|error| Fault::at(path, error.span().start().line, error.to_string()))
}

/// `InvalidEmail` as serde writes it: `invalid_email`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
