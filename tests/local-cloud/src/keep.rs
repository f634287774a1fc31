//! What a data folder keeps beside the table: secrets and what is on the queues.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StartError;

/// Reads a saved value; the default where nothing is saved yet.
pub(crate) fn read<T: DeserializeOwned + Default>(
    folder: Option<&Path>,
    name: &str,
) -> Result<T, StartError> {
    let Some(path) = folder.map(|folder| folder.join(name)) else { return Ok(T::default()) };
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| StartError::given(path.display().to_string(), &error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(T::default()),
        Err(source) => Err(StartError::File { path, source }),
    }
}

/// Saves a value whole: a crash leaves the old one or the new one.
pub(crate) fn write(folder: &Path, name: &str, value: &impl Serialize) -> Result<(), StartError> {
    let path = folder.join(name);
    let fresh = folder.join(format!("{name}.new"));
    let refuse = |path: &PathBuf| {
        let path = path.clone();
        move |source| StartError::File { path, source }
    };
    let bytes = serde_json::to_vec(value).map_err(|error| StartError::given(name, &error))?;
    // Secrets are among it: nobody else on this machine reads them.
    let mut file = std::fs::OpenOptions::new();
    let file = file.write(true).create(true).truncate(true).mode(0o600).open(&fresh);
    file.and_then(|mut file| file.write_all(&bytes)).map_err(refuse(&fresh))?;
    std::fs::rename(&fresh, &path).map_err(refuse(&path))
}
