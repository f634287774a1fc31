//! The project's files and packages, as the laws see them.

use std::{collections::BTreeMap, fs, io, path::Path};

use crate::packages::{self, Package, Use};

/// Folders that hold what tools made.
const MADE: &[&str] =
    &["target", ".git", "node_modules", ".tools", ".halite", ".aws-sam", "__pycache__"];

/// The project: its text files by path from the root, and its packages.
#[derive(Debug, Clone)]
pub struct Tree {
    files: BTreeMap<String, String>,
    packages: Vec<Package>,
}

impl Tree {
    /// The project that this crate belongs to. Errors: a folder or Cargo that cannot be read.
    pub fn project() -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
        let mut files = BTreeMap::new();
        walk(&root, "", &mut files)?;
        Ok(Self { files, packages: packages::read(&root)? })
    }

    /// The same packages without any file: a tree that breaks no law about files.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self { files: BTreeMap::new(), packages: self.packages.clone() }
    }

    /// The same tree with one file added or replaced.
    #[must_use]
    pub fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The same tree with the first `from` of a file changed into `to`.
    ///
    /// # Panics
    /// When the file has no `from`: the caller would look at an unbroken tree.
    #[must_use]
    pub fn edit(self, path: &str, from: &str, to: &str) -> Self {
        assert!(self.text(path).contains(from), "{path} has no {from:?} to change");
        let text = self.text(path).replacen(from, to, 1);
        self.with(path, &text)
    }

    /// The same tree with one more dependency.
    #[must_use]
    pub fn depending(mut self, package: &str, on: Use) -> Self {
        let found = self.packages.iter_mut().find(|one| one.name == package);
        if let Some(package) = found {
            package.uses.push(on);
        }
        self
    }

    /// A file's text; empty where there is none.
    pub fn text(&self, path: &str) -> &str {
        self.files.get(path).map_or("", String::as_str)
    }

    /// All files with their text.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Rust files below these folders.
    pub(crate) fn rust(&self, folders: &[&str]) -> Vec<(&str, &str)> {
        let below = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
        let is_rust = |path: &str| Path::new(path).extension().is_some_and(|end| end == "rs");
        self.files().filter(|(path, _)| is_rust(path) && below(path)).collect()
    }

    /// Rust files that go to AWS: of `shared` and `functions`, without build scripts and test folders.
    pub(crate) fn shipped(&self) -> Vec<(&str, &str)> {
        let mut files = self.rust(&["shared/", "functions/"]);
        files.retain(|(path, _)| path.split('/').nth(2) == Some("src"));
        files
    }

    /// The packages.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The first line of a file that has this text, from 1; 1 where none has.
    pub(crate) fn line_of(&self, path: &str, text: &str) -> usize {
        self.text(path).lines().position(|line| line.contains(text)).map_or(1, |line| line + 1)
    }
}

/// Reads a folder; what is no UTF-8 is no text and no concern of a law.
fn walk(root: &Path, below: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if entry.file_type()?.is_dir() {
            if !MADE.contains(&name.as_str()) {
                walk(root, &path, files)?;
            }
        } else if let Ok(text) = String::from_utf8(fs::read(entry.path())?) {
            files.insert(path, text);
        }
    }
    Ok(())
}
