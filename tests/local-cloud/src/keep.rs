//! What a data folder keeps beside the table: secrets, what is on the queues, the simulator.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StartError;
use crate::options::Data;

/// The data folder, made where it is missing; none for what is kept in memory.
pub(crate) fn folder(data: &Data) -> Result<Option<PathBuf>, StartError> {
    let Data::Folder(folder) = data else { return Ok(None) };
    std::fs::create_dir_all(folder)
        .map_err(|source| StartError::File { path: folder.clone(), source })?;
    Ok(Some(folder.clone()))
}

/// Reads a saved value; the default where nothing is saved yet.
pub(crate) fn read<T: DeserializeOwned + Default>(
    folder: Option<&Path>,
    name: &str,
) -> Result<T, StartError> {
    let Some(folder) = folder else { return Ok(T::default()) };
    let Some(text) = read_text(folder, name)? else { return Ok(T::default()) };
    serde_json::from_str(&text)
        .map_err(|error| StartError::given(folder.join(name).display().to_string(), &error))
}

/// Reads a saved text; none where nothing is saved yet.
pub(crate) fn read_text(folder: &Path, name: &str) -> Result<Option<String>, StartError> {
    let path = folder.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StartError::File { path, source }),
    }
}

/// Saves a value whole: a crash leaves the old one or the new one.
pub(crate) fn write(folder: &Path, name: &str, value: &impl Serialize) -> Result<(), StartError> {
    let text = serde_json::to_string(value).map_err(|error| StartError::given(name, &error))?;
    write_text(folder, name, &text)
}

/// Saves a text whole.
pub(crate) fn write_text(folder: &Path, name: &str, text: &str) -> Result<(), StartError> {
    let path = folder.join(name);
    let fresh = folder.join(format!("{name}.new"));
    let refuse = |path: &PathBuf| {
        let path = path.clone();
        move |source| StartError::File { path, source }
    };
    // Secrets are among it: nobody else on this machine reads them.
    let mut file = std::fs::OpenOptions::new();
    let file = file.write(true).create(true).truncate(true).mode(0o600).open(&fresh);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(refuse(&fresh))?;
    std::fs::rename(&fresh, &path).map_err(refuse(&path))
}
