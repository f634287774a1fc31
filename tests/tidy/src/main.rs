//! Writes anew what is written by a program: `cargo run -p tidy`.

use std::{error::Error, fs, path::Path};

use tidy::{Tree, written};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (path, text) in written::written(&Tree::project()?).map_err(|fault| fault.to_string())? {
        fs::write(root.join(path), text)?;
        println!("{path}");
    }
    Ok(())
}
