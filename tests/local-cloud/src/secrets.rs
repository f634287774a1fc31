//! The texts of the secrets: the operator's, and those that AWS would make up.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::json;

use crate::options::Options;
use crate::template::Secret;
use crate::{StartError, keep};

/// Texts that were made up, by name: kept with the data, because what they sealed must open again.
type MadeUp = BTreeMap<String, String>;

/// Name of the account key among the made up texts; the operator would draw it once.
const ACCOUNT_KEY: &str = "account_key";

/// The text of every secret by its ARN.
pub(crate) fn texts(
    secrets: &[Secret],
    options: &Options,
    folder: Option<&Path>,
) -> Result<BTreeMap<String, String>, StartError> {
    let mut made_up: MadeUp = keep::read(folder, "secrets.json")?;
    let mut draw = |name: &str, length: usize, encode: fn(&[u8]) -> String| {
        if let Some(known) = made_up.get(name) {
            return Ok(known.clone());
        }
        let mut bytes = vec![0; length];
        let drawn = SystemRandom::new().fill(&mut bytes);
        drawn.map_err(|_| StartError::given(name, "the machine gave no random bytes"))?;
        made_up.insert(name.to_owned(), encode(&bytes));
        Ok(encode(&bytes))
    };
    let mut texts = BTreeMap::new();
    for secret in secrets {
        let text = if let Some(length) = secret.generated {
            let length = usize::try_from(length).unwrap_or(32);
            let mut text = draw(&secret.id, length, |bytes| BASE64_URL_SAFE_NO_PAD.encode(bytes))?;
            text.truncate(length);
            text
        } else {
            let account_key = draw(ACCOUNT_KEY, 32, |bytes| BASE64_STANDARD.encode(bytes))?;
            let salt_edge = &options.salt_edge;
            json!({
                "app_id": salt_edge.app_id,
                "secret": salt_edge.secret,
                "private_key": salt_edge.private_key,
                "account_key": account_key,
            })
            .to_string()
        };
        texts.insert(secret.arn.clone(), text);
    }
    if let Some(folder) = folder {
        keep::write(folder, "secrets.json", &made_up)?;
    }
    Ok(texts)
}
