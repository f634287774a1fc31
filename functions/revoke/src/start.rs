//! What the function is made of.

use std::sync::Arc;

use domain::id::DeploymentId;
use salt_edge::{Keyring, Mode};
use shell::{Aws, Entropy, Function, Notary, Platform, Queue, Rotating, StartError};
use store::Table;

use crate::retention::Retention;

/// Everything that a call or message may need.
pub(crate) struct Parts {
    pub(crate) deployment: DeploymentId,
    pub(crate) table: Table,
    pub(crate) notary: Notary,
    pub(crate) queue: Queue,
    pub(crate) bank: Rotating<Keyring>,
    pub(crate) mode: Mode,
    pub(crate) dashboard: String,
    pub(crate) retention: Retention,
    pub(crate) entropy: Entropy,
}

/// Starts the function. Errors: names the setting that is missing or wrong.
pub async fn start(platform: Platform) -> Result<Function, StartError> {
    let env = &platform.env;
    let aws = Aws::from_env(env)?;
    let mode: Mode = env.parse("HALITE_MODE")?;
    let url = "HALITE_SALTEDGE_URL";
    let open = Keyring::opener(env.text(url)?, mode);
    let open = open.map_err(|error| StartError::unusable(url, error))?;
    let secrets = aws.secrets(&platform.clock);
    let notary = aws.notary("HALITE_RECEIPT_KEY")?;
    let signer = notary.clone();
    let table = Table::new(aws.dynamodb(), env.text("HALITE_TABLE")?);
    let parts = Arc::new(Parts {
        deployment: env.parse("HALITE_DEPLOYMENT")?,
        table: table.signing(move |text| {
            let signer = signer.clone();
            async move { signer.sign(text).await }
        }),
        notary,
        queue: aws.queue("HALITE_REVOKE_QUEUE_URL")?,
        mode,
        retention: Retention::parse(env.text("HALITE_RETENTION_DAYS")?)?,
        entropy: platform.entropy.clone(),
        dashboard: env.address("HALITE_DASHBOARD_URL")?.to_owned(),
        bank: Rotating::start(secrets, env, "HALITE_SECRET_ID", open).await?,
    });
    let called = parts.clone();
    Ok(Function::new(&platform.clock)
        .speaking(env.locale("HALITE_LOCALE")?)
        .on_call(crate::ROUTES, move |call| crate::route(called.clone(), call))
        .on_message(move |message, now| crate::receive(parts.clone(), message, now)))
}
