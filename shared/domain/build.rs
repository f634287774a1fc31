//! Makes `locales/*.ftl` into one function per language, each a `match` over every next action: a sentence
//! that is missing, or that belongs to no action, does not compile.

use std::{env, error::Error, fmt::Write, fs, path::Path};

use fluent_syntax::{
    ast::{Entry, Pattern, PatternElement},
    parser,
};

const LOCALES: &str = "locales";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={LOCALES}");
    let mut made = String::new();
    let mut files = fs::read_dir(LOCALES)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.sort();
    for file in files {
        language(&mut made, &file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let folder = env::var_os("OUT_DIR").ok_or("Cargo names no OUT_DIR")?;
    fs::write(Path::new(&folder).join("sentences.rs"), made)?;
    Ok(())
}

/// Writes the function of one language, named after its file.
fn language(made: &mut String, file: &Path) -> Result<(), Box<dyn Error>> {
    let name = file.file_stem().and_then(|stem| stem.to_str()).ok_or("no name")?;
    let text = fs::read_to_string(file)?;
    let read = parser::parse(text.as_str()).map_err(|(_, errors)| format!("{errors:?}"))?;
    let mut terms = String::new();
    writeln!(made, "fn {name}(action: NextAction) -> &'static str {{\n    match action {{")?;
    for entry in &read.body {
        match entry {
            Entry::Message(message) => {
                let code = message.id.name;
                let pattern =
                    message.value.as_ref().ok_or_else(|| format!("{code} has no text"))?;
                let sentence = sentence(code, pattern)?;
                writeln!(made, "        NextAction::{} => {sentence:?},", variant(code))?;
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            // What is read elsewhere than beside a next action.
            Entry::Term(term) => {
                let (id, text) = (term.id.name, sentence(term.id.name, &term.value)?);
                writeln!(terms, "fn {name}_{id}() -> &'static str {{\n    {text:?}\n}}")?;
            }
            Entry::Junk { .. } => return Err("only messages, terms and comments".into()),
        }
    }
    writeln!(made, "    }}\n}}\n{terms}")?;
    Ok(())
}

/// The text of a message or term. Nothing is filled in, so that a sentence is known when this is built.
fn sentence(code: &str, pattern: &Pattern<&str>) -> Result<String, String> {
    let parts = pattern.elements.iter().map(|element| match element {
        PatternElement::TextElement { value } => Ok(*value),
        PatternElement::Placeable { .. } => Err(format!("{code} has a part to be filled in")),
    });
    parts.collect()
}

/// `retry_later` as the variant that it is the code of.
fn variant(code: &str) -> String {
    let words = code.split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    words.collect()
}
