//! Makes the public contract into the JSON that `GET /openapi.json` serves.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let source = Path::new("../../infra/openapi.yaml");
    println!("cargo::rerun-if-changed={}", source.display());
    let contract: serde_json::Value = serde_yaml_ng::from_str(&fs::read_to_string(source)?)?;
    #[expect(clippy::disallowed_methods, reason = "a build script is told its folder this way")]
    let target = Path::new(&env::var("OUT_DIR")?).join("openapi.json");
    fs::write(target, serde_json::to_string(&contract)?)?;
    Ok(())
}
