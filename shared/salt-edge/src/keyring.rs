//! The secret of a deployment: Salt Edge's keys and the key that account numbers are hashed with.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{
    client::Client,
    settings::{Credentials, CustomerPractice, Mode, Practices, Settings, SettingsError, base},
};

/// Why a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// A field is missing, or the text is not a JSON object of texts.
    #[error(
        "it must be a JSON object with the texts app_id, secret, private_key and account_key ({0})"
    )]
    Shape(String),
    /// The key for account numbers is not 32 bytes of base64.
    #[error("account_key must be 32 random bytes in base64 (openssl rand -base64 32)")]
    AccountKey,
    /// No client can be made of it.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// A client of Salt Edge and the key for account numbers.
pub struct Keyring {
    /// The client.
    pub client: Client,
    /// Hashes account numbers, so that an account is told again and its number is in no key.
    pub account_key: Vec<u8>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(…)")
    }
}

#[derive(Deserialize)]
struct Fields {
    app_id: SecretString,
    secret: SecretString,
    private_key: SecretString,
    account_key: SecretString,
}

impl Keyring {
    /// What opens the secret of one deployment, whenever it is read again. Errors: the base URL is none.
    pub fn opener(
        base_url: &str,
        mode: Mode,
    ) -> Result<
        impl Fn(&SecretString) -> Result<Self, KeyringError> + Send + Sync + 'static,
        SettingsError,
    > {
        Self::opener_for(base_url, mode, Practices(CustomerPractice::DEFAULT.to_vec()))
    }

    /// The same for whoever creates customers, by these practices.
    pub fn opener_for(
        base_url: &str,
        mode: Mode,
        practices: Practices,
    ) -> Result<
        impl Fn(&SecretString) -> Result<Self, KeyringError> + Send + Sync + 'static,
        SettingsError,
    > {
        let base_url = base(base_url)?.to_string();
        Ok(move |secret: &SecretString| Self::read(secret, &base_url, mode, &practices))
    }

    /// Reads the secret's JSON. Errors: [`KeyringError`] names the field, never its value.
    pub fn open(secret: &SecretString, base_url: &str, mode: Mode) -> Result<Self, KeyringError> {
        let practices = Practices(CustomerPractice::DEFAULT.to_vec());
        Self::read(secret, base_url, mode, &practices)
    }

    fn read(
        secret: &SecretString,
        base_url: &str,
        mode: Mode,
        practices: &Practices,
    ) -> Result<Self, KeyringError> {
        let fields: Fields = serde_json::from_str(secret.expose_secret()).map_err(|error| {
            let text = error.to_string();
            let missing = text.starts_with("missing field");
            let shown = if missing { text.as_str() } else { "it is not such an object" };
            KeyringError::Shape(shown.split(" at line").next().unwrap_or_default().to_owned())
        })?;
        let account_key = STANDARD.decode(fields.account_key.expose_secret());
        let account_key = account_key.ok().filter(|key| key.len() == 32);
        let credentials = Credentials {
            app_id: fields.app_id,
            secret: fields.secret,
            private_key: fields.private_key,
        };
        Ok(Self {
            client: Client::new(Settings {
                practices: practices.0.clone(),
                ..Settings::new(base_url, mode, credentials)
            })?,
            account_key: account_key.ok_or(KeyringError::AccountKey)?,
        })
    }
}
