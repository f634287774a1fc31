//! Secrets: fetched when first needed, kept for five minutes, fetched again after that.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use crate::{
    clock::Clock,
    env::{Env, StartError},
    telemetry::alarm,
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
        let this = Self::lazy(secrets, env, variable, build)?;
        this.get().await?;
        Ok(this)
    }

    /// Reads nothing yet: a function that seldom needs the secret starts, and answers, also while it
    /// cannot be read. A wrong one is told by its first use.
    pub fn lazy<E: std::fmt::Display>(
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
        Ok(Self { secrets, id, build: Box::new(build), held: Mutex::new(None) })
    }

    /// The present one; the one that is held where the secret cannot be read, or was rotated to something
    /// of no use. Errors: there is none.
    pub async fn get(&self) -> Result<Arc<T>, StartError> {
        let now = self.secrets.clock.now();
        if let Some((since, value)) = self.lock().as_ref()
            && now.duration_since(*since) < KEPT
        {
            return Ok(value.clone());
        }
        let read = self.secrets.read(&self.id).await;
        self.take(now, read)
    }

    fn take(
        &self,
        now: Timestamp,
        read: Result<SecretString, StartError>,
    ) -> Result<Arc<T>, StartError> {
        let fresh = match read.and_then(|text| (self.build)(&text)) {
            Ok(built) => Arc::new(built),
            Err(error) => {
                let held = self.lock().as_ref().map(|(_, value)| value.clone());
                alarm("secret_unusable", &error.to_string());
                held.ok_or(error)?
            }
        };
        *self.lock() = Some((now, fresh.clone()));
        Ok(fresh)
    }

    /// Reads the secret again at the next use: the provider refused our keys, so they may have been
    /// rotated.
    pub fn forget(&self) {
        if let Some((since, _)) = self.lock().as_mut() {
            *since = Timestamp::MIN;
        }
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

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::aws::Aws;

    #[test]
    fn a_rotation_to_something_of_no_use_keeps_what_is_held() {
        let names =
            ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "HALITE_SECRET_ID"];
        let env: Env = names.map(|name| (name.to_owned(), String::from("x"))).into_iter().collect();
        let clock = Clock::new(|| Timestamp::UNIX_EPOCH);
        let secrets = Aws::from_env(&env).unwrap().secrets(&clock);
        let build = |text: &SecretString| text.expose_secret().parse::<u32>();
        let rotating = Rotating::lazy(secrets, &env, "HALITE_SECRET_ID", build).unwrap();
        let down = || Err(StartError::unusable("secret keys", "no answer"));
        let taken = |read| rotating.take(clock.now(), read).ok().map(|value| *value);
        assert_eq!(taken(down()), None);
        assert_eq!(taken(Ok("malformed".into())), None);
        assert_eq!(taken(Ok("7".into())), Some(7));
        assert_eq!(taken(Ok("malformed".into())), Some(7));
        rotating.forget();
        assert_eq!(taken(down()), Some(7));
        assert_eq!(taken(Ok("8".into())), Some(8));
    }
}
