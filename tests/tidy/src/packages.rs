//! The workspace's packages, as Cargo sees them.

use std::{io, path::Path, process::Command};

use serde_json::Value;

/// What a dependency is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The package itself.
    Normal,
    /// Its tests.
    Dev,
    /// Its build script.
    Build,
}

/// One dependency of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The crate's name in its registry or workspace.
    pub name: String,
    /// What for.
    pub kind: Kind,
}

/// One package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder from the root, `shared/domain`.
    pub folder: String,
    /// What it depends on directly.
    pub uses: Vec<Use>,
}

impl Package {
    /// Its manifest.
    pub(crate) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }
}

/// Asks Cargo. Errors: Cargo does not run, or does not accept the manifests.
pub(crate) fn read(root: &Path) -> io::Result<Vec<Package>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    let packages = answer["packages"].as_array().into_iter().flatten();
    Ok(packages.map(|package| one(package, root)).collect())
}

fn one(package: &Value, root: &Path) -> Package {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let manifest = text(&package["manifest_path"]);
    let folder = Path::new(&manifest).parent().and_then(|folder| folder.strip_prefix(root).ok());
    let uses = package["dependencies"].as_array().into_iter().flatten();
    Package {
        name: text(&package["name"]),
        folder: folder.unwrap_or(Path::new("")).to_string_lossy().into_owned(),
        uses: uses.map(|one| Use { name: text(&one["name"]), kind: kind(&one["kind"]) }).collect(),
    }
}

fn kind(value: &Value) -> Kind {
    match value.as_str() {
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        _ => Kind::Normal,
    }
}
