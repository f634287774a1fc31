//! The AWS clients: one transport, one region, endpoints as the SDK's own variables say.

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

use crate::{
    Clock,
    env::{Env, StartError},
    notary::Notary,
    queue::Queue,
    secrets::Secrets,
};

/// What every client shares.
#[derive(Debug, Clone)]
pub struct Aws {
    shared: SdkConfig,
    env: Env,
}

impl Aws {
    /// Reads region, credentials and endpoints. Errors: [`StartError`] names the variable.
    ///
    /// The credentials are those that Lambda puts into the environment: no chain is searched.
    pub fn from_env(env: &Env) -> Result<Self, StartError> {
        let credentials = Credentials::new(
            env.text("AWS_ACCESS_KEY_ID")?,
            env.text("AWS_SECRET_ACCESS_KEY")?,
            env.find("AWS_SESSION_TOKEN").map(str::to_owned),
            None,
            "environment",
        );
        let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let second = std::time::Duration::from_secs(1);
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(env.text("AWS_REGION")?.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(https)
            .app_name(AppName::new("halite").map_err(|e| StartError::unusable("app name", e))?)
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(second)
                    .operation_attempt_timeout(5 * second)
                    .build(),
            )
            .sleep_impl(aws_sdk_dynamodb::config::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .build();
        Ok(Self { shared, env: env.clone() })
    }

    /// The table's client. The store wraps it.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.at("AWS_ENDPOINT_URL_DYNAMODB"))
    }

    /// The queue whose URL the variable holds.
    pub fn queue(&self, variable: &str) -> Result<Queue, StartError> {
        let client = aws_sdk_sqs::Client::new(&self.at("AWS_ENDPOINT_URL_SQS"));
        Ok(Queue::new(client, self.env.address(variable)?.to_owned()))
    }

    /// The key of receipts, whose id the variable holds.
    pub fn notary(&self, variable: &str) -> Result<Notary, StartError> {
        let client = aws_sdk_kms::Client::new(&self.at("AWS_ENDPOINT_URL_KMS"));
        Ok(Notary::new(client, self.env.text(variable)?.to_owned()))
    }

    /// The secrets.
    pub fn secrets(&self, clock: &Clock) -> Secrets {
        let client =
            aws_sdk_secretsmanager::Client::new(&self.at("AWS_ENDPOINT_URL_SECRETS_MANAGER"));
        Secrets::new(client, clock.clone())
    }

    fn at(&self, variable: &str) -> SdkConfig {
        match self.env.find(variable) {
            Some(url) => self.shared.clone().into_builder().endpoint_url(url).build(),
            None => self.shared.clone(),
        }
    }
}
