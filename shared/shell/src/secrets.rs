//! Secrets: fetched when first needed, kept for five minutes, fetched again after that.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use crate::{
    clock::Clock,
    env::{Env, StartError},
};

/// How long a secret is used before it is read again: the longest that a rotation takes to arrive.
const KEPT: SignedDuration = SignedDuration::from_mins(5);

/// Reads secrets by their id.
#[derive(Debug, Clone)]
pub struct Secrets {
    client: aws_sdk_secretsmanager::Client,
    clock: Clock,
}

impl Secrets {
    pub(crate) fn new(client: aws_sdk_secretsmanager::Client, clock: Clock) -> Self {
        Self { client, clock }
    }

    /// The secret's present text. Errors: names the secret, never its content.
    pub async fn read(&self, id: &str) -> Result<SecretString, StartError> {
        let answer =
            self.client.get_secret_value().secret_id(id).send().await.map_err(|error| {
                use aws_sdk_secretsmanager::error::ProvideErrorMetadata;
                let code = error.as_service_error().and_then(|e| e.code()).unwrap_or("no answer");
                StartError::unusable(format!("secret {id}"), code)
            })?;
        answer
            .secret_string
            .map(SecretString::from)
            .ok_or_else(|| StartError::unusable(format!("secret {id}"), "it holds no text"))
    }
}

type Build<T> = dyn Fn(&SecretString) -> Result<T, StartError> + Send + Sync;

/// What is built from a secret, and built again when the secret may have been rotated.
pub struct Rotating<T> {
    secrets: Secrets,
    id: String,
    build: Box<Build<T>>,
    held: Mutex<Option<(Timestamp, Arc<T>)>>,
}

impl<T> Rotating<T> {
    /// Builds it once from the secret whose id the variable holds, so that a function with a wrong
    /// secret refuses to start.
    pub async fn start<E: std::fmt::Display>(
        secrets: Secrets,
        env: &Env,
        variable: &str,
        build: impl Fn(&SecretString) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<Self, StartError> {
        let id = env.text(variable)?.to_owned();
        let name = format!("the secret of {variable}");
        let build = move |text: &SecretString| {
            build(text).map_err(|error| StartError::unusable(name.clone(), error))
        };
        let this = Self { secrets, id, build: Box::new(build), held: Mutex::new(None) };
        this.get().await?;
        Ok(this)
    }

    /// The present one. Errors: the secret cannot be read or used, and none is held.
    pub async fn get(&self) -> Result<Arc<T>, StartError> {
        let now = self.secrets.clock.now();
        if let Some((since, value)) = self.lock().as_ref()
            && now.duration_since(*since) < KEPT
        {
            return Ok(value.clone());
        }
        let fresh = match self.secrets.read(&self.id).await {
            Ok(text) => Arc::new((self.build)(&text)?),
            Err(error) => match self.lock().as_ref() {
                Some((_, value)) => value.clone(),
                None => return Err(error),
            },
        };
        *self.lock() = Some((now, fresh.clone()));
        Ok(fresh)
    }

    /// Forgets what is held: the provider refused our keys, so they may have been rotated.
    pub fn forget(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Timestamp, Arc<T>)>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> std::fmt::Debug for Rotating<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rotating").field("id", &self.id).finish_non_exhaustive()
    }
}
